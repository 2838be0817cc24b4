"""Taking out what nobody needs any more, a little at a time.

What is too old is looked for on a reader; the writer only deletes by key, in transactions of a
few milliseconds, so that a purge of millions delays nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database

DAY = 86_400
BATCH = 1000  # rows deleted in one transaction
SCAN = 5000  # rows looked for in one go: the event loop handles them between two awaits


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days things are kept; None is for ever."""

    handled_updates: int = 7
    parked: int = 90  # updates, messages and jobs given up on
    receipts: int | None = 400  # a reply to an older message leads nowhere
    unused_bodies: int = 2  # a fan-out is over long before
    article_texts: int | None = None  # an article without its text is still listed and found


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    updates: int
    messages: int
    jobs: int
    dialogs: int
    model_uses: int
    bodies: int
    receipts: int
    article_texts: int


async def prune(db: Database, keep: Keep, *, now: int) -> Pruned:
    """Delete what is older than it is kept; may be stopped at any point and begun again."""
    return Pruned(
        updates=await _drain(
            db,
            "SELECT update_id FROM inbox WHERE state = 1 AND received_at < ?"
            " OR state = 2 AND received_at < ?",
            (now - keep.handled_updates * DAY, now - keep.parked * DAY),
            "DELETE FROM inbox WHERE update_id = ? AND state <> 0",
        ),
        messages=await _prune_messages(db, keep, now),
        jobs=await _drain(
            db,
            "SELECT id FROM jobs WHERE state = 2 AND created_at < ?",
            (now - keep.parked * DAY,),
            "DELETE FROM jobs WHERE id = ? AND state = 2",
        ),
        dialogs=await _drain(
            db,
            "SELECT chat_id, user_id, expires_at FROM dialogs WHERE expires_at <= ?",
            (now,),
            "DELETE FROM dialogs WHERE chat_id = ? AND user_id = ? AND expires_at = ?",
        ),
        model_uses=await _drain(
            db,
            "SELECT person_id, day FROM model_uses WHERE day < ?",
            (now // DAY,),
            "DELETE FROM model_uses WHERE person_id = ? AND day = ?",
        ),
        bodies=await _drain(
            db,
            # The newest stays, so that no id is given twice: the sender remembers bodies by id.
            "SELECT id FROM bodies WHERE created_at < ? AND id < (SELECT max(id) FROM bodies)"
            " AND id NOT IN (SELECT body_id FROM outbox WHERE body_id IS NOT NULL)",
            (now - keep.unused_bodies * DAY,),
            "DELETE FROM bodies WHERE id = ?",
        ),
        receipts=await _prune_receipts(db, keep, now),
        article_texts=await _prune_texts(db, keep, now),
    )


async def _prune_messages(db: Database, keep: Keep, now: int) -> int:
    """Drop what was given up on long ago; tracked rows stay: other tables remember them."""
    return await _drain(
        db,
        "SELECT id FROM outbox WHERE state = 4 AND tracked = 0 AND coalesce(sent_ms, due_ms) < ?",
        ((now - keep.parked * DAY) * 1000,),
        "DELETE FROM outbox WHERE id = ? AND state = 4",
    )


async def _drain(db: Database, find: str, parameters: Sequence[int], delete: str) -> int:
    """Delete by key whatever `find` gives until it gives nothing; counts what it found."""
    total = 0
    while True:
        async with db.read() as tx:
            rows = await tx.all(f"{find} LIMIT {SCAN}", parameters)
        await _delete(db, delete, [tuple(row) for row in rows])
        total += len(rows)
        if len(rows) < SCAN:
            return total


async def _delete(db: Database, delete: str, keys: Sequence[tuple[int, ...]]) -> None:
    for start in range(0, len(keys), BATCH):
        async with db.transaction() as tx:
            await tx.many(delete, keys[start : start + BATCH])


async def _prune_receipts(db: Database, keep: Keep, now: int) -> int:
    """Walk over all receipts in the order of their key, some thousands at a time."""
    if keep.receipts is None:
        return 0
    total = 0
    after: tuple[int, int] | None = (-(1 << 63), 0)
    while after is not None:
        async with db.read() as tx:
            rows = await tx.all(
                "SELECT chat_id, message_id, sent_at < ? AS is_old FROM receipts"
                " WHERE (chat_id, message_id) > (?, ?) ORDER BY chat_id, message_id LIMIT ?",
                (now - keep.receipts * DAY, *after, SCAN),
            )
        old = [(row[0], row[1]) for row in rows if row[2]]
        await _delete(db, "DELETE FROM receipts WHERE chat_id = ? AND message_id = ?", old)
        total += len(old)
        after = (rows[-1][0], rows[-1][1]) if len(rows) == SCAN else None
    return total


async def _prune_texts(db: Database, keep: Keep, now: int) -> int:
    """Drop the oldest articles' texts; ids follow arrival, so the first young one ends it."""
    if keep.article_texts is None:
        return 0
    total = 0
    while True:
        async with db.read() as tx:
            rows = await tx.all(
                "SELECT article_id FROM (SELECT article_id FROM article_texts ORDER BY article_id"
                " LIMIT ?) JOIN articles ON id = article_id WHERE first_seen_at < ?",
                (SCAN, now - keep.article_texts * DAY),
            )
        await _delete(
            db, "DELETE FROM article_texts WHERE article_id = ?", [(row[0],) for row in rows]
        )
        total += len(rows)
        if len(rows) < SCAN:
            return total
