"""A strict local Telegram in a process of its own, so that its work is not counted as the bot's.

It is told what to be by one JSON argument, says where it is in a line of JSON, and gives all calls
in another once it is asked to end.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram import Limits, TelegramServer

_LINE_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as the server saw it; times are monotonic seconds of the machine."""

    method: str
    chat_id: int | None
    text: str
    received_at: float
    answered_at: float | None
    status: int | None


@dataclass(slots=True)
class Server:
    """Where the server is, who has started the bot, and, at the end, what it saw."""

    url: str
    token: str
    chats: list[int]
    calls: list[Seen] = field(default_factory=list)


@asynccontextmanager
async def telegram_process(
    *, readers: int, latency: float = 0.0, limits: dict[str, float] | None = None
) -> AsyncIterator[Server]:
    """Run a server beside the block; `limits` None: no limits. `calls` is filled at the end."""
    wanted = json.dumps({"readers": readers, "latency": latency, "limits": limits})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        wanted,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_BYTES,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    server = Server(**json.loads(await process.stdout.readline()))
    try:
        yield server
        process.stdin.write(b"\n")
        server.calls = [Seen(*call) for call in json.loads(await process.stdout.readline())]
    finally:
        process.stdin.close()
        await process.wait()


async def _serve(wanted: dict[str, Any]) -> None:
    limits = Limits.off() if wanted["limits"] is None else Limits(**wanted["limits"])
    async with TelegramServer(limits=limits, latency=wanted["latency"]) as server:
        people = [server.person(f"Reader {n}") for n in range(wanted["readers"])]
        for person in people:
            person.say("/start")
        _say({"url": server.url, "token": server.token, "chats": [p.id for p in people]})
        await asyncio.to_thread(sys.stdin.readline)
        _say(
            [
                (
                    c.method,
                    c.chat_id,
                    c.params.get("text", ""),
                    c.received_at,
                    c.answered_at,
                    c.status,
                )
                for c in server.calls
            ]
        )


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1])))
