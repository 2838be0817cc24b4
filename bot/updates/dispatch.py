"""Inbox → handlers: in order within each chat, several chats side by side.

One update is one transaction: what its handler changes and sends, and the mark "handled", commit
together. An update that keeps failing is parked and its chat goes on.
"""

import asyncio
import json
import logging
import traceback
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from telegram import Update
from telegram.ext import Application

from bot.clock import Clock
from storage.database import Database, Transaction
from storage.errors import Refusal, StorageError
from storage.inbox import (
    find_first_waiting,
    list_waiting,
    mark_handled,
    park_update,
    record_failure,
)
from storage.model import InboxUpdate
from storage.outbox import is_receipt_due

log = logging.getLogger(__name__)

CHATS_AT_ONCE = 8
IN_MEMORY = 1000
ATTEMPTS = 3
PAUSES = (0.2, 1.0)
RECEIPT_SECONDS = 1.0  # for the sender to write down what a person answers already
RECEIPT_PAUSE = 0.01
LONGEST_PAUSE = 30.0


class OpenTurn(Protocol):
    """What dispatch needs of a turn: the handlers' side of one update's transaction."""

    async def finish(self) -> None:
        """Do what is owed in any case (answer the button press)."""
        ...

    async def refuse(self, refusal: Refusal) -> None:
        """Tell the person an expected "no"."""
        ...


TurnOpener = Callable[[Transaction, Update, int], Awaitable[OpenTurn | None]]


class Dispatcher:
    """Runs the handlers of `application` for every waiting update.

    `open_turn` makes the handlers' context of an update and the time when it was taken in, or None
    for one that means nothing to us.
    `on_committed` is called after each commit; `on_parked` tells the operators of an update given
    up on.
    """

    def __init__(
        self,
        db: Database,
        application: Application[Any, Any, Any, Any, Any, Any],
        open_turn: TurnOpener,
        *,
        clock: Clock,
        on_committed: Callable[[], None],
        on_parked: Callable[[int, str], Awaitable[None]],
    ) -> None:
        self._db = db
        self._application = application
        self._open_turn = open_turn
        self._clock = clock
        self._on_committed = on_committed
        self._on_parked = on_parked
        self._wake = asyncio.Event()
        self._chats: dict[int, deque[InboxUpdate]] = {}
        self._held: set[int] = set()  # the updates in memory
        self._last_id = -1
        self._slots = asyncio.Semaphore(CHATS_AT_ONCE)
        self._stopping = False

    def wake(self) -> None:
        """Look into the inbox again."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no further update; `run` returns when those under way are done."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Handle updates until `stop`; replays what an earlier process left unhandled."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                self._wake.clear()
                for chat_id in await self._load():
                    group.create_task(self._handle_chat(chat_id))
                await self._wake.wait()

    async def _load(self) -> list[int]:
        """Read more of the inbox into memory; gives the chats that have no worker yet."""
        if len(self._held) >= IN_MEMORY:
            return []
        try:
            updates = await self._read_inbox()
        except StorageError as error:
            log.error("inbox_unreadable", extra={"reason": str(error)})
            await self._clock.sleep(1.0)
            self._wake.set()
            return []
        fresh = []
        for update in updates:
            if update.chat_id not in self._chats:
                self._chats[update.chat_id] = deque()
                fresh.append(update.chat_id)
            self._chats[update.chat_id].append(update)
            self._held.add(update.update_id)
            self._last_id = max(self._last_id, update.update_id)
        return fresh

    async def _read_inbox(self) -> list[InboxUpdate]:
        """Read what is not in memory: what came since, and what a person has tried again."""
        held = frozenset(self._held)
        async with self._db.read() as tx:
            first = await find_first_waiting(tx)
            is_reopened = first is not None and first <= self._last_id and first not in held
            after = -1 if is_reopened else self._last_id
            room = IN_MEMORY if is_reopened else IN_MEMORY - len(held)
            updates = await list_waiting(tx, after=after, limit=room)
        return [update for update in updates if update.update_id not in held]

    async def _handle_chat(self, chat_id: int) -> None:
        queue = self._chats[chat_id]
        while queue and not self._stopping:
            async with self._slots:
                await self._handle(queue[0])
            self._held.discard(queue.popleft().update_id)
        del self._chats[chat_id]
        self._wake.set()

    async def _handle(self, update: InboxUpdate) -> None:
        """Run one update's handler, again where it fails, and park it in the end."""
        pause = PAUSES[0]
        while not self._stopping:
            try:
                if await self._try(update):
                    return
            except StorageError as error:
                # The machine's trouble, not the update's: it waits as long as it takes.
                log.error("update_waits", extra={"id": update.update_id, "reason": str(error)})
                await self._clock.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(self, update: InboxUpdate) -> bool:
        """Handle an update or count its failure; True when it is done with either way."""
        try:
            await self._handle_once(update)
        except StorageError:
            raise
        except Exception as error:
            place = _place(error)
            log.error("update_failed", extra={"id": update.update_id, "error": place})
            log.debug("update_failed", exc_info=error)
            return await self._give_up(update, place)
        return True

    async def _handle_once(self, update: InboxUpdate) -> None:
        parsed = Update.de_json(json.loads(update.raw), self._application.bot)
        await self._await_receipt(parsed)
        try:
            async with self._db.transaction() as tx:
                if await mark_handled(tx, update.update_id):
                    await self._run_handler(tx, parsed, update.received_at)
        except Refusal as refusal:
            async with self._db.transaction() as tx:
                if await mark_handled(tx, update.update_id):
                    turn = await self._open_turn(tx, parsed, update.received_at)
                    if turn is not None:
                        await turn.refuse(refusal)
                        await turn.finish()
        self._on_committed()

    async def _await_receipt(self, update: Update) -> None:
        """Let the sender catch up with a person who answers a message the moment it appears.

        It is on their screen before its receipt is committed; without that, a card or a post
        would not be known as ours.
        """
        place = _answered_message(update)
        until = self._clock.monotonic() + RECEIPT_SECONDS
        while place is not None and self._clock.monotonic() < until:
            async with self._db.read() as tx:
                if not await is_receipt_due(tx, *place):
                    return
            await self._clock.sleep(RECEIPT_PAUSE)

    async def _run_handler(self, tx: Transaction, update: Update, received_at: int) -> None:
        turn = await self._open_turn(tx, update, received_at)
        if turn is None:
            return
        for group in self._application.handlers.values():
            for handler in group:
                check = handler.check_update(update)
                if check is not None and check is not False:
                    await handler.handle_update(update, self._application, check, turn)
                    await turn.finish()
                    return

    async def _give_up(self, update: InboxUpdate, error: str) -> bool:
        """Count a failure; True when the update is parked."""
        async with self._db.transaction() as tx:
            attempts = await record_failure(tx, update.update_id, error)
            if attempts >= ATTEMPTS:
                await park_update(tx, update.update_id, error)
        if attempts < ATTEMPTS:
            await self._clock.sleep(PAUSES[min(attempts, len(PAUSES)) - 1])
            return False
        log.error("update_parked", extra={"id": update.update_id})
        await self._on_parked(update.update_id, error)
        return True


def _answered_message(update: Update) -> tuple[int, int] | None:
    """Give chat and id of the message whose button was pressed or that was replied to."""
    message = None
    if update.callback_query is not None:
        message = update.callback_query.message
    elif update.message is not None:
        message = update.message.reply_to_message
    return None if message is None else (message.chat.id, message.message_id)


def _place(error: Exception) -> str:
    """Name an exception and where it arose, without its text, which may quote people."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
