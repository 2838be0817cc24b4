"""Polls that found nothing new share commits, and one that fails takes nobody's record with it."""

import asyncio
from collections.abc import Iterable

import pytest

from bot.clock import SystemClock
from bot.news.unchanged import Unchanged
from storage.database import Database, Transaction
from storage.errors import DiskFull
from storage.feeds import add_feed, list_feeds, record_unchanged, remove_feed
from storage.model import Polled
from tests.support.database import NOW, db

__all__ = ["db"]


def _polled() -> Polled:
    return Polled(next_poll_at=NOW + 600, etag='"2"')


async def _add_feeds(db: Database, count: int) -> list[int]:
    async with db.transaction() as tx:
        return [
            (await add_feed(tx, f"https://gazette.example/{n}", now=NOW))[0].id
            for n in range(count)
        ]


async def _etags(db: Database) -> list[str | None]:
    async with db.read() as tx:
        return [feed.etag for feed in await list_feeds(tx)]


async def test_what_comes_meanwhile_shares_a_commit(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []

    async def counted(tx: Transaction, polls: Iterable[tuple[int, Polled]], *, now: int) -> None:
        sizes.append(len(list(polls)))
        await record_unchanged(tx, polls, now=now)

    monkeypatch.setattr("bot.news.unchanged.record_unchanged", counted)
    unchanged = Unchanged(db, SystemClock())
    ids = await _add_feeds(db, 20)
    await asyncio.gather(*(unchanged.record(feed_id, _polled()) for feed_id in ids))
    assert await _etags(db) == ['"2"'] * 20
    assert sum(sizes) == 20
    assert len(sizes) < 5


async def test_a_failure_leaves_the_others_theirs(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def full_at_the_second(
        tx: Transaction, polls: Iterable[tuple[int, Polled]], *, now: int
    ) -> None:
        nonlocal tries
        tries += 1
        if tries == 2:  # what came while the first was written
            raise DiskFull("no room")
        await record_unchanged(tx, polls, now=now)

    monkeypatch.setattr("bot.news.unchanged.record_unchanged", full_at_the_second)
    unchanged = Unchanged(db, SystemClock())
    ids = await _add_feeds(db, 3)
    results = await asyncio.gather(
        *(unchanged.record(feed_id, _polled()) for feed_id in ids), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), DiskFull, type(None)]
    assert await _etags(db) == ['"2"'] * 3


async def test_a_feed_removed_meanwhile_stays_as_it_is(db: Database) -> None:
    (feed_id,) = await _add_feeds(db, 1)
    async with db.transaction() as tx:
        await remove_feed(tx, feed_id)
    await Unchanged(db, SystemClock()).record(feed_id, _polled())
    async with db.read() as tx:
        assert await tx.value("SELECT etag FROM feeds WHERE id = ?", (feed_id,)) is None
