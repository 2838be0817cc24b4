"""Start-up: how soon `relais run` asks for updates, and what memory it takes.

    python -m benchmarks.startup [--quick] [--keep FILE]

On an empty database, and on one of 1,000,000 articles and 1,000,000 readers. Telegram is the strict
local server; the file's pages are in the system's cache both times.
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
    database_arguments,
    large_database,
)
from benchmarks.report import Figure, Section, publish
from sandbox.telegram import TelegramServer
from tests.support.process import relais_on

TIMES = 5
READY_SECONDS = 60.0
SETTLED_SECONDS = 3.0  # from its asking to the look at its memory
MEGA = 1e6


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until it asked for updates, and resident bytes a little later."""

    ready: float
    memory: int


def main() -> None:
    """Build the database, start the bot again and again, publish the figures."""
    options = database_arguments(__doc__).parse_args()

    def build(path: Path) -> None:
        build_readers(path, SMALL if options.quick else Size())
        build_articles(path, FEW_ARTICLES if options.quick else ARTICLES)

    began = time.monotonic()
    with large_database(options.keep, build) as path:
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
    ]


async def _starts(database: Path, times: int) -> list[Start]:
    """Start the bot on a database and stop it, again and again."""
    async with TelegramServer() as telegram:
        return [await _start(database, telegram) for _ in range(times)]


async def _start(database: Path, telegram: TelegramServer) -> Start:
    settings = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "DATABASE_PATH": database,
    }

    def asked(since: int) -> list[float]:
        return [c.received_at for c in telegram.calls[since:] if c.method == "getUpdates"]

    async with relais_on(database.parent, settings) as relais:
        calls_before, began = len(telegram.calls), time.monotonic()
        life = await relais.start()
        await telegram.wait_until(lambda: asked(calls_before), READY_SECONDS)
        await asyncio.sleep(SETTLED_SECONDS)
        memory = life.own_memory
        code = await life.stop()
        assert code == 0, life.output
    return Start(asked(calls_before)[0] - began, memory)


def _ready(starts: list[Start]) -> float:
    return round(statistics.median(start.ready for start in starts), 2)


def _memory(starts: list[Start]) -> int:
    return round(statistics.median(start.memory for start in starts) / MEGA)


if __name__ == "__main__":
    main()
