"""Search among 1,000,000 articles: rare, common and several words, beginnings, nothing.

    python -m benchmarks.search [--small] [--keep FILE]

The vocabulary is invented and follows Zipf's law; an article has some 160 different words.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.big_database import NOW
from storage.database import Database
from storage.migrations import prepare
from storage.search import search_articles
from storage.search_words import index_words

ARTICLES = 1_000_000
VOCABULARY = 60_000
WORDS = 260  # of an article, repetitions included
TIMES = 300  # of each kind of query
_SYLLABLES = [
    start + vowel + end
    for start in ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "tr", "ch")
    for vowel in "aeiou"
    for end in ("", "", "n", "r", "l")
]


def main() -> None:
    """Build the database, run the queries, print their times as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a twentieth of the articles")
    parser.add_argument("--keep", type=Path, help="use, or build and keep, this database")
    options = parser.parse_args()
    count = ARTICLES // 20 if options.small else ARTICLES
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "search.db"
        if not path.exists():
            started = time.perf_counter()
            build_articles(path, count)
            print(f"built in {time.perf_counter() - started:.0f} s")
        print(json.dumps(asyncio.run(measure(path)), indent=2))


def vocabulary() -> list[str]:
    """Give invented words, the commonest first."""
    chance = random.Random(7)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words)


def build_articles(path: Path, count: int) -> None:
    """Make a database of articles, as polls would, but straight through sqlite3."""
    prepare(path)
    words = vocabulary()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute(
            "INSERT INTO feeds (id, url, title, next_poll_at, added_at)"
            f" VALUES (1, 'https://gazette.example/', 'La Gazette', {NOW}, {NOW})"
        )
        for start in range(1, count + 1, 20_000):
            _add(connection, words, range(start, min(start + 20_000, count + 1)))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _add(connection: sqlite3.Connection, words: list[str], ids: range) -> None:
    texts = [_text(words, article_id) for article_id in ids]
    stems = {word: index_words(word) for word in words}
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO articles (id, feed_id, key, url, title, lead, published_at, first_seen_at,"
        " title_key, content_hash) VALUES (?1, 1, ?2, ?2, ?3, ?4, ?5, ?5, ?3, ?2)",
        (
            (i, f"https://gazette.example/{i}", " ".join(text[:9]), " ".join(text[9:40]), NOW + i)
            for i, text in zip(ids, texts, strict=True)
        ),
    )
    connection.executemany(
        "INSERT INTO articles_fts (rowid, words) VALUES (?, ?)",
        (
            (i, " ".join(dict.fromkeys([stems[word] for word in text])))
            for i, text in zip(ids, texts, strict=True)
        ),
    )
    connection.execute("COMMIT")


def _text(words: list[str], seed: int) -> list[str]:
    """Draw words by Zipf's law: the chance of a rank is near one over it."""
    draw = random.Random(seed).random
    count = len(words)
    return [words[int(count ** draw()) - 1] for _ in range(WORDS)]


async def measure(path: Path) -> dict[str, Any]:
    """Give the times of each kind of query in milliseconds, and the size of the index."""
    db = await Database.open(path)
    try:
        found = {kind: await _run(db, queries) for kind, queries in _queries().items()}
        async with db.read() as tx:
            size = await tx.value("SELECT sum(length(block)) FROM articles_fts_data")
            articles = await tx.value("SELECT count(*) FROM articles")
    finally:
        await db.close()
    return {"articles": articles, "index_mb": round(size / 1e6), **found}


def _queries() -> dict[str, list[str]]:
    chance = random.Random(3)
    words = vocabulary()
    common, medium, rare = words[:50], words[200:2000], words[5000:]
    long = [word for word in words[:20_000] if len(word) > 6]

    def some(make: Any) -> list[str]:
        return [make() for _ in range(TIMES)]

    return {
        "rare word": some(lambda: chance.choice(rare)),
        "medium word": some(lambda: chance.choice(medium)),
        "common word": some(lambda: chance.choice(common)),
        "two common words": some(lambda: " ".join(chance.sample(common, 2))),
        "common and rare": some(lambda: f"{chance.choice(common)} {chance.choice(rare)}"),
        "rare and common": some(lambda: f"{chance.choice(rare)} {chance.choice(common)}"),
        "three medium words": some(lambda: " ".join(chance.sample(medium, 3))),
        "beginning of 3 letters": some(lambda: chance.choice(words)[:3]),
        "beginning of 4 letters": some(lambda: chance.choice(long)[:4]),
        "beginning of 5 letters": some(lambda: chance.choice(long)[:5]),
        "rare and a beginning": some(lambda: f"{chance.choice(rare)} {chance.choice(long)[:4]}"),
        "nothing": some(lambda: f"zz{chance.choice(rare)}"),
    }


async def _run(db: Database, queries: list[str]) -> dict[str, float]:
    seconds = []
    for query in queries:
        started = time.perf_counter()
        async with db.read() as tx:
            await search_articles(tx, query, limit=6)
        seconds.append(time.perf_counter() - started)
    seconds.sort()
    return {
        "p50": round(seconds[len(seconds) // 2] * 1000, 2),
        "p99": round(seconds[int(len(seconds) * 0.99)] * 1000, 2),
        "max": round(seconds[-1] * 1000, 2),
    }


if __name__ == "__main__":
    main()
