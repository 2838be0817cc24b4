"""Making a new database file and bringing an older one up to date.

Version n+1 is reached from n by the file `NNNN_what.sql`, whose number is n+1; schema.sql is
what a new file gets, and both ways lead to the same schema.
"""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from storage.backup import write_copy
from storage.errors import DamagedDatabase, SchemaTooNew

APPLICATION_ID = 0x52454C41  # "RELA", so that another program's file is never taken for ours
BASE_VERSION = 1


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step: the version it leads to and its statements."""

    version: int
    name: str
    sql: str


def shipped_migrations() -> list[Migration]:
    """Give the migrations that come with this version, in order."""
    found = []
    for entry in files(__name__).iterdir():
        match = re.fullmatch(r"(\d{4})_(\w+)\.sql", entry.name)
        if match:
            found.append(Migration(int(match[1]), match[2], entry.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.version)


def prepare(
    path: Path, busy_seconds: float = 5.0, migrations: Sequence[Migration] | None = None
) -> None:
    """Make the file, or migrate it after copying it to `<file>.before-<version>`.

    Raises SchemaTooNew or DamagedDatabase; the file is then as it was.
    """
    steps = shipped_migrations() if migrations is None else list(migrations)
    latest = steps[-1].version if steps else BASE_VERSION
    with closing(sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)) as connection:
        if _is_empty(connection):
            _create(connection, latest)
        version = _version(connection, path)
        if version > latest:
            raise SchemaTooNew(
                f"{path} was written by a newer Relais (schema {version}, this one knows "
                f"{latest}); upgrade Relais or restore an older backup."
            )
        if version < latest:
            _copy(connection, path, version)
            for step in steps:
                if step.version > version:
                    _apply(connection, step.sql, step.version)
        connection.execute("PRAGMA journal_mode = WAL")


def _version(connection: sqlite3.Connection, path: Path) -> int:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise DamagedDatabase(f"{path} is a database of another program; choose another file.")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _is_empty(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def _create(connection: sqlite3.Connection, version: int) -> None:
    schema = files("storage").joinpath("schema.sql").read_text("utf-8")
    try:
        _apply(connection, f"PRAGMA application_id = {APPLICATION_ID};\n{schema}", version)
    except sqlite3.OperationalError:
        if _is_empty(connection):
            raise
        # Another process made the file at the same moment.


def _copy(connection: sqlite3.Connection, path: Path, version: int) -> None:
    copy = path.with_name(f"{path.name}.before-{version + 1}")
    copy.unlink(missing_ok=True)  # of an attempt at this very step that failed
    write_copy(connection, copy)


def _apply(connection: sqlite3.Connection, sql: str, version: int) -> None:
    """Run the statements and set the version in one transaction."""
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {version};\nCOMMIT;"
        )
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
