"""Updates from Telegram, kept from before their confirmation until they are handled.

An update is stored once, handled once, and never lost: what cannot be handled is parked.
"""

from collections.abc import Sequence

from storage.database import Transaction
from storage.facts import get_fact, set_fact
from storage.model import InboxUpdate

OFFSET = "updates_offset"


async def get_offset(tx: Transaction) -> int:
    """Give the id of the next update to ask Telegram for; 0 before the first."""
    return int(await get_fact(tx, OFFSET) or 0)


async def add_updates(tx: Transaction, updates: Sequence[tuple[int, int, str]], *, now: int) -> int:
    """Store (update id, chat id, raw JSON) and move the offset past them; gives the new offset.

    An update that is stored already is left as it is, handled or not.
    """
    await tx.many(
        "INSERT OR IGNORE INTO inbox (update_id, chat_id, raw, received_at, message_id)"
        # Supergroups and channels (below -10^12) number their messages themselves.
        " VALUES (?1, ?2, ?3, ?4,"
        "  CASE WHEN ?2 > -1000000000000 AND json_valid(?3)"
        "  THEN ?3 ->> '$.message.message_id' END)",
        [(update_id, chat_id, raw, now) for update_id, chat_id, raw in updates],
    )
    offset = max(update_id for update_id, _, _ in updates) + 1
    await set_fact(tx, OFFSET, str(offset))
    return offset


async def list_waiting(tx: Transaction, *, after: int, limit: int) -> list[InboxUpdate]:
    """Give unhandled updates with an id above `after`, oldest first."""
    rows = await tx.all(
        "SELECT update_id, chat_id, raw, received_at, attempts FROM inbox"
        " WHERE state = 0 AND update_id > ? ORDER BY update_id LIMIT ?",
        (after, limit),
    )
    return [InboxUpdate(*row) for row in rows]


async def find_first_waiting(tx: Transaction) -> int | None:
    """Give the lowest id of what is unhandled."""
    first = await tx.value("SELECT min(update_id) FROM inbox WHERE state = 0")
    return None if first is None else int(first)


async def mark_handled(tx: Transaction, update_id: int) -> bool:
    """Mark an update handled, forget whose it was; False when it was not waiting any more."""
    changed = await tx.run(
        "UPDATE inbox SET state = 1, raw = NULL, chat_id = 0, error = NULL"
        " WHERE update_id = ? AND state = 0",
        (update_id,),
    )
    return changed == 1


async def record_failure(tx: Transaction, update_id: int, error: str) -> int:
    """Count a failed attempt and give how many there were."""
    attempts = await tx.value(
        "UPDATE inbox SET attempts = attempts + 1, error = ? WHERE update_id = ?"
        " RETURNING attempts",
        (error, update_id),
    )
    return int(attempts or 0)


async def park_update(tx: Transaction, update_id: int, error: str) -> None:
    """Give up on an update; it stays for a person to look at."""
    await tx.run(
        "UPDATE inbox SET state = 2, error = ? WHERE update_id = ? AND state = 0",
        (error, update_id),
    )
