"""The clock's watch: a jump back is noticed, told and repaired; anything else is not."""

import asyncio

import pytest

from bot.clock import SystemClock
from bot.ops.clock_watch import ClockWatch
from storage.errors import DatabaseBusy
from storage.feeds import list_feeds, postpone_feed, record_poll
from storage.model import Polled
from tests.support.database import NOW, db, make_feed

__all__ = ["db"]

DAY = 86_400


class JumpingClock(SystemClock):
    """Two clocks under a test's hand; a look at the wall clock is the product's."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.wall, self.steady = float(NOW), 1000.0
        monkeypatch.setattr("bot.clock.time.time", lambda: self.wall)
        monkeypatch.setattr("bot.clock.time.monotonic", lambda: self.steady)
        self.slept = asyncio.Event()
        self.go_on = asyncio.Event()
        self.now()

    async def sleep(self, seconds):
        self.slept.set()
        await self.go_on.wait()
        self.go_on.clear()
        self.steady += seconds
        self.wall += seconds

    async def until_slept(self):
        await self.slept.wait()
        self.slept.clear()

    def jump(self, seconds):
        """Jump; somebody may look at the clock before it jumps again."""
        self.wall += seconds


@pytest.fixture
def clock(monkeypatch):
    return JumpingClock(monkeypatch)


@pytest.fixture
async def watch(db, clock):
    """A running watch: gives what lets it look once more, and how often it told of a jump."""
    told = []
    task = asyncio.create_task(ClockWatch(db, clock, on_back=lambda: told.append(1)).run())
    await clock.until_slept()

    async def look():
        clock.go_on.set()
        await clock.until_slept()
        return len(told)

    yield look
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def next_poll(db):
    async with db.read() as tx:
        (feed,) = await list_feeds(tx)
    return feed.next_poll_at


async def poll(db, clock, wait):
    """Record a poll of the one feed by the clock."""
    async with db.transaction() as tx:
        (feed,) = await list_feeds(tx)
        now = int(clock.now())
        await record_poll(tx, feed.id, Polled(next_poll_at=now + wait), now=now)


@pytest.mark.parametrize(
    ("jumps", "times"),
    [((0, 0), 0), ((DAY, 0), 0), ((-1, 1, -1), 0), ((-DAY, 0), 1), ((DAY, -DAY, 0), 1)],
)
async def test_only_a_jump_back_is_told(clock, watch, jumps, times):
    for jump in jumps:
        clock.jump(jump)
        told = await watch()
    assert told == times


async def test_a_wait_lasts_as_long_as_it_would_have(db, clock, watch):
    async with db.transaction() as tx:
        await make_feed(tx)
    await poll(db, clock, 600)
    clock.jump(-DAY)
    await watch()
    assert await next_poll(db) == NOW - DAY + 600


async def test_a_clock_that_was_ahead_between_two_looks_is_noticed(db, clock, watch):
    async with db.transaction() as tx:
        feed = await make_feed(tx)
    await poll(db, clock, 600)
    clock.jump(DAY)
    async with db.transaction() as tx:
        await postpone_feed(tx, feed.id, next_poll_at=int(clock.now()) + 60)
    clock.jump(-DAY)
    assert await watch() == 1
    assert await next_poll(db) == NOW + 60


async def test_waits_from_before_are_left_alone(db, clock, watch):
    async with db.transaction() as tx:
        await make_feed(tx)
    await poll(db, clock, 7200)
    clock.jump(DAY)
    clock.now()
    clock.jump(-DAY)
    assert await watch() == 1
    assert await next_poll(db) == NOW + 7200


async def test_it_looks_again_while_the_database_is_locked(db, clock, watch, monkeypatch):
    async with db.transaction() as tx:
        await make_feed(tx)
    await poll(db, clock, 600)
    clock.jump(-DAY)
    with monkeypatch.context() as patch:

        async def locked(*args, **fields):
            raise DatabaseBusy("locked")

        patch.setattr("bot.ops.clock_watch.bring_forward", locked)
        assert await watch() == 0
    assert await watch() == 1
    assert await next_poll(db) < NOW


async def test_what_was_left_by_a_process_with_a_wrong_clock_is_due_at_the_start(db, clock):
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await record_poll(tx, feed.id, Polled(next_poll_at=NOW + 2 * DAY), now=NOW + DAY)
    task = asyncio.create_task(ClockWatch(db, clock, on_back=lambda: None).run())
    await clock.until_slept()
    task.cancel()
    assert await next_poll(db) == NOW
