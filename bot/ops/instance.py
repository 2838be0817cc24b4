"""One process for one database: two would both send what is in the outbox."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.errors import ReadOnlyDatabase, RelaisError


@contextmanager
def only_instance(database: Path) -> Iterator[None]:
    """Hold `<database>.lock`; raises a RelaisError where another process holds it.

    The kernel lets go of it when the process ends, however it ends.
    """
    path = database.with_name(f"{database.name}.lock")
    try:
        lock = path.open("w")
    except OSError as error:
        raise ReadOnlyDatabase(f"{path} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RelaisError(
                f"Another `relais run` uses {database}; stop it first, or set DATABASE_PATH."
            ) from None
        yield
