"""Making and migrating the file."""

import sqlite3
import threading
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from storage.errors import DamagedDatabase, SchemaTooNew
from storage.migrations import (
    APPLICATION_ID,
    BASE_VERSION,
    Migration,
    prepare,
    shipped_migrations,
)
from tests.support.database import make_empty_file

STEPS = [
    Migration(2, "add_colours", "CREATE TABLE colours (name TEXT NOT NULL) STRICT;"),
    Migration(3, "fill_colours", "INSERT INTO colours VALUES ('bleu');"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_empty_file(tmp_path / "relais.db")


def look(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_new_file_has_the_schema_and_our_marks(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    prepare(path)
    assert look(path, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert look(path, "PRAGMA user_version") == [(len(shipped_migrations()) + BASE_VERSION,)]
    assert look(path, "PRAGMA journal_mode") == [("wal",)]
    assert look(path, "PRAGMA integrity_check") == [("ok",)]
    assert names(tmp_path) == ["new.db"]


def test_preparing_again_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    prepare(path)
    assert path.read_bytes() == before


def test_every_step_runs_once_in_order_after_a_copy(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO facts VALUES ('before', 'kept')")
        connection.commit()
    prepare(path, migrations=STEPS)
    prepare(path, migrations=STEPS)
    assert look(path, "PRAGMA user_version") == [(3,)]
    assert look(path, "SELECT name FROM colours") == [("bleu",)]
    assert look(path, "SELECT value FROM facts") == [("kept",)]
    assert names(tmp_path) == ["relais.db", "relais.db.before-2"]
    copy = tmp_path / "relais.db.before-2"
    assert look(copy, "PRAGMA user_version") == [(1,)]
    assert look(copy, "SELECT value FROM facts") == [("kept",)]
    assert look(copy, "PRAGMA integrity_check") == [("ok",)]


def test_only_the_missing_steps_run(path: Path, tmp_path: Path) -> None:
    prepare(path, migrations=STEPS[:1])
    prepare(path, migrations=STEPS)
    assert look(path, "SELECT count(*) FROM colours") == [(1,)]
    assert names(tmp_path) == ["relais.db", "relais.db.before-2", "relais.db.before-3"]


@pytest.mark.parametrize("bad", ["CREATE TABLE b (x); NONSENSE;", "CREATE TABLE b (x); SELECT 1/"])
def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path, bad: str) -> None:
    steps = [STEPS[0], Migration(3, "bad", bad)]
    with pytest.raises(sqlite3.OperationalError):
        prepare(path, migrations=steps)
    assert look(path, "PRAGMA user_version") == [(2,)]  # what the good step before it made
    assert look(path, "SELECT name FROM sqlite_master WHERE name = 'b'") == []
    prepare(path, migrations=STEPS)  # the step was mended; its copy is made anew
    assert look(path, "PRAGMA user_version") == [(3,)]


def test_a_file_of_a_newer_relais_is_not_touched(path: Path) -> None:
    prepare(path, migrations=STEPS)
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match="schema 3, this one knows 1"):
        prepare(path, migrations=[])
    assert path.read_bytes() == before


def test_another_programs_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE x (y)")
    before = path.read_bytes()
    with pytest.raises(DamagedDatabase):
        prepare(path, migrations=STEPS)
    assert path.read_bytes() == before


@pytest.mark.parametrize("attempt", range(5))
def test_two_processes_may_make_the_file_at_once(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "relais.db"
    start = threading.Barrier(2)
    errors: list[Exception] = []

    def make() -> None:
        start.wait()
        try:
            prepare(path)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert look(path, "PRAGMA integrity_check") == [("ok",)]


def test_shipped_steps_are_numbered_without_a_gap() -> None:
    versions = [step.version for step in shipped_migrations()]
    assert versions == list(range(BASE_VERSION + 1, BASE_VERSION + 1 + len(versions)))


def test_an_old_file_becomes_what_a_new_one_is(tmp_path: Path) -> None:
    """With the first step, keep the schema before it as schema_1.sql beside this test."""
    if not shipped_migrations():
        pytest.skip("this version has no migration yet")
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((Path(__file__).parent / "schema_1.sql").read_text("utf-8"))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
    prepare(old)
    new = tmp_path / "new.db"
    prepare(new)
    described = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    assert look(old, described) == look(new, described)


def test_the_schema_is_shipped() -> None:
    assert files("storage").joinpath("schema.sql").is_file()
