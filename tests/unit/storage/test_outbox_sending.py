"""The sender's side of the outbox: claims, outcomes, recovery, on a real file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from storage.database import Database, Transaction
from storage.model import Draft, Lane, OutboxRow, OutboxState
from storage.outbox import add_body, cancel, enqueue, find_receipt, find_row
from storage.outbox_claims import (
    Bodies,
    find_chat_floor,
    find_next_due_ms,
    list_account_ids,
    list_chat_ids,
    list_due,
    list_unknown,
    mark_sending,
    recover_sending,
)
from storage.outbox_outcomes import (
    delay_chat,
    move_chat_rows,
    park_row,
    record_delivered,
    record_gone,
    record_unknown,
    record_wait,
)

ALL = list(Lane)
READER, GROUP, SUPERGROUP = 1001, -4_000_000_001, -1_001_000_000_001


@pytest_asyncio.fixture
async def tx(tmp_path: Path) -> AsyncIterator[Transaction]:
    db = await Database.open(tmp_path / "relais.db")
    async with db.transaction() as transaction:
        yield transaction
    await db.close()


async def put(tx: Transaction, now_ms: int = 0, **fields: object) -> int:
    draft = replace(Draft(READER, Lane.POST, payload={"text": "x"}), **fields)
    return await enqueue(tx, draft, now_ms=now_ms)


async def due(tx: Transaction, lanes: list[Lane] = ALL, **fields: object) -> list[OutboxRow]:
    options = {"now_ms": 1000, "limit": 100} | fields
    return await list_due(tx, Bodies(), lanes, **options)  # type: ignore[arg-type]


async def send(tx: Transaction, message_id: int | None = 5, **fields: object) -> int:
    row_id = await put(tx, **fields)
    (row,) = [row for row in await due(tx) if row.id == row_id]
    assert await mark_sending(tx, [row], floor_id=3, now_ms=7000) == {row_id}
    await record_delivered(tx, [(row_id, message_id)], now_ms=9000)
    return row_id


async def test_due_rows_come_by_time_and_id_up_to_the_limit_of_each_lane(tx: Transaction) -> None:
    late, early, same = [await put(tx, n) for n in (20, 10, 10)]
    reply = await put(tx, 30, lane=Lane.REPLY)
    await put(tx, 1001)
    assert [row.id for row in await due(tx, [Lane.POST])] == [early, same, late]
    assert {row.id for row in await due(tx, limit=1)} == {reply, early}


async def test_what_is_in_memory_is_not_loaded_again(tx: Transaction) -> None:
    known, full, other = await put(tx), await put(tx, chat_id=2), await put(tx, chat_id=3)
    assert [row.id for row in await due(tx, known=[known], full_chats=[2])] == [other]
    assert full


async def test_rows_of_one_body_share_its_text(tx: Transaction) -> None:
    body = await add_body(tx, {"text": "ensemble"}, now=1)
    for chat_id in (1, 2):
        await put(tx, chat_id=chat_id, body_id=body, payload={})
    await put(tx, chat_id=3, body_id=body, payload={"text": "à part"})
    rows = await due(tx)
    assert rows[0].payload is rows[1].payload
    assert [row.payload["text"] for row in rows] == ["ensemble", "ensemble", "à part"]


async def test_files_come_with_their_rows(tx: Transaction) -> None:
    await put(tx, method="sendDocument", file=("a.json", b"{}"))
    assert [row.file for row in await due(tx)] == [("a.json", b"{}")]


async def test_an_edit_is_due_once_its_message_has_an_id(tx: Transaction) -> None:
    card = await put(tx, tracked=True)
    await put(tx, method="editMessageText", target_id=card)
    await put(tx, target_id=card, payload={"reply_parameters": {"quote": "q"}})
    (row,) = await due(tx)
    await mark_sending(tx, [row], floor_id=None, now_ms=1)
    assert await due(tx) == []
    await record_delivered(tx, [(card, 44)], now_ms=2)
    edit, answer = await due(tx)
    assert edit.payload == {"text": "x", "message_id": 44}
    assert answer.payload == {"reply_parameters": {"quote": "q", "message_id": 44}}


async def test_the_next_due_time_is_that_of_any_lane(tx: Transaction) -> None:
    assert await find_next_due_ms(tx, now_ms=0) is None
    await put(tx, 900)
    await put(tx, 500, lane=Lane.RELAY)
    await put(tx, 100, lane=Lane.REPLY)
    assert await find_next_due_ms(tx, now_ms=100) == 500


async def test_only_what_still_waits_for_the_same_chat_is_marked(tx: Transaction) -> None:
    kept, cancelled, moved = await put(tx), await put(tx), await put(tx, chat_id=GROUP)
    rows = await due(tx)
    await cancel(tx, cancelled)
    await move_chat_rows(tx, GROUP, SUPERGROUP)
    assert await mark_sending(tx, rows, floor_id=8, now_ms=70) == {kept}
    row = await find_row(tx, kept)
    assert row is not None
    assert (row.state, row.floor_id, row.sent_ms) == (OutboxState.SENDING, 8, 70)
    assert [row.id for row in await due(tx)] == [moved]


async def test_a_delivered_row_goes_and_its_receipt_stays(tx: Transaction) -> None:
    row_id = await send(tx, 5, article_id=7, comment_id=2, revision=1)
    assert await find_row(tx, row_id) is None
    receipt = await find_receipt(tx, READER, 5)
    assert receipt is not None
    assert (receipt.article_id, receipt.comment_id, receipt.revision) == (7, 2, 1)
    assert (receipt.outbox_id, receipt.sent_at) == (row_id, 9)


async def test_a_tracked_row_stays_and_needs_no_message(tx: Transaction) -> None:
    sent, edited = await send(tx, 5, tracked=True), await send(tx, None, tracked=True)
    rows = [await find_row(tx, sent), await find_row(tx, edited)]
    assert [row and (row.state, row.message_id, row.sent_ms) for row in rows] == [
        (OutboxState.SENT, 5, 9000),
        (OutboxState.SENT, 0, 9000),
    ]
    assert await tx.value("SELECT count(*) FROM receipts") == 1


async def test_an_erased_row_leaves_no_receipt(tx: Transaction) -> None:
    row_id = await put(tx)
    await tx.run("DELETE FROM outbox")
    await record_delivered(tx, [(row_id, 5)], now_ms=1)
    assert await tx.value("SELECT count(*) FROM receipts") == 0


async def test_a_chat_s_rows_are_delayed_together(tx: Transaction) -> None:
    first, second, other = await put(tx), await put(tx), await put(tx, chat_id=2)
    await record_wait(tx, first, due_ms=5000, failed=True, error="waits")
    await delay_chat(tx, READER, due_ms=5000)
    assert [row.id for row in await due(tx)] == [other]
    rows = await due(tx, now_ms=5000)
    assert [row.id for row in rows] == [other, first, second]
    assert [row.attempts for row in rows] == [0, 1, 0]


async def test_after_a_crash_only_what_may_be_repeated_waits_again(tx: Transaction) -> None:
    ids = [await put(tx), await put(tx, method="deleteMessage"), await put(tx, chat_id=2)]
    rows = await due(tx)
    await mark_sending(tx, rows[:2], floor_id=3, now_ms=50)
    assert await recover_sending(tx, lambda method: method.startswith("delete")) == (1, 1)
    assert await recover_sending(tx, lambda method: True) == (0, 0)
    (unknown,) = await list_unknown(tx, Bodies())
    assert (unknown.id, unknown.floor_id, unknown.sent_ms, unknown.due_ms) == (ids[0], 3, 50, 0)
    assert [row.id for row in await due(tx)] == ids[1:]


async def test_unknown_rows_come_in_the_order_they_left(tx: Transaction) -> None:
    first, second = await put(tx), await put(tx)
    one, two = await due(tx)
    await mark_sending(tx, [two], floor_id=None, now_ms=1)
    await mark_sending(tx, [one], floor_id=None, now_ms=2)
    for row_id in (first, second):
        await record_unknown(tx, row_id, failed=True, error="lost")
    assert [(row.id, row.error) for row in await list_unknown(tx, Bodies())] == [
        (second, "lost"),
        (first, "lost"),
    ]


async def test_a_gone_chat_keeps_tracked_rows_as_dropped(tx: Transaction) -> None:
    sending, tracked, waiting = await put(tx), await put(tx, tracked=True), await put(tx)
    (row, *_) = await due(tx)
    await mark_sending(tx, [row], floor_id=None, now_ms=1)
    assert await record_gone(tx, sending, READER) == 3
    assert await find_row(tx, waiting) is None
    row_left = await find_row(tx, tracked)
    assert row_left is not None
    assert row_left.state == OutboxState.DROPPED


async def test_what_edits_a_parked_row_is_given_up(tx: Transaction) -> None:
    card = await put(tx, tracked=True)
    edit = await put(tx, method="editMessageText", target_id=card)
    await park_row(tx, card, "400 nope")
    assert await find_row(tx, edit) is None
    assert await due(tx) == []
    row = await find_row(tx, card)
    assert row is not None
    assert (row.state, row.error) == (OutboxState.PARKED, "400 nope")


async def test_what_waits_for_a_group_moves_without_its_old_numbers(tx: Transaction) -> None:
    card = await send(tx, 5, chat_id=GROUP, tracked=True)
    answer = await put(tx, chat_id=GROUP, target_id=card)
    reply = await put(
        tx, chat_id=GROUP, payload={"text": "r", "reply_parameters": {"message_id": 1}}
    )
    await put(tx, chat_id=GROUP, method="editMessageText", target_id=card)
    await put(tx, chat_id=GROUP, once=7)
    await put(tx, chat_id=SUPERGROUP, once=7)
    await move_chat_rows(tx, GROUP, SUPERGROUP)
    rows = await due(tx)
    assert {row.chat_id for row in rows} == {SUPERGROUP}
    assert len(rows) == 3
    payloads = {row.id: row.payload for row in rows}
    assert payloads[answer] == {"text": "x"}
    assert payloads[reply] == {"text": "r"}
    sent = await find_row(tx, card)
    assert sent is not None
    assert sent.chat_id == GROUP


async def test_ids_are_accounted_for_by_numbering(tx: Transaction) -> None:
    await send(tx, 5)
    await send(tx, 6, chat_id=GROUP)
    await send(tx, 7, chat_id=SUPERGROUP)
    await tx.run(
        "INSERT INTO inbox (update_id, chat_id, raw, received_at, message_id)"
        " VALUES (1, 0, '{}', 0, 8)"
    )
    assert await list_account_ids(tx, above=5) == {6, 8}
    assert await list_chat_ids(tx, SUPERGROUP, above=0) == {7}
    assert await find_chat_floor(tx, SUPERGROUP, before_ms=9000) is None
    assert await find_chat_floor(tx, SUPERGROUP, before_ms=10_000) == 7


async def test_a_text_is_at_hand_however_many_were_before_it(tx: Transaction) -> None:
    bodies = Bodies()
    for number in range(200):
        body = await add_body(tx, {"text": str(number)}, now=0)
        for chat_id in (1, 2):
            await put(tx, number, chat_id=chat_id, payload={}, body_id=body)
        # The last message with the text before is read together with the first with this one.
        rows = await list_due(tx, bodies, [Lane.POST], now_ms=number, limit=5)
        assert {row.payload.get("text") for row in rows} <= {str(number - 1), str(number)}
        await mark_sending(tx, rows[:-1], floor_id=None, now_ms=number)
