"""SQLite's errors as ours, each with one sentence for the operator."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage import errors


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise our exceptions for SQLite's; a fault of a statement itself stays as it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        ours = storage_error(path, error)
        if ours is None:
            raise
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
