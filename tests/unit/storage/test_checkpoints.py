"""The log goes into the file beside the writer, stays bounded, and nobody's commit pays for it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from storage import checkpoints
from storage.database import Database
from storage.facts import get_fact, set_fact

MANY, LARGE = 150, "x" * 20_000


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "relais.db")
    await database.checkpoint()
    yield database
    await database.close()


async def write(database: Database, times: int) -> None:
    for number in range(times):
        async with database.transaction() as tx:
            await set_fact(tx, "large", f"{number}{LARGE}")


async def until_moved(database: Database) -> None:
    task = database._checkpoints._task
    assert task is not None
    await task


def log_bytes(database: Database) -> int:
    return database.path.with_name(f"{database.path.name}-wal").stat().st_size


def main_bytes(database: Database) -> bytes:
    return database.path.read_bytes()


async def test_the_log_is_moved_after_some_commits_and_starts_again(database: Database) -> None:
    await write(database, checkpoints.COMMITS - 1)
    assert LARGE.encode()[:3000] not in main_bytes(database)  # no commit moved it by itself
    await write(database, 1)
    await until_moved(database)
    assert LARGE.encode()[:3000] in main_bytes(database)
    length = log_bytes(database)
    await write(database, MANY)
    assert log_bytes(database) == length


async def test_the_log_is_moved_after_many_rows(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "ROWS", 10)
    async with database.transaction() as tx:
        for number in range(11):
            await set_fact(tx, f"row {number}", "x")
    await until_moved(database)
    assert b"row 10" in main_bytes(database)


async def test_a_long_log_is_moved_to_its_end_however_busy_the_writer_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "COMMITS", 5)
    monkeypatch.setattr(checkpoints, "LONG_LOG", 50)
    await write(database, 800)
    assert log_bytes(database) < 800 * len(LARGE) / 2


async def test_a_reader_of_something_old_keeps_the_log_until_it_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "COMMITS", 5)
    async with AsyncExitStack() as reading:
        tx = await reading.enter_async_context(database.read())
        assert await get_fact(tx, "large") is None
        await write(database, 20)
        await until_moved(database)
        assert await get_fact(tx, "large") is None  # still what it was
        grown = log_bytes(database)
    await write(database, 5)
    await until_moved(database)
    await database._checkpoints._move()
    before = log_bytes(database)
    await write(database, 3)
    assert log_bytes(database) == before >= grown


async def test_closing_waits_for_a_move_and_leaves_all_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "COMMITS", 1)
    database = await Database.open(tmp_path / "relais.db")
    await write(database, 3)
    await database.close()
    assert not database.path.with_name("relais.db-wal").exists()
    with closing(sqlite3.connect(f"file:{database.path}?immutable=1", uri=True)) as connection:
        (value,) = connection.execute("SELECT value FROM facts WHERE name = 'large'").fetchone()
    assert value == f"2{LARGE}"
