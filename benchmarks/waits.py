"""How long something takes, again and again, beside what is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Waits:
    """The times that one act took."""

    def __init__(self) -> None:
        self._seconds: list[float] = []

    @asynccontextmanager
    async def repeated(
        self, act: Callable[[], Awaitable[None]], *, pause: float
    ) -> AsyncIterator[None]:
        """Act again and again during the block; the last act is finished."""
        over = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._repeat(act, over, pause))
            try:
                yield
            finally:
                over.set()

    async def _repeat(
        self, act: Callable[[], Awaitable[None]], over: asyncio.Event, pause: float
    ) -> None:
        while not over.is_set():
            began = time.perf_counter()
            await act()
            self._seconds.append(time.perf_counter() - began)
            await asyncio.sleep(pause)

    @property
    def p50_ms(self) -> float:
        """The median, in milliseconds."""
        return self._share(0.5)

    @property
    def p99_ms(self) -> float:
        """The 99th percentile, in milliseconds."""
        return self._share(0.99)

    @property
    def longest_ms(self) -> float:
        """The longest, in milliseconds."""
        return self._share(1.0)

    def _share(self, share: float) -> float:
        ordered = sorted(self._seconds)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)
