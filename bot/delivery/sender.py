"""The sender: outbox → Telegram, neither losing nor doubling.

One dispatcher takes what may leave and, in one transaction, records the outcomes of what came
back and marks the next rows `sending`; so at a crash only what is in flight is ambiguous.
"""

import asyncio
import logging
from dataclasses import replace

from bot.clock import Clock, wait_until_rung
from bot.delivery.flight import Flight, OnAttempt
from bot.delivery.floor import Floor
from bot.delivery.loading import Loader
from bot.delivery.outcomes import Carrier, Delivered, Moved, Unknown, Wait
from bot.delivery.pacing import Pacing, Rates
from bot.delivery.patience import Outage, Patience
from bot.delivery.probing import Settler
from bot.delivery.recording import Finished, OnParked, Recorder
from bot.delivery.verdicts import is_repeatable
from bot.delivery.waiting import Waiting
from storage.database import Database
from storage.errors import StorageError
from storage.model import OutboxRow
from storage.outbox_claims import mark_sending, recover_sending

log = logging.getLogger(__name__)

# While so many are in flight ticks are half as frequent: each costs a transaction, and an answer
# waits for some milliseconds more.
_MANY = 32


class Sender:
    """Sends what is in the outbox, until `stop`.

    `on_parked(tx, row, reason)` joins the transaction that records the outcome;
    `on_attempt(row, outcome, seconds)` is told each attempt, for metrics.
    """

    def __init__(
        self,
        db: Database,
        carrier: Carrier,
        rates: Rates,
        clock: Clock,
        *,
        on_parked: OnParked | None = None,
        on_attempt: OnAttempt | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._db, self._clock = db, clock
        patience = self._patience = patience or Patience()
        self._most_in_flight, ahead = _sizes(rates)
        self._most_posts = self._most_in_flight * 7 // 8  # the rest is kept for answers
        pacing = self._pacing = Pacing(rates)
        waiting = self._waiting = Waiting(pacing)
        self._outage = Outage(patience)
        self._loader = Loader(
            db, waiting, clock, posts_ahead=ahead, now_ms=self._now_ms, on_loaded=self._ring
        )
        self._flight = Flight(
            carrier,
            pacing,
            waiting,
            self._outage,
            clock,
            patience,
            now_ms=self._now_ms,
            ring=self._ring,
            on_delivered=self._note_delivered,
            on_attempt=on_attempt,
        )
        self._settler = Settler(
            db,
            carrier,
            pacing,
            waiting,
            clock,
            now_ms=self._now_ms,
            settle_ms=round(patience.settle * 1000),
            on_settled=self._flight.settle,
        )
        self._recorder, self._floor = Recorder(on_parked), Floor(clock)
        self._bell = asyncio.Event()
        self._storage_pause = self._ticked_at = 0.0
        self._began = clock.now() - clock.monotonic()
        self._stop_by: float | None = None
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def settled(self) -> tuple[int, int]:
        """How many messages of unknown fate had arrived, and how many were sent again."""
        return self._settler.arrived, self._settler.resent

    def wake(self) -> None:
        """Look into the outbox: something was committed there."""
        self._loader.look_again()
        self._ring()

    async def stop(self) -> None:
        """Send nothing more; returns when what is in flight is recorded, or after 10 s."""
        if self._stop_by is None:
            self._stop_by = self._clock.monotonic() + self._patience.stop
        self._ring()
        await self._ended.wait()

    async def run(self) -> None:
        """Send until `stop`; raises TokenRefused when Telegram does not know the token."""
        self._ended.clear()
        try:
            await self._recover()
            async with asyncio.TaskGroup() as group:
                loading = group.create_task(self._loader.run())
                settling = group.create_task(self._settler.run())
                await self._dispatch(group)
                loading.cancel()
                settling.cancel()
                self._flight.abandon()
        finally:
            self._ended.set()
        if self._flight.refused_token is not None:
            raise self._flight.refused_token

    async def _recover(self) -> None:
        """Sort out what an earlier process left; waits as long as the database cannot."""
        while self._stop_by is None:
            try:
                async with self._db.transaction() as tx:
                    again, unknown = await recover_sending(tx, is_repeatable)
                    await self._floor.load(tx)
            except StorageError as error:
                await self._wait_for_storage(error)
                continue
            if again or unknown:
                log.info("sends_interrupted", extra={"again": again, "unknown": unknown})
            return

    async def _dispatch(self, group: asyncio.TaskGroup) -> None:
        """Tick until stopped and done, or until the time for stopping is over."""
        while not self._is_done():
            await self._rest()
            self._bell.clear()
            if self._stop_by is None:
                self._loader.feed()
            self._ticked_at = self._clock.monotonic()
            leaving, left_ms = await self._tick()
            self._pacing.departed(leaving, self._clock.monotonic())
            for row in leaving:
                self._flight.launch(group, row, left_ms)

    def _is_done(self) -> bool:
        if self._flight.refused_token is not None:
            return not self._flight.landed
        if self._stop_by is None:
            return False
        late = self._clock.monotonic() >= self._stop_by
        return late or not (self._flight or self._flight.landed)

    async def _rest(self) -> None:
        """Wait until there is something to do, but not so that ticks follow each other at once."""
        apart = self._patience.between_ticks * (2 if len(self._flight) >= _MANY else 1)
        early = self._ticked_at + apart - self._clock.monotonic()
        await self._clock.sleep(max(0.0, early))
        if self._flight.landed:
            return
        seconds = self._patience.look_again
        if self._stop_by is None:
            times = (self._loader.due_in, self._next_slot_in(), seconds)
            seconds = min(time for time in times if time is not None)
        else:
            seconds = self._stop_by - self._clock.monotonic()
        rung = await wait_until_rung(self._bell, seconds)
        if not rung and seconds == self._patience.look_again:
            self.wake()

    def _next_slot_in(self) -> float | None:
        """Give the seconds until a row in memory may leave; None when only a bell can tell."""
        if len(self._flight) >= self._most_in_flight:
            return None
        now = self._clock.monotonic()
        if now < self._outage.paused_until:
            return self._outage.paused_until - now
        at = self._waiting.next_at(posts=len(self._flight) < self._most_posts)
        return None if at is None else at - now

    async def _tick(self) -> tuple[list[OutboxRow], int]:
        """Record what came back and mark what leaves in one transaction; gives the latter."""
        now_ms = self._now_ms()
        landed, self._flight.landed = self._flight.landed, []
        taken = self._take(0)
        if not (landed or taken or self._loader.due_in == 0.0):
            return [], now_ms
        marked: set[int] = set()
        try:
            async with self._db.transaction() as tx:
                if landed:
                    await self._recorder.record(tx, landed, now_ms=round(self._clock.now() * 1000))
                    await self._floor.store(tx)
                if self._stop_by is None:
                    await self._loader.load_interactive(tx)
                    taken += self._take(len(taken))
                now_ms = self._now_ms()
                if taken:
                    floor_id = self._floor.message_id
                    marked = await mark_sending(tx, taken, floor_id=floor_id, now_ms=now_ms)
        except StorageError as error:
            now = self._clock.monotonic()
            for row in taken:
                self._waiting.put_back(row, now, at=now)
            self._flight.landed = landed + self._flight.landed
            await self._wait_for_storage(error)
            return [], now_ms
        self._storage_pause = 0.0
        self._go_on_after(landed)
        return [row for row in taken if self._may_leave(row, marked)], now_ms

    def _take(self, already: int) -> list[OutboxRow]:
        """Take what may leave now, as far as there is room for it in flight."""
        taken: list[OutboxRow] = []
        now = self._clock.monotonic()
        if self._stop_by is not None or now < self._outage.paused_until:
            return taken
        while (busy := len(self._flight) + already + len(taken)) < self._most_in_flight:
            row = self._waiting.take(now, posts=busy < self._most_posts)
            if row is None:
                break
            taken.append(row)
        return taken

    def _may_leave(self, row: OutboxRow, marked: set[int]) -> bool:
        """Say whether a row was marked; else it was taken back, or moved to another chat."""
        if row.id in marked:
            return True
        self._waiting.finish(row, self._clock.monotonic())
        self._loader.look_again()
        return False

    def _go_on_after(self, landed: list[Finished]) -> None:
        """Begin what outcomes make possible once they are written down."""
        for one in landed:
            if one.settled:
                self._settler.recorded(one.row.id)
            match one.outcome:
                case Unknown():
                    self._settler.wake()
                case Wait() if not one.settled:
                    self._wait_again(one)
                case Delivered() if one.row.tracked:
                    self.wake()  # what edits or answers it may leave now
                case Moved():
                    self.wake()
                case _:
                    pass
            if one.settled and not isinstance(one.outcome, Unknown):
                self._go_on_with_chat(one)

    def _wait_again(self, one: Finished) -> None:
        failed = isinstance(one.outcome, Wait) and one.outcome.is_failure
        row = replace(one.row, attempts=one.row.attempts + failed)
        self._waiting.put_back(row, self._clock.monotonic(), at=one.again_at)

    def _go_on_with_chat(self, settled: Finished) -> None:
        """Let a held chat's messages go on, first the one that was not there."""
        now = self._clock.monotonic()
        if isinstance(settled.outcome, Wait):
            self._waiting.add([replace(settled.row, attempts=settled.row.attempts + 1)], now)
        self._waiting.release(settled.row.chat_id, now)
        self.wake()

    def _note_delivered(self, chat_id: int, message_id: int, left_ms: int) -> None:
        self._settler.numbering.note(chat_id, message_id, left_ms)
        self._floor.note(chat_id, message_id)

    def _ring(self) -> None:
        self._bell.set()

    def _now_ms(self) -> int:
        """Give the time that rows are due by: the clock's, but it never goes back."""
        steady = self._began + self._clock.monotonic()
        return round(max(self._clock.now(), steady) * 1000)

    async def _wait_for_storage(self, error: StorageError) -> None:
        """Wait, longer each time; what is to be recorded stays in memory."""
        if not self._storage_pause:
            log.error("outbox_unwritable", extra={"reason": str(error)})
        doubled = max(self._patience.first_pause, self._storage_pause * 2)
        self._storage_pause = min(doubled, self._patience.longest_pause)
        await self._clock.sleep(self._storage_pause)


def _sizes(rates: Rates) -> tuple[int, int]:
    """Give how many requests may be in flight and how many posts to have at hand."""
    per_second = min(rates.overall if rates.bulk is None else rates.bulk, 1000.0)
    return (64 if per_second <= 100 else 256), max(64, round(per_second / 2))
