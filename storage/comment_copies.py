"""Copies of comments in readers' chats: put there, reworded, taken back.

A copy is the tracked outbox row of its send. Only what was taken back before it left, deleted or
edited to a notice is ever placed again, so that no chat holds two live copies.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from storage.comment_model import Copy, CopyState
from storage.database import Transaction
from storage.model import Draft, Lane, OutboxState
from storage.outbox import enqueue, forget_rows

UNKNOWN_WORDING = 0  # what an edit left in a copy whose chat was out of reach, or that failed


@dataclass(frozen=True, slots=True)
class FinishedChange:
    """An edit or removal that came to an end, well or not."""

    copy: Copy
    outcome: Literal["done", "refused", "dropped", "never_left"]
    """Dropped: its chat was out of reach; never left: the copy waits, and must not be sent."""


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
            await delete_copy(tx, copy_of(row), now_ms=now_ms)
        else:
            await reword_copy(tx, copy_of(row), UNKNOWN_WORDING, change_id=None)
    return len(unsent)


async def _drop_copies(tx: Transaction, comment_id: int, row_ids: list[int]) -> None:
    await forget_rows(tx, row_ids)
    await tx.run(
        "UPDATE comment_copies SET state = 'gone', change_id = NULL WHERE comment_id = ?"
        " AND outbox_id IN (SELECT value FROM json_each(?))",
        (comment_id, json.dumps(row_ids)),
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
    return [FinishedChange(copy_of(row), _outcome(row)) for row in rows]


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


def copy_of(row: Any) -> Copy:
    """Make the record of a row of `comment_copies`."""
    return Copy(
        row["comment_id"],
        row["chat_id"],
        row["outbox_id"],
        row["revision"],
        row["variant"],
        row["state"],
        row["change_id"],
    )
