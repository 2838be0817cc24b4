"""After a clock that was wrong: nothing waits for a time that never was."""

from storage.due_times import HOUR, bring_forward, pull_in
from storage.feeds import add_feed, claim_due_feeds, get_feed, record_poll
from storage.jobs import add_job, claim_jobs
from storage.model import Draft, Lane, Polled
from storage.outbox import enqueue, find_row
from tests.support.database import NOW, db, make_feed

__all__ = ["db"]

DAY = 24 * HOUR
NOW_MS, DAY_MS = NOW * 1000, DAY * 1000


async def claim(db, now):
    """Claim what is due."""
    async with db.transaction() as tx:
        return await claim_due_feeds(tx, now=now, limit=10, lease_seconds=300)


async def test_a_feed_polled_in_the_future_is_due_now(db):
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await record_poll(tx, feed.id, Polled(next_poll_at=NOW + DAY + 600), now=NOW + DAY)
    assert await claim(db, NOW) == []
    async with db.transaction() as tx:
        assert await pull_in(tx, now=NOW) == 1
    assert [feed.id for feed in await claim(db, NOW)] == [feed.id]


async def test_a_feed_added_in_the_future_is_due_now(db):
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, "http://port.example/feed", now=NOW + DAY)
        assert await pull_in(tx, now=NOW) == 1
    assert [found.id for found in await claim(db, NOW)] == [feed.id]


async def test_a_feed_whose_publisher_asks_for_days_keeps_them(db):
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await record_poll(tx, feed.id, Polled(next_poll_at=NOW + 7 * DAY), now=NOW)
        assert await pull_in(tx, now=NOW) == 0
    assert await claim(db, NOW + DAY) == []


async def test_messages_and_jobs_put_off_too_far_are_due_now(db):
    async with db.transaction() as tx:
        far, soon = NOW_MS + 400 * DAY_MS, NOW_MS + 60_000
        late = await enqueue(tx, Draft(1, Lane.REPLY, due_ms=far), now_ms=NOW_MS)
        later = await enqueue(tx, Draft(1, Lane.REPLY, due_ms=soon), now_ms=NOW_MS)
        job = await add_job(tx, "probe_feed", {}, now=NOW, due_ms=far)
        assert await pull_in(tx, now=NOW) == 2
        assert (await find_row(tx, late)).due_ms == NOW_MS
        assert (await find_row(tx, later)).due_ms == soon
        claimed = await claim_jobs(tx, "probe_feed", now_ms=NOW_MS, limit=1)
        assert [found.id for found in claimed] == [job]


async def test_what_was_written_under_a_clock_a_day_ahead_waits_a_day_less(db):
    ahead = NOW + DAY
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        polled = Polled(next_poll_at=ahead + 600, full=True)
        await record_poll(tx, feed.id, polled, now=ahead)
        row = await enqueue(tx, Draft(1, Lane.REPLY, due_ms=NOW_MS + DAY_MS + 5000), now_ms=NOW_MS)
        early = await enqueue(tx, Draft(1, Lane.REPLY, due_ms=NOW_MS + 60_000), now_ms=NOW_MS)
        job = await add_job(tx, "probe_feed", {}, now=NOW, due_ms=NOW_MS + DAY_MS - 1000)
        assert await bring_forward(tx, now=NOW, seconds=DAY) == 4
        found = await get_feed(tx, feed.id)
        assert (found.next_poll_at, found.full_poll_at) == (NOW + 600, NOW)
        assert (await find_row(tx, row)).due_ms == NOW_MS + 5000
        assert (await find_row(tx, early)).due_ms == NOW_MS + 60_000
        claimed = await claim_jobs(tx, "probe_feed", now_ms=NOW_MS, limit=1)
        assert [found.id for found in claimed] == [job]


async def test_a_claim_made_under_a_clock_ahead_ends(db):
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await claim_due_feeds(tx, now=NOW + DAY, limit=1, lease_seconds=300)
        await bring_forward(tx, now=NOW, seconds=DAY)
    assert [found.id for found in await claim(db, NOW)] == [feed.id]
