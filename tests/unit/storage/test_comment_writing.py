# ruff: noqa: F811  the fixture is imported
"""What authors do to their own comments: edit, withdraw, appeal, each while it is not too late."""

from storage.comment_decisions import (
    approve,
    go_live,
    reject,
    return_for_changes,
    undo,
)
from storage.comment_model import Reason, State
from storage.comment_people import ban, leave_moderators
from storage.comment_writing import appeal, edit, withdraw
from storage.comments import (
    Shift,
    list_waiting,
)
from storage.database import Database
from tests.support.comments import (
    ANNE,
    BASILE,
    NOW_MS,
    ROB,
    SOON,
    ZOE,
    approve_it,
    make_comment,
    make_newsdesk,
    make_shown,
    reload,
    wording,
)
from tests.support.database import NOW, db  # noqa: F401

RUDE = Reason("insult")


async def test_an_edit_leaves_readers_the_approved_wording(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        change = await edit(tx, comment, wording("Mieux."), (), approved_since=NOW, now_ms=NOW_MS)
        assert change is not None
        edited = change.comment
        assert (edited.state, edited.revision, edited.published, edited.shown) == (
            State.PENDING,
            2,
            1,
            1,
        )
        assert edited.is_edit
        assert change.shifts == ()
        approved = await approve_it(tx, edited)
        assert (approved.published, approved.shown) == (2, 1)
        change = await go_live(tx, comment.id, now_ms=SOON)
        assert change is not None
        assert change.shifts == (Shift(comment.id, 1, 2),)


async def test_an_edit_in_the_undo_window_does_not_hurry_its_comment(db: Database) -> None:
    async with db.transaction() as tx:
        approved = await approve_it(tx, await make_comment(tx, await make_newsdesk(tx)))
        change = await edit(tx, approved, wording("Mieux."), (), approved_since=NOW, now_ms=NOW_MS)
        assert change is not None
        later = SOON + 60_000
        twice = await approve(
            tx, approved.id, change.comment.version, ANNE, due_ms=later, now_ms=NOW_MS
        )
        assert twice is not None
        assert twice.comment.shown is None
        undone = await undo(tx, approved.id, twice.comment.version, ANNE, now_ms=NOW_MS)
        assert undone is not None
        assert (undone.comment.state, undone.comment.published) == (State.PENDING, None)


async def test_a_returned_comment_comes_back_edited(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        change = await return_for_changes(
            tx, comment.id, comment.version, ANNE, RUDE, now_ms=NOW_MS
        )
        assert change is not None
        assert (change.comment.state, change.comment.reason) == (State.RETURNED, RUDE)
        assert await list_waiting(tx) == []
        change = await edit(tx, change.comment, wording("Poli."), (), approved_since=0, now_ms=SOON)
        assert change is not None
        assert (change.comment.state, change.comment.reason) == (State.PENDING, None)


async def test_edits_that_come_too_late(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        shown = await make_shown(tx, article_id)
        late = await edit(tx, shown, wording("x"), (), approved_since=NOW + 1, now_ms=SOON)
        assert late is None
        await make_shown(tx, article_id, author=ROB, parent=shown.id)
        answered = await edit(tx, shown, wording("x"), (), approved_since=NOW, now_ms=NOW_MS)
        assert answered is None
        other = await make_comment(tx, article_id, text="Autre")
        await withdraw(tx, other.id, ZOE, now_ms=NOW_MS)
        assert (
            await edit(tx, await reload(tx, other), wording("x"), (), approved_since=0, now_ms=SOON)
            is None
        )


async def test_withdrawal_is_the_authors_and_final(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        assert await withdraw(tx, comment.id, ROB, now_ms=NOW_MS) is None
        change = await withdraw(tx, comment.id, ZOE, now_ms=NOW_MS)
        assert change is not None
        assert change.shifts == (Shift(comment.id, 1, None),)
        gone = change.comment
        assert (gone.state, gone.published, gone.relay_due_ms) == (State.WITHDRAWN, None, NOW_MS)
        v = gone.version
        assert await withdraw(tx, comment.id, ZOE, now_ms=NOW_MS) is None
        assert await approve(tx, comment.id, v, ANNE, due_ms=SOON, now_ms=NOW_MS) is None
        assert await reject(tx, comment.id, v, ANNE, RUDE, everything=True, now_ms=NOW_MS) is None
        assert await go_live(tx, comment.id, now_ms=SOON) is None


async def test_an_appeal_once_in_time_decided_by_another(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await reject(tx, comment.id, comment.version, ANNE, RUDE, now_ms=NOW_MS)
        at = (tx, comment.id, ZOE, "C'était de l'humour.")
        assert await appeal(*at, rejected_since=NOW + 1, now_ms=SOON) is None
        change = await appeal(*at, rejected_since=NOW, now_ms=SOON)
        assert change is not None
        appealed = change.comment
        assert (appealed.state, appealed.appeal) == (State.APPEALED, at[3])
        again = (tx, appealed.id, appealed.version)
        assert await approve(*again, ANNE, due_ms=SOON, now_ms=SOON) is None
        change = await reject(*again, BASILE, RUDE, now_ms=SOON)
        assert change is not None
        assert await appeal(*at, rejected_since=NOW, now_ms=SOON) is None


async def test_a_lone_moderator_decides_on_the_appeal_too(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await leave_moderators(tx, BASILE, now=NOW)
        await reject(tx, comment.id, comment.version, ANNE, RUDE, now_ms=NOW_MS)
        change = await appeal(tx, comment.id, ZOE, "Si.", rejected_since=NOW, now_ms=NOW_MS)
        assert change is not None
        assert (await approve_it(tx, change.comment)).state is State.APPROVED


async def test_whoever_is_banned_does_not_appeal(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await reject(tx, comment.id, comment.version, ANNE, RUDE, now_ms=NOW_MS)
        at = (tx, comment.id, ZOE, "Si.")
        await ban(tx, ZOE, ANNE, until_at=NOW + 60, now_ms=NOW_MS)
        assert await appeal(*at, rejected_since=0, now_ms=NOW_MS) is None
        assert await appeal(*at, rejected_since=0, now_ms=NOW_MS + 60_000) is not None
