"""What must not be seen from outside: the token, and the listener on any other address."""

import ipaddress

import aiohttp

from sandbox.telegram import Fault
from tests.support.site import TOKEN, site_in

SECRET = TOKEN.partition(":")[2]


async def fetch(port, path):
    """Give status and body of the listener's answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as response,
    ):
        return response.status, await response.text()


async def listening_port(life):
    """Give the port that it listens on, once it does."""
    await life.until_event("started")
    ((address, port),) = life.listening
    assert ipaddress.ip_address(address).is_loopback
    return port


async def test_the_listener_is_on_loopback_only_and_off_by_default(tmp_path):
    async with site_in(tmp_path) as site:
        life = await site.relais.start()
        assert life.listening == set()
        await life.stop()
        port = await listening_port(await site.relais.start(WEB_PORT=0))
        status, body = await fetch(port, "/healthz")
        assert status == 200, body
        status, metrics = await fetch(port, "/metrics")
        assert status == 200
        assert "relais_updates_total" in metrics
        assert (await fetch(port, "/"))[0] == 404


async def test_the_token_is_in_no_output_whatever_goes_wrong(tmp_path):
    async with site_in(tmp_path, LOG_LEVEL="debug", WEB_PORT=0) as site:
        life = await site.relais.start()
        port = await listening_port(life)
        reader = site.telegram.person("Ada", "en")
        await site.ask(reader, "/start")
        for kind in ("not_json", "500", "reset_after", "reset_before", "400"):
            site.telegram.faults.add(Fault(kind, method="sendMessage"))
            reader.say("/following")
        for kind in ("500", "not_json", "reset_before", "409", "400"):
            fault = site.telegram.faults.add(Fault(kind, method="getUpdates"))
            reader.say("/tags")
            await site.until(lambda fault=fault: fault.fired, 60)
        site.telegram.push_update({"message": {"text": f"malformed {SECRET}"}})
        await site.telegram.stop()
        await life.until(lambda life: life.events_of("telegram_unreachable"))
        await site.telegram.start()
        for path in ("/healthz", "/metrics"):
            assert SECRET not in (await fetch(port, path))[1]
        if life.is_running:
            await life.stop()
        assert SECRET not in site.relais.output


async def test_no_command_prints_the_token(tmp_path):
    async with site_in(tmp_path) as site:
        for arguments in (["check"], ["feeds", "list"], ["--help"], ["backup", "copy.db"]):
            _, output = await site.relais.command(*arguments)
            assert output
            assert SECRET not in output
