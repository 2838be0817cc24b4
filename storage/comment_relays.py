"""Copies of comments in readers' chats: what stands there against what should.

A copy is the tracked outbox row of its send. Only what was taken back before it left, deleted or
edited to a notice is ever placed again, so that no chat holds two live copies.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from storage.comment_model import Copy, CopyState
from storage.database import Transaction
from storage.model import Draft, Lane, Language, OutboxState
from storage.outbox import drop_rows, enqueue

UNKNOWN_WORDING = 0  # what an edit left in a copy whose chat was out of reach, or that failed


@dataclass(frozen=True, slots=True)
class Due:
    """A comment whose copies have to be compared with what should be there."""

    comment_id: int
    due_ms: int
    shown: int | None


@dataclass(frozen=True, slots=True)
class PlacedCopy:
    """A copy, with what the outbox knows of its message."""

    copy: Copy
    outbox_state: OutboxState | None  # None where the row is gone
    sent_ms: int | None


@dataclass(frozen=True, slots=True)
class FinishedChange:
    """An edit or removal that came to an end, well or not."""

    copy: Copy
    outcome: Literal["done", "refused", "dropped", "never_left"]
    """Dropped: its chat was out of reach; never left: the copy waits, and must not be sent."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A chat that should get a copy, and the rows of earlier copies it may answer."""

    chat_id: int
    language: Language
    parent_row: int | None  # the chat's message of the comment that this one answers


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a comment went out, or was taken back again."""

    reached: int  # chats that hold it now
    under_way: int  # sends without an outcome yet
    unreachable: int
    removed: int
    lost: int  # could not be removed
    to_remove: int  # removed and lost ones included


async def stop_relay(tx: Transaction, comment_id: int, *, now_ms: int) -> int:
    """Stop a comment on its way to readers; gives how many copies were dropped.

    Copies and edits that have not left are dropped. What is under way is to be deleted, which also
    keeps it from being tried again.
    """
    rows = await tx.all(
        "SELECT c.*, o.state AS send_state, e.state AS edit_state FROM comment_copies c"
        " JOIN outbox o ON o.id = c.outbox_id LEFT JOIN outbox e ON e.id = c.change_id"
        " WHERE c.comment_id = ? AND c.state IN ('placed', 'rewording')"
        " AND (o.state IN (0, 1, 3) OR c.state = 'rewording')",
        (comment_id,),
    )
    unsent = [row for row in rows if row["send_state"] == OutboxState.WAITING]
    await _drop_copies(tx, comment_id, [row["outbox_id"] for row in unsent])
    for row in rows:
        if row["send_state"] == OutboxState.WAITING:
            continue
        if row["edit_state"] == OutboxState.WAITING:
            await forget_rows(tx, [row["change_id"]])
        is_under_way = OutboxState.SENDING in (row["send_state"], row["edit_state"])
        if is_under_way or row["send_state"] == OutboxState.UNKNOWN:
            await delete_copy(tx, _copy(row), now_ms=now_ms)
        else:
            await reword_copy(tx, _copy(row), UNKNOWN_WORDING, change_id=None)
    return len(unsent)


async def _drop_copies(tx: Transaction, comment_id: int, row_ids: list[int]) -> None:
    await forget_rows(tx, row_ids)
    await tx.run(
        "UPDATE comment_copies SET state = 'gone', change_id = NULL WHERE comment_id = ?"
        " AND outbox_id IN (SELECT value FROM json_each(?))",
        (comment_id, json.dumps(row_ids)),
    )


async def delete_copy(tx: Transaction, copy: Copy, *, now_ms: int) -> None:
    """Have a copy deleted, as soon as it is known to be there."""
    row = await enqueue(
        tx,
        Draft(
            copy.chat_id,
            Lane.RETRACTION,
            "deleteMessage",
            target_id=copy.outbox_id,
            tracked=True,
        ),
        now_ms=now_ms,
    )
    await retract_copy(tx, copy, "deleting", change_id=row)


async def forget_rows(tx: Transaction, row_ids: list[int]) -> None:
    """Drop rows that never left, with what edits or answers them; forget those that are over."""
    ids = json.dumps(row_ids)
    waiting = await tx.all(
        "SELECT id FROM outbox WHERE state = 0 AND id IN (SELECT value FROM json_each(?))", (ids,)
    )
    await drop_rows(tx, [row["id"] for row in waiting])
    await tx.run(
        "DELETE FROM outbox WHERE state IN (2, 4, 5) AND id IN (SELECT value FROM json_each(?))",
        (ids,),
    )


async def find_due(tx: Transaction, *, now_ms: int) -> Due | None:
    """Give the comment that waits longest for a comparison."""
    row = await tx.one(
        "SELECT id, relay_due_ms, shown FROM comments WHERE relay_due_ms <= ?"
        " ORDER BY relay_due_ms, id LIMIT 1",
        (now_ms,),
    )
    return None if row is None else Due(*row)


async def find_due_of(tx: Transaction, comment_id: int, *, now_ms: int) -> Due | None:
    """Give one comment if its comparison is due."""
    row = await tx.one(
        "SELECT id, relay_due_ms, shown FROM comments WHERE id = ? AND relay_due_ms <= ?",
        (comment_id, now_ms),
    )
    return None if row is None else Due(*row)


async def next_due_ms(tx: Transaction) -> int | None:
    """Give when the next comparison is due; None when nothing waits."""
    value = await tx.value("SELECT min(relay_due_ms) FROM comments WHERE relay_due_ms IS NOT NULL")
    return None if value is None else int(value)


async def finish_comparison(tx: Transaction, due: Due, *, again_ms: int | None) -> bool:
    """End a comparison; the next is due at `again_ms` or when an undo window passes.

    False where the comment changed meanwhile: its next comparison is due already.
    """
    return (
        await tx.run(
            "UPDATE comments SET relay_due_ms = iif(undo IS NULL, :again,"
            " min(coalesce(:again, 9e15), json_extract(undo, '$.until_ms')))"
            " WHERE id = :id AND relay_due_ms = :due AND shown IS :shown",
            {"id": due.comment_id, "due": due.due_ms, "shown": due.shown, "again": again_ms},
        )
        == 1
    )


async def compare_lost_again(tx: Transaction, *, now_ms: int) -> int:
    """Let comments be compared whose copies were out of reach in chats that are back."""
    return await tx.run(
        "UPDATE comments SET relay_due_ms = min(coalesce(relay_due_ms, :now), :now) WHERE id IN"
        " (SELECT c.comment_id FROM comment_copies c JOIN subscribers s ON s.chat_id = c.chat_id"
        "  WHERE c.state = 'lost' AND s.state <> 'unreachable')",
        {"now": now_ms},
    )


async def list_wrong_copies(
    tx: Transaction, comment_id: int, *, shown: int | None, after: int | None, limit: int
) -> list[PlacedCopy]:
    """Give copies that show something else than they should, in the order of the chats.

    A notice counts once the comment is shown again, a lost copy once its chat is back.
    """
    rows = await tx.all(
        "SELECT c.*, o.state AS outbox_state, o.sent_ms FROM comment_copies c"
        " LEFT JOIN outbox o ON o.id = c.outbox_id"
        " LEFT JOIN subscribers s ON s.chat_id = c.chat_id"
        " WHERE c.comment_id = :comment AND c.chat_id > :after"
        " AND (c.state IN ('placed', 'rewording') AND c.revision IS NOT :shown"
        "  OR c.state = 'lost' AND s.state <> 'unreachable'"
        "  OR c.state = 'notice' AND :shown IS NOT NULL) ORDER BY c.chat_id LIMIT :limit",
        {"comment": comment_id, "shown": shown, "after": _after(after), "limit": limit},
    )
    return [
        PlacedCopy(
            _copy(row),
            None if row["outbox_state"] is None else OutboxState(row["outbox_state"]),
            row["sent_ms"],
        )
        for row in rows
    ]


async def list_missing_recipients(
    tx: Transaction, comment_id: int, *, after: int | None, limit: int
) -> list[Recipient]:
    """Give the chats that should hold a shown comment and do not, in the order of their ids.

    Those are the active followers of the discussion from before it was first shown, without its
    author and without whoever muted the author.
    """
    rows = await tx.all(
        "SELECT f.chat_id, s.language, t.id AS parent_row FROM comments c"
        " JOIN discussion_follows f ON f.article_id = c.article_id"
        " JOIN subscribers s ON s.chat_id = f.chat_id AND s.state = 'active'"
        " LEFT JOIN comments p ON p.id = c.parent_id"
        " LEFT JOIN comment_copies pc ON pc.comment_id = p.id AND pc.chat_id = f.chat_id"
        "  AND pc.state IN ('placed', 'rewording')"
        # The parent's author has no copy, but the message that tells how it stands.
        " LEFT JOIN outbox t ON t.state IN (0, 1, 2, 3)"
        "  AND t.id = iif(p.author_id = f.chat_id, p.status_row, pc.outbox_id)"
        " LEFT JOIN comment_copies own ON own.comment_id = c.id AND own.chat_id = f.chat_id"
        " WHERE c.id = :comment AND c.shown IS NOT NULL AND f.chat_id > :after"
        " AND f.since_ms <= c.shown_ms AND f.chat_id <> c.author_id"
        " AND (own.state IS NULL OR own.state = 'gone')"
        " AND NOT EXISTS (SELECT 1 FROM comment_mutes m"
        "  WHERE m.chat_id = f.chat_id AND m.author_id = c.author_id)"
        " ORDER BY f.chat_id LIMIT :limit",
        {"comment": comment_id, "after": _after(after), "limit": limit},
    )
    return [Recipient(row["chat_id"], row["language"], row["parent_row"]) for row in rows]


async def find_body(tx: Transaction, comment_id: int, revision: int, variant: str) -> int | None:
    """Give the body that holds a wording in a variant, if it was rendered already."""
    value = await tx.value(
        "SELECT b.id FROM comment_bodies cb JOIN bodies b ON b.id = cb.body_id"
        " WHERE cb.comment_id = ? AND cb.revision = ? AND cb.variant = ?",
        (comment_id, revision, variant),
    )
    return None if value is None else int(value)


async def note_body(
    tx: Transaction, comment_id: int, revision: int, variant: str, body_id: int
) -> None:
    """Note a body just rendered."""
    await tx.run(
        "INSERT OR REPLACE INTO comment_bodies (comment_id, revision, variant, body_id)"
        " VALUES (?, ?, ?, ?)",
        (comment_id, revision, variant, body_id),
    )


async def place_copy(
    tx: Transaction, comment_id: int, chat_id: int, *, outbox_id: int, revision: int, variant: str
) -> None:
    """Note a copy that was just put in the outbox, the first in its chat or after a removal."""
    await tx.run(
        "INSERT INTO comment_copies (comment_id, chat_id, outbox_id, revision, variant)"
        " VALUES (:comment, :chat, :row, :revision, :variant) ON CONFLICT (comment_id, chat_id)"
        " DO UPDATE SET outbox_id = :row, revision = :revision, variant = :variant,"
        " state = 'placed', change_id = NULL WHERE state = 'gone'",
        {
            "comment": comment_id,
            "chat": chat_id,
            "row": outbox_id,
            "revision": revision,
            "variant": variant,
        },
    )


async def reword_copy(tx: Transaction, copy: Copy, revision: int, *, change_id: int | None) -> None:
    """Note that a copy is being edited by that outbox row, or has its wording without one."""
    await tx.run(
        "UPDATE comment_copies SET revision = ?, state = ?, change_id = ?"
        " WHERE comment_id = ? AND chat_id = ?",
        (
            revision,
            "placed" if change_id is None else "rewording",
            change_id,
            copy.comment_id,
            copy.chat_id,
        ),
    )


async def retract_copy(
    tx: Transaction, copy: Copy, state: CopyState, *, change_id: int | None
) -> None:
    """Note that a copy is being removed by that outbox row, or is gone without one."""
    await tx.run(
        "UPDATE comment_copies SET state = ?, change_id = ? WHERE comment_id = ? AND chat_id = ?",
        (state, change_id, copy.comment_id, copy.chat_id),
    )


async def cancel_copy(tx: Transaction, copy: Copy) -> None:
    """Take a copy back that has not left."""
    await forget_rows(tx, [copy.outbox_id])
    await retract_copy(tx, copy, "gone", change_id=None)


async def list_finished_changes(
    tx: Transaction, comment_id: int, *, limit: int
) -> list[FinishedChange]:
    """Give the edits and removals that came to an end.

    Their row is gone, or Telegram did not take it, or the copy itself never left after all.
    """
    rows = await tx.all(
        "SELECT c.*, r.state AS change_state, o.state AS copy_state"
        " FROM comment_copies c INDEXED BY comment_copies_moving"
        " LEFT JOIN outbox r ON r.id = c.change_id"
        " LEFT JOIN outbox o ON o.id = c.outbox_id WHERE c.comment_id = ?"
        " AND c.state IN ('rewording', 'deleting', 'marking')"
        " AND (r.id IS NULL OR r.state IN (2, 4, 5) OR c.state <> 'rewording' AND o.state = 0)"
        " ORDER BY c.chat_id LIMIT ?",
        (comment_id, limit),
    )
    return [FinishedChange(_copy(row), _outcome(row)) for row in rows]


def _outcome(row: Any) -> Literal["done", "refused", "dropped", "never_left"]:
    if row["copy_state"] == OutboxState.WAITING and row["state"] != "rewording":
        return "never_left"
    match row["change_state"]:
        case OutboxState.SENT:
            return "done"
        case OutboxState.PARKED:
            return "refused"
    return "dropped"


async def end_change(tx: Transaction, copy: Copy) -> None:
    """Take back the edit or removal of a copy if it has not left, and forget it if it is over."""
    if copy.change_id is not None:
        await forget_rows(tx, [copy.change_id])


async def is_moving(tx: Transaction, comment_id: int) -> bool:
    """Say whether edits or removals of a comment's copies are under way."""
    return bool(
        await tx.value(
            "SELECT 1 FROM comment_copies INDEXED BY comment_copies_moving WHERE comment_id = ?"
            " AND state IN ('rewording', 'deleting', 'marking') LIMIT 1",
            (comment_id,),
        )
    )


async def is_counting(tx: Transaction, comment_id: int) -> bool:
    """Say whether a comment's author awaits final numbers."""
    return bool(await tx.value("SELECT counting FROM comments WHERE id = ?", (comment_id,)))


async def stop_counting(tx: Transaction, comment_id: int) -> None:
    """Note that a comment's final numbers were told."""
    await tx.run("UPDATE comments SET counting = 0 WHERE id = ?", (comment_id,))


async def get_reach(tx: Transaction, comment_id: int) -> Reach:
    """Count where a comment's copies stand."""
    row = await tx.one(
        "SELECT sum(c.state IN ('placed', 'rewording') AND o.state = 2) AS reached,"
        " sum(c.state IN ('placed', 'rewording') AND o.state IN (0, 1, 3)) AS under_way,"
        " sum(c.state = 'placed' AND (o.id IS NULL OR o.state IN (4, 5))) AS unreachable,"
        " sum(c.state IN ('gone', 'notice') AND c.change_id IS NOT NULL) AS removed,"
        " sum(c.state = 'lost' AND c.change_id IS NOT NULL) AS lost,"
        " sum(c.state <> 'rewording' AND c.change_id IS NOT NULL) AS to_remove"
        " FROM comment_copies c LEFT JOIN outbox o ON o.id = c.outbox_id WHERE c.comment_id = ?",
        (comment_id,),
    )
    assert row is not None
    return Reach(*(value or 0 for value in row))


def _after(cursor: int | None) -> int:
    return -(2**63) if cursor is None else cursor


def _copy(row: Any) -> Copy:
    return Copy(
        row["comment_id"],
        row["chat_id"],
        row["outbox_id"],
        row["revision"],
        row["variant"],
        row["state"],
        row["change_id"],
    )
