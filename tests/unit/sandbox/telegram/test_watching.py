"""Waiting and subscribing: who watches sees every change, and does not slow what it watches."""

import asyncio

import pytest

from sandbox.telegram import Person, TelegramServer
from tests.support.telegram import RawBot


async def test_wait_ends_when_it_becomes_true(telegram: TelegramServer, anna: Person) -> None:
    async def wait(count: int) -> None:
        await telegram.wait_until(lambda: len(anna.chat) > count)

    waits = [asyncio.create_task(wait(count)) for count in (1, 2, 3)]
    for _ in range(3):
        await asyncio.sleep(0)
        anna.say("encore")
    await asyncio.gather(*waits)


async def test_wait_fails_with_what_it_waited_for(telegram: TelegramServer) -> None:
    with pytest.raises(AssertionError, match=r"not true within 0.01 s: .*telegram\.sent"):
        await telegram.wait_until(lambda: telegram.sent, timeout=0.01)


async def test_wait_looks_rarely_when_much_changes(telegram: TelegramServer, anna: Person) -> None:
    looks = 0

    def enough() -> bool:
        nonlocal looks
        looks += 1
        return len(anna.chat) > 2000

    wait = asyncio.create_task(telegram.wait_until(enough))
    while len(anna.chat) <= 2000:
        anna.say("encore")
        await asyncio.sleep(0)
    await wait
    assert looks < 1000


async def test_subscription_gets_every_change(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    with telegram.subscribe() as changes:
        button = {"inline_keyboard": [[{"text": "Oui", "callback_data": "oui"}]]}
        target = {"chat_id": anna.id}
        sent = await api.result("sendMessage", **target, text="x", reply_markup=button)
        press = anna.press(anna.chat.last, "Oui")
        await api.result("answerCallbackQuery", callback_query_id=press.query_id)
        target["message_id"] = sent["message_id"]
        await api.result("editMessageText", **target, text="y")
        await api.result("deleteMessage", **target)
        await api.result("sendChatAction", chat_id=anna.id, action="typing")
        await api.result("setMyCommands", commands=[])
        seen = []
        async for change in changes:
            seen.append(change)
            if change.kind == "commands":
                break
    assert [change.kind for change in seen] == [
        "message",
        "answered",
        "edited",
        "deleted",
        "action",
        "commands",
    ]
    assert seen[1].press is press
    assert seen[4].data == {"action": "typing"}
    anna.say("après")
    assert changes.queue.empty()


async def test_logs_tell_what_happened(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    await api.result("sendMessage", chat_id=anna.id, text="un")
    await api.refusal("sendMessage", chat_id=99, text="deux")
    first, second = telegram.calls
    assert (first.status, first.applied, first.message_id) == (200, True, 2)
    assert (second.status, second.applied, second.description) == (
        400,
        False,
        "Bad Request: chat not found",
    )
    assert first.answered_at is not None
    assert first.received_at <= first.answered_at
    assert [(s.chat_id, s.text, s.call) for s in telegram.sent] == [(anna.id, "un", first)]


async def test_wait_takes_what_is_not_there_for_not_yet(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    wait = asyncio.create_task(telegram.wait_until(lambda: anna.chat.from_bot()[0].text == "un"))
    await asyncio.sleep(0)
    await api.result("sendMessage", chat_id=anna.id, text="un")
    await wait
