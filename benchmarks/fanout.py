"""Fan-out: an article whose tag has 300,000 followers, among 1,000,000 subscribers.

    python -m benchmarks.fanout [--quick] [--keep FILE]

The product's own distributor and sender do it; only Telegram is left out. In half of the runs a
task writes every few milliseconds and another asks what somebody follows, as handlers do.
"""

import asyncio
import gc
import random
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.big_database import (
    NOW,
    SMALL,
    Prose,
    Size,
    build_readers,
    database_arguments,
    large_database,
    new_article,
)
from benchmarks.fanout_traces import measure_traces
from benchmarks.report import Figure, Section, publish
from benchmarks.waits import Waits
from bot.clock import SystemClock
from bot.delivery.outcomes import Delivered, Outcome, Probed
from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.news.distribute import Distributor
from handlers.messages import Features, render_post, to_payload
from handlers.texts import Catalogue
from storage.articles import add_articles
from storage.database import Database
from storage.facts import set_fact
from storage.feeds import add_feed
from storage.model import OutboxRow, Spread
from storage.subscribers import list_subscriptions

RUNS = 3  # alone, and again beside other work
TAGS = ("topic1", "topic40", "topic400", "topic1999")  # the biggest, middling ones, a small one


@dataclass(frozen=True, slots=True)
class Distribution:
    """One article's way into the outbox; seconds since it was stored."""

    rows: int
    seconds: float
    first_sent: float
    longest_window: float
    cpu: float  # of the whole process, from the storing to the last row

    @property
    def rate(self) -> float:
        """Rows made in a second."""
        return self.rows / self.seconds


def main() -> None:
    """Build the database, run the measurements, publish them."""
    options = database_arguments(__doc__).parse_args()
    began = time.monotonic()
    size = SMALL if options.quick else Size()
    with large_database(options.keep, lambda path: build_readers(path, size)) as path:
        figures = asyncio.run(measure(path))
    publish(
        Section(
            name="fanout",
            title="Fan-out",
            command="python -m benchmarks.fanout",
            how=f"{RUNS} distributions alone and {RUNS} beside a task that writes and one that"
            " reads, 3 ms after each answer. Times count from the commit that stored the article;"
            " the sender is the real one at 30 messages a second, and leaving is the call of the"
            " gateway. Waits are the worst of all runs.",
            figures=tuple(figures),
            scale="a tenth of the readers" if options.quick else "",
            seconds=time.monotonic() - began,
        ),
        options.results,
    )


async def measure(path: Path) -> list[Figure]:
    """Give the figures of the distributions, of the sending's traces and of their pruning."""
    prose = Prose(seed=time.time_ns(), words=5000, drawn=20_000)  # another story each time
    db = await Database.open(path)
    gc.freeze()  # as the application does once it has started
    try:
        alone = [await _distribute(db, prose) for _ in range(RUNS)]
        writer, reader = Waits(), Waits()
        beside = []
        for _ in range(RUNS):
            async with (
                writer.repeated(lambda: _write(db), pause=0.003),
                reader.repeated(lambda: _read(db), pause=0.003),
            ):
                beside.append(await _distribute(db, prose, clear=False))
            await _clear(db)
        await _distribute(db, prose, clear=False)
        return [
            *_figures(alone, beside),
            Figure("another writer waits: p99", writer.p99_ms, "ms"),
            Figure("another writer waits: longest", writer.longest_ms, "ms", at_most=50),
            Figure("/following meanwhile: p50", reader.p50_ms, "ms"),
            Figure("/following meanwhile: p99", reader.p99_ms, "ms", at_most=50),
            *await measure_traces(db, lambda: _write(db)),
        ]
    finally:
        await db.close()


def _figures(alone: list[Distribution], beside: list[Distribution]) -> list[Figure]:
    first = max(run.first_sent for run in alone + beside)
    cpu = statistics.median(run.rows / run.cpu for run in alone)
    window = max(run.longest_window for run in alone)
    return [
        Figure("rows of one article", alone[0].rows),
        Figure("rows a second, alone", _middle(alone), "/s", at_least=200_000),
        Figure("rows a second, beside other work", _middle(beside), "/s"),
        Figure("rows for a second of CPU, alone", round(cpu), "/s"),
        Figure("the slowest run alone", round(min(run.rate for run in alone)), "/s"),
        Figure("first message leaves, worst", round(first * 1000), "ms", at_most=200),
        Figure("longest time between two windows, alone", round(window * 1000, 1), "ms"),
    ]


def _middle(runs: list[Distribution]) -> int:
    return round(statistics.median(run.rate for run in runs))


class _Telegram:
    """Takes every message at once and remembers when an article's first one came."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self._messages = 0

    async def attempt(self, row: OutboxRow) -> Outcome:
        if row.article_id is not None:
            self.first.setdefault(row.article_id, time.perf_counter())
        self._messages += 1
        return Delivered(time.time_ns() + self._messages)

    async def probe(self, row: OutboxRow, message_id: int) -> Probed | Outcome:
        raise AssertionError(f"row {row.id} is of known fate, whatever became of {message_id}")


async def _distribute(db: Database, prose: Prose, *, clear: bool = True) -> Distribution:
    """Store an article and have it distributed and, meanwhile, sent."""
    telegram, commits, committed = _Telegram(), [], asyncio.Event()
    sender = Sender(db, telegram, Rates.of(30, paid=False), SystemClock())
    texts, features = Catalogue.load(), Features(summaries=True, comments=True, chat_model=False)

    def on_committed() -> None:
        commits.append(time.perf_counter())
        committed.set()
        sender.wake()

    distributor = Distributor(
        db,
        lambda article, language: to_payload(render_post(article, language, texts, features)),
        SystemClock(),
        on_committed=on_committed,
    )
    async with _running(sender, distributor):
        article_id = await _store_article(db, prose)
        stored, used = time.perf_counter(), time.process_time()
        distributor.wake()
        while not await _is_distributed(db, article_id):
            committed.clear()
            await committed.wait()
        used = time.process_time() - used
        rows = await _count(db, article_id)
    if clear:
        await _clear(db)
    gaps = [after - before for before, after in pairwise(commits)]
    first = telegram.first[article_id]
    return Distribution(rows, commits[-1] - stored, first - stored, max(gaps), used)


@asynccontextmanager
async def _running(sender: Sender, distributor: Distributor) -> AsyncIterator[None]:
    """Run both, and stop the sender after what it has in flight."""
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(sender.run())
        distributing = group.create_task(distributor.run())
        await asyncio.sleep(0.5)  # both have looked at the tables and wait
        yield
        distributing.cancel()
        await sender.stop()
        await sending


async def _store_article(db: Database, prose: Prose) -> int:
    article = new_article(f"{time.time_ns()}", prose, tags=TAGS)
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, "https://gazette.example/feed.xml", now=NOW)
        added = await add_articles(tx, feed.id, [article], now=NOW, backlog=False)
    return added.new[0]


async def _is_distributed(db: Database, article_id: int) -> bool:
    async with db.read() as tx:
        spread = await tx.value("SELECT spread FROM articles WHERE id = ?", (article_id,))
    return bool(spread == Spread.DISTRIBUTED)


async def _count(db: Database, article_id: int) -> int:
    """Count what was queued, sent or not."""
    async with db.read() as tx:
        return int(
            await tx.value(
                "SELECT (SELECT count(*) FROM outbox WHERE article_id = ?1)"
                " + (SELECT count(*) FROM receipts WHERE article_id = ?1)",
                (article_id,),
            )
        )


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


if __name__ == "__main__":
    main()
