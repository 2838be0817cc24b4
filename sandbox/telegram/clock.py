"""A clock that stands still until a test moves it, with a sleep that follows it."""

from __future__ import annotations

import asyncio
import heapq
import itertools


class FakeClock:
    """Call it for the time; `advance` moves it and wakes the sleepers whose time has come."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()

    def __call__(self) -> float:
        return self._now

    @property
    def sleeping(self) -> int:
        """How many sleepers wait."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was advanced by `seconds`."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), future))
        self._changed.set()
        await future

    async def until_sleeping(self, count: int) -> None:
        """Wait until at least `count` sleepers wait, which is when moving the clock has effect."""
        while self.sleeping < count:
            self._changed.clear()
            await self._changed.wait()

    def advance(self, seconds: float) -> None:
        """Move the clock; sleepers wake in order, in the next rounds of the loop."""
        self._now += seconds
        while self._sleepers and self._sleepers[0][0] <= self._now:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
