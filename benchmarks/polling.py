"""Polling: 1,000 feeds on this machine, cold and warm, beside the package `reader`.

    python -m benchmarks.polling [--feeds N] [--quick] [--captured FOLDER]

The feeds are captured ones where FOLDER (by default ../shared/feeds) is there, else our own; they
come gzipped, with an ETag, which every poll after the first is answered 304 for.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.feed_process import Feeds, feed_process
from benchmarks.meter import Cost, metered
from benchmarks.poll_systems import Round, system_process
from benchmarks.report import HERE, Figure, Section, arguments, publish

CAPTURED = HERE.parents[1] / "shared" / "feeds"
WARM_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Run:
    """What one system did."""

    cold: Round
    cold_cost: Cost
    warm: list[Round]
    warm_costs: list[Cost]

    @property
    def warm_wall(self) -> float:
        """Seconds of a poll in which nothing has changed; the median."""
        return statistics.median(one.wall for one in self.warm)

    @property
    def warm_cpu(self) -> float:
        """Processor seconds of it."""
        return statistics.median(cost.cpu for cost in self.warm_costs)

    @property
    def rejected(self) -> int:
        """Feeds that were not taken."""
        return self.cold.rejected

    @property
    def memory(self) -> tuple[float, float]:
        """Highest megabytes of the process alone, and with its workers."""
        costs = [self.cold_cost, *self.warm_costs]
        return max(c.own_memory for c in costs) / 1e6, max(c.memory for c in costs) / 1e6


def main() -> None:
    """Measure both."""
    parser = arguments(__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--captured", type=Path, default=CAPTURED)
    options = parser.parse_args()
    feeds = min(options.feeds, 100) if options.quick else options.feeds
    captured = options.captured if options.captured.is_dir() else None
    began = time.perf_counter()
    ours, theirs = asyncio.run(measure(feeds, captured))
    section = _section(ours, theirs, feeds, captured, time.perf_counter() - began)
    publish(section, options.results)


async def measure(feeds: int, captured: Path | None) -> tuple[Run, Run]:
    """Give what ours did, and what reader did."""
    async with feed_process(feeds, captured=captured) as papers:
        return await _run("relais", papers), await _run("reader", papers)


async def _run(kind: str, papers: Feeds) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        async with system_process(kind, Path(folder), papers.urls) as system:
            async with metered(system.pid) as cold_cost:
                cold = await system.poll()
            await papers.count()
            warm, costs = [], []
            for _ in range(WARM_ROUNDS):
                async with metered(system.pid) as cost:
                    warm.append(await system.poll())
                costs.append(cost)
    return Run(cold, cold_cost, warm, costs)


def _section(ours: Run, theirs: Run, feeds: int, captured: Path | None, seconds: float) -> Section:
    def figure(name: str, mine: float, other: float, unit: str, **goal: float) -> Figure:
        return Figure(name, mine, unit, beside={"reader": other}, **goal)

    what = "captured" if captured else "invented"
    figures = (
        figure("cold", ours.cold.wall, theirs.cold.wall, "s"),
        Figure("cold, times as fast", theirs.cold.wall / ours.cold.wall, "×", at_least=4),
        figure("cold, processor time", ours.cold_cost.cpu, theirs.cold_cost.cpu, "s"),
        figure("warm (all 304)", ours.warm_wall, theirs.warm_wall, "s"),
        Figure("warm, times as fast", theirs.warm_wall / ours.warm_wall, "×", at_least=30),
        figure("warm, processor time", ours.warm_cpu, theirs.warm_cpu, "s"),
        figure("feeds rejected", ours.rejected, theirs.rejected, "", at_most=0),
        figure("articles stored", ours.cold.articles, theirs.cold.articles, ""),
        figure(
            "peak memory of the main process", ours.memory[0], theirs.memory[0], "MB", at_most=90
        ),
        figure("peak memory with workers", ours.memory[1], theirs.memory[1], "MB"),
    )
    return Section(
        "polling",
        "Polling",
        "python -m benchmarks.polling",
        f"{feeds:,} {what} feeds from a server on this machine (gzip, ETag). Cold: each is read,"
        f" parsed and stored. Warm: nothing has changed, the median of {WARM_ROUNDS} rounds."
        " Ours is the bot’s poller with its parse workers, up to the commit of the last feed;"
        " beside it `reader.update_feeds(workers=20)`. The ratio holds within one run.",
        figures,
        scale="" if feeds >= 1000 and captured else f"{feeds:,} {what} feeds of 1,000 captured",
        packages=("reader", "feedparser", "aiohttp"),
        seconds=seconds,
    )


if __name__ == "__main__":
    main()
