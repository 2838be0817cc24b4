"""A group that became a supergroup: its new id wherever the old one stands, in one transaction.

Messages sent before stay where they were, in a chat that takes no edits any more; the supergroup
numbers its own anew.
"""

from storage.database import Transaction
from storage.facts import get_fact, set_fact
from storage.outbox import cancel
from storage.outbox_outcomes import move_chat_rows
from storage.subscribers import move_subscriber


async def move_chat(tx: Transaction, chat_id: int, new_chat_id: int) -> None:
    """Give a group its new id; told twice, it changes nothing more."""
    if chat_id == new_chat_id:
        return
    await move_subscriber(tx, chat_id, new_chat_id)
    await _move_copies(tx, chat_id, new_chat_id)
    await move_chat_rows(tx, chat_id, new_chat_id)
    await tx.run("UPDATE comment_views SET chat_id = ? WHERE chat_id = ?", (new_chat_id, chat_id))
    # Nothing can lead back to a summary out of reach: it is made again when asked for.
    await tx.run(
        "DELETE FROM summary_answers WHERE chat_id = ?"
        " AND outbox_id IN (SELECT id FROM outbox WHERE chat_id = ? AND state = 2)",
        (new_chat_id, chat_id),
    )
    # A card out of reach is no card: the comment waits for another.
    await tx.run(
        "UPDATE comments SET card_row = NULL WHERE state IN ('pending', 'appealed') AND card_row IN"
        " (SELECT v.outbox_id FROM comment_views v JOIN outbox o ON o.id = v.outbox_id"
        "  WHERE v.chat_id = ? AND o.chat_id = ? AND o.state = 2)",
        (new_chat_id, chat_id),
    )
    await set_fact(tx, f"moved_chat:{chat_id}", str(new_chat_id))


async def find_new_chat(tx: Transaction, chat_id: int) -> int:
    """Give the id that a chat known by an old one, as from a setting, has now."""
    seen = set()
    while chat_id not in seen:
        seen.add(chat_id)
        moved = await get_fact(tx, f"moved_chat:{chat_id}")
        chat_id = chat_id if moved is None else int(moved)
    return chat_id


async def _move_copies(tx: Transaction, chat_id: int, new_chat_id: int) -> None:
    """Move copies; where the new chat has one of the same comment, one that waits is dropped."""
    await tx.run(
        "UPDATE OR IGNORE comment_copies SET chat_id = ? WHERE chat_id = ?", (new_chat_id, chat_id)
    )
    rest = await tx.all("SELECT outbox_id FROM comment_copies WHERE chat_id = ?", (chat_id,))
    for row in rest:
        await cancel(tx, row["outbox_id"])
    await tx.run("DELETE FROM comment_copies WHERE chat_id = ?", (chat_id,))
