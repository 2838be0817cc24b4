"""What people were asked and have not answered yet: one question a person and chat at a time."""

import json

from storage.database import Transaction
from storage.model import Dialog


async def set_dialog(tx: Transaction, dialog: Dialog) -> None:
    """Remember a question; it replaces the one before."""
    await tx.run(
        "INSERT OR REPLACE INTO dialogs (chat_id, user_id, kind, data, expires_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            dialog.chat_id,
            dialog.user_id,
            dialog.kind,
            json.dumps(dialog.data, ensure_ascii=False),
            dialog.expires_at,
        ),
    )


async def find_dialog(tx: Transaction, chat_id: int, user_id: int, *, now: int) -> Dialog | None:
    """Give the question that a person has not answered yet, unless it expired."""
    row = await tx.one(
        "SELECT chat_id, user_id, kind, data, expires_at FROM dialogs"
        " WHERE chat_id = ? AND user_id = ? AND expires_at > ?",
        (chat_id, user_id, now),
    )
    if row is None:
        return None
    return Dialog(
        row["chat_id"], row["user_id"], row["kind"], json.loads(row["data"]), row["expires_at"]
    )


async def delete_dialog(tx: Transaction, chat_id: int, user_id: int) -> bool:
    """Forget a question; True when there was one."""
    deleted = await tx.run(
        "DELETE FROM dialogs WHERE chat_id = ? AND user_id = ?", (chat_id, user_id)
    )
    return deleted == 1
