"""Settling what an earlier process left, or what was lost: found or sent again, never both."""

import json
import time
from collections.abc import Sequence

import pytest

from bot.delivery.numbering import MOST_CANDIDATES, Numbering, _between
from sandbox.telegram import Chat, Fault, TelegramServer
from storage.database import Database
from storage.facts import set_fact
from storage.inbox import add_updates
from storage.model import Draft, Lane, OutboxState
from storage.outbox import enqueue
from tests.support.delivery import meet, post, sending, state_of, subscribe, texts

PROMPT = {"force_reply": True, "input_field_placeholder": "Votre commentaire"}


async def leave_behind(
    db: Database, telegram: TelegramServer, drafts: Sequence[Draft], *, floor_id: int | None
) -> None:
    """Put rows in the outbox as a process leaves them that is killed while they are in flight."""
    async with db.transaction() as tx:
        now_ms = round(time.time() * 1000)
        for draft in drafts:
            row_id = await enqueue(tx, draft, now_ms=now_ms)
            await tx.run(
                "UPDATE outbox SET state = 1, sent_ms = ?, floor_id = ? WHERE id = ?",
                (now_ms, floor_id, row_id),
            )
        if floor_id is not None:
            await set_fact(tx, "last_message_id", str(floor_id))


def arrive(telegram: TelegramServer, chat: Chat, text: str, **fields: object) -> None:
    """Let a message of the bot appear of which nobody tells the bot."""
    telegram.world.post(
        chat,
        sender=telegram.bot,
        text=text,
        call=telegram.calls[-1] if telegram.calls else None,
        **fields,
    )


async def test_what_arrived_before_a_kill_is_found_and_gets_its_receipt(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 6)
    floor = readers[-1].chat.last.message_id
    for reader in readers[::2]:
        arrive(telegram, reader.chat, "Une nouvelle")
    await leave_behind(db, telegram, [post(r.id, article_id=7) for r in readers], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (3, 3)
    assert [texts(reader) for reader in readers] == [["Une nouvelle"]] * 6
    async with db.read() as tx:
        receipts = await tx.all("SELECT chat_id, message_id FROM receipts WHERE article_id = 7")
    assert {tuple(row) for row in receipts} == {
        (r.id, r.chat.from_bot()[0].message_id) for r in readers
    }


async def test_what_is_looked_for_first_may_have_come_last_of_many(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 80)
    floor = readers[-1].chat.last.message_id
    for reader in readers:
        arrive(telegram, reader.chat, "Une nouvelle")
    await leave_behind(db, telegram, [post(r.id) for r in readers], floor_id=floor)
    async with db.transaction() as tx:  # it left first, so that it is due alone
        await tx.run(
            "UPDATE outbox SET sent_ms = sent_ms - 60000 WHERE chat_id = ?", (readers[-1].id,)
        )
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (80, 0)


async def test_what_may_be_repeated_is(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id))
        await rig.settled()
    message_id = reader.chat.last.message_id
    edit = Draft(
        reader.id, Lane.REPLY, "editMessageText", {"message_id": message_id, "text": "corrigé"}
    )
    await leave_behind(db, telegram, [edit], floor_id=message_id)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (0, 0)
    assert texts(reader) == ["corrigé"]


async def test_a_person_s_own_message_is_not_taken_for_a_prompt(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    floor = reader.chat.last.message_id
    asked = reader.say("/comment")
    async with db.transaction() as tx:
        raw = json.dumps({"message": {"message_id": asked.message_id}})
        await add_updates(tx, [(2, reader.id, raw)], now=1)
    prompt = post(reader.id, "Dites", lane=Lane.REPLY, payload={"reply_markup": PROMPT})
    await leave_behind(db, telegram, [prompt], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (0, 1)
    assert texts(reader) == ["Dites"]


async def test_a_prompt_that_arrived_is_found(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    floor = reader.chat.last.message_id
    arrive(telegram, reader.chat, "Dites", reply_markup=PROMPT)
    prompt = post(reader.id, "Dites", lane=Lane.REPLY, payload={"reply_markup": PROMPT})
    await leave_behind(db, telegram, [prompt], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (1, 0)
    assert texts(reader) == ["Dites"]


async def test_in_a_supergroup_the_chat_s_own_numbers_count(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    group = telegram.group("Salon", [reader])
    async with sending(db, telegram) as rig:
        await rig.send(post(group.id, "avant"))
        await rig.settled()
    async with db.transaction() as tx:
        await tx.run("UPDATE receipts SET sent_at = sent_at - 60")
    reader.say("bonjour", group)
    arrive(telegram, group, "Une nouvelle")
    await leave_behind(db, telegram, [post(group.id)], floor_id=None)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (1, 0)
    assert [m.text for m in group.from_bot()] == ["avant", "Une nouvelle"]


async def test_a_reader_who_blocked_meanwhile_is_gone(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    await subscribe(db, reader)
    await leave_behind(db, telegram, [post(reader.id)], floor_id=reader.chat.last.message_id)
    reader.block()
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert await rig.states() == {}
    assert await state_of(db, reader.id) == "unreachable"


async def test_trouble_while_looking_only_delays(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    floor = reader.chat.last.message_id
    arrive(telegram, reader.chat, "Une nouvelle")
    for kind in ("500", "429", "reset_before"):
        telegram.faults.add(Fault(kind, "editMessageText"))
    await leave_behind(db, telegram, [post(reader.id)], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert rig.sender.settled == (1, 0)
    assert texts(reader) == ["Une nouvelle"]


async def test_posts_of_the_chat_wait_but_answers_do_not(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("500", "sendMessage"))
    async with sending(db, telegram) as rig:
        await rig.send(post(reader.id, "un"))
        await rig.attempted()
        await rig.send(post(reader.id, "deux"), post(reader.id, "réponse", lane=Lane.REPLY))
        await rig.settled()
    assert texts(reader) == ["réponse", "un", "deux"]


async def test_what_was_withdrawn_and_never_arrived_is_not_sent_again(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("500", "sendMessage"))
    async with sending(db, telegram) as rig:
        (copy,) = await rig.send(post(reader.id, "retiré", tracked=True))
        await rig.attempted()
        await rig.send(Draft(reader.id, Lane.RETRACTION, "deleteMessage", target_id=copy))
        await rig.settled()
        row = await rig.row(copy)
    assert row is not None
    assert row.state == OutboxState.DROPPED
    assert texts(reader) == []
    assert len(telegram.calls_of("sendMessage")) == 1


BUTTONS = {"inline_keyboard": [[{"text": "Répondre", "callback_data": "x"}]]}


async def test_a_copy_that_came_before_its_reader_left_is_taken_back_on_return(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    await subscribe(db, reader)
    floor = reader.chat.last.message_id
    arrive(telegram, reader.chat, "retiré", reply_markup=BUTTONS)
    reader.block()
    copy = post(reader.id, "retiré", comment_id=5, tracked=True, payload={"reply_markup": BUTTONS})
    await leave_behind(db, telegram, [copy], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.settled()
        assert await rig.states() == {"STRANDED": 1}
    reader.unblock()
    await subscribe(db, reader)
    async with sending(db, telegram) as rig:
        await rig.send(Draft(reader.id, Lane.RETRACTION, "deleteMessage", target_id=1))
        await rig.settled()
    assert texts(reader) == []
    assert telegram.calls_of("sendMessage") == []


async def test_a_copy_is_found_although_its_text_was_erased(
    db: Database, telegram: TelegramServer
) -> None:
    (reader,) = meet(telegram)
    floor = reader.chat.last.message_id
    arrive(telegram, reader.chat, "effacé", reply_markup=BUTTONS)
    arrive(telegram, reader.chat, "Une nouvelle", reply_markup=BUTTONS)
    copy = Draft(reader.id, Lane.RELAY, comment_id=5, tracked=True)
    news = post(reader.id, payload={"reply_markup": BUTTONS})
    await leave_behind(db, telegram, [copy, news], floor_id=floor)
    async with sending(db, telegram) as rig:
        await rig.send(Draft(reader.id, Lane.RETRACTION, "deleteMessage", target_id=1))
        await rig.settled()
        assert rig.sender.settled == (2, 0)
    assert texts(reader) == ["Une nouvelle"]
    assert reader.chat.from_bot()[0].keyboard


@pytest.mark.parametrize(
    ("floor", "known", "ceiling", "unknown", "expected"),
    [
        (10, {11, 13}, 14, 1, [12, 14]),
        (10, set(), None, 1, list(range(11, 24))),
        (10, {12}, None, 0, [11, *range(13, 25)]),
        (None, set(), None, 1, list(range(1, 14))),
        (None, {3}, 4, 1, [4, 2, 1]),
    ],
)
def test_candidates_are_what_nothing_accounts_for(
    floor: int | None, known: set[int], ceiling: int | None, unknown: int, expected: list[int]
) -> None:
    assert _between(floor, known, ceiling, unknown) == expected


def test_candidates_are_bounded() -> None:
    assert len(_between(0, set(), 10_000, 5)) == MOST_CANDIDATES + 5


def test_what_this_process_saw_is_accounted_for_in_its_numbering() -> None:
    numbering = Numbering(settle_ms=10_000)
    numbering.note(5, 100, 1000)
    numbering.note(-1_001_000_000_001, 7, 1000)
    assert numbering.is_accounted(6, 100)  # one numbering for all private chats
    assert numbering.is_accounted(-1_001_000_000_001, 7)
    assert not numbering.is_accounted(-1_001_000_000_002, 7)
