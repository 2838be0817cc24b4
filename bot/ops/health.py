"""/healthz and /metrics on 127.0.0.1: whether the process does its work, and how much."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.ops.metrics import Metrics
from storage.errors import ConfigError

HOST = "127.0.0.1"
Report = Callable[[], Awaitable[dict[str, Any]]]


class HealthServer:
    """The web listener; `report` gives what /healthz shows, with "ok" deciding 200 or 503."""

    def __init__(self, port: int, metrics: Metrics, report: Report) -> None:
        self._port = port
        self._metrics = metrics
        self._report = report
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/metrics", self._show_metrics)
        self._runner = web.AppRunner(app, access_log=None)

    async def start(self) -> int:
        """Listen; gives the port, which the kernel chose where 0 was asked.

        Raises ConfigError where the port is not to be had.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, HOST, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise ConfigError([f"WEB_PORT {self._port} cannot be listened on: {reason}."]) from None
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Close the listener."""
        await self._runner.cleanup()

    async def _healthz(self, _: web.Request) -> web.Response:
        report = await self._report()
        return web.json_response(report, status=200 if report["ok"] else 503)

    async def _show_metrics(self, _: web.Request) -> web.Response:
        await self._report()  # brings the gauges up to date
        return web.Response(
            body=generate_latest(self._metrics.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )
