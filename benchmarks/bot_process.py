"""`relais run` as a process, on a database that was prepared for a measurement."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from benchmarks.telegram_process import Server
from handlers.messages import Features, render_post, to_payload
from handlers.texts import Catalogue
from storage.articles import add_articles
from storage.database import Database
from storage.migrations import prepare
from storage.model import Article, ArticleTag, NewArticle, Spread
from storage.tag_names import fold_tag, slug_of
from tests.support.process import Life, Relais, relais_on

QUIET_SECONDS = 2.0  # after the start: menus are sent, nothing else happens
_NEVER = 4_102_444_800
_TITLE = "Un titre d’une longueur ordinaire pour un article de la Gazette"
_LEAD = "Un chapeau de deux phrases. Il dit l’essentiel de l’article en peu de mots."
_TAGS = ("Mobilité", "5G", "Marché Smartphones")
_URL = "https://gazette.example/un-article"
_PUBLISHED = 1_800_000_000


@asynccontextmanager
async def relais_process(
    folder: Path,
    telegram: Server,
    settings: Mapping[str, object] | None = None,
    *,
    program: str = "bot",
) -> AsyncIterator[tuple[Relais, Life]]:
    """Run the bot beside the block, from when it is quiet."""
    all_settings: dict[str, object] = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DATABASE_PATH": "relais.db",
        **(settings or {}),
    }
    async with relais_on(folder, all_settings) as relais:
        relais.program = program
        life = await relais.start()
        await asyncio.sleep(QUIET_SECONDS)
        yield relais, life
        await life.stop()


def add_readers(path: Path, follows: Mapping[int, Iterable[str]]) -> None:
    """Make a database with readers and what each of them follows."""
    prepare(path)
    follows = {chat_id: list(tags) for chat_id, tags in follows.items()}
    labels = dict.fromkeys(tag for tags in follows.values() for tag in tags)
    ids = {label: number for number, label in enumerate(labels, 1)}
    now = int(time.time())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO tags (id, key, slug, label) VALUES (?, ?, ?, ?)",
            [(i, fold_tag(label), slug_of(label), label) for label, i in ids.items()],
        )
        connection.executemany(
            "INSERT INTO subscribers (chat_id, kind, language, name, created_at, state_at)"
            " VALUES (?1, 'private', 'fr', 'Lectrice', ?2, ?2)",
            [(chat_id, now) for chat_id in follows],
        )
        connection.executemany(
            "INSERT INTO subscriptions (tag_id, chat_id, muted, followed_at) VALUES (?, ?, 0, ?)",
            [(ids[tag], chat_id, now) for chat_id, tags in follows.items() for tag in tags],
        )
        connection.execute(
            "INSERT INTO feeds (url, title, next_poll_at, added_at)"
            f" VALUES ('https://gazette.example/feed', 'La Gazette', {_NEVER}, {now})"
        )
        connection.execute("COMMIT")


def followed_tag() -> str:
    """The tag that brings a reader the article of `release_article`."""
    return _TAGS[-1]


async def release_article(path: Path) -> None:
    """Store a new article from another process: the bot finds it within a second."""
    db = await Database.open(path, readers=1)
    try:
        async with db.transaction() as tx:
            article = NewArticle(
                key=_URL,
                url=_URL,
                title=_TITLE,
                lead=_LEAD,
                body=_LEAD * 20,
                author="Une journaliste",
                published_at=_PUBLISHED,
                image_url=None,
                section=None,
                language="fr",
                title_key=_TITLE,
                content_hash="1",
                tags=_TAGS,
            )
            await add_articles(tx, 1, [article], now=int(time.time()), backlog=False)
    finally:
        await db.close()


def post_payload() -> dict[str, Any]:
    """Give what the bot sends for that article, for others to send."""
    article = Article(
        id=1,
        feed_id=1,
        key=_URL,
        url=_URL,
        title=_TITLE,
        lead=_LEAD,
        author="Une journaliste",
        published_at=_PUBLISHED,
        first_seen_at=_PUBLISHED,
        image_url=None,
        section=None,
        language="fr",
        content_hash="1",
        corrections=0,
        story_id=None,
        comments_open=True,
        spread=Spread.WAITING,
        spread_cursor=None,
        feed_title="La Gazette",
        tags=tuple(ArticleTag(i, slug_of(tag), tag) for i, tag in enumerate(_TAGS, 1)),
    )
    return to_payload(render_post(article, "fr", Catalogue.load(), Features(summaries=True)))
