"""The same story from two feeds: which articles tell it, so that a reader gets it once.

Two articles are the same story when their canonical links are the same (of two feeds), when their
keys are the same (they are unique across sites), or when one publisher gave them the same title
within 48 hours in two feeds. Within one feed, link and title must both be the same within 48
hours: then only the key changed, as when a publisher moves to another system.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Row

from storage.database import Transaction
from storage.model import NewArticle

WINDOW_SECONDS = 48 * 3600
_MINOR_HOSTS = ("www.", "m.", "mobile.", "amp.")


@dataclass(frozen=True, slots=True)
class Teller:
    """What tells whether an article tells a story: of a stored one or of one about to be."""

    id: int
    root_id: int
    feed_id: int
    key: str
    url: str | None
    title_key: str
    published_at: int
    publisher: str


async def find_tellers(tx: Transaction, articles: Sequence[tuple[NewArticle, int]]) -> list[Teller]:
    """Give stored articles that may tell the story of some new ones, given with their time."""
    urls = [article.url for article, _ in articles if _names_an_article(article.url)]
    titles = [
        {"key": article.title_key, "at": published_at}
        for article, published_at in articles
        if article.title_key
    ]
    rows = await tx.all(
        "SELECT a.id, coalesce(a.story_id, a.id) AS root_id, a.feed_id, a.key, a.url, a.title_key,"
        " a.published_at, f.site_url, f.url AS feed_url"
        " FROM articles a JOIN feeds f ON f.id = a.feed_id WHERE a.id IN ("
        " SELECT id FROM articles WHERE url IN (SELECT value FROM json_each(:urls))"
        " UNION SELECT id FROM articles WHERE key IN (SELECT value FROM json_each(:keys))"
        " UNION SELECT b.id FROM json_each(:titles) t JOIN articles b"
        " ON b.title_key = t.value ->> 'key' AND b.published_at"
        " BETWEEN (t.value ->> 'at') - :window AND (t.value ->> 'at') + :window)",
        {
            "urls": json.dumps(urls),
            "keys": json.dumps([article.key for article, _ in articles]),
            "titles": json.dumps(titles),
            "window": WINDOW_SECONDS,
        },
    )
    return [_teller(row) for row in rows]


def _teller(row: Row) -> Teller:
    return Teller(
        id=row["id"],
        root_id=row["root_id"],
        feed_id=row["feed_id"],
        key=row["key"],
        url=row["url"],
        title_key=row["title_key"],
        published_at=row["published_at"],
        publisher=publisher_of(row["url"], row["site_url"], row["feed_url"]),
    )


def find_story(new: Teller, tellers: Sequence[Teller]) -> int | None:
    """Give the first article of the story that `new` tells too, or None where it is the first."""
    roots = [teller.root_id for teller in tellers if _same_story(new, teller)]
    return min(roots, default=None)


def _same_story(one: Teller, other: Teller) -> bool:
    same_title = (
        one.title_key != ""
        and one.title_key == other.title_key
        and abs(one.published_at - other.published_at) <= WINDOW_SECONDS
    )
    same_link = one.url is not None and one.url == other.url and _names_an_article(one.url)
    if one.feed_id == other.feed_id:
        return same_title and same_link
    return same_link or one.key == other.key or (same_title and one.publisher == other.publisher)


def _names_an_article(url: str | None) -> bool:
    """Say whether a link can identify an article: a site's home page does not."""
    if url is None:
        return False
    address = url.partition("://")[2].partition("/")[2]
    return address.partition("#")[0] != ""


def publisher_of(*urls: str | None) -> str:
    """Give the host that publishes: of the first address known, without www and its like."""
    for url in urls:
        host = (url or "").partition("://")[2].partition("/")[0].lower()
        if host:
            for minor in _MINOR_HOSTS:
                host = host.removeprefix(minor)
            return host
    return ""
