# ruff: noqa: F811  the fixture is imported
"""States of comments: each transition from where it is allowed, on the version that was seen."""

import sqlite3

import pytest

from storage.comment_decisions import (
    approve,
    ask_about_report,
    expire,
    go_live,
    hide,
    keep,
    list_expired,
    reject,
    reject_all_of,
    return_for_changes,
    undo,
)
from storage.comment_model import Action, Reason, State
from storage.comment_people import leave_moderators
from storage.comment_reports import add_report, get_open_reports, resolve_reports
from storage.comment_writing import appeal, approve_by_rules, edit, withdraw
from storage.comments import (
    Shift,
    count_by_state,
    count_waiting,
    find_comment_by_source,
    get_wording,
    list_waiting,
)
from storage.database import Database
from tests.support.comments import (
    ANNE,
    BASILE,
    LINA,
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
from tests.support.counts import list_decisions
from tests.support.database import NOW, db  # noqa: F401

RUDE = Reason("insult")


async def test_a_comment_waits_unseen(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx), source=77)
        assert (comment.state, comment.published, comment.shown) == (State.PENDING, None, None)
        assert await list_waiting(tx) == [comment]
        assert await count_waiting(tx) == (1, 1)
        assert await find_comment_by_source(tx, ZOE, 77) == comment
        assert await find_comment_by_source(tx, ROB, 77) is None
        assert (await get_wording(tx, comment.id, 1)).text == "Bien dit."


async def test_an_approval_is_seen_only_when_its_undo_window_has_passed(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await approve_it(tx, await make_comment(tx, await make_newsdesk(tx)))
        assert (comment.state, comment.published, comment.shown) == (State.APPROVED, 1, None)
        assert (comment.relay_due_ms, comment.undo_until_ms) == (SOON, SOON)
        assert await go_live(tx, comment.id, now_ms=SOON - 1) is None
        change = await go_live(tx, comment.id, now_ms=SOON)
        assert change is not None
        assert change.shifts == (Shift(comment.id, None, 1),)
        assert (change.comment.shown, change.comment.undo_until_ms) == (1, None)
        assert await go_live(tx, comment.id, now_ms=SOON + 1) is None


async def test_of_two_moderators_one_wins(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await approve_it(tx, comment)
        assert await reject(tx, comment.id, comment.version, BASILE, RUDE, now_ms=NOW_MS) is None
        actions = [d.action for d in await list_decisions(tx, comment.id)]
        assert actions == [Action.SUBMIT, Action.APPROVE]


async def test_nobody_decides_on_an_own_comment_or_after_leaving(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx), author=ZOE)
        acts = (approve, reject, return_for_changes)
        await leave_moderators(tx, BASILE, now=NOW)
        for who in (ZOE, BASILE):
            for act in acts:
                more = {"due_ms": SOON} if act is approve else {"reason": RUDE}
                got = await act(tx, comment.id, comment.version, who, **more, now_ms=NOW_MS)  # type: ignore[operator]
                assert got is None
        assert await reload(tx, comment) == comment


async def test_undo_by_its_moderator_within_the_window(db: Database) -> None:
    async with db.transaction() as tx:
        waiting = await make_comment(tx, await make_newsdesk(tx))
        approved = await approve_it(tx, waiting)
        at = (tx, approved.id, approved.version)
        assert await undo(*at, BASILE, now_ms=NOW_MS) is None
        assert await undo(*at, ANNE, now_ms=SOON) is None
        change = await undo(*at, ANNE, now_ms=SOON - 1)
        assert change is not None
        undone = change.comment
        assert (undone.state, undone.published, undone.verdict) == (State.PENDING, None, None)
        assert undone.relay_due_ms is None
        assert undone.version == waiting.version + 2
        assert await go_live(tx, approved.id, now_ms=SOON) is None


async def test_an_approval_is_of_the_version_on_the_card(db: Database) -> None:
    async with db.transaction() as tx:
        seen = await make_comment(tx, await make_newsdesk(tx))
        await edit(tx, seen, wording("Autre chose."), (), approved_since=NOW, now_ms=NOW_MS)
        got = await approve(tx, seen.id, seen.version, ANNE, due_ms=SOON, now_ms=NOW_MS)
        assert got is None
        assert (await reload(tx, seen)).published is None


async def test_a_refused_edit_is_dropped_or_everything_goes(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        for everything, state, shown in ((False, State.APPROVED, 1), (True, State.REJECTED, None)):
            comment = await make_shown(tx, article_id, text=f"Avis {everything}")
            change = await edit(tx, comment, wording("Non"), (), approved_since=NOW, now_ms=NOW_MS)
            assert change is not None
            change = await reject(
                tx,
                comment.id,
                change.comment.version,
                ANNE,
                RUDE,
                everything=everything,
                now_ms=NOW_MS,
            )
            assert change is not None
            assert (change.comment.state, change.comment.shown) == (state, shown)
            assert change.comment.published == shown


async def test_answers_leave_and_return_with_what_they_answer(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        top = await make_shown(tx, article_id)
        middle = await make_shown(tx, article_id, author=ROB, parent=top.id, text="Oui")
        leaf = await make_shown(tx, article_id, author=LINA, parent=middle.id, text="Non")
        assert leaf.shown == 1
        change = await hide(tx, top.id, now_ms=NOW_MS)
        assert change is not None
        assert {shift.comment_id for shift in change.shifts} == {top.id, middle.id, leaf.id}
        assert (await reload(tx, leaf)).state is State.APPROVED
        assert (await reload(tx, leaf)).shown is None
        await approve_it(tx, change.comment)
        change = await go_live(tx, top.id, now_ms=SOON)
        assert change is not None
        assert {shift.comment_id for shift in change.shifts} == {top.id, middle.id, leaf.id}
        assert (await reload(tx, leaf)).shown == 1


async def test_an_answer_below_what_is_not_shown_is_not_shown(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        top = await make_shown(tx, article_id)
        answer = await make_comment(tx, article_id, author=ROB, parent=top.id)
        await withdraw(tx, top.id, ZOE, now_ms=NOW_MS)
        await approve_it(tx, answer)
        change = await go_live(tx, answer.id, now_ms=SOON)
        assert change is not None
        assert change.shifts == ()
        assert change.comment.shown is None


async def test_reports_hide_and_count_an_account_once(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        assert await add_report(tx, comment, ROB, "spam", 1.0, now=NOW)
        assert not await add_report(tx, comment, ROB, "insult", 1.0, now=NOW)
        assert not await add_report(tx, comment, ZOE, "spam", 1.0, now=NOW)
        assert await get_open_reports(tx, comment.id) == (1.0, {"spam": 1})
        change = await ask_about_report(tx, comment.id, now_ms=NOW_MS)
        assert change is not None
        assert change.comment.shown == 1
        change = await hide(tx, comment.id, now_ms=NOW_MS)
        assert change is not None
        hidden = change.comment
        assert (hidden.state, hidden.hidden, hidden.published, hidden.shown) == (
            State.PENDING,
            True,
            1,
            None,
        )
        approved = await approve_it(tx, hidden)
        assert approved.shown is None
        undone = await undo(tx, approved.id, approved.version, ANNE, now_ms=NOW_MS)
        assert undone is not None
        assert undone.comment.hidden


async def test_where_a_moderator_disagreed_the_same_reason_weighs_no_more(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_shown(tx, await make_newsdesk(tx))
        assert await keep(tx, comment.id, comment.version, ANNE, now_ms=NOW_MS) is None
        await add_report(tx, comment, ROB, "spam", 1.0, now=NOW)
        assert await keep(tx, comment.id, comment.version, ANNE, now_ms=NOW_MS) is not None
        assert await resolve_reports(tx, comment.id, "dismissed") == 1
        await add_report(tx, comment, LINA, "spam", 1.0, now=NOW)
        await add_report(tx, comment, 1004, "insult", 0.5, now=NOW)
        assert await get_open_reports(tx, comment.id) == (0.5, {"insult": 1})


async def test_a_ban_empties_the_queue_and_may_take_down_the_rest(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        waiting = await make_comment(tx, article_id, text="1")
        shown = await make_shown(tx, article_id, text="2")
        edited = await make_shown(tx, article_id, text="3")
        await edit(tx, edited, wording("4"), (), approved_since=NOW, now_ms=NOW_MS)
        other = await make_comment(tx, article_id, author=ROB)
        await reject_all_of(tx, ZOE, ANNE, published_too=False, now_ms=NOW_MS)
        states = [(await reload(tx, c)).state for c in (waiting, shown, edited, other)]
        assert states == [State.REJECTED, State.APPROVED, State.APPROVED, State.PENDING]
        assert await list_waiting(tx, author_id=ZOE) == []
        await reject_all_of(tx, ZOE, ANNE, published_too=True, now_ms=NOW_MS)
        assert [(await reload(tx, c)).shown for c in (shown, edited)] == [None, None]
        banned = await reload(tx, waiting)
        assert banned.reason == Reason("banned")
        assert (await appeal(tx, banned.id, ZOE, "Non", rejected_since=0, now_ms=NOW_MS)) is None


async def test_what_nobody_decides_expires(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        waiting = await make_comment(tx, article_id, text="1")
        edited = await make_shown(tx, article_id, text="2")
        await edit(tx, edited, wording("3"), (), approved_since=NOW, now_ms=NOW_MS)
        appealed = await make_comment(tx, article_id, text="4")
        await reject(tx, appealed.id, appealed.version, ANNE, RUDE, now_ms=NOW_MS)
        await appeal(tx, appealed.id, ZOE, "Si", rejected_since=NOW, now_ms=NOW_MS)
        assert await list_expired(tx, before=NOW) == []
        ids = await list_expired(tx, before=NOW + 1)
        assert sorted(ids) == [waiting.id, edited.id, appealed.id]
        for comment_id in ids:
            assert await expire(tx, comment_id, before=NOW, now_ms=SOON) is None
            assert await expire(tx, comment_id, before=NOW + 1, now_ms=SOON) is not None
        after = [(await reload(tx, c)) for c in (waiting, edited, appealed)]
        assert [c.state for c in after] == [State.EXPIRED, State.APPROVED, State.REJECTED]
        assert after[1].shown == 1


async def test_trust_approves_with_the_same_window(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        change = await approve_by_rules(tx, comment, due_ms=SOON, now_ms=NOW_MS)
        assert change is not None
        assert (change.comment.state, change.comment.shown) == (State.APPROVED, None)
        assert (await list_decisions(tx, comment.id))[-1].role == "rules"
        undone = await undo(tx, comment.id, change.comment.version, BASILE, now_ms=NOW_MS)
        assert undone is not None


async def test_the_audit_is_append_only(db: Database) -> None:
    async with db.transaction() as tx:
        comment = await make_comment(tx, await make_newsdesk(tx))
        await reject(tx, comment.id, comment.version, ANNE, Reason("other", "Trop"), now_ms=NOW_MS)
        for statement in (
            "DELETE FROM comment_decisions",
            "UPDATE comment_decisions SET actor_id = 9",
            "UPDATE comment_decisions SET reason_text = 'x'",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                await tx.run(statement)
        decision = (await list_decisions(tx, comment.id))[-1]
        assert (decision.actor_name, decision.reason) == ("Anne", Reason("other", "Trop"))
        assert (decision.from_state, decision.to_state) == (State.PENDING, State.REJECTED)
        assert (decision.version, decision.revision) == (1, 1)


async def test_counts_follow_the_states(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        await make_comment(tx, article_id, text="1")
        await make_shown(tx, article_id, text="2")
        await make_comment(tx, article_id, text="3", author=ROB)
        assert await count_by_state(tx) == {State.PENDING: 2, State.APPROVED: 1}
        assert [c.author_id for c in await list_waiting(tx, author_id=ROB)] == [ROB]
        assert await list_waiting(tx, article_id=article_id + 1) == []
