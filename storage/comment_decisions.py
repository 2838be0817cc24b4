"""What moderators, readers' reports and the clock do to comments.

Each act is one compare-and-swap on the version that was on the card. Nobody decides on an own
comment, nor after leaving the moderation chat; of two moderators, not the first one on an appeal.
"""

from collections.abc import Sequence
from typing import Any

from storage.comment_audit import NewDecision
from storage.comment_model import WAITING, Action, Reason, State
from storage.comments import (
    UNDECIDED,
    Change,
    Raw,
    find_comment,
    refresh_shown,
    transition,
)
from storage.database import Transaction

BANNED = Reason("banned")

_MAY_DECIDE = (
    "author_id IS NOT :moderator"
    " AND NOT EXISTS (SELECT 1 FROM moderators WHERE user_id = :moderator AND left_at IS NOT NULL)"
    " AND (state <> 'appealed' OR decided_by IS NOT :moderator OR 2 > (SELECT count(*)"
    "  FROM moderators m WHERE m.left_at IS NULL AND m.user_id <> comments.author_id))"
)
# What an undo goes back to; an approval still within an earlier window has not been seen by anyone.
_UNDO = (
    "json_object('until_ms', :due, 'state', state, 'verdict', verdict, 'verdict_at', verdict_at,"
    " 'decided_by', decided_by, 'reason_code', reason_code, 'reason_text', reason_text,"
    " 'published', iif(undo IS NULL, published, json_extract(undo, '$.published')),"
    " 'hidden', iif(undo IS NULL, hidden, json_extract(undo, '$.hidden')))"
)


async def approve(
    tx: Transaction, comment_id: int, version: int, moderator_id: int, *, due_ms: int, now_ms: int
) -> Change | None:
    """Approve exactly the newest wording of that version; it reaches readers from `due_ms` on."""
    return await transition(
        tx,
        comment_id,
        version,
        NewDecision(Action.APPROVE, "moderator", moderator_id),
        from_states=WAITING,
        sets=approval_sets(moderator_id, now_ms),
        guard=_MAY_DECIDE,
        facts={"moderator": moderator_id, "due": due_ms},
        now_ms=now_ms,
    )


def approval_sets(moderator_id: int | None, now_ms: int) -> dict[str, Any]:
    """Give the columns of an approval; its statement needs `:due`."""
    return {
        "state": State.APPROVED,
        "published": Raw("revision"),
        "hidden": 0,
        "undo": Raw(_UNDO),
        "relay_due_ms": Raw(":due"),
        "verdict": "approved",
        "verdict_at": now_ms // 1000,
        "decided_by": moderator_id,
        "reason_code": None,
        "reason_text": None,
    }


async def undo(
    tx: Transaction, comment_id: int, version: int, moderator_id: int, *, now_ms: int
) -> Change | None:
    """Take an approval back before anybody saw it: its moderator only, or any if the rules did."""
    restored = ("state", "published", "hidden", "verdict", "verdict_at", "decided_by")
    sets: dict[str, Any] = {
        name: Raw(f"json_extract(undo, '$.{name}')")
        for name in (*restored, "reason_code", "reason_text")
    }
    return await transition(
        tx,
        comment_id,
        version,
        NewDecision(Action.UNDO, "moderator", moderator_id),
        from_states=[State.APPROVED],
        sets={**sets, "undo": None, "relay_due_ms": None},
        guard=f"undo IS NOT NULL AND json_extract(undo, '$.until_ms') > :now_ms"
        f" AND (decided_by IS NULL OR decided_by = :moderator) AND {_MAY_DECIDE}"
        # A banned author has nothing in the queue, where it would go back to.
        " AND NOT EXISTS (SELECT 1 FROM comment_people WHERE user_id = author_id"
        "  AND banned_until > :now_ms / 1000)",
        facts={"moderator": moderator_id, "now_ms": now_ms},
        now_ms=now_ms,
    )


async def reject(
    tx: Transaction,
    comment_id: int,
    version: int,
    moderator_id: int,
    reason: Reason,
    *,
    everything: bool = False,
    now_ms: int,
) -> Change | None:
    """Reject the newest wording; an approved one stays, unless `everything` is to go."""
    if not everything:
        change = await transition(
            tx,
            comment_id,
            version,
            NewDecision(Action.DROP_EDIT, "moderator", moderator_id, reason=reason),
            from_states=[State.PENDING],
            sets=_dropped_edit(reason, moderator_id),
            guard=f"published <> revision AND hidden = 0 AND {_MAY_DECIDE}",
            facts={"moderator": moderator_id},
            now_ms=now_ms,
        )
        if change is not None:
            return change
    return await transition(
        tx,
        comment_id,
        version,
        NewDecision(Action.REJECT, "moderator", moderator_id, reason=reason),
        from_states=[*UNDECIDED, State.APPROVED] if everything else WAITING,
        sets=_rejection(reason, moderator_id, now_ms),
        guard=f"{_MAY_DECIDE} AND (published IS NULL OR hidden = 1 OR :everything)",
        facts={"moderator": moderator_id, "everything": everything},
        now_ms=now_ms,
    )


async def return_for_changes(
    tx: Transaction,
    comment_id: int,
    version: int,
    moderator_id: int,
    reason: Reason,
    *,
    now_ms: int,
) -> Change | None:
    """Give the newest wording back to its author; an approved one stays where it is."""
    return await transition(
        tx,
        comment_id,
        version,
        NewDecision(Action.RETURN, "moderator", moderator_id, reason=reason),
        from_states=[State.PENDING],
        sets={
            "state": State.RETURNED,
            "decided_by": moderator_id,
            "reason_code": reason.code,
            "reason_text": reason.text,
        },
        guard=_MAY_DECIDE,
        facts={"moderator": moderator_id},
        now_ms=now_ms,
    )


async def keep(
    tx: Transaction, comment_id: int, version: int, moderator_id: int, *, now_ms: int
) -> Change | None:
    """Leave a reported comment where it is."""
    return await transition(
        tx,
        comment_id,
        version,
        NewDecision(Action.KEEP, "moderator", moderator_id),
        from_states=[State.APPROVED],
        sets={},
        guard=f"{_MAY_DECIDE} AND EXISTS (SELECT 1 FROM comment_reports r"
        " WHERE r.comment_id = comments.id AND r.outcome IS NULL)",
        facts={"moderator": moderator_id},
        now_ms=now_ms,
    )


async def ask_about_report(tx: Transaction, comment_id: int, *, now_ms: int) -> Change | None:
    """Note that a shown comment was reported, so that older cards no longer decide on it."""
    return await transition(
        tx,
        comment_id,
        None,
        NewDecision(Action.REPORTED, "readers"),
        from_states=[State.APPROVED],
        sets={},
        guard="shown IS NOT NULL",
        now_ms=now_ms,
    )


async def hide(tx: Transaction, comment_id: int, *, now_ms: int) -> Change | None:
    """Take a reported comment away from readers until a moderator decides."""
    return await transition(
        tx,
        comment_id,
        None,
        NewDecision(Action.HIDE, "readers"),
        from_states=[State.APPROVED, State.PENDING, State.RETURNED],
        sets={"state": State.PENDING, "hidden": 1, "undo": None},
        guard="shown IS NOT NULL",
        now_ms=now_ms,
    )


async def go_live(tx: Transaction, comment_id: int, *, now_ms: int) -> Change | None:
    """Let an approval whose undo window has passed reach readers; None where there is none.

    The state does not change, hence no version and no line in the audit.
    """
    passed = await tx.one(
        "UPDATE comments SET undo = NULL WHERE id = ? AND json_extract(undo, '$.until_ms') <= ?"
        " RETURNING shown",
        (comment_id, now_ms),
    )
    if passed is None:
        return None
    shifts = await refresh_shown(tx, comment_id, was_shown=passed["shown"], now_ms=now_ms)
    comment = await find_comment(tx, comment_id)
    assert comment is not None
    return Change(comment, tuple(shifts))


async def expire(tx: Transaction, comment_id: int, *, before: int, now_ms: int) -> Change | None:
    """Close what nobody decided in time: an edit is dropped, an appeal fails, the rest expires."""
    outcomes: Sequence[tuple[str, dict[str, Any]]] = (
        ("state = 'appealed'", {"state": State.REJECTED}),
        ("published IS NOT NULL AND hidden = 0", {"state": State.APPROVED}),
        ("1", {"state": State.EXPIRED, "published": None, "hidden": 0, "undo": None}),
    )
    for guard, sets in outcomes:
        change = await transition(
            tx,
            comment_id,
            None,
            NewDecision(Action.EXPIRE, "clock"),
            from_states=UNDECIDED,
            sets=sets,
            guard=f"state_at < :before AND {guard}",
            facts={"before": before},
            now_ms=now_ms,
        )
        if change is not None:
            return change
    return None


async def list_expired(tx: Transaction, *, before: int, limit: int = 100) -> list[int]:
    """Give the ids of comments undecided since before that time."""
    rows = await tx.all(
        "SELECT id FROM comments WHERE state IN ('pending', 'appealed') AND state_at < :before"
        " UNION ALL SELECT id FROM comments WHERE state = 'returned' AND state_at < :before"
        " LIMIT :limit",
        {"before": before, "limit": limit},
    )
    return [row["id"] for row in rows]


async def reject_all_of(
    tx: Transaction, author_id: int, moderator_id: int, *, published_too: bool, now_ms: int
) -> list[Change]:
    """Empty a banned author's queue; `published_too` also takes down what readers see.

    What was approved and has not gone out yet counts as queued.
    """
    states = [*UNDECIDED, State.APPROVED]
    rows = await tx.all(
        "SELECT id, version, published IS NOT NULL AND hidden = 0"
        " AND (undo IS NULL OR shown IS NOT NULL) AS is_public"
        " FROM comments WHERE author_id = :author"
        " AND (state IN ('pending', 'returned', 'appealed') OR state = 'approved'"
        "  AND (:published_too OR undo IS NOT NULL AND shown IS NULL)) ORDER BY id",
        {"author": author_id, "published_too": published_too},
    )
    changes = []
    for row in rows:
        stays = row["is_public"] and not published_too
        change = await transition(
            tx,
            row["id"],
            row["version"],
            NewDecision(
                Action.DROP_EDIT if stays else Action.REJECT,
                "moderator",
                moderator_id,
                reason=BANNED,
            ),
            from_states=states,
            sets=_dropped_edit(BANNED, moderator_id)
            if stays
            else _rejection(BANNED, moderator_id, now_ms),
            now_ms=now_ms,
        )
        if change is not None:
            changes.append(change)
    return changes


def _rejection(reason: Reason, moderator_id: int, now_ms: int) -> dict[str, Any]:
    return {
        "state": State.REJECTED,
        "published": None,
        "hidden": 0,
        "undo": None,
        "verdict": "rejected",
        "verdict_at": now_ms // 1000,
        "decided_by": moderator_id,
        "reason_code": reason.code,
        "reason_text": reason.text,
    }


def _dropped_edit(reason: Reason, moderator_id: int) -> dict[str, Any]:
    return {
        "state": State.APPROVED,
        "decided_by": moderator_id,
        "reason_code": reason.code,
        "reason_text": reason.text,
    }
