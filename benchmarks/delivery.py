"""Delivery: under Telegram's limit with questions in between, and as a paid broadcast.

    python -m benchmarks.delivery limited|paid [--messages N] [--quick]

The bot is `relais run`, a process of its own, and so are the strict server and each peer. An
article is stored that all readers are to get; its posts go the whole way: distributed, claimed,
sent, recorded. Under the limit somebody asks /following every second.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bot_process import (
    add_readers,
    followed_tag,
    post_payload,
    relais_process,
    release_article,
)
from benchmarks.meter import Cost, metered
from benchmarks.peer_bots import peer_process
from benchmarks.report import Figure, Section, Value, arguments, keep_series, publish
from benchmarks.telegram_process import Server, telegram_process

LATENCY = 0.05
Limits = dict[str, float]
LIMITED: Limits = {"overall_burst": 4}
_PAID_BURST = 60
PAID: Limits = {"paid_per_second": 1000, "paid_burst": _PAID_BURST}
PEER_MESSAGES = 3000  # of a peer: slower senders need not send them all
PTB = "python-telegram-bot"


@dataclass(frozen=True, slots=True)
class Run:
    """What one sender did."""

    messages: int
    server: Server
    cost: Cost

    @property
    def arrivals(self) -> list[float]:
        """When posts stood in their chats."""
        return sorted(at for _, at in self.server.posts)

    @property
    def rate(self) -> float:
        """All messages a second, answers included, from the first post to the last."""
        began, *_, ended = self.arrivals
        during = sum(began <= at <= ended for _, at in self.server.sends)
        return (during - 1) / (ended - began)

    @property
    def lost(self) -> int:
        """Readers without the post."""
        return self.messages - len({chat for chat, _ in self.server.posts})

    @property
    def doubled(self) -> int:
        """Posts beyond a reader's first."""
        return len(self.server.posts) - len({chat for chat, _ in self.server.posts})

    @property
    def waits(self) -> list[float]:
        """Milliseconds until each answer."""
        return [wait * 1000 for _, wait in self.server.waits if wait is not None]

    @property
    def cpu(self) -> float:
        """Microseconds of processor time per message."""
        return self.cost.cpu / len(self.server.sends) * 1e6

    @property
    def per_second(self) -> list[int]:
        """How many messages stood in their chats in each second since the first."""
        times = sorted(at for _, at in self.server.sends)
        counts = Counter(int(at - times[0]) for at in times)
        return [counts[second] for second in range(max(counts) + 1)]


def main() -> None:
    """Measure one kind of delivery."""
    parser = arguments(__doc__)
    parser.add_argument("kind", choices=["limited", "paid"])
    parser.add_argument("--messages", type=int, default=10_000)
    options = parser.parse_args()
    messages = min(options.messages, 1000) if options.quick else options.messages
    began = time.perf_counter()
    measure, section = (
        (_measure_limited, _limited_section)
        if options.kind == "limited"
        else (_measure_paid, _paid_section)
    )
    runs = asyncio.run(measure(messages))
    seconds = time.perf_counter() - began
    keep_series(options.kind, _series(runs), options.results)
    publish(section(runs, messages, seconds), options.results)


async def _measure_limited(messages: int) -> dict[str, Run]:
    """Let both send at the same time, each to a server of its own: it takes minutes."""
    fewer = min(messages, PEER_MESSAGES)
    ours, theirs = await asyncio.gather(
        _relais(messages, LIMITED), _peer("ptb", fewer, LIMITED, paid=False)
    )
    return {"relais": ours, PTB: theirs}


async def _measure_paid(messages: int) -> dict[str, Run]:
    settings = {"PAID_BROADCAST": "true", "MESSAGES_PER_SECOND": 1000}
    fewer = min(messages, PEER_MESSAGES)
    return {
        "relais": await _relais(messages, PAID, settings),
        PTB: await _peer("ptb", fewer, PAID, paid=True),
        "aiogram": await _peer("aiogram", fewer, PAID, paid=True),
    }


async def _relais(messages: int, limits: Limits, settings: dict[str, object] | None = None) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "relais.db"
        async with telegram_process(
            readers=messages, posts=messages, latency=LATENCY, limits=limits
        ) as server:
            readers = {chat_id: [followed_tag()] for chat_id in server.readers}
            others = {chat_id: ["Autre chose"] for chat_id in server.asking}
            add_readers(path, readers | others)
            async with relais_process(Path(folder), server, settings) as (_, life):
                if settings is None:
                    server.begin_asking()
                async with metered(life.pid) as cost:
                    await release_article(path)
                    await server.until_posts(messages / 20 + 60)
                if settings is None:
                    await server.end_asking(60)
    return Run(messages, server, cost)


async def _peer(kind: str, messages: int, limits: Limits, *, paid: bool) -> Run:
    async with (
        telegram_process(
            readers=messages, posts=messages, latency=LATENCY, limits=limits
        ) as server,
        peer_process(kind, server, post_payload(), paid=paid) as peer,
    ):
        if not paid:
            server.begin_asking()
        async with metered(peer.pid) as cost:
            peer.tell("go")
            await server.until_posts(messages / 20 + 60)
        if not paid:
            await server.end_asking(60)
    return Run(messages, server, cost)


def _limited_section(runs: dict[str, Run], messages: int, seconds: float) -> Section:
    ours, theirs = runs["relais"], runs[PTB]
    figures = (
        _figure(runs, "messages a second", lambda run: run.rate, at_least=29.8),
        *_mistakes(runs),
        _figure(runs, "held for coming too fast", lambda run: run.server.held),
        _wait("answer, median", ours, theirs, statistics.median, 120),
        _wait("answer, longest", ours, theirs, max, 400),
        _figure(runs, "answers", lambda run: len(run.waits)),
        _figure(runs, "one core busy", lambda run: run.cost.busy, "%"),
    )
    return Section(
        "limited",
        "Delivery under Telegram’s limit",
        "python -m benchmarks.delivery limited",
        f"One post to each of {messages:,} readers. The server is strict: 30 messages a second"
        f" with a burst of 4, {LATENCY * 1000:.0f} ms of latency on each call. Meanwhile somebody"
        " asks /following every second; the wait is from the question’s being sent until the"
        " answer stands in the chat. Answers count in the rate, as the limit counts them. Beside"
        " it, at the same time with a server of its own: python-telegram-bot with"
        f" AIORateLimiter, which is given {min(messages, PEER_MESSAGES):,} posts at once.",
        figures,
        scale="" if messages >= 10_000 else f"{messages:,} messages of 10,000",
        known=("behind 10,000 messages, a reply of AIORateLimiter’s waited 325 s",),
        packages=("python-telegram-bot", "aiolimiter", "aiohttp"),
        seconds=seconds,
    )


def _wait(name: str, ours: Run, theirs: Run, of: object, at_most: float) -> Figure:
    assert callable(of)
    value = of(ours.waits) if len(ours.waits) == len(ours.server.asks) else "an answer is missing"
    beside = {PTB: of(theirs.waits)} if theirs.waits else {}
    return Figure(name, value, "ms", at_most=at_most, beside=beside)


def _paid_section(runs: dict[str, Run], messages: int, seconds: float) -> Section:
    figures = (
        _figure(runs, "messages a second", lambda run: run.rate, at_least=980),
        _figure(runs, "one core busy", lambda run: run.cost.busy, "%", at_most=50),
        _figure(runs, "processor time a message", lambda run: run.cpu, "µs"),
        *_mistakes(runs),
        _figure(runs, "held for coming too fast", lambda run: run.server.held, at_most=0),
        _figure(runs, "longest stall of the server", lambda run: run.server.stalled * 1000, "ms"),
        _figure(runs, "peak memory", lambda run: run.cost.own_memory / 1e6, "MB"),
    )
    return Section(
        "paid",
        "Paid broadcast",
        "python -m benchmarks.delivery paid",
        f"One post to each of {messages:,} readers with MESSAGES_PER_SECOND=1000 and"
        f" PAID_BROADCAST=true; the server allows 1,000 a second with a burst of {_PAID_BURST} and"
        f" holds what is beyond for a second or more, with {LATENCY * 1000:.0f} ms of latency on"
        " each call. The rate is from the first arrival to the last. Ours is the whole way: the"
        " stored article is rendered and fanned out, each message claimed, sent and its receipt"
        f" committed. When the machine lets the server stand still for {_PAID_BURST} ms or more,"
        " what came meanwhile is too much at once whoever sent it; how long it did is said below."
        " Beside it, without any record of what was sent, paced from outside,"
        f" {min(messages, PEER_MESSAGES):,}"
        " messages: python-telegram-bot with its default transport (httpx), and aiogram.",
        figures,
        scale="" if messages >= 10_000 else f"{messages:,} messages of 10,000",
        packages=("python-telegram-bot", "httpx", "aiogram", "aiohttp"),
        seconds=seconds,
    )


def _mistakes(runs: dict[str, Run]) -> tuple[Figure, ...]:
    """What must not happen, at any rate."""
    return (
        _figure(runs, "refused with 429", lambda run: run.server.refused, at_most=0),
        _figure(runs, "posts lost", lambda run: run.lost, at_most=0),
        _figure(runs, "posts doubled", lambda run: run.doubled, at_most=0),
    )


def _figure(
    runs: dict[str, Run],
    name: str,
    of: Callable[[Run], Value],
    unit: str = "",
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Give ours beside what the others came to."""
    values = {sender: of(run) for sender, run in runs.items()}
    return Figure(name, values.pop("relais"), unit, at_least, at_most, values)


def _series(runs: dict[str, Run]) -> dict[str, dict[str, list[float]]]:
    """Give what is drawn: messages in each second, and each question with its wait."""
    series: dict[str, dict[str, list[float]]] = {}
    for name, run in runs.items():
        first = min((at for _, at in run.server.sends), default=0.0)
        answered = [(asked - first, wait) for asked, wait in run.server.waits if wait is not None]
        series[name] = {
            "per_second": list(run.per_second),
            "asked_at": [round(asked, 2) for asked, _ in answered],
            "waited": [round(wait, 4) for _, wait in answered],
        }
    return series


if __name__ == "__main__":
    main()
