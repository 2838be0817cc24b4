"""getUpdates over HTTP: what confirms, what waits, what expires, and who gets 409."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.telegram import FakeClock, Limits, TelegramServer
from tests.support.telegram import RawBot

OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Timed:
    """A server on a clock of ours, with a reader and a client."""

    def __init__(self, server: TelegramServer, clock: FakeClock, api: RawBot) -> None:
        self.server, self.clock, self.api = server, clock, api
        self.anna = server.person("Anna")


@pytest.fixture
async def timed() -> AsyncIterator[Timed]:
    clock = FakeClock()
    async with (
        TelegramServer(limits=Limits.off(), clock=clock, sleep=clock.sleep) as server,
        aiohttp.ClientSession() as session,
    ):
        yield Timed(server, clock, RawBot(server, session))


def _ids(updates: list[dict[str, int]]) -> list[int]:
    return [u["update_id"] - 100_000_000 for u in updates]


async def test_offset_confirms_what_lies_below(timed: Timed) -> None:
    for i in range(3):
        timed.anna.say(f"{i}")
    updates = await timed.api.updates()
    assert _ids(updates) == [1, 2, 3]
    timed.clock.advance(5)
    assert _ids(await timed.api.updates()) == [1, 2, 3]
    assert _ids(await timed.api.updates(offset=updates[1]["update_id"])) == [2, 3]
    assert timed.server.confirmed_offset == updates[1]["update_id"]
    assert _ids(timed.server.pending_updates) == [2, 3]
    timed.clock.advance(5)
    assert _ids(await timed.api.updates()) == [2, 3]


async def test_limit_comes_after_the_offset(timed: Timed) -> None:
    for i in range(4):
        timed.anna.say(f"{i}")
    assert _ids(await timed.api.updates(offset=100_000_002, limit=2)) == [2, 3]


async def test_numbers_are_clamped(timed: Timed) -> None:
    for i in range(102):
        timed.anna.say(f"{i}")
    assert len(await timed.api.updates(limit=0)) == 1
    timed.clock.advance(5)
    assert len(await timed.api.updates(limit=1000)) == 100


async def test_negative_offset_keeps_the_last_ones(timed: Timed) -> None:
    for i in range(5):
        timed.anna.say(f"{i}")
    assert _ids(await timed.api.updates(offset=-2)) == [4, 5]
    assert _ids(timed.server.pending_updates) == [4, 5]


async def test_same_offset_at_once_gets_one_update(timed: Timed) -> None:
    for i in range(3):
        timed.anna.say(f"{i}")
    assert len(await timed.api.updates()) == 3
    assert len(await timed.api.updates()) == 1
    timed.clock.advance(0.6)
    assert len(await timed.api.updates()) == 3


async def test_same_offset_soon_waits_although_asked_not_to(timed: Timed) -> None:
    assert await timed.api.updates(offset=5) == []
    second = asyncio.create_task(timed.api.updates(offset=5))
    await timed.server.wait_until(lambda: timed.server.is_polled)
    timed.anna.say("enfin")
    assert len(await second) == 1


async def test_long_poll_wakes_for_an_update(timed: Timed) -> None:
    poll = asyncio.create_task(timed.api.updates(timeout=50))
    await timed.server.wait_until(lambda: timed.server.is_polled)
    timed.anna.say("bonjour")
    assert (await poll)[0]["message"]["text"] == "bonjour"


async def test_second_poll_ends_the_first(timed: Timed) -> None:
    first = asyncio.create_task(timed.api.refusal("getUpdates", timeout=50))
    await timed.server.wait_until(lambda: timed.server.is_polled)
    second = asyncio.create_task(timed.api.updates(timeout=50))
    assert await first == OTHER_POLL
    timed.anna.say("bonjour")
    assert len(await second) == 1


async def test_second_conflict_is_answered_late(timed: Timed) -> None:
    polls = [
        asyncio.create_task(timed.api.call("getUpdates", timeout=50, offset=i)) for i in range(1, 4)
    ]
    await timed.server.wait_until(lambda: timed.clock.sleeping == 1)
    assert sum(p.done() for p in polls) <= 1
    timed.clock.advance(3)
    timed.anna.say("fin")
    answers = [await p for p in polls]
    assert sorted(a["ok"] for a in answers) == [False, False, True]


async def test_webhook_excludes_polling(timed: Timed) -> None:
    poll = asyncio.create_task(timed.api.refusal("getUpdates", timeout=50))
    await timed.server.wait_until(lambda: timed.server.is_polled)
    await timed.api.result("setWebhook", url="https://exemple.org/crochet")
    assert await poll == "Conflict: terminated by setWebhook request"
    assert await timed.api.refusal("getUpdates") == (
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first"
    )
    timed.anna.say("perdu")
    await timed.api.result("deleteWebhook", drop_pending_updates=True)
    assert timed.server.pending_updates == []


@pytest.mark.parametrize(
    ("arguments", "description"),
    [
        ({"url": "http://exemple.org"}, "invalid webhook URL specified"),
        ({"url": "https://exemple.org", "secret_token": "é"},
         "secret token contains unallowed characters"),
        ({"url": "https://exemple.org", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)  # fmt: skip
async def test_webhook_is_checked(api: RawBot, arguments: dict[str, str], description: str) -> None:
    assert await api.refusal("setWebhook", **arguments) == f"Bad Request: {description}"


async def test_presses_expire_after_150_seconds_and_messages_after_a_day(timed: Timed) -> None:
    timed.anna.say("/start")
    markup = {"inline_keyboard": [[{"text": "Oui", "callback_data": "oui"}]]}
    await timed.api.result("sendMessage", chat_id=timed.anna.id, text="x", reply_markup=markup)
    timed.anna.press(timed.anna.chat.last, "Oui")
    timed.anna.type_inline("xiaomi")
    assert _ids(timed.server.pending_updates) == [1, 2, 3]
    timed.clock.advance(30)
    assert _ids(timed.server.pending_updates) == [1, 2]
    timed.clock.advance(120)
    assert _ids(timed.server.pending_updates) == [1]
    timed.clock.advance(86400 - 151)
    assert _ids(await timed.api.updates()) == [1]
    timed.clock.advance(1)
    assert timed.server.pending_updates == []


async def test_allowed_updates_stick_and_apply_when_updates_are_made(timed: Timed) -> None:
    message = timed.anna.say("/start")
    await timed.api.updates(allowed_updates=["callback_query", "no_such_type"])
    timed.anna.say("tu")
    assert _ids(timed.server.pending_updates) == [1]
    await timed.api.updates(offset=2, allowed_updates="no array")
    timed.anna.say("tu")
    await timed.api.updates(offset=3, allowed_updates=[])
    timed.anna.react(message, "👍")
    timed.anna.edit(message, "/start encore")
    await timed.api.updates(offset=4, allowed_updates=["message_reaction"])
    timed.anna.react(message, "🎉")
    kinds = [next(k for k in u if k != "update_id") for u in timed.server.pending_updates]
    assert kinds == ["message", "edited_message", "message_reaction"]


async def test_raw_updates_come_as_they_are(telegram: TelegramServer, api: RawBot) -> None:
    given = telegram.push_update({"message": {"chat": "no object"}})
    updates = await api.updates()
    assert updates == [{"update_id": given, "message": {"chat": "no object"}}]


async def test_server_stops_while_a_poll_waits() -> None:
    async with aiohttp.ClientSession() as session:
        async with TelegramServer() as server:
            poll = asyncio.create_task(RawBot(server, session).call("getUpdates", timeout=50))
            await server.wait_until(lambda: server.is_polled)
        assert await poll == {"ok": True, "result": []}
