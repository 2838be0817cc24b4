"""Transactions under cancellation: each commits whole or leaves nothing, and the next one works."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.database import Database
from tests.support.database import make_empty_file

ROWS = 3  # of one transaction
plans = st.lists(
    st.tuples(
        st.sampled_from(["write", "read", "fail"]),
        st.lists(st.integers(0, 30), max_size=3),  # turns of the event loop between cancellations
    ),
    min_size=1,
    max_size=12,
)


class Failure(Exception):
    """Raised inside a transaction."""


async def act(db: Database, number: int, kind: str, acknowledged: set[int]) -> None:
    if kind == "read":
        async with db.read() as tx:
            before = await tx.value("SELECT count(*) FROM facts")
            assert await tx.value("SELECT count(*) FROM facts") == before  # one snapshot
        return
    async with db.transaction() as tx:
        for row in range(ROWS):
            await tx.run("INSERT INTO facts VALUES (?, ?)", (f"{number} {row}", str(number)))
        if kind == "fail":
            raise Failure
    acknowledged.add(number)


async def cancel(task: asyncio.Task[None], waits: list[int]) -> None:
    for turns in waits:
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()


async def play(path: Path, plan: list[tuple[str, list[int]]]) -> None:
    db = await Database.open(make_empty_file(path))
    try:
        await act_and_look(db, plan)
    finally:
        await db.close()


async def act_and_look(db: Database, plan: list[tuple[str, list[int]]]) -> None:
    acknowledged: set[int] = set()
    tasks = [
        asyncio.create_task(act(db, number, kind, acknowledged))
        for number, (kind, _) in enumerate(plan)
    ]
    cancels = [
        asyncio.create_task(cancel(task, waits))
        for task, (_, waits) in zip(tasks, plan, strict=True)
    ]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*cancels)
    for outcome in outcomes:
        assert outcome is None or isinstance(outcome, asyncio.CancelledError | Failure)
    async with db.transaction() as tx:  # the connection is not poisoned
        await tx.run("INSERT INTO facts VALUES ('last', 'last')")
    async with db.read() as tx:
        rows = await tx.all("SELECT value, count(*) FROM facts GROUP BY value")
    stored = {row[0]: row[1] for row in rows}
    assert stored.pop("last") == 1
    assert set(stored.values()) <= {ROWS}
    assert acknowledged <= {int(number) for number in stored}
    for number, (kind, waits) in enumerate(plan):
        if kind in ("read", "fail"):
            assert str(number) not in stored
        elif not waits:
            assert number in acknowledged


@settings(max_examples=60, deadline=None)
@given(plans)
def test_cancelled_anywhere_a_transaction_is_whole_or_nothing(
    plan: list[tuple[str, list[int]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "relais.db", plan))
