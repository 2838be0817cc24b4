"""The bot without its process: intake, handlers and sender in the test's loop.

For attacks that need thousands of tries: what people do at the strict server is taken in, handled
by the real routes and answered over HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from telegram import Update
from telegram.ext import Application

from bot.clock import SystemClock
from bot.delivery.gateway import Gateway
from bot.delivery.pacing import Rates
from bot.delivery.sender import Sender
from bot.delivery.transport import AiohttpRequest
from bot.updates.dispatch import Dispatcher
from bot.updates.intake import Intake
from handlers import routes
from handlers.texts import Catalogue
from handlers.turn import Setup, Turn, open_turn
from sandbox.telegram import Call, Limits, TelegramServer
from storage.database import Database, Transaction
from tests.support.counts import count_updates

SETTLE_SECONDS = 30.0
_TEXTS = Catalogue.load()


class HastyClock(SystemClock):
    """The real time, but pauses after failures end at once."""

    async def sleep(self, seconds: float) -> None:
        """Give others a turn."""
        await asyncio.sleep(min(seconds, 0.002))


@dataclass
class Workbench:
    """A bot at work; `parked` are the updates it gave up on, with their places."""

    db: Database
    telegram: TelegramServer
    setup: Setup
    parked: list[tuple[int, str]] = field(default_factory=list)

    async def settle(self) -> None:
        """Wait until what people did is handled and answered."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await self._is_settled():  # noqa: ASYNC110
                await asyncio.sleep(0.002)  # the loops commit without telling a test

    def refused(self) -> list[Call]:
        """List the calls that the server took for mistakes of ours."""
        return [call for call in self.telegram.calls if call.status == 400 and _is_ours(call)]

    async def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Read rows of the database."""
        async with self.db.read() as tx:
            return [tuple(row) for row in await tx.all(sql, parameters)]

    async def _is_settled(self) -> bool:
        if self.telegram.pending_updates:
            return False
        async with self.db.read() as tx:
            waiting, _ = await count_updates(tx)
            unsent = await tx.value("SELECT count(*) FROM outbox WHERE state IN (0, 1, 3)")
        return not (waiting or unsent)

    async def note_parked(self, update_id: int, place: str) -> None:
        """Remember an update that was given up on."""
        self.parked.append((update_id, place))

    async def open_turn(self, tx: Transaction, update: Update, received_at: int) -> Turn | None:
        """Open a turn as the application does."""
        now_ms = int(self.telegram.world.clock() * 1000)
        return await open_turn(tx, update, setup=self.setup, texts=_TEXTS, now_ms=now_ms)


@asynccontextmanager
async def workbench(folder: Path, setup: Setup) -> AsyncIterator[Workbench]:
    """Set a bot to work on an empty database."""
    transport, updates = AiohttpRequest(), AiohttpRequest(connections=1)
    async with (
        _database(folder) as db,
        TelegramServer(limits=Limits.off()) as telegram,
        _application(telegram, setup, transport, updates) as application,
    ):
        bench = Workbench(db, telegram, setup)
        token = SecretStr(telegram.token)
        gateway = Gateway(transport, api_url=telegram.url, token=token)
        sender = Sender(db, gateway, Rates.unlimited(), SystemClock())
        dispatcher = Dispatcher(
            db,
            application,
            bench.open_turn,
            clock=HastyClock(),
            on_committed=sender.wake,
            on_parked=bench.note_parked,
        )
        intake = Intake(
            db,
            updates,
            api_url=telegram.url,
            token=token,
            clock=HastyClock(),
            on_stored=lambda _: dispatcher.wake(),
        )
        async with _running(intake, dispatcher, sender):
            yield bench


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[Database]:
    db = await Database.open(folder / "relais.db")
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def _running(intake: Intake, dispatcher: Dispatcher, sender: Sender) -> AsyncIterator[None]:
    """Run the loops; a loop that fails fails the test."""
    async with asyncio.TaskGroup() as group:
        taking_in = group.create_task(intake.run())
        group.create_task(dispatcher.run())
        group.create_task(sender.run())
        try:
            yield
        finally:
            taking_in.cancel()
            with suppress(asyncio.CancelledError):
                await taking_in
            dispatcher.stop()
            await sender.stop()


@asynccontextmanager
async def _application(
    telegram: TelegramServer, setup: Setup, *requests: AiohttpRequest
) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """Make an application with our routes that has asked the server who it is."""
    builder = Application.builder().token(telegram.token).base_url(f"{telegram.url}/bot")
    builder = builder.request(requests[0]).get_updates_request(requests[1])
    application = builder.updater(None).build()
    application.add_handlers(routes(setup.features))
    async with application:
        yield application


def _is_ours(call: Call) -> bool:
    """Say whether a refusal is a mistake: a message may be gone, or be as wanted already."""
    expected = ("is not modified", "not found", "query is too old")
    return not any(words in (call.description or "") for words in expected)
