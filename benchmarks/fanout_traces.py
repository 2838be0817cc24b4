"""What a fan-out leaves behind: the room that rows take, and what it costs to prune them."""

import time
from collections.abc import Awaitable, Callable

from benchmarks.big_database import NOW
from benchmarks.report import Figure
from benchmarks.waits import Waits
from storage.database import Database
from storage.retention import DAY, Keep, prune

MILLION = 1_000_000


async def measure_traces(db: Database, write: Callable[[], Awaitable[None]]) -> list[Figure]:
    """Turn a full outbox into receipts, as sending does, and prune them beside a writer."""
    full = await _used_bytes(db)
    async with db.transaction() as tx:
        queued = await tx.value("SELECT count(*) FROM outbox")
        rows = await tx.run(
            "INSERT INTO receipts (chat_id, message_id, article_id, sent_at)"
            f" SELECT chat_id, id, article_id, {NOW} FROM outbox"
        )
    with_both = await _used_bytes(db)
    async with db.transaction() as tx:
        await tx.run("DELETE FROM outbox")
    await db.checkpoint()
    sent = await _used_bytes(db)
    writer, began = Waits(), time.perf_counter()
    async with writer.repeated(write, pause=0.003):
        pruned = await prune(db, Keep(receipts=1), now=NOW + 10 * DAY)
    seconds = time.perf_counter() - began
    assert pruned.receipts >= rows
    return [
        Figure("a million messages that wait", _per_million(with_both - sent, queued), "MB"),
        Figure("a million deliveries", _per_million(with_both - full, rows), "MB"),
        Figure("receipts pruned", round(pruned.receipts / seconds), "/s"),
        Figure("another writer waits for pruning: longest", writer.longest_ms, "ms", at_most=50),
    ]


def _per_million(size: int, rows: int) -> float:
    return round(size / 1e6 * MILLION / rows, 1)


async def _used_bytes(db: Database) -> int:
    """Give the size of what is in the file, free pages left out."""
    async with db.read() as tx:
        pages = await tx.value("PRAGMA page_count") - await tx.value("PRAGMA freelist_count")
        return int(pages * await tx.value("PRAGMA page_size"))
