"""The sender with a real file and real HTTP, as tests of delivery need it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bot.clock import SystemClock
from bot.delivery.gateway import Gateway
from bot.delivery.outcomes import Outcome
from bot.delivery.pacing import Rates
from bot.delivery.patience import Patience
from bot.delivery.sender import Sender
from bot.delivery.transport import AiohttpRequest
from sandbox.telegram import Person, TelegramServer
from storage.database import Database, Transaction
from storage.model import Draft, Lane, OutboxRow, OutboxState
from storage.outbox import enqueue, find_row
from storage.subscribers import add_subscriber, find_subscriber

# A server without holds: what is of unknown fate can be looked for at once.
QUICK = Patience(settle=0.2, first_pause=0.02, longest_pause=0.1, longest_retry=0.1, stop=5.0)
SLACK = Rates(overall=2000.0, burst=50, private_gap=0.0, group_gap=0.0)


@dataclass
class Rig:
    """One life of the sender and what it was told and told us."""

    db: Database
    server: TelegramServer
    sender: Sender
    attempts: list[tuple[OutboxRow, Outcome]] = field(default_factory=list)
    running: asyncio.Task[None] | None = None
    parked: list[tuple[int, str]] = field(default_factory=list)

    async def send(self, *drafts: Draft) -> list[int]:
        """Commit drafts in one transaction and wake the sender."""
        async with self.db.transaction() as tx:
            now_ms = round(SystemClock().now() * 1000)
            ids = [await enqueue(tx, draft, now_ms=now_ms) for draft in drafts]
        self.sender.wake()
        return ids

    async def attempted(self) -> None:
        """Wait until an attempt has ended, whatever came of it."""
        async with asyncio.timeout(5):
            while not self.attempts:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def ended(self) -> None:
        """Wait until the sender has ended by itself; raises what ended it."""
        assert self.running is not None
        await asyncio.shield(self.running)

    async def row(self, row_id: int) -> OutboxRow | None:
        """Read a row."""
        async with self.db.read() as tx:
            return await find_row(tx, row_id)

    async def states(self) -> dict[str, int]:
        """Count the rows in each state that there is."""
        async with self.db.read() as tx:
            rows = await tx.all("SELECT state, count(*) FROM outbox GROUP BY state")
        return {OutboxState(row[0]).name: row[1] for row in rows}

    async def settled(self, *, within: float = 20.0, but: Iterable[str] = ()) -> None:
        """Wait until nothing waits, is under way or unknown (states in `but` may stay)."""
        open_states = {"WAITING", "SENDING", "UNKNOWN"} - set(but)
        try:
            async with asyncio.timeout(within):
                while open_states & set(await self.states()):  # noqa: ASYNC110  no bell in the file
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"not settled: {await self.states()}") from None


def post(chat_id: int, text: str = "Une nouvelle", **fields: Any) -> Draft:
    """Make a draft of a post."""
    payload = {"text": text, **fields.pop("payload", {})}
    return Draft(chat_id, fields.pop("lane", Lane.POST), payload=payload, **fields)


def meet(server: TelegramServer, count: int = 1, **fields: Any) -> list[Person]:
    """Let people start the bot."""
    people = [server.person(f"Reader {n}", **fields) for n in range(count)]
    for person in people:
        person.say("/start")
    return people


def texts(person: Person) -> list[str]:
    """Give what the bot wrote to somebody."""
    return [message.text for message in person.chat.from_bot()]


async def subscribe(db: Database, *people: Person) -> None:
    """Make people subscribers."""
    async with db.transaction() as tx:
        for person in people:
            await add_subscriber(tx, person.id, kind="private", language="fr", name=None, now=1)


async def state_of(db: Database, chat_id: int) -> str:
    """Give a subscriber's state."""
    async with db.read() as tx:
        subscriber = await find_subscriber(tx, chat_id)
    assert subscriber is not None
    return subscriber.state


@asynccontextmanager
async def sending(
    db: Database,
    server: TelegramServer,
    *,
    rates: Rates = SLACK,
    patience: Patience = QUICK,
    read_seconds: float = 5.0,
    paid: bool = False,
) -> AsyncIterator[Rig]:
    """Run a sender beside the block; it is stopped at the end."""
    request = AiohttpRequest(connections=256, read_seconds=read_seconds)
    gateway = Gateway(request, api_url=server.url, token=SecretStr(server.token), paid=paid)
    rig: Rig

    async def on_parked(tx: Transaction, row: OutboxRow, reason: str) -> None:
        rig.parked.append((row.id, reason))

    sender = Sender(
        db,
        gateway,
        rates,
        SystemClock(),
        on_parked=on_parked,
        on_attempt=lambda row, outcome, _: rig.attempts.append((row, outcome)),
        patience=patience,
    )
    rig = Rig(db, server, sender)
    await request.initialize()
    running = rig.running = asyncio.create_task(sender.run())
    try:
        yield rig
    finally:
        await sender.stop()
        await asyncio.gather(running, return_exceptions=True)
        await request.shutdown()
