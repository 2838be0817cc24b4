"""Moving the write-ahead log into the database file beside the writer, never in its commits.

SQLite's own way makes whoever commits at the wrong moment pay for everybody, and sync the file
too. The log is bounded by how much is written between two moves, and starts again from its
beginning once all of it was moved and no reader is in it.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import aiosqlite

from storage.errors import DatabaseBusy, StorageError

COMMITS, ROWS = 250, 5000  # written since the last move: some 8 MB at most
LONG_LOG = 16_384  # pages, 64 MB: then it is moved to its end, which the writer waits for


class Checkpoints:
    """A connection that moves the log when enough was written; owns the task that does it.

    `writing` is the writer's lock; `translated` gives errors their names.
    """

    def __init__(
        self,
        connection: aiosqlite.Connection,
        writing: asyncio.Lock,
        translated: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._connection = connection
        self._writing = writing
        self._translated = translated
        self._moving = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._commits = 0
        self._rows_moved = 0

    def committed(self, rows: int) -> None:
        """Take note of a commit and of how many rows were ever changed; moves the log if due."""
        self._commits += 1
        if self._commits < COMMITS and rows - self._rows_moved < ROWS:
            return
        if self._task is None or self._task.done():
            self._commits, self._rows_moved = 0, rows
            self._task = asyncio.create_task(self._move())

    async def empty(self) -> None:
        """Move everything and truncate the log; raises DatabaseBusy where a read lasts too long."""
        async with self._moving, self._writing:
            if (await self._run("TRUNCATE"))[0]:
                raise DatabaseBusy("The database is being read; its log could not be emptied yet.")

    async def close(self) -> None:
        """Finish the move under way and close the connection; nothing is committed meanwhile."""
        if self._task is not None:
            await asyncio.wait({self._task})
        await self._connection.close()

    async def _move(self) -> None:
        # What goes wrong here stops nobody's work: the log stays, and the next move tries again.
        with suppress(StorageError):
            async with self._moving:
                if await self._pages() > LONG_LOG:
                    await self._pages()  # what came meanwhile, so that the writer waits for little
                    async with self._writing:
                        await self._pages()

    async def _pages(self) -> int:
        """Move what can be moved without waiting for anybody; gives the length of the log."""
        return (await self._run("PASSIVE"))[1]

    async def _run(self, how: str) -> tuple[int, int]:
        with self._translated():
            rows = await self._connection.execute_fetchall(f"PRAGMA wal_checkpoint({how})")
        row = next(iter(rows))
        return int(row[0]), int(row[1])
