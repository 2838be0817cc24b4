"""The pollers that are measured, each as a process: ours, and the package `reader`.

It is told which, where its file goes and which feeds there are; then each line asks for a poll of
all of them and is answered with what that took.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.child import Child, child_process, listen, read_wanted, say
from bot.clock import SystemClock
from bot.news.fetch import Fetcher, user_agent
from bot.news.parse_pool import ParsePool
from bot.news.politeness import HostLedger
from bot.news.poller import Poller, PollRules
from bot.news.reading import FeedReader
from bot.ops.metrics import Metrics
from storage.database import Database
from storage.feeds import add_feed

LONGEST = 300.0


@dataclass(frozen=True, slots=True)
class Round:
    """One poll of all feeds."""

    wall: float
    rejected: int
    articles: int


class System:
    """A poller in a process of its own."""

    def __init__(self, child: Child) -> None:
        self.pid = child.pid
        self._child = child

    async def poll(self) -> Round:
        """Poll all feeds."""
        self._child.tell("poll")
        async with asyncio.timeout(LONGEST):
            return Round(**await self._child.hear())


@asynccontextmanager
async def system_process(kind: str, folder: Path, urls: list[str]) -> AsyncIterator[System]:
    """Run a poller beside the block."""
    wanted = {"kind": kind, "path": str(folder / f"{kind}.db"), "urls": urls}
    async with child_process(wanted, "-m", "benchmarks.poll_systems") as child:
        yield System(child)


async def _run_relais(path: str, urls: list[str]) -> None:
    """Poll with the parts of the bot that poll: the loop, its fetcher, its parse workers."""
    db = await Database.open(path)
    metrics, clock = Metrics(), SystemClock()
    try:
        async with (
            Fetcher(agent=user_agent(), allow_private=True) as fetcher,
            ParsePool() as pool,
            asyncio.TaskGroup() as group,
        ):
            poller = Poller(
                db,
                FeedReader(db, fetcher, pool, clock),
                PollRules(),
                clock,
                hosts=HostLedger(),
                on_stored=lambda: None,
                tell=_tell_nobody,
                on_told=lambda: None,
                metrics=metrics,
            )
            async with db.transaction() as tx:
                for url in urls:
                    await add_feed(tx, url, now=4_000_000_000)
            running = group.create_task(poller.run())
            await _answer(lambda: _poll_with_relais(db, poller, metrics, len(urls)))
            running.cancel()
    finally:
        await db.close()


async def _poll_with_relais(db: Database, poller: Poller, metrics: Metrics, feeds: int) -> Round:
    async with db.transaction() as tx:
        await tx.run("UPDATE feeds SET next_poll_at = 0")
    expected = _polls(metrics) + feeds
    began = time.perf_counter()
    poller.wake()
    while _polls(metrics) < expected:  # noqa: ASYNC110
        await asyncio.sleep(0.004)
    wall = time.perf_counter() - began
    async with db.read() as tx:
        rejected = await tx.value("SELECT count(*) FROM feeds WHERE errors > 0")
        articles = await tx.value("SELECT count(*) FROM articles")
    return Round(wall, rejected, articles)


def _polls(metrics: Metrics) -> float:
    """Count the polls that were recorded."""
    return sum(
        sample.value
        for metric in metrics.polls.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    )


async def _tell_nobody(*_: object, **__: object) -> None:
    pass


async def _run_reader(path: str, urls: list[str]) -> None:
    """Poll with `reader`, as its documentation says for many feeds."""
    from reader import make_reader

    with make_reader(path) as reader:
        for url in urls:
            reader.add_feed(url)

        async def poll() -> Round:
            began = time.perf_counter()
            reader.update_feeds(workers=20, scheduled=False)
            wall = time.perf_counter() - began
            rejected = sum(feed.last_exception is not None for feed in reader.get_feeds())
            return Round(wall, rejected, reader.get_entry_counts().total or 0)

        await _answer(poll)


async def _answer(poll: Callable[[], Awaitable[Round]]) -> None:
    while await listen():
        say(asdict(await poll()))


if __name__ == "__main__":
    asked = read_wanted()
    run = {"relais": _run_relais, "reader": _run_reader}[asked["kind"]]
    asyncio.run(run(asked["path"], asked["urls"]))
