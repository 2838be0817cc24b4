"""Feeds that a web page names (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bot.news.clean import clean_line
from bot.news.urls import absolute_url

_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "text/rss+xml",
    }
)
_COMMENTS = re.compile(r"comment(?:s|aires?)?\b", re.IGNORECASE)
_MOST = 20
# Where a feed usually is when the page does not say.
WELL_KNOWN = ("/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss", "/feed.json")


@dataclass(frozen=True, slots=True)
class Candidate:
    url: str
    title: str | None


class _Links:
    """SAX target that gathers <link> elements and the base address."""

    def __init__(self) -> None:
        self.base: str | None = None
        self.found: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        href = attributes.get("href", "").strip()
        if tag == "base" and self.base is None:
            self.base = href or None
        if tag != "link" or not href:
            return
        kinds = attributes.get("rel", "").lower().split()
        media = attributes.get("type", "").partition(";")[0].strip().lower()
        if ("alternate" in kinds and media in _TYPES) or "feed" in kinds:
            self.found.append((href, attributes.get("title", "")))

    def end(self, tag: str) -> None:
        """Nothing to do; the parser asks for the method."""

    def data(self, text: str) -> None:
        """Nothing to do; the parser asks for the method."""

    def close(self) -> "_Links":
        return self


def find_feeds(page: bytes, url: str) -> list[Candidate]:
    """Give the feeds that a page links to, feeds of comments last, none twice."""
    parser = etree.HTMLParser(target=_Links(), huge_tree=True)
    parser.feed(page)
    links: _Links = parser.close()
    base = absolute_url(url, links.base) or url
    candidates: dict[str, Candidate] = {}
    for href, title in links.found:
        address = absolute_url(base, href)
        if address:
            candidates.setdefault(address, Candidate(address, clean_line(title) or None))
    found = sorted(candidates.values(), key=_is_of_comments)
    return found[:_MOST]


def _is_of_comments(candidate: Candidate) -> bool:
    return bool(_COMMENTS.search(candidate.url) or _COMMENTS.search(candidate.title or ""))
