"""`relais run` where its database cannot do its work: one sentence, one exit code, nothing lost."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.database import make_empty_file
from tests.support.process import Life, sentences
from tests.support.site import site_in
from tests.support.small_disk import small_disk


def make_newer(path: Path) -> None:
    with closing(sqlite3.connect(make_empty_file(path))) as connection:
        connection.execute("PRAGMA user_version = 999")


def make_foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def make_damaged(path: Path) -> None:
    content = bytearray(make_empty_file(path).read_bytes())
    content[:100] = b"\x00" * 100
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (make_newer, "was written by a newer Relais (schema 999"),
        (make_foreign, "is a database of another program"),
        (make_damaged, "not a database"),
    ],
)
async def test_a_file_that_is_not_ours_to_write_stays_as_it_is(tmp_path, make, said):
    async with site_in(tmp_path) as site:
        make(site.relais.database)
        before = site.relais.database.read_bytes()
        assert said in await site.relais.refuse()
        assert site.relais.database.read_bytes() == before
        assert not site.telegram.calls


async def test_damage_met_on_the_way_ends_the_process_with_a_sentence(tmp_path):
    async with site_in(tmp_path) as site:
        for number in range(10):
            site.publish(f"a{number}", title="Antennas", body=("A long text. " * 200,))
        life = await site.relais.start()
        await site.until_stored(10)
        assert await life.stop() == 0
        content = bytearray(site.relais.database.read_bytes())
        spoil_articles(site.relais.database, content)
        site.relais.database.write_bytes(content)
        life = await site.relais.begin("run")
        ada = site.telegram.person("Ada", "en")
        ada.say("/latest")
        assert await life.end(60) == 1
        assert sentences(life.output)[-1].endswith("restore the last backup beside it.")
        assert "Traceback" not in life.output


def spoil_articles(path: Path, content: bytearray) -> None:
    """Overwrite the pages that hold the articles' rows."""
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        pages = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'articles' AND pagetype = 'leaf'"
        ).fetchall()
    for (page,) in pages:
        content[(page - 1) * size : page * size] = b"\xa5" * size


async def test_a_disk_that_is_full_from_the_start(tmp_path):
    with small_disk(tmp_path / "disk", 4) as disk:
        async with site_in(tmp_path, DATABASE_PATH="disk/relais.db") as site:
            disk.fill()
            assert "is full" in await site.relais.refuse()
            disk.make_room()
            await site.relais.start()


async def test_a_disk_that_may_not_be_written(tmp_path):
    with small_disk(tmp_path / "disk", 4) as disk:
        async with site_in(tmp_path, DATABASE_PATH="disk/relais.db") as site:
            life = await site.relais.start()
            assert await life.stop() == 0
            disk.make_read_only()
            assert "cannot be written" in await site.relais.refuse()
            disk.make_writable()
            await site.relais.start()
            await site.ask(site.telegram.person("Ada", "en"), "/start")


async def test_a_disk_that_fills_up_meanwhile_costs_patience_only(tmp_path):
    with small_disk(tmp_path / "disk", 8) as disk:
        async with site_in(tmp_path, DATABASE_PATH="disk/relais.db") as site:
            life = await site.relais.start()
            ada = site.telegram.person("Ada", "en")
            await site.ask(ada, "/start")
            disk.fill()
            for number in range(40):
                ada.say(f"/follow subject {number}")
            await life.until(tells_of_the_full_disk, 60)
            disk.make_room()
            await site.until_value(
                "SELECT count(*) FROM subscriptions", lambda count: count == 40, 60
            )
            assert life.is_running
            assert "Traceback" not in life.output


def tells_of_the_full_disk(life: Life) -> bool:
    return any("is full" in line or "DiskFull" in line for line in life.lines)


async def test_a_port_that_is_taken_is_a_wrong_setting(tmp_path):
    async with site_in(tmp_path) as site:
        port = int(site.telegram.url.rsplit(":", 1)[1])
        sentence = await site.relais.refuse(code=2, WEB_PORT=port)
        assert sentence.startswith(f"WEB_PORT {port} cannot be listened on")
