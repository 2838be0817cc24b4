"""The connections: one writer in turn, readers beside it, transactions whole or not at all."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database, Transaction
from storage.facts import get_fact, set_fact
from tests.support.database import db, make_empty_file

__all__ = ["db"]


async def add(tx: Transaction, name: str) -> None:
    await tx.run("INSERT INTO facts VALUES (?, '')", (name,))


async def count(db: Database) -> int:
    async with db.read() as tx:
        return int(await tx.value("SELECT count(*) FROM facts"))


async def test_four_hundred_concurrent_writers_all_survive(db: Database) -> None:
    async def write(number: int) -> None:
        async with db.transaction() as tx:
            before = int(await get_fact(tx, "total") or 0)
            await asyncio.sleep(0)
            await set_fact(tx, "total", str(before + 1))
            await add(tx, str(number))

    await asyncio.gather(*(write(number) for number in range(400)))
    assert await count(db) == 401
    async with db.read() as tx:
        assert await get_fact(tx, "total") == "400"


async def test_writers_come_in_order_of_arrival(db: Database) -> None:
    order: list[int] = []

    async def write(number: int) -> None:
        async with db.transaction():
            order.append(number)

    async with db.transaction():
        tasks = [asyncio.create_task(write(number)) for number in range(20)]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    assert order == list(range(20))


@pytest.mark.parametrize("error", [ValueError, asyncio.CancelledError, GeneratorExit])
async def test_an_exception_leaves_nothing(db: Database, error: type[BaseException]) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await add(tx, "x")
            raise error

    with pytest.raises(error):
        await fail()
    assert await count(db) == 0
    async with db.transaction() as tx:
        await add(tx, "y")
    assert await count(db) == 1


async def test_a_failed_statement_inside_a_transaction_is_the_callers_to_judge(
    db: Database,
) -> None:
    async with db.transaction() as tx:
        await add(tx, "x")
        with pytest.raises(sqlite3.IntegrityError):
            await add(tx, "x")
        await add(tx, "y")
    assert await count(db) == 2


async def test_a_cancellation_during_the_commit_comes_once_it_is_done(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    execute = db._writer.execute

    async def commit_slowly() -> None:
        reached.set()
        await go_on.wait()
        await execute("COMMIT")

    def intercept(sql: str, *parameters: Any) -> Any:
        return commit_slowly() if sql == "COMMIT" else execute(sql, *parameters)

    monkeypatch.setattr(db._writer, "execute", intercept)

    async def write() -> None:
        async with db.transaction() as tx:
            await add(tx, "x")

    task = asyncio.create_task(write())
    await reached.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    assert await count(db) == 0
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(db) == 1


async def test_transactions_do_not_nest(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(RuntimeError, match="open in this task"):
            async with db.transaction():
                pass
        await add(tx, "x")
    assert await count(db) == 1


async def test_a_transaction_that_ended_takes_no_statement(db: Database) -> None:
    async with db.transaction() as tx:
        pass
    async with db.read() as reading:
        pass
    for ended in (tx, reading):
        with pytest.raises(RuntimeError, match="has ended"):
            await ended.value("SELECT 1")
        with pytest.raises(RuntimeError, match="has ended"):
            await ended.run("INSERT INTO facts VALUES ('x', '')")
    assert await count(db) == 0


async def test_a_read_sees_one_moment_and_waits_for_no_writer(db: Database) -> None:
    async with db.transaction() as tx:
        await add(tx, "x")
        async with db.read() as reading:
            assert await reading.value("SELECT count(*) FROM facts") == 0
    async with db.read() as reading:
        assert await reading.value("SELECT count(*) FROM facts") == 1
        async with db.transaction() as tx:
            await add(tx, "y")
        assert await reading.value("SELECT count(*) FROM facts") == 1


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match="cannot be opened for writing"):
        async with db.read() as tx:
            await add(tx, "x")
    assert await count(db) == 0


async def test_more_reads_than_readers_wait_their_turn(db: Database) -> None:
    both, go_on = asyncio.Barrier(3), asyncio.Event()
    running = done = 0

    async def read() -> None:
        nonlocal running, done
        async with db.read() as tx:
            running += 1
            assert running <= 2
            if not go_on.is_set():
                await both.wait()
                await go_on.wait()
            await tx.value("SELECT 1")
            running -= 1
            done += 1

    tasks = [asyncio.create_task(read()) for _ in range(9)]
    await both.wait()
    go_on.set()
    await asyncio.gather(*tasks)
    assert done == 9


async def test_a_cancelled_reader_goes_back_clean(db: Database) -> None:
    async def read_for_ever() -> None:
        async with db.read() as tx:
            await tx.value("SELECT 1")
            await asyncio.Event().wait()

    for _ in range(5):
        tasks = [asyncio.create_task(read_for_ever()) for _ in range(4)]
        await asyncio.sleep(0.001)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    async with db.transaction() as tx:
        await add(tx, "x")
    assert await count(db) == 1  # no reader kept an old snapshot
    await db.checkpoint()


async def test_closing_waits_for_what_is_under_way(tmp_path: Path) -> None:
    db = await Database.open(make_empty_file(tmp_path / "relais.db"))
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with db.transaction() as tx, db.read() as reading:
            inside.set()
            await go_on.wait()
            await add(tx, str(await reading.value("SELECT 'x'")))

    task = asyncio.create_task(write())
    await inside.wait()
    closing_task = asyncio.create_task(db.close())
    await asyncio.sleep(0)
    assert not closing_task.done()
    go_on.set()
    await task
    await closing_task
    with closing(sqlite3.connect(db.path)) as connection:
        assert connection.execute("SELECT name FROM facts").fetchall() == [("x",)]


def connection_threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if "_connection_worker_thread" in t.name]


async def test_closing_leaves_no_thread_and_no_log(tmp_path: Path) -> None:
    db = await Database.open(make_empty_file(tmp_path / "relais.db"), readers=3)
    async with db.transaction() as tx:
        await add(tx, "x")
    threads = connection_threads()
    assert len(threads) == 5  # the writer, three readers, and who moves the log
    await db.close()
    for thread in threads:
        thread.join(timeout=5)
        assert not thread.is_alive()
    assert not (tmp_path / "relais.db-wal").exists()


async def test_the_connections_are_set_as_promised(tmp_path: Path) -> None:
    db = await Database.open(tmp_path / "relais.db", durability="FULL", busy_seconds=1.5)
    expected = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 1500,
    }
    async with db.transaction() as tx:
        assert {name: await tx.value(f"PRAGMA {name}") for name in expected} == expected
    async with db.read() as tx:
        assert await tx.value("PRAGMA query_only") == 1
    await db.close()
    normal = await Database.open(tmp_path / "relais.db")
    async with normal.transaction() as tx:
        assert await tx.value("PRAGMA synchronous") == 1
    await normal.close()


async def test_statements_give_what_they_promise(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.many("INSERT INTO facts VALUES (?, ?)", [("a", "1"), ("b", "2")])
        assert await tx.run("UPDATE facts SET value = value || '!'") == 2
        assert await tx.run("DELETE FROM facts WHERE name = 'z'") == 0
        row = await tx.one("SELECT name, value FROM facts ORDER BY name")
        assert row is not None
        assert (row["name"], row[1]) == ("a", "1!")
        assert await tx.one("SELECT 1 WHERE 0") is None
        assert await tx.value("SELECT 1 WHERE 0") is None
        assert len(await tx.all("DELETE FROM facts RETURNING name")) == 2
        sql = "INSERT INTO jobs (kind, payload, due_ms, created_at) VALUES ('x', '{}', 0, 0)"
        first = await tx.insert(sql)
        assert await tx.insert(sql) == first + 1
