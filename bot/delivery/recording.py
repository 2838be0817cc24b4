"""Outcomes → the outbox, in the transaction of the sender's tick."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.delivery.outcomes import Delivered, Gone, Moved, Outcome, Refused, Unknown, Wait
from storage.chat_moves import move_chat
from storage.database import Transaction
from storage.model import OutboxRow
from storage.outbox import drop_rows, is_overtaken
from storage.outbox_outcomes import (
    delay_chat,
    park_row,
    record_delivered,
    record_gone,
    record_unknown,
    record_wait,
)
from storage.subscribers import set_subscriber_state

# A message that fails for hours on end is for a person to look at.
MOST_ATTEMPTS = 30

OnParked = Callable[[Transaction, OutboxRow, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Finished:
    """One attempt that came to an end, or the settling of one of unknown fate."""

    row: OutboxRow
    outcome: Outcome
    left_ms: int
    again_ms: int | None = None
    """When a row that waits is due, unless its old time stands."""
    again_at: float = 0.0
    """The same in monotonic seconds."""
    settled: bool = False


class Recorder:
    """Writes outcomes down.

    `on_parked(tx, row, reason)` tells the operators in the same transaction.
    """

    def __init__(self, on_parked: OnParked | None = None) -> None:
        self._on_parked = on_parked

    async def record(self, tx: Transaction, finished: Sequence[Finished], *, now_ms: int) -> None:
        """Record outcomes in order; many deliveries cost as much as one."""
        delivered = [
            (one.row.id, one.outcome.message_id)
            for one in finished
            if isinstance(one.outcome, Delivered)
        ]
        if delivered:
            await record_delivered(tx, delivered, now_ms=now_ms)
        for one in finished:
            if not isinstance(one.outcome, Delivered):
                await self._record_other(tx, one, now_ms)

    async def _record_other(self, tx: Transaction, one: Finished, now_ms: int) -> None:
        row, outcome = one.row, one.outcome
        match outcome:
            case Wait():
                await self._record_wait(tx, one, outcome)
            case Unknown(reason):
                if row.attempts >= MOST_ATTEMPTS and not one.settled:
                    await self._park(tx, row, f"unknown too often: {reason}")
                else:
                    await record_unknown(tx, row.id, failed=not one.settled, error=reason)
            case Gone():
                await record_gone(tx, row.id, row.chat_id)
                await set_subscriber_state(tx, row.chat_id, "unreachable", now=now_ms // 1000)
            case Moved(new_chat_id):
                await record_wait(
                    tx, row.id, due_ms=row.due_ms, failed=False, error="the group moved"
                )
                await move_chat(tx, row.chat_id, new_chat_id)
            case Refused(reason):
                await self._park(tx, row, reason)
            case Delivered():
                raise AssertionError("recorded together before")

    async def _record_wait(self, tx: Transaction, one: Finished, outcome: Wait) -> None:
        row, failed = one.row, outcome.is_failure
        if failed and row.attempts >= MOST_ATTEMPTS:
            await self._park(tx, row, row.error or "failed too often")
        elif await is_overtaken(tx, row):
            await drop_rows(tx, [row.id])  # it had no effect, and nobody wants it any more
        else:
            error = f"waits ({outcome.cause})"
            due_ms = row.due_ms if one.again_ms is None else one.again_ms
            await record_wait(tx, row.id, due_ms=due_ms, failed=failed, error=error)
            if one.again_ms is not None:
                await delay_chat(tx, row.chat_id, due_ms=one.again_ms)

    async def _park(self, tx: Transaction, row: OutboxRow, reason: str) -> None:
        await park_row(tx, row.id, reason)
        if self._on_parked is not None:
            await self._on_parked(tx, row, reason)
