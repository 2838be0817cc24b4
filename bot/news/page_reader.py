"""Article pages on demand: fetched within limits, read in a worker, kept for a few minutes."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.news.fetch import PAGE_ACCEPT, Fetcher, Limits
from bot.news.page import Page
from bot.news.parse_pool import ParsePool
from bot.news.politeness import HostLedger
from bot.news.urls import host_of
from storage.errors import FeedError, FetchFailed

PAGE_LIMITS = Limits(
    seconds=12.0, connect_seconds=6.0, silent_seconds=8.0, body_bytes=4 * 1024 * 1024, redirects=5
)
KEPT_PAGES = 50
KEPT_SECONDS = 600.0
LONGEST_WAIT = 8.0  # for the turn of a host that was asked a moment ago


class PageReader:
    """Reads pages; however many ask at once, a page is fetched once.

    `hosts` is shared by all who ask publishers anything; `now` gives monotonic seconds.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        pool: ParsePool,
        hosts: HostLedger,
        now: Callable[[], float],
        limits: Limits = PAGE_LIMITS,
    ) -> None:
        self._fetcher = fetcher
        self._pool = pool
        self._hosts = hosts
        self._now = now
        self._limits = limits
        self._kept: OrderedDict[str, tuple[float, Page]] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}

    async def read(self, url: str) -> Page:
        """Give the page at an address; raises a FeedError when none could be had."""
        lock = self._locks.setdefault(url, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(url)
                if kept is not None and self._now() - kept[0] < KEPT_SECONDS:
                    return kept[1]
                page = await self._fetch(url)
                self._keep(url, page)
                return page
        finally:
            if not lock.locked():
                self._locks.pop(url, None)

    def forget(self, url: str) -> None:
        """Read a page anew next time: its article was corrected."""
        self._kept.pop(url, None)

    async def _fetch(self, url: str) -> Page:
        host = host_of(url)
        await self._wait_for_turn(url, host)
        try:
            async with self._fetcher.hold() as hold:
                response = await self._fetcher.get(
                    url, limits=self._limits, accept=PAGE_ACCEPT, hold=hold
                )
                return await self._pool.read_page(response.body, response.headers, response.url)
        except FeedError as error:
            self._hosts.heed(host, error, self._now())
            raise
        finally:
            self._hosts.finish(host, self._now())

    async def _wait_for_turn(self, url: str, host: str) -> None:
        waited = 0.0
        while seconds := self._hosts.admit(host, self._now()):
            waited += seconds
            if waited > LONGEST_WAIT:
                raise FetchFailed(url, "busy", "the site was asked too often just now")
            await asyncio.sleep(seconds)

    def _keep(self, url: str, page: Page) -> None:
        if not page.may_keep:
            return
        self._kept[url] = (self._now(), page)
        self._kept.move_to_end(url)
        while len(self._kept) > KEPT_PAGES:
            self._kept.popitem(last=False)
