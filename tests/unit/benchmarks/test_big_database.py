"""What is built for benchmarks, past the product's own functions, is what those would have made."""

import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.big_database import Prose, Size, build_articles, build_readers, new_article
from storage.articles import add_articles
from storage.database import Database
from storage.feeds import add_feed
from storage.search import search_articles
from storage.subscribers import list_subscriptions


async def test_articles_and_readers_are_found(tmp_path: Path) -> None:
    path = tmp_path / "big.db"
    prose = Prose(words=500, drawn=5000)
    build_readers(path, Size(subscribers=60, follows=150, tags=20, biggest=30))
    build_articles(path, 50, prose)
    article = new_article("new", prose, tags=("topic1",))
    db = await Database.open(path)
    try:
        async with db.transaction() as tx:
            feed, _ = await add_feed(tx, "https://gazette.example/", now=1)
            assert (await add_articles(tx, feed.id, [article], now=1, backlog=True)).new == (51,)
            for number in (1, 50, 51):
                title = await tx.value("SELECT title FROM articles WHERE id = ?", (number,))
                assert number in [a.id for a in await search_articles(tx, title, limit=60)]
            chats = await tx.all("SELECT DISTINCT chat_id FROM subscriptions")
            assert all([await list_subscriptions(tx, row[0]) for row in chats])
    finally:
        await db.close()


def test_nothing_is_left_out_of_the_schema(tmp_path: Path) -> None:
    built, made = tmp_path / "built.db", tmp_path / "made.db"
    build_readers(built, Size(subscribers=6, follows=6, tags=2, biggest=4))
    build_articles(built, 2, Prose(words=50, drawn=500))
    build_articles(made, 0, Prose(words=50, drawn=500))
    assert _schema(built) == _schema(made)


def _schema(path: Path) -> set[tuple[str, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return set(connection.execute("SELECT type, name, sql FROM sqlite_master"))
