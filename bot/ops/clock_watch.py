"""Puts due times right after the wall clock went back, which would leave bells and loops silent."""

import logging
from collections.abc import Callable
from typing import Protocol

from bot.clock import Clock
from storage.database import Database
from storage.due_times import bring_forward, pull_in
from storage.errors import StorageError

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
TOLERANCE_SECONDS = 2.0  # a clock that is being slewed is no jump


class WatchedClock(Clock, Protocol):
    """A clock that knows how far back it went."""

    def seconds_back(self) -> float:
        """How far it is behind what it said before."""
        ...

    def accept(self, seconds_back: float) -> None:
        """Forget that it was so far ahead."""
        ...


class ClockWatch:
    """Asks the clock every few seconds; `on_back` is called when due times were put right."""

    def __init__(self, db: Database, clock: WatchedClock, *, on_back: Callable[[], None]) -> None:
        self._db = db
        self._clock = clock
        self._on_back = on_back

    async def run(self) -> None:
        """Watch until cancelled; the clock may have gone back while nobody watched."""
        is_looked_through = False
        while True:
            if not is_looked_through:
                is_looked_through = await self._look_through()
            seconds = self._clock.seconds_back()
            if seconds > TOLERANCE_SECONDS and await self._bring_forward(seconds):
                self._clock.accept(seconds)
                self._on_back()
            await self._clock.sleep(LOOK_SECONDS)

    async def _look_through(self) -> bool:
        """Put right what an earlier process wrote under a wrong clock; False: try again."""
        try:
            async with self._db.transaction() as tx:
                rows = await pull_in(tx, now=int(self._clock.now()))
        except StorageError as error:
            log.error("due_times_wait", extra={"reason": str(error)})
            return False
        if rows:
            log.warning("due_times_pulled_in", extra={"rows": rows})
        return True

    async def _bring_forward(self, seconds: float) -> bool:
        """Put right what was written while the clock was ahead; False: try again."""
        try:
            async with self._db.transaction() as tx:
                rows = await bring_forward(tx, now=int(self._clock.now()), seconds=int(seconds))
        except StorageError as error:
            log.error("due_times_wait", extra={"reason": str(error)})
            return False
        log.warning("clock_went_back", extra={"seconds": round(seconds), "rows": rows})
        return True
