"""A poller over a real database and a publisher's real server, with a clock that tests move."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Literal

import pytest

from bot.clock import SystemClock
from bot.news.fetch import Fetcher
from bot.news.parse_pool import ParsePool
from bot.news.politeness import HostLedger
from bot.news.poller import Poller, PollRules
from bot.news.reading import FeedReader
from bot.ops.metrics import Metrics
from storage.database import Database, Transaction
from storage.feeds import add_feed, get_feed, list_feeds
from storage.model import Feed
from tests.support.database import NOW
from tests.support.feeds import FeedServer, feed_server, item

ONE = item(title="Un", guid="1", link="https://port.example/1", description="Premier")
TWO = item(title="Deux", guid="2", link="https://port.example/2", description="Second")


class MovedClock(SystemClock):
    """Stands still until a test moves it; sleeping ends at once."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = float(NOW)

    def now(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Newsstand:
    """The poller and what a test sees of it."""

    def __init__(
        self, db: Database, server: FeedServer, clock: MovedClock, hosts: HostLedger
    ) -> None:
        self.db = db
        self.server = server
        self.clock = clock
        self.told: list[tuple[str, str]] = []
        self.seen_when_told: list[tuple[str, str]] = []
        self.stored = 0
        self.metrics = Metrics()
        self.hosts = hosts
        self.poller: Poller

    async def add(self, path: str, host: str = "127.0.0.1") -> Feed:
        async with self.db.transaction() as tx:
            feed, _ = await add_feed(tx, self.server.url(path, host), now=int(self.clock.now()))
        return feed

    async def feed(self, feed_id: int) -> Feed:
        async with self.db.read() as tx:
            return await get_feed(tx, feed_id)

    async def feeds(self) -> list[Feed]:
        async with self.db.read() as tx:
            return await list_feeds(tx)

    async def articles(self) -> list[tuple[str, int]]:
        """Title and spread of every article, oldest first."""
        async with self.db.read() as tx:
            rows = await tx.all("SELECT title, spread FROM articles ORDER BY id")
        return [(row[0], row[1]) for row in rows]

    async def poll(self, feed_id: int) -> Feed:
        """Move the clock to when the feed is due, let it be polled, and give it after that."""
        before = await self.feed(feed_id)
        self.clock.seconds = max(self.clock.seconds, float(before.next_poll_at))
        self.poller.wake()
        return await self.until(
            feed_id, lambda feed: feed.last_polled_at == int(self.clock.now()) != 0
        )

    async def until(self, feed_id: int, holds: Callable[[Feed], object]) -> Feed:
        """Wait until something holds for a feed."""
        async with asyncio.timeout(30):
            while True:
                feed = await self.feed(feed_id)
                if holds(feed):
                    return feed
                await asyncio.sleep(0.005)

    async def tell(
        self, tx: Transaction, kind: Literal["gone", "moved"], feed: Feed, /, *, now: int
    ) -> None:
        self.told.append((kind, feed.url))

    def note_told(self) -> None:
        """Look at the feeds as another connection sees them: what was told must be committed."""
        with closing(sqlite3.connect(self.db.path)) as other:
            self.seen_when_told = other.execute("SELECT state, url FROM feeds").fetchall()

    def note_stored(self) -> None:
        self.stored += 1


@asynccontextmanager
async def newsstand(
    db: Database,
    server: FeedServer,
    rules: PollRules | None = None,
    hosts: HostLedger | None = None,
) -> AsyncIterator[Newsstand]:
    """Run a poller; jitter is left out so that times can be told."""
    stand = Newsstand(db, server, MovedClock(), hosts or HostLedger())
    async with (
        Fetcher(agent="t", allow_private=True, clock=stand.clock.now) as fetcher,
        ParsePool(workers=2) as pool,
    ):
        stand.poller = Poller(
            db,
            FeedReader(db, fetcher, pool, stand.clock),
            rules or PollRules(interval=600),
            stand.clock,
            hosts=stand.hosts,
            on_stored=stand.note_stored,
            tell=stand.tell,
            on_told=stand.note_told,
            metrics=stand.metrics,
            chance=lambda: 0.0,
        )
        task = asyncio.create_task(stand.poller.run())
        try:
            yield stand
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    """A publisher."""
    async with feed_server() as server:
        yield server


@pytest.fixture
async def stand(db: Database, server: FeedServer) -> AsyncIterator[Newsstand]:
    """A poller that reads it."""
    async with newsstand(db, server) as stand:
        yield stand
