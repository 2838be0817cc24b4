"""Start-up: how soon `relais run` asks for updates, and what memory it takes.

    python -m benchmarks.startup [--quick] [--keep FILE]

On an empty database, and on one of 1,000,000 articles and 1,000,000 readers. Telegram is the strict
local server in a process of its own; the file's pages are in the system's cache both times.
"""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.big_database import (
    ARTICLES,
    FEW_ARTICLES,
    SMALL,
    Size,
    build_articles,
    build_readers,
)
from benchmarks.report import Figure, Section, arguments, publish
from benchmarks.telegram_process import telegram_process
from tests.support.process import relais_on

TIMES = 5
SETTLED_SECONDS = 3.0  # from "started" to the look at its memory
MEGA = 1e6


@dataclass(frozen=True, slots=True)
class Start:
    """One start: monotonic moments and bytes."""

    began: float
    memory: int
    memory_with_workers: int


def main() -> None:
    """Build the database, start the bot again and again, publish the figures."""
    parser = arguments(__doc__)
    parser.add_argument("--keep", type=Path, help="use, or build and keep, this database")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "large.db"
        if not path.exists():
            build_readers(path, SMALL if options.quick else Size())
            build_articles(path, FEW_ARTICLES if options.quick else ARTICLES)
        figures = asyncio.run(measure(path, path.stat().st_size))
    publish(
        Section(
            name="startup",
            title="Start-up",
            command="python -m benchmarks.startup",
            how="Time from starting the process to its first getUpdates at the local server, and"
            f" resident memory {SETTLED_SECONDS:g} s later: medians of {TIMES} starts. Nothing that"
            " is done at start may grow with the database.",
            figures=tuple(figures),
            scale="a small database" if options.quick else "",
            seconds=time.monotonic() - began,
        ),
        options.results,
    )


async def measure(large: Path, size: int) -> list[Figure]:
    """Give the figures of both databases."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.db"
        first = await _starts(empty, 1)  # it also makes the file
        small, big = await _starts(empty, TIMES), await _starts(large, TIMES)
    return [
        Figure("first start, which makes the database", _ready(first), "s"),
        Figure("empty database: ready", _ready(small), "s"),
        Figure(
            f"large database ({size / MEGA:,.0f} MB): ready",
            _ready(big),
            "s",
            at_most=round(_ready(small) + 0.5, 2),
        ),
        Figure("empty database: memory", _memory(small), "MB"),
        Figure("large database: memory", _memory(big), "MB", at_most=_memory(small) + 20),
        Figure("worker processes: memory", _workers(big), "MB"),
    ]


async def _starts(database: Path, times: int) -> list[tuple[Start, float]]:
    """Start the bot on a database and stop it, again and again; with when it was ready."""
    async with telegram_process(readers=0) as server:
        settings = {
            "TELEGRAM_BOT_TOKEN": server.token,
            "TELEGRAM_API_URL": server.url,
            "DATABASE_PATH": database,
        }
        starts = [await _start(database.parent, settings) for _ in range(times)]
    asked = sorted(call.received_at for call in server.calls if call.method == "getUpdates")
    return [(start, next(at for at in asked if at > start.began) - start.began) for start in starts]


async def _start(folder: Path, settings: dict[str, object]) -> Start:
    async with relais_on(folder, settings) as relais:
        began = time.monotonic()
        life = await relais.start()
        await asyncio.sleep(SETTLED_SECONDS)
        own, all_of_it = life.own_memory, life.memory
        code = await life.stop()
        assert code == 0, life.output
    return Start(began, own, all_of_it)


def _ready(starts: list[tuple[Start, float]]) -> float:
    return round(statistics.median(ready for _, ready in starts), 2)


def _memory(starts: list[tuple[Start, float]]) -> int:
    return round(statistics.median(start.memory for start, _ in starts) / MEGA)


def _workers(starts: list[tuple[Start, float]]) -> int:
    extra = [start.memory_with_workers - start.memory for start, _ in starts]
    return round(statistics.median(extra) / MEGA)


if __name__ == "__main__":
    main()
