"""Every function of the storage against a database that another process has locked."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseBusy, ReadOnlyDatabase
from tests.support.database import make_article, make_empty_file, make_subscriber
from tests.support.storage_functions import Function, call, first_type, storage_functions


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock as another process would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def content(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in (path, path.with_name(f"{path.name}-wal"))]


FUNCTIONS = list(storage_functions())


def test_the_search_for_functions_finds_them() -> None:
    names = {f"{function.__module__}.{function.__name__}" for function in FUNCTIONS}
    assert {
        "storage.tags.add_tag",
        "storage.feeds.claim_due_feeds",
        "storage.inbox.add_updates",
    } <= names
    assert {"storage.retention.prune", "storage.outbox.enqueue", "storage.fan_out.fan_out"} <= names


@pytest.fixture
async def peopled(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with somebody and something in it, that waits for no lock at all."""
    path = make_empty_file(tmp_path / "relais.db")
    database = await Database.open(path, readers=1, busy_seconds=0)
    async with database.transaction() as tx:
        await make_article(tx)
        await make_subscriber(tx, 1, follows=("5G",))
    yield database
    await database.close()


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__[8:]}.{f.__name__}")
async def test_a_lock_is_told_and_nothing_changes(peopled: Database, function: Function) -> None:
    before = content(peopled.path)
    with locked(peopled.path):
        if first_type(function) is Database:
            with suppress(DatabaseBusy):  # a purge that finds nothing writes nothing
                await call(function, peopled)
        else:
            with pytest.raises(DatabaseBusy, match="locked by another process"):
                async with peopled.transaction() as tx:
                    await call(function, tx)
            await read_in_spite(function, peopled)
    assert content(peopled.path) == before


async def read_in_spite(function: Function, db: Database) -> None:
    """A reader never waits for a lock; what writes is refused there, and makes no change."""
    try:
        async with db.read() as tx:
            await call(function, tx)
    except DatabaseBusy:
        pytest.fail("reading waited for the lock")
    except (ReadOnlyDatabase, sqlite3.IntegrityError, LookupError, ValueError, AssertionError):
        return


async def test_once_unlocked_everything_works_again(peopled: Database) -> None:
    with locked(peopled.path), pytest.raises(DatabaseBusy):
        async with peopled.transaction():
            pass
    async with peopled.transaction() as tx:
        assert (await make_subscriber(tx, 2)).chat_id == 2
