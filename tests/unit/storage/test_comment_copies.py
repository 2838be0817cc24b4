# ruff: noqa: F811  the fixture is imported
"""Copies of comments: what a withdrawal stops, what came of edits and removals, how far it went."""

import pytest

from storage.comment_copies import (
    cancel_copy,
    delete_copy,
    is_moving,
    list_finished_changes,
    place_copy,
    retract_copy,
    reword_copy,
    stop_relay,
)
from storage.comment_model import Comment
from storage.comment_reach import get_reach
from storage.comment_writing import withdraw
from storage.database import Database, Transaction
from storage.model import Draft, Lane, OutboxState
from storage.outbox import cancel, enqueue, find_row
from storage.outbox_claims import Bodies, list_due, mark_sending
from storage.outbox_outcomes import park_row, record_delivered, record_unknown
from tests.support.comments import (
    LINA,
    NOW_MS,
    ROB,
    ZOE,
    get_copy,
    make_newsdesk,
    make_shown,
    put_copy,
)
from tests.support.database import db  # noqa: F401


async def let_leave(tx: Transaction, row: int) -> None:
    due = await list_due(tx, Bodies(), tuple(Lane), now_ms=NOW_MS, limit=100)
    (chosen,) = [one for one in due if one.id == row]
    assert await mark_sending(tx, [chosen], floor_id=None, now_ms=NOW_MS) == {row}


async def put_edit(tx: Transaction, comment: Comment, row: int) -> int:
    """Let a copy be edited to the second wording; gives the edit's row."""
    draft = Draft(ROB, Lane.RELAY, "editMessageText", {"text": "b"}, target_id=row, tracked=True)
    edit = await enqueue(tx, draft, now_ms=NOW_MS)
    await reword_copy(tx, await get_copy(tx, comment, ROB), 2, change_id=edit)
    return edit


async def state_of(tx: Transaction, row: int | None) -> OutboxState | None:
    found = None if row is None else await find_row(tx, row)
    return None if found is None else found.state


async def test_a_withdrawal_drops_what_has_not_left(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        waiting = await put_copy(tx, comment, ROB)
        await put_copy(tx, comment, LINA, message_id=9)
        assert await stop_relay(tx, comment.id, now_ms=NOW_MS) == 1
        assert await state_of(tx, waiting) is None
        assert (await get_copy(tx, comment, ROB)).state == "gone"
        assert (await get_copy(tx, comment, LINA)).state == "placed"  # the relay takes it back


@pytest.mark.parametrize("fate", ["under way", "unknown"])
async def test_a_send_under_way_is_deleted_once_it_is_there(db: Database, fate: str) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        row = await put_copy(tx, comment, ROB)
        await let_leave(tx, row)
        if fate == "unknown":
            await record_unknown(tx, row, failed=True, error="time-out")
        await stop_relay(tx, comment.id, now_ms=NOW_MS)
        copy = await get_copy(tx, comment, ROB)
        assert copy.state == "deleting"
        assert copy.change_id is not None
        deletion = await find_row(tx, copy.change_id)
        assert deletion is not None
        assert (deletion.method, deletion.target_id) == ("deleteMessage", row)
        assert deletion.lane is Lane.RETRACTION


async def test_an_edit_that_has_not_left_is_dropped(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        edit = await put_edit(tx, comment, await put_copy(tx, comment, ROB, message_id=9))
        assert await stop_relay(tx, comment.id, now_ms=NOW_MS) == 0
        assert await state_of(tx, edit) is None
        copy = await get_copy(tx, comment, ROB)
        assert (copy.state, copy.revision, copy.change_id) == ("placed", 0, None)


async def test_an_edit_under_way_is_overtaken_by_a_deletion(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        edit = await put_edit(tx, comment, await put_copy(tx, comment, ROB, message_id=9))
        await let_leave(tx, edit)
        await stop_relay(tx, comment.id, now_ms=NOW_MS)
        copy = await get_copy(tx, comment, ROB)
        assert copy.state == "deleting"
        assert copy.change_id != edit
        assert await state_of(tx, edit) is OutboxState.SENDING


@pytest.mark.parametrize("state", ["placed", "deleting", "marking", "notice", "lost"])
async def test_only_what_is_gone_is_placed_again(db: Database, state: str) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        row = await put_copy(tx, comment, ROB, message_id=9)
        again = {"outbox_id": 77, "revision": 2, "variant": "en"}
        await retract_copy(tx, await get_copy(tx, comment, ROB), state, change_id=None)  # type: ignore[arg-type]
        await place_copy(tx, comment.id, ROB, **again)  # type: ignore[arg-type]
        assert (await get_copy(tx, comment, ROB)).outbox_id == row
        await retract_copy(tx, await get_copy(tx, comment, ROB), "gone", change_id=3)
        await place_copy(tx, comment.id, ROB, **again)  # type: ignore[arg-type]
        copy = await get_copy(tx, comment, ROB)
        assert (copy.outbox_id, copy.state, copy.change_id) == (77, "placed", None)


async def test_what_came_of_a_deletion(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        await put_copy(tx, comment, ROB, message_id=9)
        await delete_copy(tx, await get_copy(tx, comment, ROB), now_ms=NOW_MS)
        change = (await get_copy(tx, comment, ROB)).change_id
        assert change is not None
        assert await list_finished_changes(tx, comment.id, limit=9) == []
        assert await is_moving(tx, comment.id)
        await record_delivered(tx, [(change, None)], now_ms=NOW_MS)
        (done,) = await list_finished_changes(tx, comment.id, limit=9)
        assert done.outcome == "done"
        await tx.run("UPDATE outbox SET state = 0 WHERE id = ?", (change,))
        await park_row(tx, change, "400 nope")
        (done,) = await list_finished_changes(tx, comment.id, limit=9)
        assert done.outcome == "refused"
        await tx.run("UPDATE outbox SET state = 0 WHERE id = ?", (change,))
        await cancel(tx, change)
        (done,) = await list_finished_changes(tx, comment.id, limit=9)
        assert done.outcome == "dropped"
        await retract_copy(tx, done.copy, "gone", change_id=change)
        assert not await is_moving(tx, comment.id)


async def test_a_deletion_of_what_never_left_is_not_waited_for(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        row = await put_copy(tx, comment, ROB)
        await let_leave(tx, row)
        await stop_relay(tx, comment.id, now_ms=NOW_MS)
        await tx.run("UPDATE outbox SET state = 0 WHERE id = ?", (row,))  # it had not arrived
        (finished,) = await list_finished_changes(tx, comment.id, limit=9)
        assert finished.outcome == "never_left"
        await cancel_copy(tx, finished.copy)
        assert await state_of(tx, row) is None
        assert (await get_copy(tx, comment, ROB)).state == "gone"


async def test_how_far_a_comment_went_and_came_back(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        for chat in (ROB, LINA):
            await put_copy(tx, comment, chat, message_id=chat)
        await put_copy(tx, comment, 1004)
        dropped = await put_copy(tx, comment, 1005)
        await cancel(tx, dropped)
        reach = await get_reach(tx, comment.id)
        assert (reach.reached, reach.under_way, reach.unreachable) == (2, 1, 1)
        await withdraw(tx, comment.id, ZOE, now_ms=NOW_MS)
        for chat, state in ((ROB, "gone"), (LINA, "lost")):
            copy = await get_copy(tx, comment, chat)
            await retract_copy(tx, copy, state, change_id=5)  # type: ignore[arg-type]
        reach = await get_reach(tx, comment.id)
        assert (reach.removed, reach.lost, reach.to_remove) == (1, 1, 2)
