"""Search among 1,000,000 articles: rare, common and several words, beginnings, whole sentences.

    python -m benchmarks.search [--quick] [--keep FILE]

Articles are first added as polls add them, so that the index has the shape that it has in use.
"""

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.big_database import (
    ARTICLES,
    FEW_ARTICLES,
    NOW,
    Prose,
    build_articles,
    database_arguments,
    large_database,
    new_article,
    vocabulary,
)
from benchmarks.report import Figure, Section, publish
from storage.articles import add_articles
from storage.database import Database
from storage.feeds import add_feed
from storage.search import search_articles

TIMES = 300  # of each kind of query
POLLS, POLLED = 200, 10  # polls, and articles of each
GOAL_MS = 30.0


def main() -> None:
    """Build the database, add articles, run the queries, publish the figures."""
    options = database_arguments(__doc__).parse_args()
    began = time.monotonic()
    articles = FEW_ARTICLES if options.quick else ARTICLES
    with large_database(options.keep, lambda path: build_articles(path, articles)) as path:
        figures = asyncio.run(measure(path))
    publish(
        Section(
            name="search",
            title="Search",
            command="python -m benchmarks.search",
            how=f"{TIMES} queries of each kind, one after the other, each in a read of its own that"
            " loads the first page; the invented words follow Zipf's law, and a beginning is one of"
            f" the 2,000 commonest long words. Before that {POLLS} polls store {POLLED} articles"
            " each.",
            figures=tuple(figures),
            scale=f"{FEW_ARTICLES:,} articles" if options.quick else "",
            seconds=time.monotonic() - began,
        ),
        options.results,
    )


async def measure(path: Path) -> list[Figure]:
    """Give the times of each kind of query, of storing, and the size of the index."""
    db = await Database.open(path)
    try:
        stored = await _store(db)
        found = [figure for kind, ask in _kinds().items() for figure in await _run(db, kind, ask)]
        async with db.read() as tx:
            size = await tx.value("SELECT sum(length(block)) FROM articles_fts_data")
            articles = await tx.value("SELECT count(*) FROM articles")
            words = await tx.value("SELECT count(*) FROM long_words")
    finally:
        await db.close()
    return [
        *found,
        *stored,
        Figure("articles", articles),
        Figure("size of the index", round(size / 1e6), "MB"),
        Figure("of it for each article", round(size / articles), "bytes"),
        Figure("long words beside it", words),
    ]


async def _store(db: Database) -> list[Figure]:
    """Store polls' worth of articles; the article's own rows and the index together."""
    prose, seconds = Prose(seed=time.time_ns()), []
    for number in range(POLLS):
        articles = [new_article(f"{time.time_ns()} {n}", prose) for n in range(POLLED)]
        began = time.perf_counter()
        async with db.transaction() as tx:
            feed, _ = await add_feed(tx, "https://gazette.example/", now=NOW)
            await add_articles(tx, feed.id, articles, now=NOW + number, backlog=True)
        seconds.append(time.perf_counter() - began)
    seconds.sort()
    return [
        Figure("storing an article, index and all", _ms(sum(seconds) / POLLS / POLLED), "ms"),
        Figure(f"longest transaction that stored {POLLED}", _ms(seconds[-1]), "ms"),
    ]


def _kinds() -> dict[str, Callable[[], str]]:
    """Give for each kind of query how to make one."""
    chance = random.Random(3)
    words = vocabulary()
    common, medium, rare = words[:50], words[200:2000], words[5000:]
    small = words[:150]  # what holds a sentence together
    long = [word for word in words[:2000] if len(word) > 7]

    def several(*kinds: list[str]) -> str:
        return " ".join(chance.choice(kind) for kind in kinds)

    return {
        "rare word": lambda: several(rare),
        "medium word": lambda: several(medium),
        "common word": lambda: several(common),
        "two common words": lambda: several(common, common),
        "common and rare": lambda: several(common, rare),
        "rare and common": lambda: several(rare, common),
        "three medium words": lambda: several(medium, medium, medium),
        "sentence of eight words": lambda: several(*[small] * 6, medium, rare),
        "beginning of 3 letters": lambda: several(long)[:3],
        "beginning of 4 letters": lambda: several(long)[:4],
        "beginning of 5 letters": lambda: several(long)[:5],
        "beginning of 7 letters": lambda: several(long)[:7],
        "rare and a beginning of 4": lambda: f"{several(rare)} {several(long)[:4]}",
        "rare and a beginning of 7": lambda: f"{several(rare)} {several(long)[:7]}",
        "nothing": lambda: f"zz{several(rare)}",
    }


async def _run(db: Database, kind: str, ask: Callable[[], str]) -> list[Figure]:
    seconds, cpu = [], []
    for _ in range(TIMES):
        query = ask()
        began, used = time.perf_counter(), time.process_time()
        async with db.read() as tx:
            await search_articles(tx, query, limit=6)
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    seconds.sort()
    cpu.sort()
    return [
        Figure(f"{kind}: p50", _ms(seconds[TIMES // 2]), "ms"),
        Figure(f"{kind}: p99", _ms(seconds[int(TIMES * 0.99)]), "ms", at_most=GOAL_MS),
        Figure(f"{kind}: p99 of CPU", _ms(cpu[int(TIMES * 0.99)]), "ms"),
    ]


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


if __name__ == "__main__":
    main()
