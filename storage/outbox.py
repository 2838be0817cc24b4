"""What is to be sent: drafts put in, rows looked up and taken back, chats dropped or erased.

Everything here joins the caller's transaction, so that a message exists exactly if what it tells
was committed. The sender's side is in outbox_claims.py.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from storage.database import Transaction
from storage.model import Draft, Lane, OutboxRow, OutboxState, Receipt

_ROW = (
    "SELECT o.id, o.chat_id, o.lane, o.method, o.payload, b.payload AS body, o.article_id,"
    " o.comment_id, o.revision, o.tracked, o.state, o.due_ms, o.attempts, o.floor_id,"
    " o.target_id, o.message_id, o.sent_ms, o.error, f.name AS file_name, f.content AS file_content"
    " FROM outbox o LEFT JOIN bodies b ON b.id = o.body_id"
    " LEFT JOIN outbox_files f ON f.outbox_id = o.id"
)
_RECEIPT = (
    "SELECT chat_id, message_id, article_id, comment_id, revision, outbox_id, sent_at FROM receipts"
)

# The articles of the story that article ?2 belongs to.
_STORY = (
    "SELECT ?2 UNION SELECT story_id FROM articles WHERE id = ?2 AND story_id IS NOT NULL"
    " UNION SELECT id FROM articles"
    " WHERE story_id = (SELECT coalesce(story_id, id) FROM articles WHERE id = ?2)"
)


async def add_body(tx: Transaction, payload: dict[str, Any], *, now: int) -> int:
    """Store a text that many messages share and give its id."""
    return await tx.insert(
        "INSERT INTO bodies (payload, created_at) VALUES (?, ?)", (_dump(payload), now)
    )


async def enqueue(tx: Transaction, draft: Draft, *, now_ms: int) -> int:
    """Put a message in the outbox and give its row's id.

    Where (chat, `once`) exists already, that row's id is given and nothing is added. A `target_id`
    must be a tracked row; where that was given up, so is this one. An edit replaces edits of the
    same message that have not left yet.
    """
    if draft.method.startswith("editMessage"):
        await _replace_edits(tx, draft)
    target_id, is_pointless = await _check_target(tx, draft)
    payload = None if draft.body_id is not None and not draft.payload else _dump(draft.payload)
    row_id = await tx.value(
        "INSERT INTO outbox (chat_id, lane, method, body_id, payload, article_id, comment_id,"
        " revision, once, target_id, tracked, due_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (chat_id, once) DO NOTHING RETURNING id",
        (
            draft.chat_id,
            int(draft.lane),
            draft.method,
            draft.body_id,
            payload,
            draft.article_id,
            draft.comment_id,
            draft.revision,
            draft.once,
            target_id,
            int(draft.tracked),
            now_ms if draft.due_ms is None else draft.due_ms,
        ),
    )
    if row_id is None:
        return int(
            await tx.value(
                "SELECT id FROM outbox WHERE chat_id = ? AND once = ?", (draft.chat_id, draft.once)
            )
        )
    if is_pointless:
        await drop_rows(tx, [row_id])
    elif draft.file is not None:
        await tx.run(
            "INSERT INTO outbox_files (outbox_id, name, content) VALUES (?, ?, ?)",
            (row_id, *draft.file),
        )
    return int(row_id)


async def find_row(tx: Transaction, row_id: int) -> OutboxRow | None:
    """Give a row; None once an untracked message is delivered or was taken back."""
    row = await tx.one(f"{_ROW} WHERE o.id = ?", (row_id,))
    return None if row is None else as_outbox_row(row)


async def cancel(tx: Transaction, row_id: int) -> bool:
    """Take a message back before it leaves; False when it is too late (or gone).

    A tracked row stays, dropped; what edits or answers it goes with it.
    """
    state = await tx.value("SELECT state FROM outbox WHERE id = ?", (row_id,))
    if state != OutboxState.WAITING:
        return False
    await drop_rows(tx, [row_id])
    return True


async def cancel_lane(tx: Transaction, chat_id: int, lane: Lane) -> int:
    """Take back what waits for a chat in a lane (a pause); gives the number of rows."""
    rows = await tx.all(
        "SELECT id FROM outbox WHERE chat_id = ? AND state = ? AND lane = ?",
        (chat_id, OutboxState.WAITING, lane),
    )
    await drop_rows(tx, [row["id"] for row in rows])
    return len(rows)


async def drop_rows(tx: Transaction, row_ids: list[int]) -> None:
    """Give rows up with what edits or answers them: tracked ones stay as dropped, others go."""
    if not row_ids:
        return
    ids = json.dumps(row_ids)
    among = "IN (SELECT value FROM json_each(?1))"
    chosen = f"(id {among} OR target_id {among})"
    await tx.run(f"UPDATE outbox SET state = 5 WHERE tracked = 1 AND {chosen}", (ids,))
    await tx.run(f"DELETE FROM outbox WHERE tracked = 0 AND {chosen}", (ids,))


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


async def is_overtaken(tx: Transaction, row: OutboxRow) -> bool:
    """Say whether sending a row once more would be wrong.

    Its message is to be deleted as soon as it is there, or it is an edit of a message that a later
    row edits or deletes: sent after that one, it would bring back what was taken away.
    """
    found = await tx.value(
        "SELECT 1 FROM outbox WHERE (target_id = :id AND state = 0 AND method LIKE 'delete%')"
        " OR (:is_edit AND target_id = :target AND id > :id"
        "  AND (method LIKE 'delete%' OR method = 'editMessageText')) LIMIT 1",
        {
            "id": row.id,
            "target": row.target_id,
            "is_edit": row.method.startswith("editMessage"),
        },
    )
    return found is not None


async def drop_chat(tx: Transaction, chat_id: int) -> int:
    """Give up everything that waits for a chat that is gone; gives the number of rows.

    What is being sent right now keeps its state: its own outcome is still to come. A copy of a
    comment that may have arrived is stranded: were it forgotten, nobody could take it back.
    """
    stranded = await tx.run(
        "UPDATE outbox SET state = 6"
        " WHERE chat_id = ? AND state = 3 AND tracked = 1 AND comment_id IS NOT NULL",
        (chat_id,),
    )
    rows = await tx.all(
        "SELECT id FROM outbox WHERE chat_id = ? AND state IN (0, 3, 4)", (chat_id,)
    )
    await drop_rows(tx, [row["id"] for row in rows])
    return stranded + len(rows)


async def recover_stranded(tx: Transaction, chat_id: int) -> None:
    """Let what may have arrived in a chat be looked for, now that the chat is back."""
    await tx.run("UPDATE outbox SET state = 3 WHERE chat_id = ? AND state = 6", (chat_id,))


async def erase_chat(tx: Transaction, chat_id: int) -> None:
    """Erase every row and receipt of a chat, whatever its state."""
    await tx.run("DELETE FROM outbox WHERE chat_id = ?", (chat_id,))
    await tx.run("DELETE FROM receipts WHERE chat_id = ?", (chat_id,))


async def find_receipt(tx: Transaction, chat_id: int, message_id: int) -> Receipt | None:
    """Give what a message of ours carried."""
    row = await tx.one(f"{_RECEIPT} WHERE chat_id = ? AND message_id = ?", (chat_id, message_id))
    return None if row is None else Receipt(*row)


async def is_receipt_due(tx: Transaction, chat_id: int, message_id: int) -> bool:
    """Say whether a message may be one of ours that arrived but is not written down yet."""
    return bool(
        await tx.value(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE state = 1 AND chat_id = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM receipts WHERE chat_id = ?1 AND message_id = ?2)",
            (chat_id, message_id),
        )
    )


async def find_own_copy(tx: Transaction, chat_id: int, article_id: int) -> Receipt | None:
    """Give a chat's first message about an article, or about its story as another feed told it."""
    row = await tx.one(
        f"{_RECEIPT} WHERE chat_id = ?1 AND comment_id IS NULL AND article_id IN ({_STORY})"
        " ORDER BY message_id LIMIT 1",
        (chat_id, article_id),
    )
    return None if row is None else Receipt(*row)


async def list_own_copies(
    tx: Transaction, article_id: int, chat_ids: Iterable[int]
) -> dict[int, int]:
    """Give, for each of the chats that has one, the id of its first message about a story."""
    rows = await tx.all(
        "SELECT chat_id, min(message_id) FROM receipts WHERE comment_id IS NULL"
        f" AND article_id IN ({_STORY}) AND chat_id IN (SELECT value FROM json_each(?1))"
        " GROUP BY chat_id",
        (json.dumps(list(chat_ids)), article_id),
    )
    return {row[0]: row[1] for row in rows}


def as_outbox_row(row: sqlite3.Row) -> OutboxRow:
    """Make a record of a row that holds its own payload and its body's."""
    body = {} if row["body"] is None else json.loads(row["body"])
    own = {} if row["payload"] is None else json.loads(row["payload"])
    file = None if row["file_name"] is None else (row["file_name"], row["file_content"])
    return OutboxRow(
        id=row["id"],
        chat_id=row["chat_id"],
        lane=Lane(row["lane"]),
        method=row["method"],
        payload=body | own,
        article_id=row["article_id"],
        comment_id=row["comment_id"],
        revision=row["revision"],
        tracked=bool(row["tracked"]),
        state=OutboxState(row["state"]),
        due_ms=row["due_ms"],
        attempts=row["attempts"],
        floor_id=row["floor_id"],
        file=file,
        target_id=row["target_id"],
        message_id=row["message_id"],
        sent_ms=row["sent_ms"],
        error=row["error"],
    )


async def _check_target(tx: Transaction, draft: Draft) -> tuple[int | None, bool]:
    """Give the target if it exists, and whether there will never be a message to act on."""
    if draft.target_id is None:
        return None, False
    row = await tx.one("SELECT state, chat_id FROM outbox WHERE id = ?", (draft.target_id,))
    if row is None:
        return None, True
    if row["state"] == OutboxState.SENT and row["chat_id"] != draft.chat_id:
        # It stayed in the group that this chat was before: nothing reaches it there.
        return None, not draft.method.startswith("send")
    return draft.target_id, row["state"] in (OutboxState.PARKED, OutboxState.DROPPED)


async def _replace_edits(tx: Transaction, draft: Draft) -> None:
    """Remove the edits that this one makes pointless: each costs a slot of the chat's limit."""
    message_id = draft.payload.get("message_id")
    same = "target_id = ?" if draft.target_id is not None else "payload ->> '$.message_id' = ?"
    await tx.run(
        f"DELETE FROM outbox WHERE chat_id = ? AND state = 0 AND tracked = 0 AND {same}"
        " AND method LIKE 'editMessage%' AND (method = ? OR ? = 'editMessageText')",
        (draft.chat_id, draft.target_id or message_id, draft.method, draft.method),
    )


def _dump(payload: dict[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
