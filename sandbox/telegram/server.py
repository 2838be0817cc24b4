"""The strict local Telegram: one object that a test, the demo or a benchmark starts and drives.

Everything runs in the event loop of the caller; the people's actions are plain calls.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from sandbox.telegram.changes import Changes, Subscription
from sandbox.telegram.chats import Chat, ChatKind
from sandbox.telegram.endpoint import Endpoint
from sandbox.telegram.faults import Faults
from sandbox.telegram.flood import FloodControl, Limits
from sandbox.telegram.log import Call, Json, Sent
from sandbox.telegram.messages import User
from sandbox.telegram.people import InlineQuery, Person, Press
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.world import World


class TelegramServer:
    """A Bot API server on 127.0.0.1 for one bot, with the people who talk to it.

    limits: the flood model, `Limits.off()` for none. latency: seconds on the wire, half of it
    before the effect of a call and half after. clock: gives the time of every decision (dates,
    expiry, limits). sleep: how held requests wait; `FakeClock` offers one that goes with it.
    Long polls, latency and slow faults take real time. port 0: one from the kernel.
    """

    def __init__(
        self,
        token: str = "123456:TEST-token",
        *,
        limits: Limits | None = None,
        latency: float = 0.0,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        bot_username: str = "relais_bot",
        port: int = 0,
        privacy_mode: bool = True,
        first_update_id: int = 100_000_001,
    ) -> None:
        self.token = token
        self.bot = User(int(token.partition(":")[0]), "Relais", True, bot_username)
        changes = Changes()
        updates = UpdateQueue(clock, sleep, first_update_id, changes.ring)
        self.world = World(self.bot, clock, updates, changes, privacy_mode=privacy_mode)
        self.flood = FloodControl(limits or Limits(), clock, sleep, changes.ring)
        self.faults = Faults()
        self.endpoint = Endpoint(
            self.world, token, self.flood, self.faults, latency=latency, port=port
        )

    async def start(self) -> None:
        """Listen; after a `stop` on the same port, with everything as it was."""
        await self.endpoint.start()

    async def stop(self) -> None:
        """Stop listening: an outage, until `start`. What people do meanwhile is queued."""
        await self.endpoint.stop()

    async def __aenter__(self) -> TelegramServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The value for TELEGRAM_API_URL; known once started."""
        return self.endpoint.url

    @property
    def calls(self) -> list[Call]:
        """Every call of the bot, in the order of arrival."""
        return self.world.calls

    @property
    def sent(self) -> list[Sent]:
        """Every message of the bot that was sent, edited or deleted, in order."""
        return self.world.sent

    @property
    def people(self) -> list[Person]:
        """Everybody, in the order of creation."""
        return list(self.world.people.values())

    @property
    def chats(self) -> list[Chat]:
        """All chats: the private ones of everybody, then the groups."""
        return [p.chat for p in self.people] + list(self.world.chats.values())

    @property
    def commands(self) -> dict[tuple[str, str], list[Json]]:
        """The command menus that were set, by (scope as JSON text, language code)."""
        return self.world.commands

    @property
    def presses(self) -> list[Press]:
        """All presses that sent a callback query."""
        return list(self.world.presses.values())

    @property
    def inline_queries(self) -> list[InlineQuery]:
        """All inline queries."""
        return list(self.world.inline_queries.values())

    @property
    def pending_updates(self) -> list[Json]:
        """The updates that the bot has neither confirmed nor let expire."""
        return self.world.updates.pending

    @property
    def confirmed_offset(self) -> int:
        """Every update with a lower id was confirmed."""
        return self.world.updates.confirmed_offset

    @property
    def is_polled(self) -> bool:
        """Say whether the bot waits in a long poll at this moment."""
        return self.world.updates.is_polled

    def person(
        self,
        name: str,
        language: str | None = "fr",
        username: str | None = None,
        user_id: int | None = None,
    ) -> Person:
        """Create an account that the bot has not met yet."""
        if user_id is None:
            user_id = 1_000_001 + len(self.world.people)
            while user_id in self.world.people:
                user_id += 1
        return self.world.new_person(User(user_id, name, False, username, language))

    def group(
        self,
        title: str,
        members: Iterable[Person] = (),
        kind: ChatKind = "supergroup",
        *,
        bot_is_admin: bool = True,
        username: str | None = None,
    ) -> Chat:
        """Create a group or channel and add the bot, which is told with my_chat_member.

        The first member is its creator.
        """
        if kind == "private":
            raise ValueError("a private chat comes with its person")
        chat = self.world.new_group(title, list(members), kind)
        if username:
            chat.name(username)
        chat.bot_status = "left"
        chat.add_bot(admin=bot_is_admin)
        return chat

    def push_update(self, raw: dict[str, Any]) -> int:
        """Queue any update, however malformed, and return its update_id."""
        return self.world.updates.push_raw(raw)

    def calls_of(self, method: str) -> list[Call]:
        """List the calls of one method."""
        return [call for call in self.world.calls if call.method == method]

    async def wait_until(self, predicate: Callable[[], object], timeout: float = 10) -> None:
        """Return once `predicate()` is true; AssertionError with its source after `timeout` s.

        It is asked again only when something changed: a message, an answer, a call. A LookupError
        of the predicate (no last message, no such button) means "not yet".
        """
        await self.world.changes.wait_until(predicate, timeout)

    def subscribe(self) -> Subscription:
        """Open a stream of changes: `with` it, and iterate over it asynchronously."""
        return self.world.changes.subscribe()
