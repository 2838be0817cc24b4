"""APScheduler's bells: they only wake the loops that do the work.

Due times are in the database, so a bell that is missed or rung twice changes nothing.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

Ring = Callable[[], None] | Callable[[], Awaitable[None]]


class Bells:
    """The schedule of one process."""

    def __init__(self) -> None:
        self._scheduler: Any = AsyncIOScheduler(timezone="UTC")

    def every(self, seconds: float, ring: Ring, name: str) -> None:
        """Ring each `seconds`; a late bell rings once, however many were missed."""
        self._scheduler.add_job(
            ring,
            _Beat(seconds),
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin ringing."""
        self._scheduler.start()

    def reset(self) -> None:
        """Count every bell's time from now: after the clock went back, all would be far ahead."""
        for job in self._scheduler.get_jobs():
            self._scheduler.reschedule_job(job.id, trigger=job.trigger)

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


class _Beat(BaseTrigger):  # type: ignore[misc]
    """An interval that leaves out what was missed.

    APScheduler's own lists every missed time first: after a jump of a year at a beat a second,
    minutes of work and gigabytes of memory.
    """

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Give the time after `previous`, or after now where that is past."""
        after = previous or now
        return after + self._interval if after + self._interval > now else now + self._interval
