"""Article → posts in the outbox: a body for each language, then window after window of readers.

Each window commits with its cursor, so a crash neither skips a reader nor queues a post twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from bot.clock import Clock
from storage.articles import load_articles
from storage.database import Database, Transaction
from storage.errors import StorageError
from storage.fan_out import WINDOW, fan_out, list_undistributed, next_window
from storage.model import Article, Language
from storage.outbox import add_body

log = logging.getLogger(__name__)

Render = Callable[[Article, Language], dict[str, Any]]
Complete = Callable[[Article], Awaitable[None]]

LANGUAGES: tuple[Language, ...] = ("fr", "en")
BATCH = 100
PAGES_AT_ONCE = 4
PAUSE_SECONDS = 1.0


class Distributor:
    """The loop that hands new articles to the outbox, oldest first.

    `render` gives the parameters of the message that carries an article to readers of a language;
    `on_committed` is called after each window. `complete` looks for the tags of an article whose
    feed gave none, on its page; such articles wait for it beside the others.
    """

    def __init__(
        self,
        db: Database,
        render: Render,
        clock: Clock,
        *,
        on_committed: Callable[[], None],
        complete: Complete | None = None,
    ) -> None:
        self._db = db
        self._render = render
        self._clock = clock
        self._on_committed = on_committed
        self._complete = complete
        self._wake = asyncio.Event()
        self._pages = asyncio.Semaphore(PAGES_AT_ONCE)
        self._completing: set[int] = set()

    def wake(self) -> None:
        """Look for articles to distribute again."""
        self._wake.set()

    async def run(self) -> None:
        """Distribute until cancelled; what an earlier process began is finished first."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                try:
                    if not await self._distribute_waiting(group):
                        await self._wake.wait()
                except StorageError as error:
                    await self._wait_out(error)

    async def _distribute_waiting(self, group: asyncio.TaskGroup) -> int:
        """Take up the oldest waiting articles; gives how many there were."""
        async with self._db.read() as tx:
            ids = await list_undistributed(tx, limit=BATCH + len(self._completing))
            articles = await load_articles(tx, [i for i in ids if i not in self._completing])
        for article in articles:
            if article.tags or self._complete is None:
                await self._distribute(article.id)
            else:
                self._completing.add(article.id)
                group.create_task(self._distribute_completed(article, self._complete))
        return len(articles)

    async def _distribute_completed(self, article: Article, complete: Complete) -> None:
        """Distribute an article once its page was looked at, whatever came of that."""
        async with self._pages:
            await complete(article)
        while True:
            try:
                await self._distribute(article.id)
                break
            except StorageError as error:
                await self._wait_out(error)
        self._completing.discard(article.id)

    async def _distribute(self, article_id: int) -> None:
        """Queue an article's posts.

        The bodies are made anew after a crash: what was queued before it keeps its own.
        """
        bodies: dict[Language, int] = {}
        posts, done, size = 0, False, WINDOW
        while not done:
            async with self._db.transaction() as tx:
                began = self._clock.monotonic()
                if not bodies:
                    bodies = await self._add_bodies(tx, article_id)
                now_ms = round(self._clock.now() * 1000)
                window = await fan_out(tx, article_id, bodies, now_ms=now_ms, window=size)
            size = next_window(size, self._clock.monotonic() - began)
            posts, done = posts + window.rows, window.done
            self._on_committed()
        log.info("distributed", extra={"article": article_id, "posts": posts})

    async def _add_bodies(self, tx: Transaction, article_id: int) -> dict[Language, int]:
        (article,) = await load_articles(tx, [article_id])
        now = int(self._clock.now())
        return {
            language: await add_body(tx, self._render(article, language), now=now)
            for language in LANGUAGES
        }

    async def _wait_out(self, error: StorageError) -> None:
        log.error("distribution_waits", extra={"reason": str(error)})
        await self._clock.sleep(PAUSE_SECONDS)
