"""What an address would give, before it is added: a feed, or a page that names feeds."""

import re
import time
from collections import Counter
from dataclasses import dataclass

from bot.news.discover import WELL_KNOWN, Candidate, find_feeds
from bot.news.fetch import Fetcher, Response, user_agent
from bot.news.labels import published_labels
from bot.news.parse_pool import ParsePool
from bot.news.parsed import ParsedFeed
from bot.news.urls import absolute_url
from storage.errors import FeedError, NotAFeed

_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*://")
_SHOWN_TAGS = 10


@dataclass(frozen=True, slots=True)
class Probe:
    """`choices` has one feed, which the rest describes, or several to choose from."""

    choices: tuple[Candidate, ...]
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    articles: int = 0
    latest: str | None = None  # title of the newest article
    latest_at: int | None = None
    tags: tuple[str, ...] = ()  # the most frequent, as published


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed behind an address, or the several that its page names."""

    url: str
    feed: ParsedFeed | None
    choices: tuple[Candidate, ...]


class Prober:
    """Looks at addresses with a fetcher and a parse pool that others own."""

    def __init__(self, fetcher: Fetcher, pool: ParsePool) -> None:
        self._fetcher = fetcher
        self._pool = pool

    async def probe(self, address: str) -> Probe:
        """Look at a feed or site address; raises a FeedError where no feed is to be found."""
        found = await self.find(address)
        if found.feed is None:
            return Probe(choices=found.choices)
        return _describe(found.url, found.feed)

    async def find(self, address: str) -> FoundFeed:
        """Read the feed of an address, through the page that names it if need be."""
        asked, response = await self._open(address)
        try:
            return await self._read(asked, response)
        except NotAFeed as error:
            if error.code != "html":
                raise
        candidates = find_feeds(response.body, response.url)
        if len(candidates) > 1:
            return FoundFeed(response.url, None, tuple(candidates))
        if candidates:
            url = candidates[0].url
            return await self._read(url, await self._fetcher.get(url))
        return await self._try_usual_places(response.url)

    async def _open(self, address: str) -> tuple[str, Response]:
        """Fetch what a person typed: "example.org" means https, else http."""
        address = re.sub(r"^feed:(?://)?(?=https?://)", "", address.strip(), flags=re.IGNORECASE)
        address = re.sub(r"^feed://", "http://", address, flags=re.IGNORECASE)
        if _SCHEME.match(address):
            return address, await self._fetcher.get(address)
        secure, plain = f"https://{address}", f"http://{address}"
        try:
            return secure, await self._fetcher.get(secure)
        except FeedError as error:
            if error.code not in ("tls", "refused", "unreachable", "timeout", "disconnected"):
                raise
            return plain, await self._fetcher.get(plain)

    async def _read(self, asked: str, response: Response) -> FoundFeed:
        """Parse an answer; the feed's address changes by a permanent redirect only."""
        feed = await self._pool.parse(
            response.body, response.headers, response.url, now=time.time()
        )
        url = response.permanent_url or asked
        return FoundFeed(url, feed, (Candidate(url, feed.title),))

    async def _try_usual_places(self, page: str) -> FoundFeed:
        for path in WELL_KNOWN:
            url = absolute_url(page, path)
            try:
                if url:
                    return await self._read(url, await self._fetcher.get(url))
            except FeedError:
                continue
        raise NotAFeed(page, "no_feed")


def _describe(url: str, feed: ParsedFeed) -> Probe:
    newest = max(feed.entries, key=lambda entry: entry.raw.published or 0, default=None)
    times = Counter(label for entry in feed.entries for label in published_labels(entry.raw.tags))
    return Probe(
        choices=(Candidate(url, feed.title),),
        title=feed.title,
        site_url=feed.link,
        language=feed.language,
        articles=len(feed.entries),
        latest=newest.raw.title or None if newest else None,
        latest_at=newest.raw.published if newest else None,
        tags=tuple(label for label, _ in times.most_common(_SHOWN_TAGS)),
    )


async def probe_address(address: str, *, allow_private: bool) -> Probe:
    """Look at one address with tools of its own; raises a FeedError where no feed is."""
    async with (
        Fetcher(agent=user_agent(), allow_private=allow_private) as fetcher,
        ParsePool(workers=1) as pool,
    ):
        return await Prober(fetcher, pool).probe(address)
