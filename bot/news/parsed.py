"""What a parsed feed holds, whatever its format.

These are what travels between the process that parses and the one that polls, which has no parser.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawEntry:
    """An entry as its format gives it; texts of `summary` and `content` are HTML."""

    guid: str | None = None
    link: str | None = None  # absolute
    title: str = ""  # one line of plain text
    author: str | None = None
    published: int | None = None
    date: str = ""  # as written
    language: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()  # as written
    image: str | None = None
    summary: str = ""
    content: str = ""
    base: str | None = None  # what relative addresses inside the texts start from


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with its identity, not yet cleaned."""

    key: str
    content_hash: str  # of title and texts, without markup and counters
    url: str | None  # canonical, and no other entry's
    raw: RawEntry


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    title: str | None
    link: str | None
    language: str | None
    format: str  # feedparser's word: rss20, atom10, ...; or json11
    ttl: int | None  # seconds the publisher asks to wait between polls
    update_period: int | None  # seconds, from sy:updatePeriod and sy:updateFrequency
    hub: str | None  # WebSub
    entries: tuple[Entry, ...]
