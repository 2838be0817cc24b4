"""What is done now and then: pruning, looking after feeds, counting for /healthz and /metrics."""

import dataclasses
import logging
from typing import Any

from bot.clock import Clock
from bot.ops.metrics import Metrics
from bot.ops.notices import FeedWatch
from storage.database import Database
from storage.errors import StorageError
from storage.retention import Keep, prune
from storage.stats import count_everything

log = logging.getLogger(__name__)


class Housekeeping:
    """The slow bells' work; trouble with the database waits for the next bell."""

    def __init__(
        self, db: Database, watch: FeedWatch, metrics: Metrics, clock: Clock, keep: Keep
    ) -> None:
        self._db = db
        self._watch = watch
        self._metrics = metrics
        self._clock = clock
        self._keep = keep

    async def tidy(self) -> None:
        """Prune what is old and tell of feeds in trouble."""
        now = int(self._clock.now())
        try:
            pruned = await prune(self._db, self._keep, now=now)
            await self._watch.look(now=now)
        except StorageError as error:
            log.error("housekeeping_waits", extra={"reason": str(error)})
        else:
            log.info("pruned", extra=dataclasses.asdict(pruned))

    async def count(self) -> dict[str, Any]:
        """Count everything and bring the gauges up to date."""
        async with self._db.read() as tx:
            stats = await count_everything(tx, now=int(self._clock.now()))
        for state in ("active", "paused", "unreachable"):
            self._metrics.subscribers.labels(state).set(getattr(stats, f"{state}_subscribers"))
        for state in ("waiting", "parked"):
            self._metrics.inbox.labels(state).set(getattr(stats, f"{state}_updates"))
            self._metrics.queue.labels(state).set(getattr(stats, f"{state}_messages"))
        return dataclasses.asdict(stats)
