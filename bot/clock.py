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
    """The machine's clock."""

    def now(self) -> float:
        """UTC seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some fixed point."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(seconds)
