"""A strict local Telegram in a process of its own, so that its work is not counted as the bot's.

It gives all it saw when it is asked to end. Times are seconds since the epoch. It never collects
garbage: it keeps all it saw, and stopping for 0.1 s to look through it would make messages arrive
bunched that left evenly.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.child import Child, child_process, listen, read_wanted, say
from sandbox.telegram import Limits, TelegramServer

ASKING = 60  # people who ask in turn, so that no chat's own limit plays a part
ASK_SECONDS = 1.0
QUESTION = "/following"
LOOK_SECONDS = 0.01


@dataclass(slots=True)
class Server:
    """Where the server is and who has started the bot; the rest is filled at the end."""

    url: str
    token: str
    readers: list[int]
    asking: list[int]
    _child: Child
    sends: list[tuple[int, float]] = field(default_factory=list)
    """(chat, when it stood there) of every message."""
    asks: list[tuple[int, float]] = field(default_factory=list)
    refused: int = 0
    """Calls answered with 429."""
    held: int = 0
    """Calls that were kept waiting because they came too fast."""
    stalled: float = 0.0
    """The longest time for which the server itself stood still."""

    def begin_asking(self) -> None:
        """Have somebody ask every second."""
        self._child.tell("ask")

    async def end_asking(self, timeout: float) -> bool:
        """Ask no more, and wait until all have their answer; False if some got none in time."""
        self._child.tell("enough")
        return await self._hears("answered", timeout)

    async def until_posts(self, timeout: float) -> bool:
        """Wait until the expected messages reached the readers; False if some did not in time."""
        return await self._hears("arrived", timeout)

    @property
    def posts(self) -> list[tuple[int, float]]:
        """What reached readers, in order."""
        asking = set(self.asking)
        return [send for send in self.sends if send[0] not in asking]

    @property
    def waits(self) -> list[tuple[float, float | None]]:
        """(when somebody asked, seconds until the answer stood there or None) of each question."""
        answers: dict[int, list[float]] = {chat: [] for chat in self.asking}
        for chat, at in self.sends:
            if chat in answers:
                answers[chat].append(at)
        return [
            (asked, answers[chat].pop(0) - asked if answers[chat] else None)
            for chat, asked in self.asks
        ]

    async def _hears(self, what: str, timeout: float) -> bool:
        try:
            async with asyncio.timeout(timeout):
                while what not in await self._child.hear():
                    pass
        except TimeoutError:
            return False
        return True

    async def _end(self) -> None:
        """Ask what was seen; lines about posts may come first."""
        self._child.tell("end")
        while "sends" not in (seen := await self._child.hear()):
            pass
        self.sends = [(chat, at) for chat, at in seen["sends"]]
        self.asks = [(chat, at) for chat, at in seen["asks"]]
        self.refused, self.held, self.stalled = seen["refused"], seen["held"], seen["stalled"]


@asynccontextmanager
async def telegram_process(
    *, readers: int, posts: int, latency: float = 0.0, limits: dict[str, float] | None = None
) -> AsyncIterator[Server]:
    """Run a server beside the block that expects `posts` messages; `limits` None: no limits."""
    wanted = {"readers": readers, "posts": posts, "latency": latency, "limits": limits}
    async with child_process(wanted, "-m", "benchmarks.telegram_process") as child:
        server = Server(**await child.hear(), _child=child)
        yield server
        await server._end()


class _Stage:
    """The server's side: the people, what they ask, and what came of it."""

    def __init__(self, server: TelegramServer, readers: int) -> None:
        self._server = server
        people = [server.person(f"Reader {n}") for n in range(readers + ASKING)]
        for person in people:
            person.say("/start")
        server.world.updates.drop_all()  # nobody answers those
        self.readers, self._asking = people[:readers], people[readers:]
        self.asks: list[tuple[int, float]] = []
        self._seen = self._posts = self._answers = 0
        self._stalled = 0.0

    def introduce(self) -> None:
        """Say where the server is and who is there."""
        _say(
            url=self._server.url,
            token=self._server.token,
            readers=[person.id for person in self.readers],
            asking=[person.id for person in self._asking],
        )

    async def watch(self, posts: int) -> None:
        """Say when the posts have arrived."""
        await self._until(lambda: self._posts >= posts)
        _say(arrived=time.time())

    async def watch_answers(self) -> None:
        """Say when all who asked have an answer."""
        await self._until(lambda: self._answers >= len(self.asks))
        _say(answered=time.time())

    async def ask(self) -> None:
        """Have somebody ask every second."""
        for person in itertools.cycle(self._asking):
            await asyncio.sleep(ASK_SECONDS)
            self.asks.append((person.id, time.time()))
            person.say(QUESTION)

    def tell(self) -> None:
        """Say all that was seen."""
        _say(
            sends=[(one.chat_id, one.at) for one in self._server.sent if one.kind == "send"],
            asks=self.asks,
            refused=sum(call.status == 429 for call in self._server.calls),
            held=self._server.flood.ever_held,
            stalled=self._stalled,
        )

    async def _until(self, holds: Callable[[], bool]) -> None:
        """Look at what was sent, and how much later than meant: so long the server stood still."""
        asking = {person.id for person in self._asking}
        while not holds():
            due = time.monotonic() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            self._stalled = max(self._stalled, time.monotonic() - due)
            sent = self._server.sent[self._seen :]
            self._seen += len(sent)
            new = [one.chat_id in asking for one in sent if one.kind == "send"]
            self._answers += sum(new)
            self._posts += len(new) - sum(new)


async def _serve(wanted: dict[str, Any]) -> None:
    limits = Limits.off() if wanted["limits"] is None else Limits(**wanted["limits"])
    async with TelegramServer(limits=limits, latency=wanted["latency"]) as server:
        stage = _Stage(server, wanted["readers"])
        stage.introduce()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(stage.watch(wanted["posts"]))]
            while (line := await listen()) in ("ask", "enough"):
                if line == "ask":
                    tasks.append(group.create_task(stage.ask()))
                else:
                    tasks[-1].cancel()
                    tasks.append(group.create_task(stage.watch_answers()))
            if line == "end":
                stage.tell()
            for task in tasks:
                task.cancel()


def _say(**what: Any) -> None:
    say(what)


if __name__ == "__main__":
    gc.disable()
    asyncio.run(_serve(read_wanted()))
