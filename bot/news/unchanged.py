"""Polls that found nothing new: most of them, so many are recorded in one transaction.

Whoever records one waits until it is committed; what comes meanwhile shares the next commit.
"""

import asyncio
from dataclasses import dataclass, field

from bot.clock import Clock
from storage.database import Database
from storage.feeds import record_unchanged
from storage.model import Polled


@dataclass(slots=True)
class _Batch:
    polls: list[tuple[int, Polled]] = field(default_factory=list)
    is_written: bool = False


class Unchanged:
    """Records polls together: the first to have its turn writes down what all have brought."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._turn = asyncio.Lock()
        self._open = _Batch()

    async def record(self, feed_id: int, polled: Polled) -> None:
        """Record a poll; raises StorageError where it is not written."""
        batch = self._open
        batch.polls.append((feed_id, polled))
        async with self._turn:
            if batch is self._open:
                self._open = _Batch()
            if not batch.is_written:  # also where another of the batch failed or was cancelled
                async with self._db.transaction() as tx:
                    await record_unchanged(tx, batch.polls, now=int(self._clock.now()))
                batch.is_written = True
