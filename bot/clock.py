"""Time as an argument: the process uses the real clock, tests one that they move."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What a worker may ask about time."""

    def now(self) -> float:
        """UTC seconds since the epoch; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back; for gaps and deadlines."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds."""
        ...


async def wait_until_rung(bell: asyncio.Event, seconds: float) -> bool:
    """Wait for a bell, so many seconds at most; False when it did not ring."""
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            return await bell.wait()
    except TimeoutError:
        return False


class SystemClock:
    """The machine's clock; it remembers how far ahead it ever was, however briefly.

    A due time can only be wrong by what was read here, so no jump that matters goes unnoticed.
    """

    def __init__(self) -> None:
        self._furthest = float("-inf")  # the wall clock's lead over the monotonic one

    def now(self) -> float:
        """UTC seconds since the epoch."""
        wall = time.time()
        self._furthest = max(self._furthest, wall - time.monotonic())
        return wall

    def monotonic(self) -> float:
        """Seconds since some fixed point."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(seconds)

    def seconds_back(self) -> float:
        """How far the wall clock is behind what it said before."""
        return self._furthest - (self.now() - self.monotonic())

    def accept(self, seconds_back: float) -> None:
        """Forget that it was so far ahead: what was due by that time is put right."""
        self._furthest -= seconds_back
