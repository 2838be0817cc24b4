"""Killing the product at random moments, and counting what that cost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.telegram import Call, Message, Person, TelegramServer
from tests.support.site import Site

EARLY_SHARE, EARLY_SECONDS = 0.2, 2.0
STARTING_SECONDS, IDLE_SECONDS = 20.0, 3.0


@dataclass
class Tally:
    """What a run with kills came to; `str` gives the line of a report."""

    kills: int = 0
    in_flight: int = 0
    """Sends without an answer at the moments of the kills: of these nobody knew the fate."""
    expected: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def count(self, wanted: Iterable[str], seen: Mapping[str, int]) -> None:
        """Compare what should be there exactly once with what is there."""
        for name in wanted:
            self.expected += 1
            if seen.get(name, 0) == 0:
                self.lost.append(name)
            elif seen[name] > 1:
                self.doubled.append(name)

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.in_flight} sends in flight, {self.expected} expected,"
            f" {len(self.lost)} lost, {len(self.doubled)} doubled"
        )


class Killer:
    """Kills and restarts a site's product."""

    def __init__(self, site: Site, rng: random.Random | None = None) -> None:
        self.site = site
        self.rng = rng or random.Random(random.random())
        self.tally = Tally()

    async def kill_midway(self, most_sends: int) -> None:
        """Kill after a random number of sends, or once in a while while it starts."""
        if self.rng.random() < EARLY_SHARE:
            await asyncio.sleep(self.rng.random() * EARLY_SECONDS)
        else:
            await self.wait_midway(most_sends)
        await self.kill()

    async def wait_midway(self, most_sends: int) -> None:
        """Wait for a random number of sends, or some seconds where none are left to do."""
        server = self.site.telegram
        before = _count_sends(server)
        wanted = before + self.rng.randint(1, most_sends)
        try:
            await server.wait_until(lambda: _count_sends(server) > before, STARTING_SECONDS)
            await server.wait_until(lambda: _count_sends(server) >= wanted, IDLE_SECONDS)
        except AssertionError:
            pass  # it has nothing left to do, which is as good a moment as any

    async def kill(self) -> None:
        """Kill now and start again, without waiting until it is ready."""
        self.tally.kills += 1
        self.tally.in_flight += len(list_in_flight(self.site))
        await self.site.relais.kill()
        await self.site.relais.begin("run")


def _count_sends(server: TelegramServer) -> int:
    return sum(call.method.startswith("send") for call in server.calls)


def list_in_flight(site: Site) -> list[Call]:
    """List the sends that the server has not answered yet."""
    return [
        call
        for call in site.telegram.calls[-500:]
        if call.answered_at is None and call.method.startswith("send")
    ]


def count_words(messages: Iterable[Message], words: Iterable[str]) -> Counter[str]:
    """Count in how many messages each word stands; each message counts once."""
    wanted = set(words)
    found: Counter[str] = Counter()
    for message in messages:
        found.update(wanted.intersection(message.text.replace("“", " ").replace("”", " ").split()))
    return found


def assert_answered_once(people: Iterable[Person], words: Sequence[str]) -> None:
    """Check that each of the words stands in exactly one message of the bot to some people."""
    seen = count_words((m for person in people for m in person.chat.from_bot()), words)
    assert {word: seen[word] for word in words} == dict.fromkeys(words, 1)


def ask_many(people: Iterable[Person], each: int, word: str = "mot") -> list[str]:
    """Let everybody ask for words that nobody else asks for; gives the words."""
    words = []
    for person in people:
        for number in range(each):
            asked = f"{word}{person.id}x{number}"
            person.say(f"/search {asked}")
            words.append(asked)
    return words
