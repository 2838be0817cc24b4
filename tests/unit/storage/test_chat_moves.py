# ruff: noqa: F811  the fixture is imported
"""A group that became a supergroup: nothing of ours stays under its old id by oversight."""

import pytest

from storage.chat_moves import find_new_chat, move_chat
from storage.comment_model import View
from storage.comment_reach import get_reach
from storage.comment_relays import compare_lost_again, list_missing_recipients, list_wrong_copies
from storage.comment_threads import follow_discussion
from storage.comment_views import add_view, find_card_row, find_view, set_card_row
from storage.comment_writing import withdraw
from storage.database import Database
from storage.facts import set_fact
from storage.model import Draft, Lane, OutboxState
from storage.outbox import enqueue, find_row
from storage.outbox_outcomes import record_delivered
from storage.summaries import SummaryAnswer, find_answer, record_answer
from tests.support.comments import (
    NOW_MS,
    ZOE,
    make_comment,
    make_newsdesk,
    make_shown,
    put_copy,
    reload,
)
from tests.support.database import NOW, db, make_subscriber  # noqa: F401

GROUP, SUPERGROUP = -400, -1_000_000_000_400

# Where a chat's old id has to stay, and why.
KEPT = {
    "inbox": "dispatch keeps the order of what came from the old chat",
    "receipts": "the messages are in the old chat, which numbered them",
}


async def test_every_table_that_names_the_chat_follows(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        for chat_id in (GROUP, SUPERGROUP):
            await make_subscriber(tx, chat_id, kind="group", follows=("5G",))
        comment = await make_shown(tx, article)
        await follow_discussion(tx, article, GROUP, now_ms=NOW_MS)
        row = await put_copy(tx, comment, GROUP)
        await add_view(tx, View(row, GROUP, "thread", article, None), now=NOW)
        await tx.run("INSERT INTO comment_mutes VALUES (?, 7)", (GROUP,))
        await tx.run("INSERT INTO dialogs VALUES (?, 1, 'x', '{}', 1)", (GROUP,))
        values = (GROUP, article, row)
        await tx.run("INSERT INTO summary_answers VALUES (?, ?, ?, 'h', 0, NULL)", values)
        tables = await tx.all(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'chat_id'"
        )
        names = {table["name"] for table in tables} - KEPT.keys()
        filled = {n for n in names if await tx.value(_COUNT.format(n), (GROUP,))}
        assert filled == names, "fill the new table here, and move it"
        await move_chat(tx, GROUP, SUPERGROUP)
        left = {n for n in names if await tx.value(_COUNT.format(n), (GROUP,))}
        assert not left
        lost = {n for n in names if not await tx.value(_COUNT.format(n), (SUPERGROUP,))}
        assert not lost


_COUNT = "SELECT count(*) FROM {} WHERE chat_id = ?"


async def test_a_copy_that_waits_goes_to_the_new_chat_once(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        comment, other = await make_shown(tx, article), await make_shown(tx, article, text="Oui")
        moved, twin = await put_copy(tx, comment, GROUP), await put_copy(tx, other, GROUP)
        await put_copy(tx, other, SUPERGROUP)
        await move_chat(tx, GROUP, SUPERGROUP)
        row = await find_row(tx, moved)
        assert row is not None
        assert (row.chat_id, row.state) == (SUPERGROUP, OutboxState.WAITING)
        dropped = await find_row(tx, twin)
        assert dropped is not None
        assert dropped.state is OutboxState.DROPPED
        (copy,) = await list_wrong_copies(tx, other.id, shown=2, after=None, limit=9)
        assert copy.copy.chat_id == SUPERGROUP


async def test_a_copy_in_the_old_group_is_left_and_told_as_not_removed(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        await make_subscriber(tx, GROUP, kind="group")
        await follow_discussion(tx, article, GROUP, now_ms=NOW_MS - 1)
        comment = await make_shown(tx, article)
        await put_copy(tx, comment, GROUP, message_id=9)
        await move_chat(tx, GROUP, SUPERGROUP)
        missing = await list_missing_recipients(tx, comment.id, after=None, limit=9)
        assert SUPERGROUP not in [recipient.chat_id for recipient in missing]
        await withdraw(tx, comment.id, ZOE, now_ms=NOW_MS)
        assert await list_wrong_copies(tx, comment.id, shown=None, after=None, limit=9) == []
        reach = await get_reach(tx, comment.id)
        assert (reach.removed, reach.lost, reach.to_remove) == (0, 1, 1)
        await tx.run("UPDATE comments SET relay_due_ms = NULL")
        assert await compare_lost_again(tx, now_ms=NOW_MS) == 0


async def test_nothing_is_edited_or_deleted_by_a_number_of_the_old_group(db: Database) -> None:
    async with db.transaction() as tx:
        sent = await enqueue(tx, Draft(GROUP, Lane.REPLY, tracked=True), now_ms=0)
        await record_delivered(tx, [(sent, 9)], now_ms=NOW_MS)
        await move_chat(tx, GROUP, SUPERGROUP)
        for method in ("editMessageText", "deleteMessage"):
            draft = Draft(SUPERGROUP, Lane.REPLY, method, target_id=sent)
            assert await find_row(tx, await enqueue(tx, draft, now_ms=0)) is None
        answer = Draft(SUPERGROUP, Lane.REPLY, target_id=sent)
        row = await find_row(tx, await enqueue(tx, answer, now_ms=0))
        assert row is not None
        assert row.target_id is None


@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_card_out_of_reach_makes_room_for_another(db: Database, is_sent: bool) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        row = await enqueue(tx, Draft(GROUP, Lane.MODERATION, tracked=True), now_ms=0)
        await add_view(tx, View(row, GROUP, "card", comment.article_id, comment.id), now=NOW)
        await set_card_row(tx, comment.id, row)
        if is_sent:
            await record_delivered(tx, [(row, 9)], now_ms=NOW_MS)
        await move_chat(tx, GROUP, SUPERGROUP)
        assert await find_card_row(tx, comment.id) == (None if is_sent else row)
        view = await find_view(tx, row)
        assert view is not None
        assert view.chat_id == SUPERGROUP
        assert (await reload(tx, comment)).version == comment.version


@pytest.mark.parametrize("is_sent", [True, False])
async def test_a_summary_out_of_reach_is_made_again_when_asked_for(
    db: Database, is_sent: bool
) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        row = await enqueue(tx, Draft(GROUP, Lane.REPLY, tracked=True), now_ms=0)
        answer = SummaryAnswer(row, "h")
        await record_answer(tx, GROUP, article, answer, now=NOW)
        if is_sent:
            await record_delivered(tx, [(row, 9)], now_ms=NOW_MS)
        await move_chat(tx, GROUP, SUPERGROUP)
        assert await find_answer(tx, SUPERGROUP, article) == (None if is_sent else answer)


async def test_the_new_id_is_found_by_any_older_one(db: Database) -> None:
    async with db.transaction() as tx:
        await move_chat(tx, GROUP, SUPERGROUP)
        await move_chat(tx, SUPERGROUP, SUPERGROUP)  # told by the new chat too
        assert await find_new_chat(tx, GROUP) == SUPERGROUP
        assert await find_new_chat(tx, SUPERGROUP) == SUPERGROUP
        # A fact that an earlier version wrote.
        await set_fact(tx, f"moved_chat:{SUPERGROUP}", str(SUPERGROUP))
        assert await find_new_chat(tx, GROUP) == SUPERGROUP
