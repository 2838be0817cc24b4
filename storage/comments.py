"""Readers' comments: reading them, and the one compare-and-swap that changes their state.

A change happens only on the version that was seen, and writes its line of the audit with it.
What readers see (`shown`) follows from the states: it is recomputed for the comment and for the
answers below it in the same transaction.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row
from typing import Any

from storage.comment_audit import NewDecision, record_decision
from storage.comment_copies import stop_relay
from storage.comment_model import (
    WAITING,
    Comment,
    Entity,
    Hold,
    Reason,
    Revision,
    State,
    Wording,
)
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Shift:
    """A comment whose place before readers changed: the revision that stood there, and does."""

    comment_id: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a transition did: the comment as it is now, and what readers see differently."""

    comment: Comment
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Raw:
    """An SQL expression in a transition's `sets`."""

    sql: str


async def find_comment(tx: Transaction, comment_id: int) -> Comment | None:
    """Give a comment, whatever its state."""
    row = await tx.one("SELECT * FROM comments WHERE id = ?", (comment_id,))
    return None if row is None else comment_of(row)


async def find_comment_by_source(
    tx: Transaction, author_id: int, message_id: int
) -> Comment | None:
    """Give the comment that an author's own message became."""
    row = await tx.one(
        "SELECT * FROM comments WHERE author_id = ? AND source_id = ?", (author_id, message_id)
    )
    return None if row is None else comment_of(row)


async def get_wording(tx: Transaction, comment_id: int, revision: int) -> Wording:
    """Give one wording of a comment."""
    row = await tx.one(
        "SELECT * FROM comment_revisions WHERE comment_id = ? AND number = ?",
        (comment_id, revision),
    )
    if row is None:
        raise LookupError(f"comment {comment_id} has no revision {revision}")
    return wording_of(row)


async def list_revisions(tx: Transaction, comment_id: int) -> list[Revision]:
    """Give every wording of a comment, oldest first."""
    rows = await tx.all(
        "SELECT * FROM comment_revisions WHERE comment_id = ? ORDER BY number", (comment_id,)
    )
    return [
        Revision(row["comment_id"], row["number"], wording_of(row), row["created_at"])
        for row in rows
    ]


async def list_waiting(
    tx: Transaction,
    *,
    article_id: int | None = None,
    author_id: int | None = None,
    without_card: bool = False,
    limit: int = 10,
) -> list[Comment]:
    """Give comments that a moderator has to decide, oldest first."""
    rows = await tx.all(
        "SELECT * FROM comments WHERE state IN ('pending', 'appealed')"
        " AND (:article IS NULL OR article_id = :article)"
        " AND (:author IS NULL OR author_id = :author)"
        " AND (NOT :without_card OR card_row IS NULL) ORDER BY id LIMIT :limit",
        {
            "article": article_id,
            "author": author_id,
            "without_card": without_card,
            "limit": limit,
        },
    )
    return [comment_of(row) for row in rows]


async def list_waiting_about(tx: Transaction, words: str, *, limit: int = 10) -> list[Comment]:
    """Give waiting comments on articles whose folded title holds those words, oldest first."""
    rows = await tx.all(
        "SELECT c.* FROM comments c JOIN articles a ON a.id = c.article_id"
        " WHERE c.state IN ('pending', 'appealed') AND instr(a.title_key, ?) > 0"
        " ORDER BY c.id LIMIT ?",
        (words, limit),
    )
    return [comment_of(row) for row in rows]


async def count_waiting(tx: Transaction) -> tuple[int, int]:
    """Count the comments that wait for a moderator: all of them, and those without a card."""
    row = await tx.one(
        "SELECT count(*), count(*) - count(card_row) FROM comments"
        " WHERE state IN ('pending', 'appealed')"
    )
    return (0, 0) if row is None else (row[0], row[1])


async def count_by_state(tx: Transaction) -> dict[State, int]:
    """Count all comments by state."""
    rows = await tx.all("SELECT state, count(*) AS n FROM comments GROUP BY state")
    return {State(row["state"]): row["n"] for row in rows}


async def transition(
    tx: Transaction,
    comment_id: int,
    version: int | None,
    decision: NewDecision,
    *,
    from_states: Sequence[State],
    sets: dict[str, Any],
    guard: str = "1",
    facts: dict[str, Any] | None = None,
    now_ms: int,
) -> Change | None:
    """Change a comment if it still has that version and one of those states; else None.

    `sets` gives columns their values; a Raw value is an SQL expression. `guard` is a further
    condition over the row as it was, with `facts` as its named parameters. With `version` None any
    version will do (an author's own acts). The audit's line is completed from the row.
    """
    before = await tx.one("SELECT * FROM comments WHERE id = ?", (comment_id,))
    if before is None:
        return None
    if sets.get("published", 0) is None or sets.get("hidden") == 1:
        sets = {**sets, "shown": None}
    states = ", ".join(f"'{state}'" for state in from_states)
    swapped = await tx.one(
        f"UPDATE comments SET {_assignments(sets)}version = version + 1, state_at = :now"
        f" WHERE id = :id AND version = coalesce(:version, version) AND state IN ({states})"
        f" AND ({guard}) RETURNING *",
        {
            **{f"set_{n}": v for n, v in sets.items() if not isinstance(v, Raw)},
            **(facts or {}),
            "id": comment_id,
            "version": version,
            "now": now_ms // 1000,
        },
    )
    if swapped is None:
        return None
    await record_decision(tx, _completed(decision, before, swapped), now_ms=now_ms)
    shifts = await refresh_shown(tx, comment_id, was_shown=before["shown"], now_ms=now_ms)
    comment = await find_comment(tx, comment_id)
    assert comment is not None
    return Change(comment, tuple(shifts))


def _assignments(sets: dict[str, Any]) -> str:
    return "".join(
        f"{name} = {value.sql}, " if isinstance(value, Raw) else f"{name} = :set_{name}, "
        for name, value in sets.items()
    )


def _completed(decision: NewDecision, before: Row, after: Row) -> NewDecision:
    return replace(
        decision,
        comment_id=before["id"],
        version=before["version"],
        revision=decision.revision or before["revision"],
        from_state=State(before["state"]),
        to_state=State(after["state"]),
    )


async def refresh_shown(
    tx: Transaction, comment_id: int, *, was_shown: int | None, now_ms: int
) -> list[Shift]:
    """Bring `shown` of a comment and of the answers below it in line with their states.

    `was_shown` is what stood before readers until this transaction. What is no longer shown stops
    here: copies not yet under way are dropped, the others are due for removal at once. Gives each
    comment whose place changed.
    """
    shifts = []
    waiting = [comment_id]
    while waiting:
        row = await tx.one(_WANTED, (waiting.pop(),))
        if row is None:
            continue
        before, wanted = was_shown if row["id"] == comment_id else row["shown"], row["wanted"]
        if before == wanted:
            continue
        await tx.run(
            "UPDATE comments SET shown = :wanted, relay_due_ms = :now,"
            " counting = 1, shown_ms = coalesce(shown_ms, iif(:wanted IS NULL, NULL, :now))"
            " WHERE id = :id",
            {"wanted": wanted, "now": now_ms, "id": row["id"]},
        )
        if wanted is None:
            await stop_relay(tx, row["id"], now_ms=now_ms)
        shifts.append(Shift(row["id"], before, wanted))
        answers = await tx.all("SELECT id FROM comments WHERE parent_id = ?", (row["id"],))
        waiting += [answer["id"] for answer in answers]
    return shifts


# What should stand before readers: while an approval can be undone, what stood there before it.
_WANTED = (
    "SELECT c.id, c.shown, CASE"
    " WHEN c.parent_id IS NOT NULL AND p.shown IS NULL THEN NULL"
    " WHEN c.published IS NULL OR c.hidden = 1 THEN NULL"
    " WHEN c.undo IS NULL THEN c.published"
    " WHEN json_extract(c.undo, '$.hidden') = 1 THEN NULL"
    " ELSE json_extract(c.undo, '$.published') END AS wanted"
    " FROM comments c LEFT JOIN comments p ON p.id = c.parent_id WHERE c.id = ?"
)


def comment_of(row: Row) -> Comment:
    """Make the record of a row of `comments`."""
    code = row["reason_code"]
    return Comment(
        id=row["id"],
        article_id=row["article_id"],
        author_id=row["author_id"],
        parent_id=row["parent_id"],
        state=State(row["state"]),
        version=row["version"],
        revision=row["revision"],
        published=row["published"],
        shown=row["shown"],
        hidden=bool(row["hidden"]),
        undo_until_ms=json.loads(row["undo"])["until_ms"] if row["undo"] else None,
        held=tuple(Hold(code, match) for code, match in json.loads(row["held"])),
        appeal=row["appeal"],
        verdict=row["verdict"],
        decided_by=row["decided_by"],
        reason=Reason(code, row["reason_text"]) if code else None,
        source_id=row["source_id"],
        status_row=row["status_row"],
        card_row=row["card_row"],
        relay_due_ms=row["relay_due_ms"],
        created_at=row["created_at"],
    )


def wording_of(row: Row) -> Wording:
    """Make the record of a row of `comment_revisions`."""
    entities = tuple(Entity(*entity) for entity in json.loads(row["entities"]))
    return Wording(row["name"], row["text"], entities, row["text_key"])


def is_final(state: State) -> bool:
    """Say whether nothing but erasure changes that state."""
    return state in (State.WITHDRAWN, State.EXPIRED, State.ERASED)


UNDECIDED = (*WAITING, State.RETURNED)
