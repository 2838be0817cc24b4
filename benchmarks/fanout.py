"""Fan-out: an article whose tag has 300,000 followers, among 1,000,000 subscribers.

    python -m benchmarks.fanout [--small] [--keep FILE]

While the article is distributed, a second task writes every few milliseconds and a third asks for
what somebody follows, as handlers do.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.big_database import NOW, Size, build_readers
from storage.articles import add_articles
from storage.database import Database
from storage.facts import set_fact
from storage.fan_out import fan_out
from storage.feeds import add_feed
from storage.model import NewArticle
from storage.retention import Keep, prune
from storage.subscribers import list_subscriptions

SMALL = Size(subscribers=100_000, follows=500_000, tags=2_000, biggest=30_000)


def main() -> None:
    """Build the database, run the measurements, print them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of everything")
    parser.add_argument("--keep", type=Path, help="use, or build and keep, this database")
    options = parser.parse_args()
    size = SMALL if options.small else Size()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "fanout.db"
        if not path.exists():
            started = time.perf_counter()
            build_readers(path, size)
            print(f"built in {time.perf_counter() - started:.0f} s, {_megabytes(path):.0f} MB")
        print(json.dumps(asyncio.run(measure(path)), indent=2))


async def measure(path: Path) -> dict[str, Any]:
    """Give the figures of one distribution, of the sending's traces and of their pruning."""
    db = await Database.open(path)
    try:
        quiet = await _distribute(db, await _store_article(db, "quiet"))
        await _clear(db)
        article_id = await _store_article(db, "busy")
        writer, reader = Waits(), Waits()
        async with asyncio.TaskGroup() as group:
            stop = asyncio.Event()
            group.create_task(writer.repeat(lambda: _write(db), stop, pause=0.003))
            group.create_task(reader.repeat(lambda: _read(db), stop, pause=0.003))
            busy = await _distribute(db, article_id)
            stop.set()
        return {
            "quiet": quiet,
            "busy": busy,
            "other writer": writer.summary(),
            "/following": reader.summary(),
            "traces": await _traces(db),
        }
    finally:
        await db.close()


class Waits:
    """How long something took, again and again."""

    def __init__(self) -> None:
        self._seconds: list[float] = []

    async def repeat(
        self, act: Callable[[], Awaitable[None]], stop: asyncio.Event, *, pause: float
    ) -> None:
        """Act until told to stop."""
        while not stop.is_set():
            started = time.perf_counter()
            await act()
            self._seconds.append(time.perf_counter() - started)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)

    def summary(self) -> dict[str, float]:
        """Give milliseconds: median, 99th percentile, maximum."""
        ordered = sorted(self._seconds)
        return {
            "times": len(ordered),
            "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
            "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 2),
            "max_ms": round(ordered[-1] * 1000, 2),
        }


async def _store_article(db: Database, key: str) -> int:
    """Store an article with the biggest tag, two middling ones and a small one."""
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, "https://gazette.example/feed.xml", now=NOW)
        added = await add_articles(
            tx,
            feed.id,
            [
                NewArticle(
                    key=f"{key} {time.time_ns()}",
                    url=None,
                    title="Un titre",
                    lead="Un chapeau.",
                    body="Un texte.",
                    author=None,
                    published_at=NOW,
                    image_url=None,
                    section=None,
                    language="fr",
                    title_key="",
                    content_hash=key,
                    tags=("topic1", "topic40", "topic400", "topic1999"),
                )
            ],
            now=NOW,
            backlog=False,
        )
    return added.new[0]


async def _distribute(db: Database, article_id: int) -> dict[str, float]:
    holds: list[float] = []
    rows = 0
    done = False
    started = time.perf_counter()
    first = 0.0
    while not done:
        async with db.transaction() as tx:
            held = time.perf_counter()
            window = await fan_out(tx, article_id, {"fr": 1, "en": 2}, now_ms=NOW * 1000)
        holds.append(time.perf_counter() - held)
        first = first or time.perf_counter() - started
        rows += window.rows
        done = window.done
    seconds = time.perf_counter() - started
    holds.sort()
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_second": round(rows / seconds),
        "windows": len(holds),
        "first_window_ms": round(first * 1000, 1),
        "hold_p50_ms": round(holds[len(holds) // 2] * 1000, 1),
        "hold_max_ms": round(holds[-1] * 1000, 1),
    }


async def _write(db: Database) -> None:
    async with db.transaction() as tx:
        await set_fact(tx, "benchmark", str(time.time_ns()))


async def _read(db: Database) -> None:
    chat_id = 100_000 + 7 * random.randrange(100_000)
    async with db.read() as tx:
        await list_subscriptions(tx, chat_id)


async def _clear(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.run("DELETE FROM outbox")
    await db.checkpoint()


async def _traces(db: Database) -> dict[str, float]:
    """Turn the outbox into receipts, as sending does, and prune them."""
    before = _megabytes(db.path)
    async with db.transaction() as tx:
        rows = await tx.run(
            "INSERT INTO receipts (chat_id, message_id, article_id, sent_at)"
            f" SELECT chat_id, id, article_id, {NOW} FROM outbox"
        )
    await db.checkpoint()
    grown = _megabytes(db.path) - before
    await _clear(db)
    holds: list[float] = []
    started = time.perf_counter()
    pruned = await prune(db, Keep(receipts=1), now=NOW + 10 * 86_400)
    seconds = time.perf_counter() - started
    assert pruned.receipts >= rows, holds
    return {
        "receipts": rows,
        "mb_per_million_deliveries": round(grown * 1e6 / rows, 1),
        "pruning_rows_per_second": round(rows / seconds),
    }


def _megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


if __name__ == "__main__":
    main()
