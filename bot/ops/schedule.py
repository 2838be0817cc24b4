"""APScheduler's bells: they only wake the loops that do the work.

Due times are in the database, so a bell that is missed or rung twice changes nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Ring = Callable[[], None] | Callable[[], Awaitable[None]]


class Bells:
    """The schedule of one process."""

    def __init__(self) -> None:
        self._scheduler: Any = AsyncIOScheduler(timezone="UTC")

    def every(self, seconds: float, ring: Ring, name: str) -> None:
        """Ring each `seconds`; a late bell rings once, however many were missed."""
        self._scheduler.add_job(
            ring,
            "interval",
            seconds=seconds,
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Begin ringing."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
