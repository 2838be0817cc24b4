"""A database on a temporary file, and makers of what tests put in it."""

from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from storage.articles import add_articles, find_article
from storage.database import Database, Transaction
from storage.feeds import add_feed
from storage.migrations import prepare
from storage.model import Article, ChatKind, Feed, Language, NewArticle, Subscriber, Tag
from storage.subscribers import add_subscriber, follow_tag, mute_tag
from storage.tags import add_tag

NOW = 1_800_000_000  # 15 January 2027, 08:00 UTC: the tests' present


@cache
def _empty_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        prepare(path)
        return path.read_bytes()


def make_empty_file(path: Path) -> Path:
    """Write an empty database of ours; copying one takes a twentieth of making one."""
    path.write_bytes(_empty_file())
    return path


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    """An open, empty database that waits for nobody's lock."""
    database = await Database.open(make_empty_file(tmp_path / "relais.db"), busy_seconds=0.05)
    yield database
    await database.close()


async def make_feed(
    tx: Transaction, url: str = "https://gazette.example/feed.xml", *, now: int = NOW, **fields: Any
) -> Feed:
    """Add a feed, or give the one that has the address."""
    feed, _ = await add_feed(tx, url, now=now, **{"title": "La Gazette", **fields})
    return feed


def new_article(key: str = "a1", **fields: Any) -> NewArticle:
    """Make an article as a feed gives it; every field can be overridden."""
    title = fields.get("title", f"Article {key}")
    defaults: dict[str, Any] = {
        "url": f"https://gazette.example/{key}",
        "title": title,
        "lead": "Un chapeau court.",
        "body": "Un premier paragraphe. Un second.",
        "author": "Solène Marquevert",
        "published_at": NOW,
        "image_url": None,
        "section": None,
        "language": "fr",
        "title_key": title.lower(),
        "content_hash": f"hash of {title} {fields.get('lead')} {fields.get('body')}",
        "tags": ("5G",),
    }
    return NewArticle(key=key, **{**defaults, **fields})


async def make_article(
    tx: Transaction,
    key: str = "a1",
    *,
    feed: Feed | None = None,
    now: int = NOW,
    backlog: bool = False,
    **fields: Any,
) -> Article:
    """Store one article, of the usual feed unless told; it waits to be distributed."""
    feed = feed or await make_feed(tx)
    added = await add_articles(tx, feed.id, [new_article(key, **fields)], now=now, backlog=backlog)
    article = await find_article(tx, added.new[0])
    assert article is not None
    return article


async def make_tag(tx: Transaction, label: str = "5G") -> Tag:
    """Add a tag, or give the one that is there."""
    tag = await add_tag(tx, label)
    assert tag is not None
    return tag


async def make_subscriber(
    tx: Transaction,
    chat_id: int = 1001,
    *,
    kind: ChatKind = "private",
    language: Language = "fr",
    name: str | None = "Maëlle",
    follows: tuple[str, ...] = (),
    mutes: tuple[str, ...] = (),
    now: int = NOW,
) -> Subscriber:
    """Add an active subscriber that follows and mutes some tags."""
    subscriber, _ = await add_subscriber(
        tx, chat_id, kind=kind, language=language, name=name, now=now
    )
    for label in follows:
        await follow_tag(tx, chat_id, (await make_tag(tx, label)).id, now=now)
    for label in mutes:
        await mute_tag(tx, chat_id, (await make_tag(tx, label)).id, now=now)
    return subscriber
