"""The schema explains itself, and every index earns its keep."""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

from storage.database import Database, Transaction
from storage.errors import RelaisError
from tests.support.database import db, make_article, make_empty_file, make_subscriber
from tests.support.storage_functions import call, first_type, storage_functions

__all__ = ["db"]

SCHEMA = files("storage").joinpath("schema.sql").read_text("utf-8")
BIG = (
    "articles|article_texts|article_tags|long_words|outbox|receipts|subscriptions|subscribers|inbox"
    "|tags"
)
# What may read a big table from end to end: rare, or counting, or nothing but that to do.
SLOW_BY_NATURE = {
    "stats.count_everything",  # /stats, /healthz
    "outbox_claims.list_account_ids",  # at a restart with messages of unknown fate
    "feeds.list_feed_health",
    "privacy.export_person",  # the few parked updates
    "privacy.erase_person",
    "parked.list_parked",  # an operator asks: 50 ms with a million handled updates
    "parked.count_parked",
    "parked.retry_parked",
    "parked.retry_all_parked",
    "tags.list_aliases",  # an operator asks
    "tags.list_similar_tags",  # compares with every tag, on a reader
    "tags.list_recent_tags",
    "tags.count_tags",
}


class Observer(Transaction):
    """A transaction that notes the plan of every statement."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx._connection)
        self.plans: list[str] = []

    async def _note(self, sql: str, parameters: object) -> None:
        for row in await super().all(f"EXPLAIN QUERY PLAN {sql}", parameters):  # type: ignore[arg-type]
            self.plans.append(row["detail"])

    async def all(self, sql: str, parameters: object = ()) -> list[sqlite3.Row]:  # type: ignore[override]
        await self._note(sql, parameters)
        return await super().all(sql, parameters)  # type: ignore[arg-type]

    async def run(self, sql: str, parameters: object = ()) -> int:  # type: ignore[override]
        await self._note(sql, parameters)
        return await super().run(sql, parameters)  # type: ignore[arg-type]

    async def insert(self, sql: str, parameters: object = ()) -> int:  # type: ignore[override]
        await self._note(sql, parameters)
        return await super().insert(sql, parameters)  # type: ignore[arg-type]

    async def many(self, sql: str, rows: Iterable[object]) -> None:  # type: ignore[override]
        given = list(rows)
        for parameters in given[:1]:
            await self._note(sql, parameters)
        await super().many(sql, given)  # type: ignore[arg-type]


class Undone(Exception):
    """Rolls a transaction back."""


async def plans_of_everything(db: Database) -> dict[str, list[str]]:
    """Call every function of the storage and give the plans of its statements."""
    async with db.transaction() as tx:
        await make_article(tx, tags=("5G", "Vélo"))
        await make_subscriber(tx, 1, follows=("5G",))
    found: dict[str, list[str]] = {}
    for function in storage_functions():
        if first_type(function) is not Transaction:
            continue
        try:
            async with db.transaction() as tx:
                observer = Observer(tx)
                found[f"{function.__module__[8:]}.{function.__name__}"] = observer.plans
                await call(function, observer)
                raise Undone
        except (
            Undone,
            RelaisError,
            sqlite3.IntegrityError,
            LookupError,
            ValueError,
            AssertionError,
        ):
            continue
    return found


async def test_big_tables_are_not_read_from_end_to_end(db: Database) -> None:
    plans = await plans_of_everything(db)
    scan = re.compile(rf"^SCAN (?:\w+ )?(?:{BIG})\b(?! USING)|^SCAN [a-z]{{1,2}}$")
    scans = {name: [plan for plan in found if scan.search(plan)] for name, found in plans.items()}
    assert {
        name: found for name, found in scans.items() if found and name not in SLOW_BY_NATURE
    } == {}


async def test_every_index_is_used_by_some_statement(db: Database) -> None:
    plans = await plans_of_everything(db)
    used = set(
        re.findall(r"INDEX (\w+)", "\n".join(plan for found in plans.values() for plan in found))
    )
    async with db.read() as tx:
        rows = await tx.all(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'"
        )
    assert {row[0] for row in rows} - used == set()


def test_every_table_says_what_it_is_for() -> None:
    tables = re.findall(r"^CREATE (?:VIRTUAL )?TABLE (\w+)", SCHEMA, re.MULTILINE)
    explained = re.findall(r"^--.*\nCREATE (?:VIRTUAL )?TABLE (\w+)", SCHEMA, re.MULTILINE)
    assert len(tables) > 20
    assert tables == explained


def test_every_table_is_strict_but_the_text_index() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(SCHEMA)
        rows = connection.execute("PRAGMA table_list").fetchall()
    loose = {row[1] for row in rows if row[2] == "table" and not row[5]}
    assert {name for name in loose if not name.startswith("sqlite_")} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO subscribers VALUES (1, 'robot', 'active', 'fr', 0, NULL, NULL, 0, 0)",
        "INSERT INTO subscribers VALUES (1, 'private', 'gone', 'fr', 0, NULL, NULL, 0, 0)",
        "INSERT INTO subscribers VALUES (1, 'private', 'active', 'de', 0, NULL, NULL, 0, 0)",
        "INSERT INTO subscribers VALUES (1, 'private', 'active', 'fr', 2, NULL, NULL, 0, 0)",
        "INSERT INTO subscribers VALUES ('x', 'private', 'active', 'fr', 0, NULL, NULL, 0, 0)",
        "INSERT INTO subscriptions VALUES (1, 1, 0, 0)",
        "INSERT INTO inbox (update_id, chat_id, received_at) VALUES (1, 1, 0)",
        "INSERT INTO feeds (url, state, next_poll_at, added_at) VALUES ('x', 'odd', 0, 0)",
        "INSERT INTO jobs (kind, payload, state, due_ms, created_at) VALUES ('x', '', 9, 0, 0)",
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(make_empty_file(tmp_path / "relais.db"))) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
