"""`relais feeds inspect`: what a feed would give, nothing stored."""

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.counted import counted
from bot.news.fetch import Fetcher, user_agent
from bot.news.parse_pool import ParsePool
from bot.news.parsed import ParsedFeed
from bot.news.probe import Prober
from storage.errors import FetchFailed, NotAFeed
from storage.model import NewArticle

_ADDRESS = re.compile(r"^(?:https?|feed):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inspection:
    """A feed and its articles as they would be stored."""

    source: str
    feed: ParsedFeed
    articles: tuple[NewArticle, ...]

    def to_json(self) -> dict[str, object]:
        """Give everything as values that JSON has; times in ISO 8601, UTC."""
        return {
            "source": self.source,
            "title": self.feed.title,
            "link": self.feed.link,
            "language": self.feed.language,
            "format": self.feed.format,
            "articles": [_article_json(article) for article in self.articles],
        }

    def to_text(self) -> str:
        """Give the same for a person to read in a terminal."""
        count = counted(len(self.articles), "article")
        head = f"{self.feed.title or 'Untitled feed'} ({count})"
        return "\n\n".join([head, *(_article_text(article) for article in self.articles)])


async def inspect_source(source: str, *, allow_private: bool) -> Inspection:
    """Read a feed from an address or a file; raises a FeedError when there is none."""
    async with ParsePool(workers=1) as pool:
        if not _ADDRESS.match(source):
            return await inspect_file(Path(source), pool)
        url, feed = await _read_address(source, pool, allow_private=allow_private)
        return await _clean(url, feed, pool)


async def inspect_file(path: Path, pool: ParsePool) -> Inspection:
    """Read a feed from a file; raises a FeedError when it is none."""
    body = await asyncio.to_thread(_read_file, path)
    feed = await pool.parse(body, {}, str(path), now=time.time())
    return await _clean(str(path), feed, pool)


async def _clean(url: str, feed: ParsedFeed, pool: ParsePool) -> Inspection:
    return Inspection(url, feed, tuple(await pool.clean(feed.entries, url)))


async def _read_address(
    address: str, pool: ParsePool, *, allow_private: bool
) -> tuple[str, ParsedFeed]:
    """Read the feed of an address, or the first that its page names."""
    async with Fetcher(agent=user_agent(), allow_private=allow_private) as fetcher:
        prober = Prober(fetcher, pool)
        found = await prober.find(address)
        if found.feed is None:
            found = await prober.find(found.choices[0].url)
    if found.feed is None:
        raise NotAFeed(address, "not_a_feed")
    return found.url, found.feed


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FetchFailed(str(path), "no_file", error.strerror or "") from error


def _article_json(article: NewArticle) -> dict[str, object]:
    return {
        "identity": article.key,
        "link": article.url,
        "title": article.title,
        "lead": article.lead,
        "author": article.author,
        "published": _iso(article.published_at),
        "tags": list(article.tags),
        "image": article.image_url,
        "section": article.section,
        "language": article.language,
    }


def _article_text(article: NewArticle) -> str:
    lines = [
        article.title or "(untitled)",
        f"  identity   {article.key}",
        f"  link       {article.url or '-'}",
        f"  lead       {article.lead or '-'}",
        f"  author     {article.author or '-'}",
        f"  published  {_iso(article.published_at) or '-'}",
        f"  tags       {', '.join(article.tags) or '-'}",
    ]
    return "\n".join(lines)


def _iso(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
