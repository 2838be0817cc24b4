"""The loop that polls feeds: claims the due ones, reads them side by side, records what came.

Invariant: the articles of a poll and the validators that vouch for them commit together, so a
crash at any moment means that the feed is read again, never that an article is missed.
"""

import asyncio
import logging
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.clock import Clock
from bot.news.politeness import HostLedger, wait_after_failure, wait_after_success
from bot.news.reading import FeedReader, Reading
from bot.news.unchanged import Unchanged
from bot.news.urls import host_of
from bot.ops.metrics import Metrics
from storage.articles import add_articles
from storage.database import Database, Transaction
from storage.errors import FeedError, FeedGone, StorageError
from storage.feeds import (
    claim_due_feeds,
    clear_redirect,
    find_next_poll,
    get_feed,
    mark_gone,
    move_feed,
    postpone_feed,
    record_poll,
    record_poll_failure,
    record_redirect,
    release_feeds,
)
from storage.model import Feed, NewArticle, Polled

log = logging.getLogger(__name__)

LEASE_SECONDS = 300
SIGHTINGS_TO_MOVE = 3
BATCH = 50  # articles of one transaction: a long feed must not hold up the writer
PAUSE_SECONDS = 1.0
_SHARE_TO_CLAIM = 4


class TellOfFeed(Protocol):
    """How operators are told of a feed, inside the transaction in which it is noted."""

    async def __call__(
        self, tx: Transaction, kind: Literal["gone", "moved"], feed: Feed, /, *, now: int
    ) -> None:
        """Tell them."""
        ...


@dataclass(frozen=True, slots=True)
class PollRules:
    """`interval` in seconds between polls of a feed that wishes for nothing else."""

    interval: int = 600
    at_once: int = 32


class Poller:
    """Polls due feeds until cancelled.

    `hosts` is shared by all who ask publishers anything. `on_stored` is called after each commit
    that brought articles to distribute; `tell` puts word of a closed or moved feed in the outbox
    and `on_told` is called once that is committed;
    `chance` gives numbers from 0 to 1 for the jitter.
    """

    def __init__(
        self,
        db: Database,
        reader: FeedReader,
        rules: PollRules,
        clock: Clock,
        *,
        hosts: HostLedger,
        on_stored: Callable[[], None],
        tell: TellOfFeed,
        on_told: Callable[[], None],
        metrics: Metrics,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._db = db
        self._reader = reader
        self._rules = rules
        self._clock = clock
        self._on_stored = on_stored
        self._tell = tell
        self._on_told = on_told
        self._metrics = metrics
        self._chance = chance
        self._hosts = hosts
        self._unchanged = Unchanged(db, clock)
        self._free = rules.at_once
        self._unrecorded: set[int] = set()
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for due feeds again."""
        self._wake.set()

    async def run(self) -> None:
        """Poll until cancelled; what an earlier process had claimed is due again."""
        async with self._db.transaction() as tx:
            await release_feeds(tx)
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                try:
                    for feed in await self._claim():
                        self._free -= 1
                        group.create_task(self._poll_claimed(feed))
                except StorageError as error:
                    await self._wait_out(error)
                await self._wake.wait()

    async def _claim(self) -> list[Feed]:
        if not self._free:
            return []
        await self._release_unrecorded()
        now = int(self._clock.now())
        async with self._db.read() as tx:
            due = await find_next_poll(tx)
        if due is None or due > now:
            return []
        async with self._db.transaction() as tx:
            return await claim_due_feeds(tx, now=now, limit=self._free, lease_seconds=LEASE_SECONDS)

    async def _poll_claimed(self, feed: Feed) -> None:
        """Poll a claimed feed when its host may be asked.

        What storage refused is not lost: the feed is read again as soon as storage works.
        """
        try:
            await self._poll_politely(feed)
        except StorageError as error:
            self._unrecorded.add(feed.id)
            await self._wait_out(error)
        finally:
            self._free += 1
            # Several are claimed for the price of one; the bell sees to those that are left.
            if self._free >= self._rules.at_once / _SHARE_TO_CLAIM:
                self._wake.set()

    async def _release_unrecorded(self) -> None:
        if not self._unrecorded:
            return
        async with self._db.transaction() as tx:
            await release_feeds(tx, list(self._unrecorded))
        self._unrecorded.clear()

    async def _poll_politely(self, feed: Feed) -> None:
        host = host_of(feed.url)
        wait = self._hosts.admit(host, self._clock.monotonic())
        if wait > 0:
            async with self._db.transaction() as tx:
                due = math.ceil(self._clock.now() + wait)
                await postpone_feed(tx, feed.id, next_poll_at=due)
            return
        try:
            reading = await self._reader.read(feed)
        except FeedGone:
            await self._record_gone(feed)
        except FeedError as error:
            self._hosts.heed(host, error, self._clock.monotonic())
            await self._record_failure(feed, error)
        else:
            await self._record(feed, reading)
        finally:
            self._hosts.finish(host, self._clock.monotonic())

    async def _record(self, feed: Feed, reading: Reading) -> None:
        """Store what came in batches; the last one saves the validators too."""
        now = int(self._clock.now())
        if reading.parsed is None and reading.permanent_url in (None, feed.url):
            await self._unchanged.record(feed.id, self._polled(reading, 0, now))
            self._note(feed, reading, 0)
            return
        new, moved = 0, False
        for batch, is_last in _batches(reading.articles, now):
            async with self._db.transaction() as tx:
                current = await get_feed(tx, feed.id)
                if current.state != "active":
                    return
                backlog = current.backlog_at is None
                added = await add_articles(tx, feed.id, batch, now=now, backlog=backlog)
                new += len(added.new)
                if is_last:
                    moved = await self._record_success(tx, current, reading, new, now)
            if added.new and not backlog:
                self._on_stored()
        if moved:
            self._on_told()
        self._note(feed, reading, new)

    def _note(self, feed: Feed, reading: Reading, new: int) -> None:
        result = "unchanged" if reading.parsed is None else "read"
        self._metrics.polls.labels(result).inc()
        self._metrics.articles.inc(new)
        log.info("polled", extra={"feed": feed.id, "result": result, "new": new})

    async def _record_success(
        self, tx: Transaction, feed: Feed, reading: Reading, new: int, now: int
    ) -> bool:
        """Record a poll that brought the feed; True when that moved it to another address."""
        await record_poll(tx, feed.id, self._polled(reading, new, now), now=now)
        return await self._follow_redirect(tx, feed, reading.permanent_url, now)

    def _polled(self, reading: Reading, new: int, now: int) -> Polled:
        wishes = (reading.wish_seconds, reading.fresh_for)
        wait = wait_after_success(self._rules.interval, wishes, spread=self._chance())
        parsed = reading.parsed
        return Polled(
            next_poll_at=now + wait,
            title=parsed.title if parsed else None,
            site_url=parsed.link if parsed else None,
            language=parsed.language if parsed else None,
            etag=reading.etag,
            last_modified=reading.last_modified,
            body_hash=reading.body_hash,
            clean_hash=reading.clean_hash,
            wish_seconds=reading.wish_seconds,
            new_articles=new,
            full=reading.full,
        )

    async def _follow_redirect(
        self, tx: Transaction, feed: Feed, url: str | None, now: int
    ) -> bool:
        """Move a feed once every hop to its new address was permanent three times in a row."""
        if url is None or url == feed.url:
            await clear_redirect(tx, feed.id)
            return False
        sightings, _ = await record_redirect(tx, feed.id, url, now=now)
        if sightings < SIGHTINGS_TO_MOVE or not await move_feed(tx, feed.id, url):
            return False
        log.info("feed_moved", extra={"feed": feed.id})
        await self._tell(tx, "moved", await get_feed(tx, feed.id), now=now)
        return True

    async def _record_gone(self, feed: Feed) -> None:
        now = int(self._clock.now())
        async with self._db.transaction() as tx:
            await mark_gone(tx, feed.id, now=now)
            await self._tell(tx, "gone", await get_feed(tx, feed.id), now=now)
        self._on_told()
        log.warning("feed_gone", extra={"feed": feed.id})
        self._metrics.polls.labels("gone").inc()

    async def _record_failure(self, feed: Feed, error: FeedError) -> None:
        now = int(self._clock.now())
        wait = wait_after_failure(
            self._rules.interval,
            feed.errors + 1,
            retry_after=error.retry_after,
            slow=error.code == "cloudflare",
            spread=self._chance(),
        )
        async with self._db.transaction() as tx:
            await record_poll_failure(tx, feed.id, error.code, now=now, next_poll_at=now + wait)
        log.warning("poll_failed", extra={"feed": feed.id, "code": error.code})
        self._metrics.polls.labels("failed").inc()

    async def _wait_out(self, error: StorageError) -> None:
        log.error("polling_waits", extra={"reason": str(error)})
        await self._clock.sleep(PAUSE_SECONDS)


def _batches(
    articles: Sequence[NewArticle], now: int
) -> Iterator[tuple[Sequence[NewArticle], bool]]:
    """Give the articles in parts, oldest first, each with whether it is the last; one at least.

    Of the same time, the one lower in the feed is the older: feeds are written newest first.
    """
    ordered = list(reversed(articles))
    ordered.sort(key=lambda article: article.published_at or now)
    for start in range(0, max(1, len(ordered)), BATCH):
        yield ordered[start : start + BATCH], start + BATCH >= len(ordered)
