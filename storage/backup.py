"""A consistent copy of a database that is being written to.

The copy appears under its name only when it is whole, checked and on the disk; no file is ever
replaced.
"""

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from storage.errors import DamagedDatabase, StorageError
from storage.sqlite_errors import translated


async def back_up_database(source: Path, target: Path) -> int:
    """Copy a database, open elsewhere or not, and give the size of the copy in bytes.

    Raises a StorageError where the source is not there, the target is, or the copy is unsound.
    """
    return await asyncio.to_thread(_back_up, source, target)


def _back_up(source: Path, target: Path) -> int:
    if not source.exists():
        raise StorageError(f"{source} is not there; nothing to copy.")
    with translated(source), closing(_open_read_only(source)) as connection:
        write_copy(connection, target)
    return target.stat().st_size


def write_copy(connection: sqlite3.Connection, target: Path) -> None:
    """Write what a connection sees to a new file, all of it or nothing."""
    if target.exists():
        raise StorageError(f"{target} exists already; choose another name or remove it.")
    try:
        with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            part = Path(folder) / target.name
            with translated(target):
                connection.execute("VACUUM INTO ?", (str(part),))
                _check(part)
            _sync(part)
            _move_to_free_name(part, target)
            _sync(target.parent)
    except FileExistsError:
        raise StorageError(f"{target} exists already; choose another name or remove it.") from None
    except OSError as error:
        raise StorageError(f"{target} cannot be written: {error.strerror}.") from error


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5.0)


def _check(path: Path) -> None:
    with closing(_open_read_only(path)) as connection:
        verdict = connection.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise DamagedDatabase(f"The copy {path.name} is damaged ({verdict}); nothing was kept.")


def _move_to_free_name(part: Path, target: Path) -> None:
    try:
        os.link(part, target)  # unlike a rename, it fails where the name was taken meanwhile
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP):
            raise
        part.rename(target)  # a file system without hard links, as on a memory stick


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
