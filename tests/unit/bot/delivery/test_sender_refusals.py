"""The sender against the strict server: what Telegram refuses, and what comes of it."""

import asyncio

import pytest

from bot.delivery.outcomes import Refused
from sandbox.telegram import Fault, TelegramServer
from storage.database import Database
from storage.errors import TokenRefused
from storage.facts import get_fact
from storage.model import Draft, Lane, OutboxState
from storage.subscribers import add_subscriber
from tests.support.delivery import meet, post, sending, state_of, subscribe, texts


async def test_what_edits_a_parked_message_is_given_up(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        (card,) = await rig.send(post(reader.id, "", tracked=True))
        await rig.send(Draft(reader.id, Lane.REPLY, "editMessageText", target_id=card))
        await rig.settled()
        await rig.send(Draft(reader.id, Lane.REPLY, "editMessageText", target_id=card))
        await rig.settled()
        assert await rig.states() == {"PARKED": 1}


async def test_one_chat_that_is_refused_delays_nobody_else(
    db: Database, telegram: TelegramServer
) -> None:
    busy, *others = meet(telegram, 20)
    telegram.faults.add(Fault("429", chat_id=busy.id, retry_after=3))
    async with sending(db, telegram) as rig:
        await rig.send(*(post(reader.id) for reader in (busy, *others)))
        await telegram.wait_until(lambda: all(texts(reader) for reader in others), timeout=2.5)
        assert texts(busy) == []
        await rig.settled()
    assert len(texts(busy)) == 1
    calls = [call.received_at for call in telegram.calls if call.chat_id == busy.id]
    assert calls[1] - calls[0] >= 3.0


async def test_posts_pause_when_several_chats_are_refused_but_answers_do_not(
    db: Database, telegram: TelegramServer
) -> None:
    first, second, third = meet(telegram, 3)
    for chat in (first, second):
        telegram.faults.add(Fault("429", chat_id=chat.id, retry_after=1))
    async with sending(db, telegram) as rig:
        await rig.send(post(first.id), post(second.id))
        await telegram.wait_until(lambda: len(telegram.calls_of("sendMessage")) == 2)
        await rig.send(post(third.id, "post"))
        await rig.send(post(third.id, "réponse", lane=Lane.REPLY))
        await rig.settled()
    refused_at = max(c.received_at for c in telegram.calls if c.status == 429)
    times = {c.params["text"]: c.received_at for c in telegram.calls if c.chat_id == third.id}
    assert times["réponse"] < refused_at + 1.0 <= times["post"]
    assert all(len(texts(reader)) == 1 for reader in (first, second))


async def test_a_reader_who_blocked_the_bot_becomes_unreachable(
    db: Database, telegram: TelegramServer
) -> None:
    blocker, other = meet(telegram, 2)
    await subscribe(db, blocker, other)
    blocker.block()
    async with sending(db, telegram) as rig:
        await rig.send(*(post(p.id, tracked=True) for p in (blocker, blocker, other)))
        await rig.settled()
        assert await rig.states() == {"DROPPED": 2, "SENT": 1}
    assert await state_of(db, blocker.id) == "unreachable"
    assert await state_of(db, other.id) == "active"
    assert len([c for c in telegram.calls if c.chat_id == blocker.id]) == 1


async def test_an_unknown_chat_is_looked_for_twice(db: Database, telegram: TelegramServer) -> None:
    stranger = telegram.person("Stranger")
    await subscribe(db, stranger)
    async with sending(db, telegram) as rig:
        await rig.send(post(stranger.id))
        await rig.settled()
    assert len(telegram.calls_of("sendMessage")) == 2
    assert await state_of(db, stranger.id) == "unreachable"


async def test_a_group_that_moved_gets_its_posts_under_its_new_id(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    old = telegram.group("Lecteurs", [reader], "group")
    async with db.transaction() as tx:
        await add_subscriber(tx, old.id, kind="group", language="fr", name=None, now=1)
    new = old.migrate()
    async with sending(db, telegram) as rig:
        await rig.send(post(old.id, "un"), post(old.id, "deux"))
        edit = Draft(old.id, Lane.REPLY, "editMessageText", {"message_id": 1, "text": "non"})
        await rig.send(edit)
        await rig.settled()
    assert [message.text for message in new.from_bot()] == ["un", "deux"]
    assert await state_of(db, new.id) == "active"
    async with db.read() as tx:
        assert await get_fact(tx, f"moved_chat:{old.id}") == str(new.id)


async def test_bad_markup_is_sent_again_as_plain_text(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id, "<b>a &lt; <br> b</i>"))
        await rig.settled()
    assert texts(reader) == ["a <  b"]
    assert rig.parked == []


async def test_what_telegram_never_takes_is_parked_and_told(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        long_id, _ = await rig.send(post(reader.id, "x" * 5000), post(reader.id, "court"))
        await rig.settled()
        row = await rig.row(long_id)
    assert row is not None
    assert (row.state, row.error) == (
        OutboxState.PARKED,
        "400 Bad Request: message is too long",
    )
    assert rig.parked == [(long_id, "400 Bad Request: message is too long")]
    assert texts(reader) == ["court"]


async def test_a_message_that_breaks_the_sender_is_parked(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id, payload={"reply_parameters": "no object"}))
        await rig.settled()
    assert [reason for _, reason in rig.parked] == ["TypeError while sending"]
    assert [outcome for _, outcome in rig.attempts] == [Refused("TypeError while sending")]


async def test_a_refused_token_ends_the_sender(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("401", times=None))
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id))
        with pytest.raises(TokenRefused):
            await asyncio.wait_for(rig.ended(), 5)
    assert await rig.states() == {"SENDING": 1}
