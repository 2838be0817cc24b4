"""The sender against the strict server: outcomes, order, faults, stopping."""

import asyncio
import time
from dataclasses import replace

import pytest

from bot.delivery.outcomes import Refused
from bot.delivery.pacing import Rates
from sandbox.telegram import Fault, Limits, Person, TelegramServer
from storage.database import Database
from storage.errors import TokenRefused
from storage.facts import get_fact
from storage.model import Draft, Lane, OutboxState
from storage.outbox import add_body, cancel, enqueue, find_receipt
from storage.subscribers import add_subscriber
from tests.support.delivery import QUICK, meet, post, sending, state_of, subscribe

SMOOTH = Rates(overall=500.0, burst=20, private_gap=0.05, group_gap=0.05)


def texts(person: Person) -> list[str]:
    return [message.text for message in person.chat.from_bot()]


async def test_a_post_arrives_and_leaves_a_receipt(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        (row_id,) = await rig.send(post(reader.id, "<b>Titre</b> &amp; suite", article_id=7))
        await rig.settled()
    assert texts(reader) == ["Titre & suite"]
    async with db.read() as tx:
        receipt = await find_receipt(tx, reader.id, reader.chat.last.message_id)
    assert receipt is not None
    assert (receipt.article_id, receipt.outbox_id) == (7, row_id)
    assert await rig.row(row_id) is None


async def test_a_tracked_row_stays_with_its_message_id(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        (row_id,) = await rig.send(post(reader.id, tracked=True))
        await rig.settled()
        row = await rig.row(row_id)
    assert row is not None
    assert (row.state, row.message_id) == (OutboxState.SENT, reader.chat.last.message_id)


async def test_a_fan_out_shares_a_body(db: Database, telegram: TelegramServer) -> None:
    readers = meet(telegram, 30)
    async with db.transaction() as tx:
        body = await add_body(tx, {"text": "<i>Même texte</i>"}, now=1)
    async with sending(db, telegram) as rig:
        await rig.send(*(Draft(reader.id, Lane.POST, body_id=body) for reader in readers))
        await rig.settled()
    assert [texts(reader) for reader in readers] == [["Même texte"]] * 30


async def test_an_edit_waits_until_its_message_is_there(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("500", method="sendMessage"))
    async with sending(db, telegram) as rig:
        (row_id,) = await rig.send(post(reader.id, "Un moment", tracked=True))
        edit = Draft(reader.id, Lane.REPLY, "editMessageText", {"text": "Voici"}, target_id=row_id)
        answer = post(reader.id, "Et aussi", target_id=row_id)
        await rig.send(edit, answer)
        await rig.settled()
    sent, answered = reader.chat.from_bot()
    assert (sent.text, answered.text, answered.reply_to) == ("Voici", "Et aussi", sent)


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


async def test_the_order_within_a_chat_holds_whatever_fails(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 5)
    for kind in ("500", "reset_after", "429", "slow", "502_after"):
        fault = Fault(kind, method="sendMessage", probability=0.2, times=10, seconds=0.1)
        telegram.faults.add(fault)
    async with sending(db, telegram) as rig:
        await rig.send(*(post(r.id, f"{n}") for n in range(12) for r in readers))
        await rig.settled(within=60)
    for reader in readers:
        assert texts(reader) == [f"{n}" for n in range(12)]


@pytest.mark.parametrize("kind", ["500", "502", "reset_before", "hang", "not_json"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_everyone_gets_the_post_once_whatever_is_lost(
    db: Database, telegram: TelegramServer, kind: str, when: str
) -> None:
    if when == "after":
        kind = kind.removesuffix("_before") + "_after"
    if kind == "not_json_after":
        pytest.skip("the server knows it before the effect only")
    readers = meet(telegram, 20)
    telegram.faults.add(Fault(kind, "sendMessage", times=8, seconds=3.0))
    async with sending(db, telegram, read_seconds=1.5) as rig:
        await rig.send(*(post(reader.id, f"pour {reader.id}") for reader in readers))
        await rig.settled()
        arrived, resent = rig.sender.settled
    assert [texts(reader) for reader in readers] == [[f"pour {r.id}"] for r in readers]
    assert (arrived, resent) == ((8, 0) if when == "after" else (0, 8))


async def test_an_answer_that_takes_8_seconds_is_waited_for(
    db: Database, telegram: TelegramServer
) -> None:
    slow, quick = meet(telegram, 2)
    telegram.faults.add(Fault("slow", chat_id=slow.id, seconds=8.0))
    async with sending(db, telegram, read_seconds=20.0) as rig:
        await rig.send(post(slow.id), post(quick.id))
        await telegram.wait_until(lambda: texts(quick))
        assert texts(slow) == []
        await rig.settled(within=20)
    assert len(texts(slow)) == 1
    assert rig.sender.settled == (0, 0)


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


async def test_a_document_arrives_with_its_bytes(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    draft = Draft(
        reader.id,
        Lane.REPLY,
        "sendDocument",
        {"caption": "Vos <b>données</b>", "reply_markup": {"inline_keyboard": []}},
        file=("données.json", b'{"a": 1}'),
    )
    async with sending(db, telegram) as rig:
        await rig.send(draft)
        await rig.settled()
    (message,) = reader.chat.from_bot()
    assert message.text == "Vos données"
    assert message.attachment is not None
    assert (message.attachment.name, message.attachment.content) == ("données.json", b'{"a": 1}')


async def test_a_press_is_answered_though_its_chat_is_busy(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    keyboard = {"inline_keyboard": [[{"text": "Suivre", "callback_data": "f"}]]}
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id, payload={"reply_markup": keyboard}))
        await rig.settled()
        telegram.faults.add(Fault("slow", "sendMessage", chat_id=reader.id, seconds=2.0))
        await rig.send(post(reader.id))
        await telegram.wait_until(lambda: len(telegram.calls_of("sendMessage")) == 2)
        press = reader.press(reader.chat.from_bot()[0], "Suivre")
        answer = {"callback_query_id": press.query_id, "text": "Suivi"}
        await rig.send(Draft(reader.id, Lane.ANSWER, "answerCallbackQuery", answer))
        await telegram.wait_until(lambda: press.answer, timeout=1.5)
        await rig.settled()


async def test_an_answer_that_waited_too_long_is_not_sent(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    now_ms = round(time.time() * 1000)
    answer = Draft(reader.id, Lane.ANSWER, "answerCallbackQuery", {"callback_query_id": "1"})
    async with sending(db, telegram) as rig:
        await rig.send(replace(answer, due_ms=now_ms - 200_000), post(reader.id))
        await rig.settled()
        assert await rig.states() == {}
    assert len(texts(reader)) == 1
    assert telegram.calls_of("answerCallbackQuery") == []


async def test_an_answer_overtakes_600_posts(db: Database) -> None:
    limits = Limits(hold_seconds=0)
    async with TelegramServer(limits=limits, latency=0.05) as telegram:
        reader, *others = meet(telegram, 601)
        async with sending(db, telegram, rates=Rates()) as rig:
            await rig.send(*(post(other.id) for other in others))
            await telegram.wait_until(lambda: len(telegram.sent) >= 10)
            await rig.send(post(reader.id, lane=Lane.REPLY))
            before = len(telegram.calls)
            await telegram.wait_until(lambda: texts(reader))
            overtook = [call.chat_id for call in telegram.calls[before:]]
    assert overtook.index(reader.id) <= 3
    assert all(call.status != 429 for call in telegram.calls)


async def test_a_chat_with_many_posts_does_not_hide_the_others(
    db: Database, telegram: TelegramServer
) -> None:
    busy, other = meet(telegram, 2)
    rates = replace(SMOOTH, private_gap=1.0)
    async with sending(db, telegram, rates=rates) as rig:
        await rig.send(*(post(busy.id, f"{n}") for n in range(300)), post(other.id))
        await telegram.wait_until(lambda: texts(other), timeout=3)
        assert len(texts(busy)) <= 4


async def test_a_long_queue_of_one_chat_is_loaded_bit_by_bit(
    db: Database, telegram: TelegramServer
) -> None:
    (busy,) = meet(telegram)
    async with sending(db, telegram) as rig:
        await rig.send(*(post(busy.id, f"{n}") for n in range(150)))
        await rig.settled()
    assert texts(busy) == [f"{n}" for n in range(150)]


async def test_a_message_due_later_waits_and_needs_no_bell(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        async with db.transaction() as tx:
            now_ms = round(time.time() * 1000)
            for lane in (Lane.POST, Lane.REPLY):
                await enqueue(tx, post(reader.id, lane=lane, due_ms=now_ms + 700), now_ms=now_ms)
        rig.sender.wake()
        await rig.settled()
        waited_ms = min(sent.at for sent in telegram.sent) * 1000 - now_ms
    assert waited_ms >= 650
    assert len(texts(reader)) == 2


async def test_what_is_cancelled_in_time_never_leaves(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram, rates=replace(SMOOTH, private_gap=0.5)) as rig:
        await rig.send(post(reader.id, "un"))
        (second,) = await rig.send(post(reader.id, "deux"))
        await telegram.wait_until(lambda: texts(reader))
        async with db.transaction() as tx:
            assert await cancel(tx, second)
        await rig.send(post(reader.id, "trois"))
        await rig.settled()
    assert texts(reader) == ["un", "trois"]


async def test_while_telegram_cannot_be_reached_everything_waits(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 10)
    async with sending(db, telegram) as rig:
        await telegram.endpoint.stop()
        await rig.send(*(post(reader.id) for reader in readers))
        await rig.send(post(readers[0].id, lane=Lane.REPLY))
        await rig.attempted()
        await telegram.endpoint.start()
        await rig.settled()
    assert [len(texts(reader)) for reader in readers] == [2] + [1] * 9


async def test_stopping_finishes_what_is_in_flight_and_nothing_else(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 3)
    telegram.faults.add(Fault("slow", chat_id=readers[0].id, seconds=0.5))
    async with sending(db, telegram, rates=replace(SMOOTH, overall=1.0, burst=1)) as rig:
        await rig.send(*(post(reader.id) for reader in readers))
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
        await rig.sender.stop()
    assert await rig.states() == {"WAITING": 2}
    assert [len(texts(reader)) for reader in readers] == [1, 0, 0]


async def test_stopping_does_not_wait_for_ever(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("hang", seconds=30.0))
    async with sending(db, telegram, patience=replace(QUICK, stop=0.3)) as rig:
        await rig.send(post(reader.id))
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
        await rig.sender.stop()
    assert await rig.states() == {"SENDING": 1}
