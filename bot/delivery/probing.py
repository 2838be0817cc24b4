"""Settling messages of unknown fate: whether they arrived, by looking for them.

An edit that gives a message the contents it has tells whether an id is that message: "message is
not modified" proves it, "message to edit not found" disproves it. What is not found is sent again.
"""

import asyncio
import logging
from collections.abc import Callable

from bot.clock import Clock, wait_until_rung
from bot.delivery.numbering import Numbering
from bot.delivery.outcomes import Carrier, Delivered, Outcome, Probed, Refused, Unknown, Wait
from bot.delivery.pacing import Pacing
from bot.delivery.recording import Finished
from bot.delivery.waiting import Waiting
from storage.database import Database
from storage.errors import StorageError
from storage.model import Lane, OutboxRow
from storage.outbox_claims import Bodies, list_unknown

log = logging.getLogger(__name__)

_AT_ONCE = 32
_LOOK_AGAIN_SECONDS = 30.0
_SHORTEST_SECONDS = 0.05
_PAUSE_SECONDS = 5.0
_BUSY_CHAT_SECONDS = 0.05
# Probes are edits: they take a slot of their chat as an answer to a person does.
_LANE = Lane.MODERATION


class Settler:
    """The loop that settles unknown messages once they are due.

    The posts of their chats are held meanwhile, so that the order holds. `on_settled` is given
    what each came to and calls `recorded` when it is written down.
    """

    def __init__(
        self,
        db: Database,
        carrier: Carrier,
        pacing: Pacing,
        waiting: Waiting,
        clock: Clock,
        *,
        now_ms: Callable[[], int],
        settle_ms: int,
        on_settled: Callable[[Finished], None],
    ) -> None:
        self._db = db
        self._carrier = carrier
        self._pacing = pacing
        self._waiting = waiting
        self._clock = clock
        self._now_ms = now_ms
        self._settle_ms = settle_ms
        self._on_settled = on_settled
        self._bodies = Bodies()
        self._bell = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._in_hand: set[int] = set()
        self._busy_chats: set[int] = set()
        self._due_ms: dict[int, int] = {}
        self.numbering = Numbering(settle_ms)
        self.arrived = 0
        """How many were found."""
        self.resent = 0
        """How many were not there and wait again."""

    def wake(self) -> None:
        """Look for unknown messages in the outbox."""
        self._bell.set()

    def recorded(self, row_id: int) -> None:
        """Take note that what was settled, or could not be, is written down."""
        self._in_hand.discard(row_id)

    async def run(self) -> None:
        """Settle until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                try:
                    seconds = await self._begin(group)
                except StorageError as error:
                    log.error("outbox_unreadable", extra={"reason": str(error)})
                    seconds = _PAUSE_SECONDS
                await wait_until_rung(self._bell, seconds)

    async def _begin(self, group: asyncio.TaskGroup) -> float:
        """Begin to settle what is due; gives the seconds until more is."""
        # Those in hand before the read: what is written down during it still looks unknown there.
        in_hand = frozenset(self._in_hand)
        async with self._db.read() as tx:
            unknown = await list_unknown(tx, self._bodies)
            rows = [row for row in unknown if row.id not in in_hand]
            now_ms = self._now_ms()
            for row in rows:
                left_ms = min(row.sent_ms or 0, now_ms)
                self._due_ms.setdefault(row.id, left_ms + self._settle_ms)
            due = [
                row
                for row in rows
                if self._due_ms[row.id] <= now_ms and row.chat_id not in self._busy_chats
            ]
            candidates = (
                await self.numbering.list_candidates(tx, due, unknown=len(unknown)) if due else {}
            )
        for row in rows:
            self._waiting.hold(row.chat_id, self._clock.monotonic())
        chats: dict[int, list[OutboxRow]] = {}
        for row in due:
            self._in_hand.add(row.id)
            del self._due_ms[row.id]
            chats.setdefault(row.chat_id, []).append(row)
        self._busy_chats |= chats.keys()
        for of_chat in chats.values():
            group.create_task(self._settle_chat(of_chat, candidates))
        waits = [(due_ms - now_ms) / 1000 for due_ms in self._due_ms.values()]
        return max(_SHORTEST_SECONDS, min(waits, default=_LOOK_AGAIN_SECONDS))

    async def _settle_chat(self, rows: list[OutboxRow], candidates: dict[int, list[int]]) -> None:
        """Settle the messages of one chat in the order they left, those without their text last.

        Each takes an id of its own, so that what is found and what is sent again are all of them.
        Without its text (it was erased) a message cannot be told from the others of its chat.
        """
        for row in sorted(rows, key=lambda row: row.is_erased):
            async with self._slots:
                finished = await self._look(row, candidates[row.id])
            log.info("settled", extra={"row": row.id, "outcome": type(finished.outcome).__name__})
            self._on_settled(finished)
        self._busy_chats.discard(rows[0].chat_id)
        self.wake()

    async def _look(self, row: OutboxRow, candidates: list[int]) -> Finished:
        """Try one candidate after the other."""
        for message_id in candidates:
            answer = await self._probe(row, message_id)
            if answer is Probed.IMPOSSIBLE:
                break
            outcome = self._conclude(row, answer, message_id)
            if outcome is not None:
                if isinstance(outcome, Unknown):
                    self._postpone(row, answer)
                return Finished(row, outcome, row.sent_ms or 0, settled=True)
        self.resent += 1
        return Finished(row, Wait(0.0, "server"), row.sent_ms or 0, settled=True)

    async def _probe(self, row: OutboxRow, message_id: int) -> Probed | Outcome:
        """Look at one id while nothing else is under way in the chat.

        What is under way could be the very message with that id, and would be overwritten.
        """
        await self._enter(row.chat_id)
        try:
            if self.numbering.is_accounted(row.chat_id, message_id):
                return Probed.ABSENT
            return await self._carrier.probe(row, message_id)
        finally:
            self._waiting.vacate(row.chat_id, self._clock.monotonic())

    async def _enter(self, chat_id: int) -> None:
        """Take a slot of the chat and keep everything else out of it."""
        while True:
            now = self._clock.monotonic()
            free_at = max(
                self._pacing.chat_free_at(chat_id, _LANE), self._pacing.lane_free_at(_LANE)
            )
            if free_at > now:
                await self._clock.sleep(free_at - now)
            elif self._waiting.occupy(chat_id):
                self._pacing.take(chat_id, _LANE, now)
                return
            else:
                await self._clock.sleep(_BUSY_CHAT_SECONDS)

    def _conclude(
        self, row: OutboxRow, answer: Probed | Outcome, message_id: int
    ) -> Outcome | None:
        """Give what a probe settles, or None when the next candidate is to be tried."""
        match answer:
            case Probed.SAME | Probed.CHANGED:
                return self._found(row, message_id)
            case Probed.FIXED:
                return self._found(row, message_id) if _cannot_be_edited(row) else None
            case Probed.ABSENT | Probed.IMPOSSIBLE | Refused() | Wait(_, "chat"):
                return None
            case Wait(seconds, "flood"):
                self._pacing.refused(row.chat_id, seconds, self._clock.monotonic())
                return Unknown("could not be looked for (flood)")
            case Wait(_, cause):
                return Unknown(f"could not be looked for ({cause})")
            case _:
                return answer

    def _found(self, row: OutboxRow, message_id: int) -> Outcome:
        self.arrived += 1
        self.numbering.note(row.chat_id, message_id, row.sent_ms or 0)
        return Delivered(message_id)

    def _postpone(self, row: OutboxRow, answer: Probed | Outcome) -> None:
        seconds = answer.seconds if isinstance(answer, Wait) else 0.0
        wait_ms = max(self._settle_ms, round(seconds * 1000))
        self._due_ms[row.id] = self._now_ms() + wait_ms


def _cannot_be_edited(row: OutboxRow) -> bool:
    """Say whether a row's message has a keyboard that Telegram lets nobody edit."""
    markup = row.payload.get("reply_markup")
    return isinstance(markup, dict) and "inline_keyboard" not in markup
