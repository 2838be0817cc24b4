"""From feed to chat: 50 feeds × 5 new items × 20 readers, 5,000 messages.

    python -m benchmarks.feed_to_chat [--only free|limited] [--feedforbot PYTHON] [--quick]

The new items appear, all feeds are due at once, and the time runs until the last message stands in
its chat. Feeds, Telegram and the bot are processes of their own. PYTHON is one that has feedforbot
(`pip install "feedforbot[cli]"` in a venv of its own); FEEDFORBOT_PYTHON may name it too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bot_process import QUIET_SECONDS, add_readers, relais_process
from benchmarks.child import child_process
from benchmarks.feed_process import NEW_ITEMS, Feeds, feed_process
from benchmarks.meter import Cost, metered
from benchmarks.report import Figure, Section, Value, arguments, publish
from benchmarks.telegram_process import Server, telegram_process

FEEDS, READERS = 50, 20
LIMIT = 30
UNLIMITED = "benchmarks.unlimited_bot"
FEEDFORBOT = "feedforbot"
LONGEST = 240.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one bot did: the seconds from release to the last arrival, and what that cost."""

    expected: int
    server: Server
    cost: Cost
    released: float
    asked: int = 0
    """How often feeds were asked for meanwhile."""

    @property
    def wall(self) -> float:
        """Seconds from the release to the last arrival."""
        return max((at for _, at in self.server.posts), default=self.released) - self.released

    @property
    def lost(self) -> int:
        """How many messages did not arrive; below zero: some came twice."""
        return self.expected - len(self.server.posts)


def main() -> None:
    """Measure without a limit, beside feedforbot, and with Telegram's."""
    parser = arguments(__doc__)
    parser.add_argument("--only", choices=["free", "limited"])
    parser.add_argument("--feedforbot", default=os.environ.get("FEEDFORBOT_PYTHON"))
    options = parser.parse_args()
    began = time.perf_counter()
    figures = asyncio.run(measure(options))
    section = _section(figures, options, time.perf_counter() - began)
    publish(section, options.results)


async def measure(options: argparse.Namespace) -> tuple[Figure, ...]:
    """Run what was asked for."""
    feeds = 10 if options.quick else FEEDS
    figures: tuple[Figure, ...] = ()
    if options.only != "limited":
        ours = await _free(feeds)
        peer = await _feedforbot(options.feedforbot, feeds) if options.feedforbot else None
        figures += _free_figures(ours, peer)
    if options.only != "free":
        figures += _limited_figures(await _limited(feeds))
    return figures


async def _free(feeds: int) -> Run:
    """Twenty readers who follow everything, and a server without limits."""
    async with (
        feed_process(feeds) as papers,
        telegram_process(readers=READERS, posts=feeds * READERS * NEW_ITEMS) as server,
    ):
        tags = [f"Sujet {number}" for number in range(feeds)]
        return await _relais(papers, server, dict.fromkeys(server.readers, tags), UNLIMITED)


async def _limited(feeds: int) -> Run:
    """Twenty readers for each feed, so that the limit of all, not of a chat, is what counts."""
    async with (
        feed_process(feeds) as papers,
        telegram_process(
            readers=feeds * READERS,
            posts=feeds * READERS * NEW_ITEMS,
            limits={"overall_per_second": LIMIT, "overall_burst": 4},
        ) as server,
    ):
        follows = {c: [f"Sujet {n // READERS}"] for n, c in enumerate(server.readers)}
        return await _relais(papers, server, follows, "bot")


async def _relais(
    papers: Feeds, server: Server, follows: dict[int, list[str]], program: str
) -> Run:
    expected = NEW_ITEMS * sum(map(len, follows.values()))
    settings = {"FEED_URLS": " ".join(papers.urls), "ALLOW_PRIVATE_NETWORKS": "true"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "relais.db"
        add_readers(path, follows)
        async with relais_process(Path(folder), server, settings, program=program) as (_, life):
            await _until_polled(path, len(papers.urls))
            await asyncio.sleep(QUIET_SECONDS)
            await papers.count()
            await papers.release()
            async with metered(life.pid) as cost:
                released = time.time()
                _make_due(path)
                await server.until_posts(expected / LIMIT + 60)
            asked = sum((await papers.count()).values())
    return Run(expected, server, cost, released, asked)


async def _until_polled(path: Path, feeds: int) -> None:
    """Wait until each feed was read once: what stood in it then is not sent."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        query = "SELECT count(*) FROM feeds WHERE backlog_at IS NOT NULL"
        while connection.execute(query).fetchone()[0] < feeds:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


def _make_due(path: Path) -> None:
    """Let the bot look at all feeds now, not when their ten minutes are over."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("UPDATE feeds SET next_poll_at = 0 WHERE backlog_at IS NOT NULL")
        connection.commit()


async def _feedforbot(python: str, feeds: int) -> Run:
    expected = feeds * READERS * NEW_ITEMS
    async with (
        feed_process(feeds) as papers,
        telegram_process(readers=READERS, posts=expected) as server,
    ):
        wanted = {
            "api": server.url,
            "token": server.token,
            "urls": papers.urls,
            "chats": server.readers,
        }
        driver = str(Path(__file__).with_name("feedforbot_driver.py"))
        quiet = asyncio.subprocess.DEVNULL
        async with child_process(wanted, driver, python=python, stderr=quiet) as peer:
            async with asyncio.timeout(LONGEST):
                await peer.hear()
            await papers.count()
            await papers.release()
            async with metered(peer.pid) as cost:
                released = time.time()
                peer.tell("tick")
                await server.until_posts(LONGEST)
            asked = sum((await papers.count()).values())
    return Run(expected, server, cost, released, asked)


def _free_figures(ours: Run, peer: Run | None) -> tuple[Figure, ...]:
    def beside(value: Value | None) -> dict[str, Value]:
        return {} if value is None else {FEEDFORBOT: value}

    return (
        Figure("no limit: to the last arrival", ours.wall, "s", beside=beside(peer and peer.wall)),
        Figure(
            "no limit: processor time", ours.cost.cpu, "s", beside=beside(peer and peer.cost.cpu)
        ),
        Figure(
            "no limit: peak memory with workers",
            ours.cost.memory / 1e6,
            "MB",
            beside=beside(peer and peer.cost.memory / 1e6),
        ),
        Figure("no limit: requests for feeds", ours.asked, beside=beside(peer and peer.asked)),
        Figure(
            "no limit: messages",
            len(ours.server.posts),
            beside=beside(peer and len(peer.server.posts)),
        ),
        Figure(
            "no limit: lost", ours.lost, at_most=0, at_least=0, beside=beside(peer and peer.lost)
        ),
    )


def _limited_figures(run: Run) -> tuple[Figure, ...]:
    floor = run.expected / LIMIT
    return (
        Figure("30/s: to the last arrival", run.wall, "s"),
        Figure("30/s: times the floor", run.wall / floor, at_most=1.02),
        Figure("30/s: lost", run.lost, at_least=0, at_most=0),
        Figure("30/s: refused with 429", run.server.refused, at_most=0),
    )


def _section(figures: tuple[Figure, ...], options: argparse.Namespace, seconds: float) -> Section:
    parts = [f"only {options.only}"] if options.only else []
    parts += ["10 feeds of 50"] if options.quick else []
    return Section(
        "feed_to_chat",
        "From feed to chat",
        "python -m benchmarks.feed_to_chat",
        f"{FEEDS} feeds with {NEW_ITEMS} new items each and {READERS} readers a feed: 5,000"
        " messages, from the moment the new items are there and all feeds are due. Without a"
        f" limit: {READERS} chats that get everything, and our pacing switched off, for a server"
        " that has none. With a limit: `relais run` as it is, a server that takes 30 a second with"
        " a burst of 4 (and one a second in each chat), and a thousand readers, so that the limit"
        " of all binds; the floor is 5,000 ÷ 30.",
        figures,
        scale=", ".join(parts),
        known=(
            "rsstt’s engine with a stub for its transport: 6.55 s, 5.3–5.5 s of processor time;"
            " with a limit of 30/s 42 of 5,000 lost",
            "feedforbot: 11.9 s and 1.7 GB; with a limit of 30/s 9.8 messages a second",
            "NodeRSSBot groups the titles of one poll: about 22 s for 1,000 messages without text",
        ),
        packages=("aiohttp", "feedparser"),
        seconds=seconds,
    )


if __name__ == "__main__":
    main()
