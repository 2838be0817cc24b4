"""What is stored about a person's comments: given out, or erased with every copy of the text.

The audit stays, as ids and codes; a standing ban stays, or erasing oneself would lift it.
"""

import json
from dataclasses import dataclass
from typing import Any

from storage.comment_audit import NewDecision
from storage.comment_model import Action, State
from storage.comment_people import get_standing
from storage.comments import Shift, list_revisions, transition
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the comments, those answering them, and what readers see differently."""

    comment_ids: tuple[int, ...]
    answer_ids: tuple[int, ...]
    shifts: tuple[Shift, ...]


async def export_comments(tx: Transaction, user_id: int) -> dict[str, Any]:
    """Give everything stored about a person's part in discussions, ready for JSON."""
    comments = await tx.all("SELECT * FROM comments WHERE author_id = ? ORDER BY id", (user_id,))
    standing = await get_standing(tx, user_id)
    follows = await tx.all(
        "SELECT article_id, since_ms / 1000 AS since FROM discussion_follows WHERE chat_id = ?",
        (user_id,),
    )
    reports = await tx.all(
        "SELECT comment_id, reason, outcome, at FROM comment_reports WHERE user_id = ?", (user_id,)
    )
    return {
        "comments": [await _export_comment(tx, dict(row)) for row in comments],
        "standing": {
            "approved": standing.approved,
            "rejected": standing.rejected,
            "trust": standing.trust,
            "banned_until": standing.banned_until or None,
        },
        "discussions_followed": [dict(row) for row in follows],
        "reports": [dict(row) for row in reports],
        "people_muted": await tx.value(
            "SELECT count(*) FROM comment_mutes WHERE chat_id = ?", (user_id,)
        ),
    }


async def _export_comment(tx: Transaction, row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "article_id", "parent_id", "state", "reason_code", "reason_text", "appeal")
    revisions = await list_revisions(tx, row["id"])
    return {
        **{name: row[name] for name in (*kept, "published", "created_at", "state_at")},
        "revisions": [
            {
                "number": revision.number,
                "name": revision.wording.name,
                "text": revision.wording.text,
                "at": revision.created_at,
            }
            for revision in revisions
        ],
    }


async def erase_comments(tx: Transaction, user_id: int, *, now_ms: int) -> Erased:
    """Erase a person's comments, names and marks; copies in chats are due for removal at once.

    Messages of ours that show the texts still have to be redrawn by the caller, from what is given.
    """
    rows = await tx.all("SELECT id FROM comments WHERE author_id = ? ORDER BY id", (user_id,))
    ids = [row["id"] for row in rows]
    shifts: list[Shift] = []
    for comment_id in ids:
        shifts += await _erase_one(tx, comment_id, user_id, now_ms)
    chosen = json.dumps(ids)
    await _blank_texts(tx, chosen)
    await _forget_person(tx, user_id, now_ms)
    answers = await tx.all(
        "SELECT id FROM comments WHERE parent_id IN (SELECT value FROM json_each(:ids))"
        " AND id NOT IN (SELECT value FROM json_each(:ids))",
        {"ids": chosen},
    )
    return Erased(tuple(ids), tuple(row["id"] for row in answers), tuple(shifts))


async def _erase_one(
    tx: Transaction, comment_id: int, user_id: int, now_ms: int
) -> tuple[Shift, ...]:
    change = await transition(
        tx,
        comment_id,
        None,
        NewDecision(Action.ERASE, "author", user_id),
        from_states=[state for state in State if state is not State.ERASED],
        sets={
            "state": State.ERASED,
            "author_id": None,
            "published": None,
            "hidden": 0,
            "undo": None,
            "held": "[]",
            "reason_text": None,
            "appeal": None,
            "source_id": None,
            "status_row": None,
            "counting": 0,
        },
        now_ms=now_ms,
    )
    return change.shifts if change is not None else ()


async def _blank_texts(tx: Transaction, ids: str) -> None:
    """Blank every stored wording of some comments, and of answers that quote them."""
    chosen = "IN (SELECT value FROM json_each(:ids))"
    quoting = f"SELECT id FROM comments WHERE id {chosen} OR parent_id {chosen}"
    for statement in (
        "UPDATE comment_revisions SET name = '', text = '', entities = '[]', text_key = ''"
        f" WHERE comment_id {chosen}",
        f"UPDATE comment_decisions SET reason_text = NULL WHERE comment_id {chosen}"
        " AND reason_text IS NOT NULL",
        "UPDATE bodies SET payload = '{}' WHERE id IN (SELECT body_id FROM comment_bodies"
        f" WHERE comment_id IN ({quoting}))",
        f"DELETE FROM comment_bodies WHERE comment_id IN ({quoting})",
        # What was sent needs its payload no more; what waits is dropped or redrawn.
        "UPDATE outbox SET payload = NULL WHERE state IN (2, 5) AND id IN"
        f" (SELECT outbox_id FROM comment_copies WHERE comment_id IN ({quoting})"
        f"  UNION SELECT outbox_id FROM comment_views WHERE comment_id IN ({quoting})"
        "  UNION SELECT outbox_id FROM comment_views WHERE kind = 'thread' AND article_id IN"
        f"   (SELECT article_id FROM comments WHERE id {chosen}))",
    ):
        await tx.run(statement, {"ids": ids})


async def _forget_person(tx: Transaction, user_id: int, now_ms: int) -> None:
    for statement in (
        "DELETE FROM discussion_follows WHERE chat_id = :user",
        "DELETE FROM comment_mutes WHERE chat_id = :user OR author_id = :user",
        "DELETE FROM comment_reports WHERE user_id = :user",
        # What stands in this chat is the person's alone now: we forget that it is there.
        "DELETE FROM comment_views WHERE chat_id = :user",
        "DELETE FROM comment_copies WHERE chat_id = :user",
        "DELETE FROM comment_people WHERE user_id = :user AND banned_until <= :now",
        "UPDATE moderators SET name = '' WHERE user_id = :user",
        "UPDATE comment_decisions SET reason_text = NULL"
        " WHERE actor_id = :user AND reason_text IS NOT NULL",
        "UPDATE comments SET reason_text = NULL WHERE decided_by = :user",
    ):
        await tx.run(statement, {"user": user_id, "now": now_ms // 1000})
