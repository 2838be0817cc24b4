"""What became of messages: each function records one kind of outcome."""

import json
from collections.abc import Sequence

from storage.database import Transaction
from storage.model import OutboxState
from storage.outbox import drop_chat, drop_rows


async def record_delivered(
    tx: Transaction, delivered: Sequence[tuple[int, int | None]], *, now_ms: int
) -> None:
    """Record (row id, new message id) pairs: receipts for new messages; rows go unless tracked.

    A tracked edit or deletion keeps the id 0: it is done and made no message. What a tracked row
    said is not kept: what people wrote must not stay behind in it.
    """
    pairs = json.dumps(delivered)
    await tx.run(
        "INSERT OR REPLACE INTO receipts"
        " (chat_id, message_id, article_id, comment_id, revision, outbox_id, sent_at)"
        " SELECT o.chat_id, j.value ->> 1, o.article_id, o.comment_id, o.revision, o.id, ?2"
        " FROM json_each(?1) j JOIN outbox o ON o.id = j.value ->> 0"
        " WHERE j.value ->> 1 IS NOT NULL",
        (pairs, now_ms // 1000),
    )
    deleted = await tx.run(
        "DELETE FROM outbox WHERE tracked = 0 AND id IN (SELECT value ->> 0 FROM json_each(?))",
        (pairs,),
    )
    if deleted < len(delivered):
        await tx.run(
            "UPDATE outbox SET state = 2, message_id = coalesce(j.value ->> 1, 0), sent_ms = ?2,"
            " error = NULL, payload = NULL, body_id = NULL"
            " FROM json_each(?1) j WHERE outbox.id = j.value ->> 0 AND tracked = 1",
            (pairs, now_ms),
        )


async def record_wait(
    tx: Transaction, row_id: int, *, due_ms: int, failed: bool, error: str
) -> None:
    """Let a message wait again; `failed` counts the attempt."""
    await tx.run(
        "UPDATE outbox SET state = 0, due_ms = ?, attempts = attempts + ?, error = ? WHERE id = ?",
        (due_ms, int(failed), error, row_id),
    )


async def delay_chat(tx: Transaction, chat_id: int, *, due_ms: int) -> None:
    """Let nothing for a chat be due before a time, so that its order holds after a restart."""
    await tx.run(
        "UPDATE outbox SET due_ms = ?1 WHERE chat_id = ?2 AND state = 0 AND due_ms < ?1",
        (due_ms, chat_id),
    )


async def record_unknown(tx: Transaction, row_id: int, *, failed: bool, error: str) -> None:
    """Record that a message may have arrived; `failed` counts the attempt."""
    await tx.run(
        "UPDATE outbox SET state = 3, attempts = attempts + ?, error = ? WHERE id = ?",
        (int(failed), error, row_id),
    )


async def record_gone(tx: Transaction, row_id: int, chat_id: int) -> int:
    """Give up a message and all that waits for its chat; gives the number of rows.

    One that was only looked for may be stranded, as in `drop_chat`.
    """
    dropped = 0
    if await tx.value("SELECT state FROM outbox WHERE id = ?", (row_id,)) == OutboxState.SENDING:
        await drop_rows(tx, [row_id])
        dropped = 1
    return dropped + await drop_chat(tx, chat_id)


async def park_row(tx: Transaction, row_id: int, error: str) -> None:
    """Keep a message that Telegram does not take for a person to look at.

    What edits or answers it is given up.
    """
    await tx.run(
        "UPDATE outbox SET state = 4, attempts = attempts + 1, error = ? WHERE id = ?",
        (error, row_id),
    )
    dependents = await tx.all("SELECT id FROM outbox WHERE target_id = ?", (row_id,))
    await drop_rows(tx, [row["id"] for row in dependents])


async def move_chat_rows(tx: Transaction, chat_id: int, new_chat_id: int) -> None:
    """Give what waits for a group that became a supergroup its new id.

    Receipts stay under the old id, and edits, deletions and answers lose what they refer to: the
    supergroup numbers its messages anew. A post that waits for the new chat too is not doubled.
    """
    await tx.run(
        "UPDATE OR IGNORE outbox SET chat_id = ?, target_id = NULL,"
        " payload = json_remove(payload, '$.reply_parameters')"
        " WHERE chat_id = ? AND state IN (0, 3, 4) AND method LIKE 'send%'",
        (new_chat_id, chat_id),
    )
    rest = await tx.all(
        "SELECT id FROM outbox WHERE chat_id = ? AND state IN (0, 3, 4)", (chat_id,)
    )
    await drop_rows(tx, [row["id"] for row in rest])
