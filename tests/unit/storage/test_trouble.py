"""The machine's trouble: each kind is one clear sentence, and loses nothing."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import (
    DamagedDatabase,
    DatabaseBusy,
    DiskFull,
    ReadOnlyDatabase,
    SchemaTooNew,
    StorageError,
)
from storage.facts import get_fact, set_fact
from storage.migrations import APPLICATION_ID
from storage.sqlite_errors import storage_error
from tests.support.database import make_article, make_empty_file
from tests.support.small_disk import SmallDisk, small_disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_empty_file(tmp_path / "relais.db")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", megabytes=4) as mounted:
        yield mounted


def content_of(file: Path) -> bytes:
    return file.read_bytes()


def overwrite(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def refusal(path: Path, kind: type[StorageError], *, busy_seconds: float = 0.05) -> str:
    """Give the sentence with which opening a file is refused."""
    with pytest.raises(kind) as caught:
        await Database.open(path, busy_seconds=busy_seconds)
    assert type(caught.value) is kind
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    assert text.endswith(".")
    return text


async def fill(db: Database) -> None:
    for number in range(10_000):
        async with db.transaction() as tx:
            await make_article(tx, str(number), body="Un long texte. " * 1000, tags=())


async def test_a_full_disk_changes_nothing_and_is_survived(disk: SmallDisk) -> None:
    db = await Database.open(disk.folder / "relais.db")
    async with db.transaction() as tx:
        await set_fact(tx, "before", "kept")
    disk.fill()
    with pytest.raises(DiskFull, match="is full; nothing was changed") as caught:
        await fill(db)
    assert str(db.path) in str(caught.value)
    async with db.read() as tx:
        assert await get_fact(tx, "before") == "kept"
        stored = await tx.value("SELECT count(*) FROM articles")
        assert await tx.value("SELECT count(*) FROM article_texts") == stored
    disk.make_room()
    async with db.transaction() as tx:
        await make_article(tx, "after")
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM articles") == stored + 1
        assert await tx.value("PRAGMA quick_check") == "ok"
    await db.close()


async def test_a_disk_full_from_the_start(disk: SmallDisk) -> None:
    disk.fill()
    assert "is full" in await refusal(disk.folder / "relais.db", DiskFull)
    disk.make_room()
    db = await Database.open(disk.folder / "relais.db")
    await db.close()


async def test_a_file_that_may_grow_no_more(path: Path) -> None:
    db = await Database.open(path)
    async with db.transaction() as tx:
        await tx.run("PRAGMA max_page_count = 200")
    with pytest.raises(DiskFull):
        await fill(db)
    async with db.transaction() as tx:
        await set_fact(tx, "small", "fits")
        assert await tx.value("PRAGMA integrity_check") == "ok"
    await db.close()


async def test_a_read_only_disk(disk: SmallDisk) -> None:
    path = make_empty_file(disk.folder / "relais.db")
    disk.make_read_only()
    try:
        assert "cannot be opened for writing" in await refusal(path, ReadOnlyDatabase)
        await refusal(disk.folder / "new.db", ReadOnlyDatabase)
    finally:
        disk.make_writable()
    db = await Database.open(path)
    await db.close()


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    await refusal(tmp_path / "missing" / "relais.db", ReadOnlyDatabase)
    assert not (tmp_path / "missing").exists()


async def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "relais.db").mkdir()
    await refusal(tmp_path / "relais.db", ReadOnlyDatabase)


async def test_a_newer_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    before = content_of(path)
    assert "newer Relais (schema 999" in await refusal(path, SchemaTooNew)
    assert content_of(path) == before
    assert [file.name for file in (path.parent).iterdir()] == [path.name]


async def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    before = content_of(path)
    assert "another program" in await refusal(path, DamagedDatabase)
    assert content_of(path) == before


@pytest.mark.parametrize(
    "content",
    [
        b"This is no database, but a text of some length. " * 100,
        b"SQLite format 3\x00" + b"\xff" * 5000,
        b"xy",
    ],
)
async def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "relais.db"
    overwrite(path, content)
    assert "damaged or not a database" in await refusal(path, DamagedDatabase)
    assert content_of(path) == content


async def test_a_file_cut_short(path: Path) -> None:
    content = content_of(path)
    overwrite(path, content[: len(content) // 2])
    assert "damaged" in await refusal(path, DamagedDatabase)


async def test_damage_in_the_middle_is_told_when_it_is_met(path: Path) -> None:
    db = await Database.open(path)
    for number in range(50):
        async with db.transaction() as tx:
            await make_article(tx, str(number), body="Un long texte. " * 500)
    await db.close()
    content = bytearray(content_of(path))
    half = len(content) // 2 // 4096 * 4096
    content[half:-4096] = b"\xa5" * (len(content) - half - 4096)
    overwrite(path, content)
    db = await Database.open(path)
    watch = asyncio.create_task(db.watch())
    with pytest.raises(DamagedDatabase, match="restore the last backup"):
        async with db.read() as tx:
            await tx.all("SELECT * FROM article_texts JOIN articles ON id = article_id")
    with pytest.raises(DamagedDatabase, match="restore the last backup"):
        await watch
    await db.close()


async def test_a_file_that_another_process_holds(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert "locked by another process" in await refusal(path, DatabaseBusy)
    db = await Database.open(path)
    await db.close()


def test_a_fault_of_a_statement_is_not_the_machines(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in ("SELECT nothing", "INSERT INTO facts VALUES ('x', NULL)"):
            with pytest.raises(sqlite3.DatabaseError) as caught:
                connection.execute(statement)
            assert storage_error(path, caught.value) is None


def test_an_unreadable_disk_is_told(path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    ours = storage_error(path, error)
    assert type(ours) is StorageError
    assert "input/output error" in str(ours)


async def test_a_new_file_is_ours_and_an_empty_one_becomes_so(tmp_path: Path) -> None:
    for name in ("new.db", "empty.db"):
        if name == "empty.db":
            (tmp_path / name).touch()
        db = await Database.open(tmp_path / name)
        async with db.read() as tx:
            assert await tx.value("PRAGMA application_id") == APPLICATION_ID
        await db.close()
