"""The inbox: stored once, handled once, never lost."""

from storage.inbox import (
    add_updates,
    get_offset,
    list_waiting,
    mark_handled,
    park_update,
    record_failure,
)
from tests.support.counts import count_updates
from tests.support.database import db

__all__ = ["db"]


async def test_the_offset_moves_with_the_batch(db):
    async with db.transaction() as tx:
        assert await get_offset(tx) == 0
        assert await add_updates(tx, [(7, 1, "{}"), (9, 2, "{}")], now=100) == 10
        assert await get_offset(tx) == 10


async def test_an_update_that_comes_again_has_no_second_effect(db):
    async with db.transaction() as tx:
        await add_updates(tx, [(7, 1, '{"first": 1}')], now=100)
        assert await mark_handled(tx, 7)
        await add_updates(tx, [(7, 1, '{"again": 1}')], now=101)
        assert await list_waiting(tx, after=-1, limit=10) == []
        assert not await mark_handled(tx, 7)


async def test_waiting_updates_come_oldest_first_and_in_portions(db):
    async with db.transaction() as tx:
        await add_updates(tx, [(n, 1, "{}") for n in (3, 1, 2)], now=100)
        assert [u.update_id for u in await list_waiting(tx, after=-1, limit=2)] == [1, 2]
        assert [u.update_id for u in await list_waiting(tx, after=2, limit=2)] == [3]


async def test_the_text_goes_when_handled_and_stays_when_parked(db):
    async with db.transaction() as tx:
        await add_updates(tx, [(1, 1, '{"text": "secret"}'), (2, 1, '{"text": "kept"}')], now=100)
        await mark_handled(tx, 1)
        assert await record_failure(tx, 2, "KeyError at read:3") == 1
        assert await record_failure(tx, 2, "KeyError at read:3") == 2
        await park_update(tx, 2, "KeyError at read:3")
        rows = await tx.all("SELECT raw, state, attempts FROM inbox ORDER BY update_id")
        assert [tuple(row) for row in rows] == [(None, 1, 0), ('{"text": "kept"}', 2, 2)]
        assert await count_updates(tx) == (0, 1)
