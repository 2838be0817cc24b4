"""The sender against the strict server: what is in the outbox arrives, in order and in time."""

import time
from dataclasses import replace

from bot.delivery.pacing import Rates
from sandbox.telegram import Fault, Limits, TelegramServer
from storage.database import Database
from storage.model import Draft, Lane, OutboxState
from storage.outbox import add_body, cancel, enqueue, find_receipt
from tests.support.delivery import meet, post, sending, texts

SMOOTH = Rates(overall=500.0, burst=20, private_gap=0.05, group_gap=0.05)


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
    telegram.faults.add(Fault("slow", chat_id=reader.id, seconds=1.0))
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id, "un"))
        (second,) = await rig.send(post(reader.id, "deux"))
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
        async with db.transaction() as tx:
            assert await cancel(tx, second)
        await rig.send(post(reader.id, "trois"))
        await rig.settled()
    assert texts(reader) == ["un", "trois"]
