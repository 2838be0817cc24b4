"""The SQLite file: one writer behind a lock, a few read-only connections.

A transaction either commits whole or leaves nothing, whatever is cancelled when.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import aiosqlite

from storage.checkpoints import Checkpoints
from storage.errors import DamagedDatabase
from storage.migrations import prepare
from storage.sqlite_errors import translated

Parameters = Sequence[Any] | dict[str, Any]
Durability = Literal["NORMAL", "FULL"]


class Transaction:
    """A connection inside a transaction; every aggregate's functions take one.

    Once the transaction has ended, a statement would run and commit alone: it is refused.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._open_connection: aiosqlite.Connection | None = connection

    @property
    def _connection(self) -> aiosqlite.Connection:
        if self._open_connection is None:
            raise RuntimeError("this transaction has ended")
        return self._open_connection

    def end(self) -> None:
        """Refuse every further statement."""
        self._open_connection = None

    async def all(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        """Run one statement and give all its rows (RETURNING included)."""
        return list(await self._connection.execute_fetchall(sql, parameters))

    async def one(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        """Run one statement and give its first row, or None."""
        rows = await self.all(sql, parameters)
        return rows[0] if rows else None

    async def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Run one statement and give the first column of its first row, or None."""
        row = await self.one(sql, parameters)
        return None if row is None else row[0]

    async def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement and give the number of rows it changed."""
        async with self._connection.execute(sql, parameters) as cursor:
            return cursor.rowcount

    async def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one INSERT and give the new row's id."""
        row = await self._connection.execute_insert(sql, parameters)
        assert row is not None
        return int(row[0])

    async def many(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each of many parameter sets."""
        async with self._connection.executemany(sql, rows):
            pass


class Database:
    """An open database file; `open` makes or migrates it first."""

    def __init__(
        self, path: Path, writer: aiosqlite.Connection, mover: aiosqlite.Connection
    ) -> None:
        self.path = path
        self._writer = writer
        self._lock = asyncio.Lock()
        self._checkpoints = Checkpoints(mover, self._lock, self._translated)
        self._holder: asyncio.Task[Any] | None = None
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._reader_count = 0
        self._damage: asyncio.Future[DamagedDatabase] = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(
        cls,
        path: Path | str,
        *,
        durability: Durability = "NORMAL",
        readers: int = 2,
        busy_seconds: float = 5.0,
    ) -> "Database":
        """Open the file, making or migrating it first.

        `busy_seconds` is how long a statement waits for another process's lock.
        Raises a StorageError whose text is one sentence for the operator.
        """
        path = Path(path)
        with translated(path):
            await asyncio.to_thread(prepare, path, busy_seconds)
            writer = await _connect(path, busy_seconds, read_only=False)
            try:
                mover = await _connect(path, busy_seconds, read_only=False)
            except BaseException:
                await writer.close()
                raise
            database = cls(path, writer, mover)
            try:
                for connection in (writer, mover):
                    await connection.execute(f"PRAGMA synchronous = {durability}")
                for _ in range(readers):
                    reader = await _connect(path, busy_seconds, read_only=True)
                    database._readers.put_nowait(reader)
                    database._reader_count += 1
            except BaseException:
                await database.close()
                raise
        return database

    async def close(self) -> None:
        """Close every connection; waits for the transaction and the reads under way."""
        async with self._lock:
            for _ in range(self._reader_count):
                await (await self._readers.get()).close()
            self._reader_count = 0
        await self._checkpoints.close()
        await self._writer.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open the one write transaction: commits at the end, rolls back on any exception.

        Waits its turn in order of arrival. A cancellation before the commit leaves nothing;
        during the commit it is raised once the commit is done. Transactions do not nest.
        """
        if self._holder is not None and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction is open in this task already")
        async with self._lock:
            self._holder = asyncio.current_task()
            tx = Transaction(self._writer)
            try:
                with self._translated():
                    try:
                        # Inside the try: a task cancelled while BEGIN runs must roll it back.
                        await self._writer.execute("BEGIN IMMEDIATE")
                        yield tx
                    except BaseException:
                        await _finish(_rollback(self._writer))
                        raise
                    await _finish(_commit(self._writer))
                    self._checkpoints.committed(self._writer.total_changes)
            finally:
                tx.end()
                self._holder = None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a read-only snapshot on a connection of its own; never waits for the writer."""
        connection = await self._readers.get()
        tx = Transaction(connection)
        try:
            with self._translated():
                try:
                    await connection.execute("BEGIN")
                    yield tx
                finally:
                    await _finish(_rollback(connection))
        finally:
            tx.end()
            self._readers.put_nowait(connection)

    async def watch(self) -> None:
        """Wait until some statement meets damage; raises what it was told, which no wait mends."""
        raise await asyncio.shield(self._damage)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            with translated(self.path):
                yield
        except DamagedDatabase as error:
            if not self._damage.done():
                self._damage.set_result(error)
            raise

    async def checkpoint(self) -> None:
        """Move the write-ahead log into the file and empty it: nothing erased stays readable.

        Waits for reads under way; raises DatabaseBusy where one lasts too long.
        """
        await self._checkpoints.empty()


async def _connect(path: Path, busy_seconds: float, *, read_only: bool) -> aiosqlite.Connection:
    mode = "ro" if read_only else "rw"
    connection = await aiosqlite.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=busy_seconds,
        cached_statements=256,
    )
    try:
        await _configure(connection, read_only=read_only)
    except BaseException:
        await connection.close()  # its thread would keep the process from ending
        raise
    return connection


async def _configure(connection: aiosqlite.Connection, *, read_only: bool) -> None:
    connection.row_factory = sqlite3.Row
    # The system keeps the file's pages too: with 64 MB for the writer a fan-out was no faster
    # than with 16 (`python -m benchmarks.fanout`, in turns on one machine).
    pragmas = ["foreign_keys = ON", "temp_store = MEMORY"]
    if read_only:
        pragmas += ["query_only = ON", "cache_size = -4096"]
    else:
        # Erased text must not stay in free space; a long log is cut once it starts again; no
        # commit moves the log into the file (see storage/checkpoints.py).
        pragmas += ["secure_delete = ON", "journal_size_limit = 67108864"]
        pragmas += ["wal_autocheckpoint = 0", "cache_size = -16384"]
    for pragma in pragmas:
        await connection.execute(f"PRAGMA {pragma}")


async def _rollback(connection: aiosqlite.Connection) -> None:
    """Roll back if a transaction is open; BEGIN itself may have failed."""
    try:
        await connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "no transaction is active" not in str(error):
            raise


async def _commit(connection: aiosqlite.Connection) -> None:
    """Commit, or roll back where the commit itself fails (a full disk, a lock)."""
    try:
        await connection.execute("COMMIT")
    except BaseException:
        await _rollback(connection)
        raise


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Run work to its end even when the caller is cancelled, then pass the cancellation on."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except BaseException:
            break
    if cancelled is not None:
        task.exception()
        raise cancelled
    task.result()
