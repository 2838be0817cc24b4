"""Delivery: under Telegram's limit with answers in between, and as a paid broadcast.

    python -m benchmarks.delivery limited|paid [--messages N] [--peers] [--json FILE]

The server is strict and a process of its own; CPU is that of this process. An answer is asked for
every second; its latency is from there to the server's having answered the request.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks.delivery_senders import Job, send_with_aiogram, send_with_ptb, send_with_relais
from benchmarks.telegram_process import Seen, Server, telegram_process

LIMITED = {"overall_burst": 4}
PAID = {"paid_per_second": 1000, "paid_burst": 60}
LATENCY = 0.05
PEER_MESSAGES = 3000  # slower senders need not send them all

Send = Callable[[Server, Job], Awaitable[None]]


def main() -> None:
    """Measure, print a table, and write the figures where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["limited", "paid"])
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--peers", action="store_true", help="others beside it, in the same run")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = asyncio.run(measure(options.kind, options.messages, peers=options.peers))
    for name, values in figures.items():
        print(name)
        for key, value in values.items():
            print(f"  {key:34} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


async def measure(kind: str, messages: int, *, peers: bool) -> dict[str, dict[str, Any]]:
    """Give the figures of each sender by its name."""
    senders: dict[str, Send] = {"relais": send_with_relais}
    if peers:
        senders["python-telegram-bot"] = send_with_ptb
    if peers and kind == "paid":
        senders["aiogram"] = send_with_aiogram
    figures = {}
    for name, send in senders.items():
        is_peer = name != "relais"
        count = min(messages, PEER_MESSAGES) if is_peer and kind == "paid" else messages
        figures[name] = await _measure_one(kind, count, send)
    return figures


async def _measure_one(kind: str, messages: int, send: Send) -> dict[str, Any]:
    limits = LIMITED if kind == "limited" else PAID
    async with telegram_process(readers=messages + 200, latency=LATENCY, limits=limits) as server:
        posts, readers = server.chats[:messages], server.chats[messages:]
        job = Job(posts, readers, paid=kind == "paid")
        await send(server, job)
    return _figures(server.calls, job, messages)


def _figures(calls: list[Seen], job: Job, messages: int) -> dict[str, Any]:
    sends = [call for call in calls if call.method == "sendMessage" and call.status == 200]
    posts = [call for call in sends if not call.text.startswith("answer ")]
    began, ended = min(c.received_at for c in posts), max(c.received_at for c in posts)
    during = sum(began <= call.received_at <= ended for call in sends)
    waits = [
        (call.answered_at - float(call.text.split()[1])) * 1000
        for call in sends
        if call.text.startswith("answer ") and call.answered_at is not None
    ]
    arrived = [call.chat_id for call in posts]
    figures: dict[str, Any] = {
        "messages": messages,
        "lost": messages - len(set(arrived)),
        "doubled": len(arrived) - len(set(arrived)),
        "messages per second": round((during - 1) / (ended - began), 2),
        "refused with 429": sum(call.status == 429 for call in calls),
        "CPU microseconds per message": round(job.cpu_seconds / len(sends) * 1e6),
        "share of one core busy": round(job.cpu_seconds / job.wall_seconds, 3),
        "answers": len(waits),
    }
    if waits:
        figures["answer median ms"] = round(statistics.median(waits))
        figures["answer longest ms"] = round(max(waits))
    return figures


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"took {time.perf_counter() - started:.0f} s")
