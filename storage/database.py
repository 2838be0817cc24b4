"""The SQLite file: one writer behind a lock, a few read-only connections.

A transaction either commits whole or leaves nothing, whatever is cancelled when.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import aiosqlite

from storage import errors
from storage.migrations import prepare

Parameters = Sequence[Any] | dict[str, Any]
Durability = Literal["NORMAL", "FULL"]


class Transaction:
    """A connection inside a transaction; every aggregate's functions take one."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

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

    def __init__(self, path: Path, writer: aiosqlite.Connection) -> None:
        self.path = path
        self._writer = writer
        self._lock = asyncio.Lock()
        self._readers: asyncio.Queue[aiosqlite.Connection] = asyncio.Queue()
        self._all_readers: list[aiosqlite.Connection] = []

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
            database = cls(path, writer)
            try:
                await writer.execute(f"PRAGMA synchronous = {durability}")
                for _ in range(readers):
                    reader = await _connect(path, busy_seconds, read_only=True)
                    database._all_readers.append(reader)
                    database._readers.put_nowait(reader)
            except BaseException:
                await database.close()
                raise
        return database

    async def close(self) -> None:
        """Close every connection; waits for the transaction under way."""
        async with self._lock:
            for connection in [*self._all_readers, self._writer]:
                await connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open the one write transaction: commits at the end, rolls back on any exception.

        Waits its turn in order of arrival. A cancellation before the commit leaves nothing;
        during the commit it is raised once the commit is done.
        """
        async with self._lock:
            with translated(self.path):
                try:
                    # Inside the try: a task cancelled while BEGIN runs must roll it back.
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield Transaction(self._writer)
                except BaseException:
                    await _finish(_rollback(self._writer))
                    raise
                await _finish(_commit(self._writer))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a read-only snapshot on a connection of its own; never waits for the writer."""
        connection = await self._readers.get()
        try:
            with translated(self.path):
                try:
                    await connection.execute("BEGIN")
                    yield Transaction(connection)
                finally:
                    await _finish(_rollback(connection))
        finally:
            self._readers.put_nowait(connection)

    async def checkpoint(self) -> None:
        """Move the write-ahead log into the file and empty it: nothing erased stays readable."""
        async with self._lock:
            with translated(self.path):
                await self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _connect(path: Path, busy_seconds: float, *, read_only: bool) -> aiosqlite.Connection:
    mode = "ro" if read_only else "rw"
    connection = await aiosqlite.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=busy_seconds,
        cached_statements=256,
    )
    connection.row_factory = sqlite3.Row
    pragmas = ["foreign_keys = ON", "cache_size = -65536", "temp_store = MEMORY"]
    if read_only:
        pragmas.append("query_only = ON")
    else:
        # Erased text must not stay in free space; the log must not grow without bound.
        pragmas += ["secure_delete = ON", "journal_size_limit = 67108864"]
    for pragma in pragmas:
        await connection.execute(f"PRAGMA {pragma}")
    return connection


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


class translated:  # noqa: N801  used as a statement: with translated(path):
    """Turn SQLite's errors into ours, with one sentence for the operator."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.DatabaseError):
            ours = storage_error(self._path, error)
            if ours is not None:
                raise ours from error


def storage_error(path: Path, error: sqlite3.DatabaseError) -> errors.StorageError | None:
    """Give our exception for one of SQLite's, or None where the fault is in the statement."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return errors.DatabaseBusy(f"{path} is locked by another process; try again when it ends.")
    if primary == sqlite3.SQLITE_FULL:
        return errors.DiskFull(f"The disk that holds {path} is full; nothing was changed.")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return errors.ReadOnlyDatabase(f"{path} cannot be opened for writing; check its rights.")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return errors.DamagedDatabase(
            f"{path} is damaged or not a database; restore the last backup beside it."
        )
    if primary == sqlite3.SQLITE_IOERR:
        return errors.StorageError(f"{path} could not be read or written (input/output error).")
    return None
