"""The HTTP side: paths, tokens, the envelope of answers, latency and the faults of a network."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from typing import Any

from aiohttp import web

from sandbox.telegram.arguments import Arguments, read_arguments
from sandbox.telegram.errors import ApiError, too_many_requests
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.flood import FloodControl
from sandbox.telegram.log import Call
from sandbox.telegram.methods.query import Query
from sandbox.telegram.methods.table import METHODS
from sandbox.telegram.world import World

_LARGEST_BODY = 60 * 1024 * 1024
_SHUTDOWN_SECONDS = 0.2
_INVALID_TOKEN = ApiError(401, "Unauthorized: invalid token specified")
_STATUS_TEXTS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot "
    "instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Endpoint:
    """The listening server; it owns its socket from `start` to `stop`."""

    def __init__(
        self,
        world: World,
        token: str,
        flood: FloodControl,
        faults: Faults,
        *,
        latency: float,
        port: int,
    ) -> None:
        self.latency = latency
        self._world = world
        self._token = token
        self._flood = flood
        self._faults = faults
        self._port = port
        self._runner: web.ServerRunner | None = None
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        """The base of all paths; RuntimeError before `start`."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the server is not running")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def start(self) -> None:
        """Listen."""
        server = web.Server(
            self._handle, request_factory=_make_request, access_log=None, keepalive_timeout=75.0
        )
        self._closing.clear()
        runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._runner = runner
        # A server that comes back after a pause is found where it was.
        self._port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Answer the long poll, cut what hangs, and close the socket."""
        self._closing.set()
        self._world.updates.stop_polling()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        _, first, *rest = request.path.split("/")
        if first == "file" and rest and rest[0] == f"bot{self._token}":
            return self._file(rest[-1])
        if not first.startswith("bot") or not rest or not rest[-1]:
            return _envelope(ApiError(404, "Not Found"))
        if len(rest) > 1 or first[3:] != self._token:
            return _envelope(_INVALID_TOKEN)
        return await self._serve(request, rest[0])

    def _file(self, file_id: str) -> web.Response:
        file = self._world.files.get(file_id)
        if file is None:
            return _envelope(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _serve(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """Take one call from its arrival to its answer, with what goes wrong on the way."""
        method = METHODS.get(name.lower())
        call = Call(method.name if method else name, {}, time.monotonic())
        self._world.calls.append(call)
        try:
            args = await read_arguments(request)
        except ApiError as error:
            return self._answer(call, error)
        call.params = args.values
        call.chat_id = _chat_id(args)
        fault = self._faults.take(call.method, call.chat_id)
        call.fault = fault.kind if fault else None
        if self.latency:
            await asyncio.sleep(self.latency / 2)
        if fault and not fault.is_after:
            early = await self._strike(fault, call, request)
            if early is not None:
                return early
        outcome = await self._execute(name, call, args)
        if self.latency:
            await asyncio.sleep(self.latency / 2)
        if fault and fault.is_after:
            late = await self._strike(fault, call, request)
            if late is not None:
                return late
        return self._answer(call, outcome)

    async def _execute(self, name: str, call: Call, args: Arguments) -> Any:
        """Return the result, or the error that the method was refused with."""
        method = METHODS.get(name.lower())
        if method is None:
            return ApiError(404, "Not Found: method not found")
        try:
            return await method.handle(Query(self._world, self._flood, call, args))
        except ApiError as error:
            return error

    async def _strike(
        self, fault: Fault, call: Call, request: web.BaseRequest
    ) -> web.StreamResponse | None:
        """Let a fault happen; None when the call goes on after a delay."""
        kind = fault.kind.removesuffix("_after")
        if fault.status == 429:
            return self._answer(call, too_many_requests(fault.retry_after))
        if fault.status is not None:
            text = fault.description or _STATUS_TEXTS.get(fault.status, "Error")
            return self._answer(call, ApiError(fault.status, text))
        if kind == "not_json":
            call.answered_at, call.status = time.monotonic(), 200
            return web.Response(text="<html><body>Sign in to the network</body></html>")
        if kind in ("slow", "hang"):
            await self._pause(fault.seconds)
        if kind == "slow":
            return None
        _reset(request)
        self._world.changes.ring()
        return web.Response()

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than the server runs."""
        self._world.changes.ring()
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            pass

    def _answer(self, call: Call, outcome: Any) -> web.Response:
        """Note the answer in the log of calls and put it into the envelope."""
        call.answered_at = time.monotonic()
        if isinstance(outcome, ApiError):
            call.status, call.description = outcome.status, outcome.description
        else:
            call.status = 200
        self._world.changes.ring()
        return _envelope(outcome)


def _envelope(outcome: Any) -> web.Response:
    if not isinstance(outcome, ApiError):
        body = json.dumps({"ok": True, "result": outcome})
        return web.Response(body=body.encode(), content_type="application/json")
    content: dict[str, Any] = {
        "ok": False,
        "error_code": outcome.status,
        "description": outcome.description,
    }
    headers = {}
    if outcome.parameters:
        content["parameters"] = outcome.parameters
    if outcome.status == 429:
        headers["Retry-After"] = str(outcome.parameters["retry_after"])
    return web.Response(
        body=json.dumps(content).encode(),
        status=outcome.status,
        headers=headers,
        content_type="application/json",
    )


def _chat_id(args: Arguments) -> int | None:
    """Return the numeric chat of a call for the log."""
    value = args.values.get("chat_id")
    if isinstance(value, int):
        return value
    try:
        return int(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _reset(request: web.BaseRequest) -> None:
    """Reset the connection: lingering for 0 s makes closing send RST instead of FIN."""
    transport = request.transport
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _make_request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> Any:
    """Build requests that may carry a file of Telegram's size."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY
    )
