"""The transport over real sockets: what left is told from what did not."""

import asyncio
from typing import Any

import pytest
from telegram import Bot, InputFile
from telegram.error import NetworkError, TimedOut

from bot.delivery.transport import AiohttpRequest, NotSent
from sandbox.telegram import Fault, TelegramServer
from tests.support.delivery import meet


@pytest.fixture
async def request_() -> Any:
    transport = AiohttpRequest(read_seconds=0.5)
    await transport.initialize()
    yield transport
    await transport.shutdown()


async def test_a_closed_port_means_that_nothing_left(request_: AiohttpRequest) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(NotSent):
        await request_.post_json(f"http://127.0.0.1:{port}/bot1:A/getMe", {})


async def test_an_unknown_host_means_that_nothing_left(request_: AiohttpRequest) -> None:
    with pytest.raises(NotSent):
        await request_.post_json("http://no-such-host.invalid/bot1:A/getMe", {})


@pytest.mark.parametrize(
    ("kind", "error"),
    [("reset_after", NetworkError), ("reset_before", NetworkError), ("hang", TimedOut)],
)
async def test_a_lost_answer_may_have_had_its_effect(
    request_: AiohttpRequest, telegram: TelegramServer, kind: str, error: type[NetworkError]
) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault(kind, seconds=30))
    url = f"{telegram.url}/bot{telegram.token}/sendMessage"
    with pytest.raises(error) as caught:
        await request_.post_json(url, {"chat_id": reader.id, "text": "x"})
    assert not isinstance(caught.value, NotSent)
    assert telegram.token not in repr(caught.value)


async def test_python_telegram_bot_works_over_it(telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    bot = Bot(
        telegram.token,
        base_url=f"{telegram.url}/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(connections=1),
    )
    async with bot:
        assert (await bot.get_me()).username == "relais_bot"
        sent = await bot.send_message(reader.id, "<b>été</b>", "HTML", read_timeout=5)
        await bot.send_document(reader.id, InputFile(b"{}", "données.json"), caption="voilà")
        updates = await bot.get_updates(timeout=0)
    assert (sent.text, len(updates)) == ("été", 1)
    document = reader.chat.last.attachment
    assert document is not None
    assert (document.name, document.content) == ("données.json", b"{}")


async def test_it_must_be_open_to_be_used() -> None:
    transport = AiohttpRequest()
    assert transport.read_timeout == 25.0
    with pytest.raises(RuntimeError):
        await transport.post_json("http://127.0.0.1/", {})
