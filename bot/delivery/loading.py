"""Outbox → memory: interactive rows at once, posts a little ahead of their slots."""

import asyncio
import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.delivery.pacing import is_bulk
from bot.delivery.waiting import Waiting
from handlers.turn import PRESS_SECONDS
from storage.database import Database, Transaction
from storage.errors import StorageError
from storage.model import Lane, OutboxRow
from storage.outbox import drop_rows
from storage.outbox_claims import Bodies, find_next_due_ms, list_due

log = logging.getLogger(__name__)

INTERACTIVE = tuple(lane for lane in Lane if not is_bulk(lane))
POSTS = tuple(lane for lane in Lane if is_bulk(lane))
_INTERACTIVE_ROWS = 200
_MOST_IN_MEMORY = 5000
_PAUSE_SECONDS = 1.0


class Loader:
    """Keeps `waiting` filled; `posts_ahead` is how many posts to have at hand.

    `now_ms` is the time that rows are due by; `on_loaded` is called when posts came.
    """

    def __init__(
        self,
        db: Database,
        waiting: Waiting,
        clock: Clock,
        *,
        posts_ahead: int,
        now_ms: Callable[[], int],
        on_loaded: Callable[[], None],
    ) -> None:
        self._db = db
        self._waiting = waiting
        self._clock = clock
        self._posts_ahead = posts_ahead
        self._now_ms = now_ms
        self._on_loaded = on_loaded
        self._bodies = Bodies()
        self._hungry = asyncio.Event()
        self._more_posts = True
        self._more_interactive = True
        self._next_due_ms: int | None = None

    def look_again(self) -> None:
        """Expect new rows in the outbox."""
        self._more_posts = self._more_interactive = True

    @property
    def due_in(self) -> float | None:
        """Seconds until a row that is not in memory becomes due; 0 when one may be already."""
        if self._more_interactive:
            return 0.0
        if self._next_due_ms is None:
            return None
        return max(0.0, (self._next_due_ms - self._now_ms()) / 1000)

    async def load_interactive(self, tx: Transaction) -> None:
        """Bring what answers people, and note when the next row of any lane becomes due."""
        now_ms = self._now_ms()
        if self._next_due_ms is not None and self._next_due_ms <= now_ms:
            self.look_again()
        if not self._more_interactive:
            return
        self._more_interactive = False
        try:
            rows = await list_due(
                tx,
                self._bodies,
                INTERACTIVE,
                now_ms=now_ms,
                limit=_INTERACTIVE_ROWS,
                known=self._waiting.known_ids,
            )
            self._next_due_ms = await find_next_due_ms(tx, now_ms=now_ms)
        except BaseException:
            self._more_interactive = True
            raise
        late = [row.id for row in rows if _is_late_answer(row, now_ms)]
        await drop_rows(tx, late)
        self._waiting.add((row for row in rows if row.id not in late), self._clock.monotonic())
        full = len(rows) >= _INTERACTIVE_ROWS and len(self._waiting) < _MOST_IN_MEMORY
        self._more_interactive = full

    def feed(self) -> None:
        """Have `run` bring posts when few are left."""
        if self._waiting.has_drained:
            self._waiting.has_drained = False
            self._more_posts = True
        if self._more_posts and self._waiting.ready_posts < self._posts_ahead / 2:
            self._hungry.set()

    async def run(self) -> None:
        """Bring posts whenever `feed` finds few left, until cancelled."""
        while True:
            await self._hungry.wait()
            self._hungry.clear()
            self._more_posts = False
            try:
                if await self._load_posts() == self._posts_ahead:
                    self._more_posts = True
            except StorageError as error:
                log.error("outbox_unreadable", extra={"reason": str(error)})
                self._more_posts = True
                await self._clock.sleep(_PAUSE_SECONDS)
            self._on_loaded()

    async def _load_posts(self) -> int:
        """Bring posts; gives the most that one lane had."""
        async with self._db.read() as tx:
            rows = await list_due(
                tx,
                self._bodies,
                POSTS,
                now_ms=self._now_ms(),
                limit=self._posts_ahead,
                known=self._waiting.known_ids,
                full_chats=self._waiting.full_chats,
            )
        self._waiting.add(rows, self._clock.monotonic())
        return max((sum(row.lane == lane for row in rows) for lane in POSTS), default=0)


def _is_late_answer(row: OutboxRow, now_ms: int) -> bool:
    """Say whether a row answers a press that Telegram takes no answer to any more."""
    return row.method == "answerCallbackQuery" and now_ms - row.due_ms > PRESS_SECONDS * 1000
