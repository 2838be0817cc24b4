"""Article → posts in the outbox: a body for each language, then window after window of readers.

Each window commits with its cursor, so a crash neither skips a reader nor queues a post twice.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from bot.clock import Clock
from storage.articles import get_article
from storage.database import Database
from storage.errors import StorageError
from storage.fan_out import fan_out, list_undistributed
from storage.model import Article, Language
from storage.outbox import add_body

log = logging.getLogger(__name__)

Render = Callable[[Article, Language], dict[str, Any]]

LANGUAGES: tuple[Language, ...] = ("fr", "en")
BATCH = 100
PAUSE_SECONDS = 1.0


class Distributor:
    """The loop that hands new articles to the outbox, oldest first.

    `render` gives the parameters of the message that carries an article to readers of a language;
    `on_committed` is called after each window.
    """

    def __init__(
        self, db: Database, render: Render, clock: Clock, *, on_committed: Callable[[], None]
    ) -> None:
        self._db = db
        self._render = render
        self._clock = clock
        self._on_committed = on_committed
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look for articles to distribute again."""
        self._wake.set()

    async def run(self) -> None:
        """Distribute until cancelled; what an earlier process began is finished first."""
        while True:
            self._wake.clear()
            try:
                if not await self._distribute_waiting():
                    await self._wake.wait()
            except StorageError as error:
                log.error("distribution_waits", extra={"reason": str(error)})
                await self._clock.sleep(PAUSE_SECONDS)

    async def _distribute_waiting(self) -> int:
        """Distribute the oldest waiting articles; gives how many there were."""
        async with self._db.read() as tx:
            article_ids = await list_undistributed(tx, limit=BATCH)
        for article_id in article_ids:
            posts = await self._distribute(article_id)
            log.info("distributed", extra={"article": article_id, "posts": posts})
        return len(article_ids)

    async def _distribute(self, article_id: int) -> int:
        """Queue an article's posts; gives how many.

        The bodies are made anew after a crash: what was queued before it keeps its own.
        """
        bodies: dict[Language, int] = {}
        posts, done = 0, False
        while not done:
            async with self._db.transaction() as tx:
                if not bodies:
                    now = int(self._clock.now())
                    article = await get_article(tx, article_id)
                    for language in LANGUAGES:
                        payload = self._render(article, language)
                        bodies[language] = await add_body(tx, payload, now=now)
                window = await fan_out(
                    tx, article_id, bodies, now_ms=round(self._clock.now() * 1000)
                )
            posts, done = posts + window.rows, window.done
            self._on_committed()
        return posts
