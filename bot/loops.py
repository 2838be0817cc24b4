"""The loops of the process: owned, watched, and stopped one after the other."""

import asyncio
from collections.abc import Awaitable, Callable


class Loops:
    """Named tasks; the first that fails is kept as `failure`."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.failure: BaseException | None = None

    def start(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Start a loop."""

        async def owned() -> None:
            await run()

        self._tasks[name] = asyncio.create_task(owned(), name=name)

    async def wait(self, stop: asyncio.Event) -> None:
        """Wait until `stop` is set or a loop ends, which no loop does by itself."""
        stopped = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait(
                {stopped, *self._tasks.values()}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            stopped.cancel()
            await asyncio.gather(stopped, return_exceptions=True)
        for task in self._tasks.values():
            if task.done():
                self._note(task)

    async def cancel(self, name: str) -> None:
        """Cancel one loop and wait for it."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
            self._note(task)

    async def finish(self, name: str, seconds: float) -> None:
        """Give a loop that was told to stop some seconds to end by itself, then cancel it."""
        task = self._tasks.get(name)
        if task is not None:
            await asyncio.wait({task}, timeout=seconds)
            await self.cancel(name)

    async def cancel_all_but(self, *names: str) -> None:
        """Cancel every other loop."""
        for name in [name for name in self._tasks if name not in names]:
            await self.cancel(name)

    def _note(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() or self.failure is not None:
            return
        self.failure = _cause(task.exception())


def _cause(error: BaseException | None) -> BaseException | None:
    """Give what went wrong first inside a task group."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
