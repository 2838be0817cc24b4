"""The outbox under crash and retry: whatever fails and whenever, each message arrives once.

A stand-in for Telegram loses requests before and after their effect, refuses and hangs; the
sender is cut off at any point and begun anew on the same file.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.clock import SystemClock
from bot.delivery.outcomes import Delivered, Gone, Outcome, Probed, Unknown, Wait
from bot.delivery.pacing import Rates
from bot.delivery.patience import Patience
from bot.delivery.sender import Sender
from storage.database import Database
from storage.inbox import add_updates
from storage.model import Draft, Lane, OutboxRow
from storage.outbox import enqueue

READERS = [1, 2, 3]
GROUP = -4_000_000_001  # a basic group: numbered with the private chats
HASTE = Patience(
    settle=0.0, first_pause=0.001, longest_pause=0.002, longest_retry=0.001, between_ticks=0.0
)
TROUBLE = ["lost before", "lost after", "refused", "server", "hang before", "hang after", "network"]


class Telegram:
    """Chats with one numbering, and the trouble that comes next."""

    def __init__(self) -> None:
        self.messages: dict[int, tuple[int, str]] = {}
        self.trouble: list[str] = []
        self.blocked: set[int] = set()
        self.hanging = asyncio.Event()
        self._next_id = 1000

    def put(self, chat_id: int, text: str) -> int:
        self._next_id += 1
        self.messages[self._next_id] = (chat_id, text)
        return self._next_id

    def texts(self, chat_id: int) -> list[str]:
        return [text for chat, text in self.messages.values() if chat == chat_id and text]

    async def attempt(self, row: OutboxRow) -> Outcome:
        await asyncio.sleep(0)
        if row.chat_id in self.blocked:
            return Gone("blocked")
        match self.trouble.pop() if self.trouble else None:
            case "lost before":
                return Unknown("lost")
            case "lost after":
                self.put(row.chat_id, row.payload["text"])  # type: ignore[arg-type]
                return Unknown("lost")
            case "refused":
                return Wait(0.001, "flood")
            case "server":
                return Unknown("500")
            case "network":
                return Wait(0.0, "network")
            case "hang before":
                await self._hang()
            case "hang after":
                self.put(row.chat_id, row.payload["text"])  # type: ignore[arg-type]
                await self._hang()
        message_id = self.put(row.chat_id, row.payload["text"])  # type: ignore[arg-type]
        await asyncio.sleep(0)
        return Delivered(message_id)

    async def probe(self, row: OutboxRow, message_id: int) -> Probed | Outcome:
        await asyncio.sleep(0)
        if row.chat_id in self.blocked:
            return Gone("blocked")
        chat_id, text = self.messages.get(message_id, (0, ""))
        if chat_id != row.chat_id:
            return Probed.ABSENT
        if not text:
            return Probed.FIXED  # a person's own message
        return Probed.SAME if text == row.payload["text"] else self._overwrite(message_id, row)

    def _overwrite(self, message_id: int, row: OutboxRow) -> Probed:
        self.messages[message_id] = (row.chat_id, row.payload["text"])  # type: ignore[assignment]
        return Probed.CHANGED

    async def _hang(self) -> None:
        self.hanging.set()
        await asyncio.Event().wait()


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.wanted: dict[int, list[str]] = {chat: [] for chat in (*READERS, GROUP)}
        self.count = 0
        self.telegram = self.runner.run(self._begin())

    async def _begin(self) -> Telegram:
        self.db = await Database.open(Path(self.folder.name) / "relais.db")
        self.telegram = Telegram()
        async with self.db.transaction() as tx:  # somebody wrote /start
            message = {"message_id": self.telegram.put(READERS[0], "")}
            await add_updates(tx, [(1, READERS[0], json.dumps({"message": message}))], now=1)
        self._start()
        return self.telegram

    def _start(self) -> None:
        self.sender = Sender(
            self.db, self.telegram, Rates.unlimited(), SystemClock(), patience=HASTE
        )
        self.running = asyncio.create_task(self.sender.run())

    async def _crash(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        self.telegram.hanging.clear()

    @rule(
        chats=st.lists(st.sampled_from([*READERS, GROUP]), min_size=1, max_size=8),
        lane=st.sampled_from([Lane.REPLY, Lane.POST]),
    )
    def enqueue(self, chats: list[int], lane: Lane) -> None:
        self.runner.run(self._enqueue(chats, lane))

    async def _enqueue(self, chats: list[int], lane: Lane) -> None:
        async with self.db.transaction() as tx:
            for chat_id in chats:
                self.count += 1
                text = f"message {self.count}"
                draft = Draft(chat_id, lane, payload={"text": text})
                await enqueue(tx, draft, now_ms=round(SystemClock().now() * 1000))
                self.wanted[chat_id].append(text)
        self.sender.wake()

    @rule(trouble=st.lists(st.sampled_from(TROUBLE), min_size=1, max_size=4))
    def trouble(self, trouble: list[str]) -> None:
        self.telegram.trouble += trouble

    @rule(chat_id=st.sampled_from(READERS))
    def person_writes(self, chat_id: int) -> None:
        self.telegram.put(chat_id, "")

    @rule(turns=st.integers(0, 60))
    def crash(self, turns: int) -> None:
        self.runner.run(self._crash_after(turns))

    async def _crash_after(self, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0.0002)
        await self._crash()
        self._start()

    @rule()
    def stop_in_good_order(self) -> None:
        self.runner.run(self._stop())

    async def _stop(self) -> None:
        if any(trouble.startswith("hang") for trouble in self.telegram.trouble):
            return
        if not self.telegram.hanging.is_set():
            await self.sender.stop()
            await self.running
            self._start()

    @precondition(lambda self: len(self.telegram.blocked) < 2)
    @rule(chat_id=st.sampled_from(READERS))
    def block(self, chat_id: int) -> None:
        self.telegram.blocked.add(chat_id)

    @rule()
    def come_to_rest(self) -> None:
        self.runner.run(self._rest())

    async def _rest(self) -> None:
        async with asyncio.timeout(20):
            while await self._open_rows():
                if self.telegram.hanging.is_set():
                    await self._crash()
                    self._start()
                await asyncio.sleep(0.001)
        for chat_id, wanted in self.wanted.items():
            if chat_id not in self.telegram.blocked:
                assert sorted(self.telegram.texts(chat_id)) == sorted(wanted)
        async with self.db.read() as tx:
            rows = await tx.all("SELECT * FROM outbox")
            receipts = await tx.all("SELECT chat_id, message_id FROM receipts")
        assert not rows
        for chat_id, message_id in receipts:
            assert self.telegram.messages[message_id][0] == chat_id

    async def _open_rows(self) -> bool:
        async with self.db.read() as tx:
            return bool(await tx.value("SELECT count(*) FROM outbox"))

    @invariant()
    def nothing_arrives_twice(self) -> None:
        for chat_id in self.wanted:
            texts = self.telegram.texts(chat_id)
            assert len(texts) == len(set(texts))

    def teardown(self) -> None:
        try:
            self.runner.run(self._rest())
        finally:
            self.runner.run(self._end())
            self.runner.close()
            self.folder.cleanup()

    async def _end(self) -> None:
        await self._crash()
        await self.db.close()


TestOutbox: Any = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, print_blob=True
)
