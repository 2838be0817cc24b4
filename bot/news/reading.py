"""The network half of a poll: fetch, compare, parse, and clean what storage does not know."""

import asyncio
import logging
from dataclasses import dataclass

from bot.clock import Clock
from bot.news.fetch import Fetcher, Response
from bot.news.hashes import body_hash, clean_hash
from bot.news.parse_pool import ParsePool
from bot.news.parsed import Entry, ParsedFeed
from bot.news.politeness import DAY, own_wish
from storage.articles import list_hashes
from storage.database import Database
from storage.errors import FetchFailed, RelaisError
from storage.model import Feed, NewArticle

log = logging.getLogger(__name__)

# Validators are not trusted for ever: some servers answer 304 to everything.
FULL_POLL_SECONDS = 7 * DAY
POLL_SECONDS = 90.0  # from the first byte asked for to the last text cleaned


@dataclass(frozen=True, slots=True)
class Reading:
    """What a poll brought; `parsed` is None when nothing that matters has changed."""

    permanent_url: str | None
    fresh_for: int | None
    full: bool  # asked without validators
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    clean_hash: str | None
    wish_seconds: int | None
    parsed: ParsedFeed | None = None
    articles: tuple[NewArticle, ...] = ()  # new and changed ones only


class FeedReader:
    """Reads a feed as far as needed to know what is new in it; stores nothing."""

    def __init__(self, db: Database, fetcher: Fetcher, pool: ParsePool, clock: Clock) -> None:
        self._db = db
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock

    async def read(self, feed: Feed) -> Reading:
        """Poll one feed; raises a FeedError for whatever is wrong on the other side."""
        try:
            async with asyncio.timeout(POLL_SECONDS):
                return await self._read(feed)
        except TimeoutError as error:
            raise FetchFailed(feed.url, "timeout") from error
        except RelaisError:
            raise
        except Exception as error:
            # No feed, however odd, may end the process that reads all the others.
            log.exception("poll_broke", extra={"feed": feed.id})
            raise FetchFailed(feed.url, "failed", type(error).__name__) from error

    async def _read(self, feed: Feed) -> Reading:
        full = self._clock.now() - feed.full_poll_at >= FULL_POLL_SECONDS
        async with self._fetcher.hold() as hold:
            response = await self._fetcher.get(
                feed.url,
                etag=None if full else feed.etag,
                last_modified=None if full else feed.last_modified,
                hold=hold,
            )
            if response.not_modified:
                return _unmodified(feed, response)
            raw = body_hash(response.body)
            clean = feed.clean_hash if raw == feed.body_hash else clean_hash(response.body)
            if clean == feed.clean_hash:
                return _answered(response, full, raw, clean, feed.wish_seconds)
            parsed = await self._pool.parse(
                response.body, response.headers, response.url, now=self._clock.now()
            )
        articles = await self._pool.clean(await self._unknown(feed, parsed), feed.url)
        wish = own_wish(parsed.ttl, parsed.update_period)
        return _answered(response, full, raw, clean, wish, parsed, tuple(articles))

    async def _unknown(self, feed: Feed, parsed: ParsedFeed) -> list[Entry]:
        """Give the entries that storage does not have in this wording."""
        async with self._db.read() as tx:
            stored = await list_hashes(tx, feed.id, [entry.key for entry in parsed.entries])
        return [entry for entry in parsed.entries if stored.get(entry.key) != entry.content_hash]


def _unmodified(feed: Feed, response: Response) -> Reading:
    """A 304 keeps everything, but may renew the validators."""
    return Reading(
        permanent_url=response.permanent_url,
        fresh_for=response.fresh_for,
        full=False,
        etag=response.etag or feed.etag,
        last_modified=response.last_modified or feed.last_modified,
        body_hash=feed.body_hash,
        clean_hash=feed.clean_hash,
        wish_seconds=feed.wish_seconds,
    )


def _answered(
    response: Response,
    full: bool,
    raw: str,
    clean: str | None,
    wish: int | None,
    parsed: ParsedFeed | None = None,
    articles: tuple[NewArticle, ...] = (),
) -> Reading:
    return Reading(
        permanent_url=response.permanent_url,
        fresh_for=response.fresh_for,
        full=full,
        etag=response.etag,
        last_modified=response.last_modified,
        body_hash=raw,
        clean_hash=clean,
        wish_seconds=wish,
        parsed=parsed,
        articles=articles,
    )
