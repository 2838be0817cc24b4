"""Who decided what about comments and their authors: append-only, ids and codes.

A line is written in the transaction that changes the state, and only then.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from sqlite3 import Row

from storage.comment_model import Action, Decision, Reason, Role, State
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A line for the audit."""

    action: Action
    role: Role
    actor_id: int | None = None
    comment_id: int | None = None
    article_id: int | None = None
    person_id: int | None = None
    revision: int | None = None
    version: int | None = None
    from_state: State | None = None
    to_state: State | None = None
    reason: Reason | None = None
    until_at: int | None = None


async def record_decision(tx: Transaction, decision: NewDecision, *, now_ms: int) -> int:
    """Write a line and give its id."""
    reason = decision.reason
    return await tx.insert(
        "INSERT INTO comment_decisions (comment_id, article_id, person_id, revision, version, role,"
        " actor_id, action, from_state, to_state, reason_code, reason_text, until_at, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            decision.comment_id,
            decision.article_id,
            decision.person_id,
            decision.revision,
            decision.version,
            decision.role,
            decision.actor_id,
            decision.action,
            decision.from_state,
            decision.to_state,
            reason.code if reason else None,
            reason.text if reason else None,
            decision.until_at,
            now_ms // 1000,
        ),
    )


async def find_last_decision(tx: Transaction, comment_id: int) -> Decision | None:
    """Give what happened last to a comment."""
    row = await tx.one(
        f"{_SELECT} WHERE d.comment_id = ? ORDER BY d.id DESC LIMIT 1", (comment_id,)
    )
    return None if row is None else _decision(row)


async def each_decision(tx: Transaction) -> AsyncIterator[Decision]:
    """Give the whole audit, oldest first, a thousand lines at a time."""
    after = 0
    while rows := await tx.all(f"{_SELECT} WHERE d.id > ? ORDER BY d.id LIMIT 1000", (after,)):
        for row in rows:
            yield _decision(row)
        after = rows[-1]["id"]


_SELECT = (
    "SELECT d.*, m.name AS actor_name FROM comment_decisions d"
    " LEFT JOIN moderators m ON d.role = 'moderator' AND m.user_id = d.actor_id"
)


def _decision(row: Row) -> Decision:
    code = row["reason_code"]
    return Decision(
        id=row["id"],
        comment_id=row["comment_id"],
        article_id=row["article_id"],
        person_id=row["person_id"],
        revision=row["revision"],
        version=row["version"],
        role=row["role"],
        actor_id=row["actor_id"],
        action=Action(row["action"]),
        from_state=State(row["from_state"]) if row["from_state"] else None,
        to_state=State(row["to_state"]) if row["to_state"] else None,
        reason=Reason(code, row["reason_text"]) if code else None,
        until_at=row["until_at"],
        at=row["at"],
        actor_name=row["actor_name"],
    )
