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

DAY = 86_400.0


class Housekeeping:
    """The slow bells' work; trouble with the database waits for the next bell.

    A clock that leapt ahead makes everything look old: nothing is pruned for a day after that.
    """

    def __init__(
        self, db: Database, watch: FeedWatch, metrics: Metrics, clock: Clock, keep: Keep
    ) -> None:
        self._db = db
        self._watch = watch
        self._metrics = metrics
        self._clock = clock
        self._keep = keep
        self._lead = self._lead_of_wall()
        self._prune_from = float("-inf")

    async def tidy(self) -> None:
        """Prune what is old and tell of feeds in trouble."""
        now = int(self._clock.now())
        try:
            pruned = await prune(self._db, self._keep, now=now) if self._may_prune() else None
            await self._watch.look(now=now)
        except StorageError as error:
            log.error("housekeeping_waits", extra={"reason": str(error)})
        else:
            if pruned is not None:
                log.info("pruned", extra=dataclasses.asdict(pruned))

    def _may_prune(self) -> bool:
        before, self._lead = self._lead, self._lead_of_wall()
        if self._lead > before + DAY:
            log.warning("clock_went_ahead", extra={"seconds": round(self._lead - before)})
            self._prune_from = self._clock.monotonic() + DAY
        return self._clock.monotonic() >= self._prune_from

    def _lead_of_wall(self) -> float:
        return self._clock.now() - self._clock.monotonic()

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
