"""Tidying: what is old is pruned, unless it only looks old because the clock leapt."""

import pytest

from bot.ops.housekeeping import Housekeeping
from bot.ops.metrics import Metrics
from storage.inbox import add_updates, mark_handled
from storage.retention import DAY, Keep
from tests.support.database import NOW, db

__all__ = ["db"]


class TwoClocks:
    def __init__(self):
        self.wall, self.steady = float(NOW), 1000.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.steady

    def pass_by(self, seconds):
        self.wall += seconds
        self.steady += seconds


class NoFeeds:
    async def look(self, *, now):
        pass


@pytest.fixture
def clock():
    return TwoClocks()


@pytest.fixture
async def housekeeping(db, clock):
    async with db.transaction() as tx:
        await add_updates(tx, [(1, 5, "{}")], now=NOW)
        await mark_handled(tx, 1)
    return Housekeeping(db, NoFeeds(), Metrics(), clock, Keep(handled_updates=7))


async def kept(db):
    async with db.read() as tx:
        return await tx.value("SELECT count(*) FROM inbox")


async def test_what_is_old_goes(db, clock, housekeeping):
    clock.pass_by(8 * DAY)
    await housekeeping.tidy()
    assert await kept(db) == 0


async def test_a_clock_that_leaps_ahead_and_comes_back_prunes_nothing(db, clock, housekeeping):
    clock.wall += 400 * DAY
    for _ in range(20):
        await housekeeping.tidy()
        clock.pass_by(3600)
    clock.wall -= 400 * DAY
    await housekeeping.tidy()
    assert await kept(db) == 1


async def test_a_clock_that_stays_ahead_is_believed_after_a_day(db, clock, housekeeping):
    clock.wall += 400 * DAY
    await housekeeping.tidy()
    clock.pass_by(DAY)
    await housekeeping.tidy()
    assert await kept(db) == 0
