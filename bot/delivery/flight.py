"""What is in flight, and what came back and is not written down yet."""

import asyncio
import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.delivery.outcomes import Carrier, Delivered, Gone, Moved, Outcome, Refused, Unknown, Wait
from bot.delivery.pacing import Pacing
from bot.delivery.patience import Outage, Patience
from bot.delivery.recording import Finished
from bot.delivery.waiting import Waiting
from storage.errors import TokenRefused
from storage.model import OutboxRow

log = logging.getLogger(__name__)

OnAttempt = Callable[[OutboxRow, Outcome, float], None]
OnDelivered = Callable[[int, int, int], None]


class Flight:
    """Runs attempts and acts on their outcomes in memory; the sender records `landed`.

    `now_ms` is the time that rows are due by; `ring` is called when something landed;
    `on_delivered(chat_id, message_id, left_ms)` is told each new message.
    """

    def __init__(
        self,
        carrier: Carrier,
        pacing: Pacing,
        waiting: Waiting,
        outage: Outage,
        clock: Clock,
        patience: Patience,
        *,
        now_ms: Callable[[], int],
        ring: Callable[[], None],
        on_delivered: OnDelivered,
        on_attempt: OnAttempt | None,
    ) -> None:
        self._carrier = carrier
        self._pacing = pacing
        self._waiting = waiting
        self._outage = outage
        self._clock = clock
        self._patience = patience
        self._now_ms = now_ms
        self._ring = ring
        self._on_delivered = on_delivered
        self._on_attempt = on_attempt
        self._attempts: set[asyncio.Task[None]] = set()
        self.landed: list[Finished] = []
        """What came back, oldest first; whoever records it takes it out."""
        self.refused_token: TokenRefused | None = None
        """Why no further attempt can work."""

    def __len__(self) -> int:
        return len(self._attempts)

    def launch(self, group: asyncio.TaskGroup, row: OutboxRow, left_ms: int) -> None:
        """Send a row that is marked `sending`."""
        task = group.create_task(self._attempt(row, left_ms))
        self._attempts.add(task)
        task.add_done_callback(self._attempts.discard)

    def abandon(self) -> None:
        """Cancel what is still under way; a restart settles it."""
        for task in self._attempts:
            task.cancel()

    async def _attempt(self, row: OutboxRow, left_ms: int) -> None:
        began = self._clock.monotonic()
        try:
            outcome = await self._carrier.attempt(row)
        except TokenRefused as error:
            self.refused_token = error
            self._ring()
            return
        except Exception as error:
            # A message that breaks the sender must not break it at every start.
            log.exception("attempt_failed", extra={"row": row.id})
            outcome = Refused(f"{type(error).__name__} while sending")
        if self._on_attempt is not None:
            self._on_attempt(row, outcome, self._clock.monotonic() - began)
        self._land(row, outcome, left_ms)

    def _land(self, row: OutboxRow, outcome: Outcome, left_ms: int) -> None:
        now = self._clock.monotonic()
        if isinstance(outcome, Wait):
            self._pass_on(self._wait(row, outcome, left_ms, now))
            return
        if isinstance(outcome, Unknown):
            self._outage.silent(now, outcome.reason)
        else:
            self._outage.answered()
        self._waiting.finish(row, now)
        if isinstance(outcome, Unknown):
            self._waiting.hold(row.chat_id, now)
        self._pass_on(Finished(row, outcome, left_ms))

    def _wait(self, row: OutboxRow, wait: Wait, left_ms: int, now: float) -> Finished:
        """Decide until when a row waits; it keeps its chat until that is written down."""
        seconds = wait.seconds
        match wait.cause:
            case "flood":
                self._outage.answered()
                self._pacing.refused(row.chat_id, seconds, now)
            case "network":
                self._outage.unreachable(now, "no connection")
            case "server" | "chat":
                self._outage.silent(now, "no answer")
                seconds = self._patience.retry_in(seconds, row.attempts)
        again_ms = self._now_ms() + round(seconds * 1000) if seconds else None
        return Finished(row, wait, left_ms, again_ms, now + seconds)

    def settle(self, finished: Finished) -> None:
        """Take in what a message of unknown fate came to."""
        self._pass_on(finished)

    def _pass_on(self, finished: Finished) -> None:
        row = finished.row
        match finished.outcome:
            case Delivered(int(message_id)):
                self._on_delivered(row.chat_id, message_id, finished.left_ms)
            case Gone() | Moved():
                self._waiting.forget_chat(row.chat_id)
            case _:
                pass
        self.landed.append(finished)
        self._ring()
