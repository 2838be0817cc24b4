"""Polls: when the next one is due, and the patience that is owed to hosts."""

import asyncio
from itertools import pairwise

import pytest
from aiohttp import web

from bot.news import reading
from bot.news.page_reader import PageReader
from bot.news.politeness import DAY, HostLedger
from bot.news.poller import PollRules
from storage.database import Database
from storage.errors import FetchFailed
from tests.support.database import NOW, db
from tests.support.feeds import Answer, FeedServer, rss
from tests.support.polling import ONE, Newsstand, newsstand, server, stand

__all__ = ["db", "server", "stand"]


@pytest.mark.parametrize(
    ("headers", "extra", "wait"),
    [
        ({"Cache-Control": "max-age=1800"}, "", 1800),
        ({"Cache-Control": "max-age=60"}, "", 600),
        ({}, "<ttl>120</ttl>", 7200),
        ({}, "<sy:updatePeriod>hourly</sy:updatePeriod>", 600),
        ({}, "<sy:updatePeriod>weekly</sy:updatePeriod>", DAY),
    ],
)
async def test_the_publishers_wish_delays_the_next_poll(
    stand: Newsstand, headers: dict[str, str], extra: str, wait: int
) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE, extra=extra), headers=headers)
    feed = await stand.add("/feed")
    for _ in range(2):  # the second time the same bytes come and are not parsed
        feed = await stand.poll(feed.id)
        assert feed.next_poll_at == int(stand.clock.now()) + wait


async def test_patience_is_owed_to_the_whole_host(stand: Newsstand) -> None:
    stand.server.answers["/busy"] = Answer("slow down", status=429, headers={"Retry-After": "3600"})
    stand.server.answers["/feed"] = Answer(rss(ONE))
    busy = await stand.poll((await stand.add("/busy")).id)
    assert busy.next_poll_at == NOW + 3600
    feed = await stand.add("/feed")
    stand.poller.wake()
    feed = await stand.until(feed.id, lambda feed: feed.next_poll_at > NOW)
    assert feed.next_poll_at >= NOW + 3600
    assert stand.server.count("/feed") == 0
    await stand.poll(feed.id)
    assert stand.server.count("/feed") == 1


async def test_patience_that_a_page_asks_for_is_owed_by_feeds_too(stand: Newsstand) -> None:
    stand.server.answers["/page"] = Answer("slow down", status=429, headers={"Retry-After": "3600"})
    stand.server.answers["/feed"] = Answer(rss(ONE))
    reader = stand.poller._reader
    pages = PageReader(reader._fetcher, reader._pool, stand.hosts, stand.clock.monotonic)
    with pytest.raises(FetchFailed):
        await pages.read(stand.server.url("/page"))
    feed = await stand.add("/feed")
    stand.poller.wake()
    feed = await stand.until(feed.id, lambda feed: feed.next_poll_at > NOW)
    assert feed.next_poll_at >= NOW + 3600
    assert stand.server.count("/feed") == 0


async def test_feeds_of_one_host_keep_their_gap(
    db: Database, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.news.politeness.is_loopback", lambda host: False)
    hosts = HostLedger(gap_seconds=10, at_once=1)
    asked_at: list[float] = []
    async with newsstand(db, server, PollRules(interval=10_000), hosts) as stand:

        def answer(request: web.Request) -> Answer:
            asked_at.append(stand.clock.now())
            return Answer(rss(ONE))

        for number in range(4):
            server.answers[f"/{number}"] = answer
            await stand.add(f"/{number}")
        while waiting := [f for f in await stand.feeds() if f.last_polled_at is None]:
            due = min(feed.next_poll_at for feed in waiting)
            stand.clock.seconds = max(stand.clock.seconds, float(due))
            stand.poller.wake()
            for feed in waiting:
                await stand.until(feed.id, lambda feed: feed.next_poll_at > stand.clock.now())
    assert len(asked_at) == 4
    assert all(later - earlier >= 10 for earlier, later in pairwise(asked_at))


async def test_a_hanging_feed_holds_up_no_other(stand: Newsstand) -> None:
    attributes = " ".join(f'a{n}="1"' for n in range(40_000))
    stand.server.answers["/hang"] = Answer(f"<rss {attributes}><channel/></rss>")
    stand.server.answers["/feed"] = Answer(rss(ONE))
    stand.poller._reader._pool._seconds = 5  # a loaded machine starts workers slowly
    hanging = await stand.add("/hang")
    stand.poller.wake()
    feed = await stand.poll((await stand.add("/feed")).id)
    assert feed.errors == 0
    hanging = await stand.until(hanging.id, lambda feed: feed.errors)
    assert hanging.error_code == "parse_timeout"


async def test_a_whole_poll_has_one_deadline(
    stand: Newsstand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "POLL_SECONDS", 0.2)

    async def drip(request: web.Request) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    stand.server.answers["/feed"] = drip
    feed = await stand.poll((await stand.add("/feed")).id)
    assert (feed.error_code, feed.errors) == ("timeout", 1)


async def test_many_feeds_are_polled_a_few_at_a_time(db: Database, server: FeedServer) -> None:
    running: list[int] = []
    most: list[int] = []
    full = asyncio.Event()

    async def answer(request: web.Request) -> Answer:
        running.append(1)
        most.append(len(running))
        if len(running) == 3:
            full.set()
        await full.wait()
        running.pop()
        return Answer(rss(ONE))

    async with newsstand(db, server, PollRules(interval=600, at_once=3)) as stand:
        for number in range(10):
            server.answers[f"/{number}"] = answer
        feeds = [await stand.add(f"/{number}") for number in range(10)]
        stand.poller.wake()
        for feed in feeds:
            await stand.until(feed.id, lambda feed: feed.last_success_at)
    assert max(most) == 3
