# ruff: noqa: F811  the fixture is imported
"""What should stand in each chat against what does: who is due a copy, which copies are wrong."""

import pytest

from storage.comment_copies import retract_copy, reword_copy
from storage.comment_decisions import approve
from storage.comment_model import Comment, CopyState
from storage.comment_people import mute_person
from storage.comment_relays import (
    compare_lost_again,
    find_due,
    find_due_of,
    finish_comparison,
    list_missing_recipients,
    list_wrong_copies,
    next_due_ms,
)
from storage.comment_threads import follow_discussion, unfollow_discussion
from storage.comment_views import set_status_row
from storage.comment_writing import withdraw
from storage.database import Database, Transaction
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.outbox_outcomes import park_row, record_delivered
from storage.subscribers import set_subscriber_state
from tests.support.comments import (
    ANNE,
    LINA,
    NOW_MS,
    ROB,
    ZOE,
    get_copy,
    make_comment,
    make_newsdesk,
    make_shown,
    put_copy,
    reload,
)
from tests.support.database import NOW, db  # noqa: F401


async def missing(tx: Transaction, comment: Comment) -> list[int]:
    found = await list_missing_recipients(tx, comment.id, after=None, limit=100)
    return [recipient.chat_id for recipient in found]


async def wrong(tx: Transaction, comment: Comment, shown: int | None) -> list[int]:
    found = await list_wrong_copies(tx, comment.id, shown=shown, after=None, limit=100)
    return [placed.copy.chat_id for placed in found]


async def test_followers_from_before_are_due_a_copy_but_not_its_author(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        await follow_discussion(tx, article, ROB, now_ms=NOW_MS - 1)
        comment = await make_shown(tx, article, author=ZOE)
        await follow_discussion(tx, article, LINA, now_ms=NOW_MS + 1)  # after it was shown
        assert await missing(tx, comment) == [ROB]
        await put_copy(tx, comment, ROB)
        assert await missing(tx, comment) == []


async def test_nobody_is_due_what_is_not_shown(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        await follow_discussion(tx, article, ROB, now_ms=NOW_MS)
        comment = await make_comment(tx, article)
        assert await missing(tx, comment) == []
        shown = await make_shown(tx, article, text="Oui")
        await withdraw(tx, shown.id, ZOE, now_ms=NOW_MS)
        assert await missing(tx, shown) == []


@pytest.mark.parametrize("wish", ["unfollowed", "muted", "paused", "unreachable"])
async def test_whoever_does_not_want_it_is_due_nothing(db: Database, wish: str) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        await follow_discussion(tx, article, ROB, now_ms=NOW_MS)
        comment = await make_shown(tx, article)
        assert await missing(tx, comment) == [ROB]
        if wish == "unfollowed":
            await unfollow_discussion(tx, article, ROB)
        elif wish == "muted":
            await mute_person(tx, ROB, ZOE)
        else:
            await set_subscriber_state(tx, ROB, wish, now=NOW)  # type: ignore[arg-type]
        assert await missing(tx, comment) == []


async def test_recipients_come_in_windows_by_chat(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        for chat in (ROB, LINA):
            await follow_discussion(tx, article, chat, now_ms=NOW_MS)
        comment = await make_shown(tx, article)
        (first,) = await list_missing_recipients(tx, comment.id, after=None, limit=1)
        rest = await list_missing_recipients(tx, comment.id, after=first.chat_id, limit=9)
        assert [first.chat_id, *(r.chat_id for r in rest)] == sorted([ROB, LINA])


async def test_an_answer_goes_below_the_chat_s_own_copy_of_what_it_answers(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        for chat in (ROB, ZOE):
            await follow_discussion(tx, article, chat, now_ms=NOW_MS)
        parent = await make_shown(tx, article, author=ZOE)
        copy = await put_copy(tx, parent, ROB)
        status = await enqueue(tx, Draft(ZOE, Lane.REPLY, tracked=True), now_ms=0)
        await set_status_row(tx, parent.id, status)
        answer = await make_shown(tx, article, author=LINA, parent=parent.id)
        found = await list_missing_recipients(tx, answer.id, after=None, limit=9)
        assert {r.chat_id: r.parent_row for r in found} == {ROB: copy, ZOE: status}
        await park_row(tx, copy, "400 nope")  # never arrived: nothing to answer
        found = await list_missing_recipients(tx, answer.id, after=None, limit=9)
        assert {r.chat_id: r.parent_row for r in found} == {ROB: None, ZOE: status}


@pytest.mark.parametrize(
    ("state", "if_shown", "if_gone"),
    [
        ("placed", False, True),
        ("rewording", False, True),
        ("deleting", False, False),
        ("marking", False, False),
        ("gone", False, False),
        ("notice", True, False),
        ("lost", True, True),
    ],
)
async def test_which_copies_are_wrong(
    db: Database, state: CopyState, if_shown: bool, if_gone: bool
) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        await put_copy(tx, comment, ROB, message_id=9)
        await retract_copy(tx, await get_copy(tx, comment, ROB), state, change_id=None)
        assert (await wrong(tx, comment, 1) == [ROB]) is if_shown
        assert (await wrong(tx, comment, None) == [ROB]) is if_gone


async def test_another_wording_is_wrong(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        await put_copy(tx, comment, ROB, message_id=9)
        assert await wrong(tx, comment, 1) == []
        assert await wrong(tx, comment, 2) == [ROB]
        await reword_copy(tx, await get_copy(tx, comment, ROB), 2, change_id=77)
        assert await wrong(tx, comment, 2) == []


async def test_a_lost_copy_counts_once_its_chat_is_back(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        await put_copy(tx, comment, ROB, message_id=9)
        await retract_copy(tx, await get_copy(tx, comment, ROB), "lost", change_id=None)
        await tx.run("UPDATE comments SET relay_due_ms = NULL")
        await set_subscriber_state(tx, ROB, "unreachable", now=NOW)
        assert await wrong(tx, comment, None) == []
        assert await compare_lost_again(tx, now_ms=NOW_MS) == 0
        await set_subscriber_state(tx, ROB, "active", now=NOW)
        assert await wrong(tx, comment, None) == [ROB]
        assert await compare_lost_again(tx, now_ms=NOW_MS) == 1
        assert (await reload(tx, comment)).relay_due_ms == NOW_MS


async def test_what_was_refused_for_good_is_right_as_it_is(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        row = await put_copy(tx, comment, ROB, message_id=9)
        draft = Draft(ROB, Lane.RETRACTION, "editMessageText", target_id=row, tracked=True)
        notice = await enqueue(tx, draft, now_ms=NOW_MS)
        await park_row(tx, notice, "400 message can't be edited")
        await retract_copy(tx, await get_copy(tx, comment, ROB), "lost", change_id=notice)
        assert await wrong(tx, comment, None) == []
        await tx.run("UPDATE comments SET relay_due_ms = NULL")
        assert await compare_lost_again(tx, now_ms=NOW_MS) == 0


async def test_the_comment_that_waits_longest_is_compared_first(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_newsdesk(tx)
        assert await find_due(tx, now_ms=NOW_MS) is None
        assert await next_due_ms(tx) is None
        later = await make_comment(tx, article, text="1")
        await approve(tx, later.id, later.version, ANNE, due_ms=NOW_MS + 60, now_ms=NOW_MS)
        first = await make_shown(tx, article, text="2")
        due = await find_due(tx, now_ms=NOW_MS)
        assert due is not None
        assert (due.comment_id, due.shown) == (first.id, 1)
        assert await find_due_of(tx, later.id, now_ms=NOW_MS) is None
        assert await finish_comparison(tx, due, again_ms=None)
        assert await next_due_ms(tx) == NOW_MS + 60


async def test_a_comparison_does_not_end_what_changed_meanwhile(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        due = await find_due_of(tx, comment.id, now_ms=NOW_MS)
        assert due is not None
        await withdraw(tx, comment.id, ZOE, now_ms=NOW_MS)
        assert not await finish_comparison(tx, due, again_ms=None)
        assert (await reload(tx, comment)).relay_due_ms == NOW_MS


async def test_an_undo_window_is_not_slept_through(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await approve(tx, comment.id, comment.version, ANNE, due_ms=NOW_MS + 60, now_ms=NOW_MS)
        await tx.run("UPDATE comments SET relay_due_ms = ?", (NOW_MS,))
        due = await find_due(tx, now_ms=NOW_MS)
        assert due is not None
        assert await finish_comparison(tx, due, again_ms=NOW_MS + 900)
        assert await next_due_ms(tx) == NOW_MS + 60


async def test_a_copy_that_arrived_is_known_by_its_row(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        row = await put_copy(tx, comment, ROB)
        await record_delivered(tx, [(row, 5)], now_ms=NOW_MS + 7)
        (placed,) = await list_wrong_copies(tx, comment.id, shown=None, after=None, limit=9)
        assert (placed.copy.outbox_id, placed.sent_ms) == (row, NOW_MS + 7)
