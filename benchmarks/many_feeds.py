"""Many feeds: 100,000 of them, each due once an hour, on a server that answers 304 to all.

    python -m benchmarks.many_feeds [--minutes M] [--feeds N] [--quick]

`relais run` polls them as they fall due, 27.8 a second; a window of some minutes is measured once
it runs steadily.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bot_process import QUIET_SECONDS, relais_process
from benchmarks.feed_process import feed_process
from benchmarks.meter import Cost, metered
from benchmarks.report import Figure, Section, arguments, publish
from benchmarks.telegram_process import telegram_process
from storage.migrations import prepare

HOUR = 3600
WARM_UP = 10.0


@dataclass(frozen=True, slots=True)
class Run:
    """What was seen in the window."""

    answers: dict[str, int]
    late: int
    """Seconds that the feed which has waited longest at the end is over its time."""
    failed: int
    database: float
    cost: Cost


def main() -> None:
    """Measure a window."""
    parser = arguments(__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--feeds", type=int, default=100_000)
    options = parser.parse_args()
    minutes = 0.3 if options.quick else options.minutes
    began = time.perf_counter()
    run = asyncio.run(measure(options.feeds, minutes * 60))
    section = _section(run, options.feeds, minutes, time.perf_counter() - began)
    publish(section, options.results)


async def measure(feeds: int, seconds: float) -> Run:
    """Run the bot on a database of feeds and look at it for a while."""
    async with (
        feed_process(feeds, hosts=feeds, validators_only=True) as papers,
        telegram_process(readers=0, posts=1) as server,
    ):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "relais.db"
            _add_feeds(path, papers.urls)
            settings = {
                "ALLOW_PRIVATE_NETWORKS": "true",
                "POLL_INTERVAL_SECONDS": HOUR,
                "LOG_LEVEL": "info",
            }
            async with relais_process(Path(folder), server, settings) as (_, life):
                await asyncio.sleep(WARM_UP)
                await papers.count()
                async with metered(life.pid) as cost:
                    await asyncio.sleep(seconds)
                    answers = await papers.count()
                late, failed = _look(path)
            return Run(answers, late, failed, path.stat().st_size / 1e6, cost)


def _add_feeds(path: Path, urls: list[str]) -> None:
    """Make a database of feeds that were read before, due one after the other over an hour."""
    prepare(path)
    now = int(time.time() + QUIET_SECONDS)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO feeds (url, title, next_poll_at, backlog_at, last_polled_at,"
            " last_success_at, full_poll_at, etag, body_hash, clean_hash, added_at)"
            " VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?4, '\"always\"', ?5, ?5, ?4)",
            (
                (url, f"Journal {n}", now + n * HOUR // len(urls), now - HOUR, f"{n:064x}")
                for n, url in enumerate(urls)
            ),
        )
        connection.execute("COMMIT")


def _look(path: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        (due,) = connection.execute("SELECT min(next_poll_at) FROM feeds").fetchone()
        (failed,) = connection.execute("SELECT count(*) FROM feeds WHERE errors > 0").fetchone()
    return max(0, int(time.time()) - due), failed


def _section(run: Run, feeds: int, minutes: float, seconds: float) -> Section:
    per_second = sum(run.answers.values()) / run.cost.wall
    figures = (
        Figure("polls a second", per_second, at_least=0.98 * feeds / HOUR),
        Figure("answered otherwise than 304", sum(run.answers.values()) - run.answers["304"]),
        Figure("feeds failed", run.failed, at_most=0),
        Figure("longest overdue", run.late, "s", at_most=5),
        Figure("one core busy", run.cost.busy, "%"),
        Figure("processor time a poll", run.cost.cpu / sum(run.answers.values()) * 1e6, "µs"),
        Figure("peak memory", run.cost.own_memory / 1e6, "MB"),
        Figure("peak memory with workers", run.cost.memory / 1e6, "MB"),
        Figure("database", run.database, "MB"),
    )
    return Section(
        "many_feeds",
        "100,000 feeds",
        "python -m benchmarks.many_feeds",
        f"{feeds:,} feeds in the database of `relais run`, each due once an hour, so"
        f" {feeds / HOUR:.1f} a second, at addresses of their own (a new connection each, without"
        f" TLS); a server answers 304 to all. Measured for {minutes:g} minutes of that hour, once"
        " it ran steadily; the rest of the hour is the same again.",
        figures,
        scale="" if minutes >= 3 and feeds >= 100_000 else f"{feeds:,} feeds, {minutes:g} minutes",
        packages=("aiohttp",),
        seconds=seconds,
    )


if __name__ == "__main__":
    main()
