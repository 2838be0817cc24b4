"""Copies of a live database."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import _check, back_up_database
from storage.database import Database
from storage.errors import DamagedDatabase, StorageError
from storage.facts import get_fact, set_fact
from tests.support.database import db, make_article, make_subscriber

__all__ = ["db"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_copy_is_whole_and_opens(db: Database, tmp_path: Path) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 1, follows=("5G",))
        await make_article(tx, tags=("5G",))
    target = tmp_path / "copy of relais.db"
    size = await back_up_database(db.path, target)
    assert size == target.stat().st_size
    assert [name for name in names(tmp_path) if "copy" in name] == [target.name]
    copy = await Database.open(target)
    async with copy.read() as tx, db.read() as original:
        for table in ("subscribers", "subscriptions", "articles", "tags", "articles_fts"):
            count = f"SELECT count(*) FROM {table}"
            assert await tx.value(count) == await original.value(count) > 0
    await copy.close()


async def test_a_copy_is_one_moment_of_a_database_being_written(
    db: Database, tmp_path: Path
) -> None:
    stop = False

    async def write() -> int:
        number = 0
        while not stop:
            number += 1
            async with db.transaction() as tx:
                await set_fact(tx, "one", str(number))
                await set_fact(tx, "other", str(number))
                await tx.run("INSERT INTO notices VALUES ('x', ?, 0)", (str(number) * 500,))
        return number

    writing = asyncio.create_task(write())
    copies = [tmp_path / f"copy{n}.db" for n in range(3)]
    for copy in copies:
        await back_up_database(db.path, copy)
    stop = True
    assert await writing > 0
    for path in copies:
        with closing(sqlite3.connect(path)) as connection:
            facts = dict(connection.execute("SELECT name, value FROM facts"))
            notices = connection.execute("SELECT count(*) FROM notices").fetchone()[0]
        assert facts.get("one") == facts.get("other")
        assert notices == int(facts.get("one", 0))


async def test_no_file_is_ever_replaced(db: Database, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        await back_up_database(db.path, target)
    assert target.read_text() == "mine"
    with pytest.raises(StorageError, match="exists already"):
        await back_up_database(db.path, db.path)


async def test_a_name_taken_meanwhile_is_not_replaced(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.db"
    link = os.link

    def take_the_name_first(source: Path, name: Path) -> None:
        target.write_text("somebody else's")
        link(source, name)

    monkeypatch.setattr("storage.backup.os.link", take_the_name_first)
    with pytest.raises(StorageError, match="exists already"):
        await back_up_database(db.path, target)
    assert target.read_text() == "somebody else's"
    assert [name for name in names(tmp_path) if "copy" in name] == ["copy.db"]


async def test_a_file_system_without_links_does(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, name: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("storage.backup.os.link", refuse)
    assert await back_up_database(db.path, tmp_path / "copy.db") > 0


@pytest.mark.parametrize("place", ["missing/copy.db", "file/copy.db"])
async def test_a_place_that_cannot_be_written_is_named(
    db: Database, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        await back_up_database(db.path, tmp_path / place)


async def test_a_source_that_is_not_there_or_not_ours(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not there"):
        await back_up_database(tmp_path / "none.db", tmp_path / "copy.db")
    (tmp_path / "text").write_text("This is a text, and a rather long one at that. " * 50)
    with pytest.raises(DamagedDatabase):
        await back_up_database(tmp_path / "text", tmp_path / "copy.db")
    assert names(tmp_path) == ["text"]


async def test_the_copy_is_checked(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[4096 * 3 : 4096 * 8] = b"\xff" * 4096 * 5
        path.write_bytes(content)

    def check_damaged(path: Path) -> None:
        damage(path)
        _check(path)

    monkeypatch.setattr("storage.backup._check", check_damaged)
    with pytest.raises(DamagedDatabase):
        await back_up_database(db.path, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


async def test_a_copy_restores(db: Database, tmp_path: Path) -> None:
    async with db.transaction() as tx:
        await set_fact(tx, "offset", "77")
    await back_up_database(db.path, tmp_path / "copy.db")
    await db.close()
    for name in set(names(tmp_path)) - {"copy.db"}:
        (tmp_path / name).unlink()
    (tmp_path / "copy.db").rename(db.path)
    again = await Database.open(db.path)
    async with again.read() as tx:
        assert await get_fact(tx, "offset") == "77"
    await again.close()
