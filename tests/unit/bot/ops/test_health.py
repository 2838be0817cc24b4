"""/healthz and /metrics: on this machine only, and true."""

import aiohttp

from bot.ops.health import HealthServer
from bot.ops.metrics import Metrics


async def test_health_and_metrics_are_served_on_loopback():
    metrics, report = Metrics(), {"ok": True, "waiting_messages": 3}
    metrics.articles.inc(2)

    async def give_report():
        return report

    server = HealthServer(0, metrics, give_report)
    port = await server.start()
    try:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 200
                assert await answer.json() == report
            report["ok"] = False
            async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 503
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                assert "relais_articles_total 2.0" in await answer.text()
    finally:
        await server.stop()
