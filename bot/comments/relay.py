"""The loop that carries approved comments to readers, and takes them back.

Due times and copies are in the database: a restart goes on where the last window was committed.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from bot.clock import wait_until_rung
from bot.comments.desks import Desks
from handlers.comment_desk import Desk
from handlers.comment_effects import publish
from handlers.comment_relay import (
    Step,
    correct_copies,
    place_missing,
    settle_changes,
    tell_progress,
)
from storage.comment_copies import is_moving
from storage.comment_reach import Reach
from storage.comment_relays import Due, find_due, find_due_of, finish_comparison, next_due_ms
from storage.errors import StorageError

log = logging.getLogger(__name__)

LONGEST_REST = 60.0
PAUSE_SECONDS = 1.0
FIRST_LOOK_MS, LONGEST_LOOK_MS = 500, 30_000  # between two looks at what is under way


class Relay:
    """Compares the copies of each due comment with what should be there."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks
        self._wake = asyncio.Event()
        self._told: dict[int, Reach] = {}
        self._looks: dict[int, int] = {}

    def wake(self) -> None:
        """Look for due comments again."""
        self._wake.set()

    async def run(self) -> None:
        """Relay until cancelled."""
        while True:
            self._wake.clear()
            try:
                while await self.compare_next():
                    pass
                await self._rest()
            except StorageError as error:
                log.error("relay_waits", extra={"reason": str(error)})
                await self._desks.clock.sleep(PAUSE_SECONDS)

    async def compare_next(self) -> bool:
        """Compare the comment that waits longest; False when none is due."""
        async with self._desks.db.read() as tx:
            first = await find_due(tx, now_ms=self._desks.now_ms)
        if first is None:
            return False
        due = await self._desks.commit(partial(_open, comment_id=first.comment_id))
        if due is not None:
            await self._windows(partial(correct_copies, comment_id=due.comment_id))
            await self._windows(partial(place_missing, comment_id=due.comment_id))
            await self._desks.commit(partial(self._finish, due=due))
        return True

    async def _windows(self, act: Callable[..., Awaitable[Step]]) -> None:
        """Do one window of chats after another, each in a transaction of its own."""
        after: int | None = None
        while True:
            after = (await self._desks.commit(partial(act, after=after))).after
            if after is None:
                return

    async def _finish(self, desk: Desk, due: Due) -> None:
        """Tell the author how far it went, and come back while something is under way."""
        told = await tell_progress(desk, due.comment_id, self._told.get(due.comment_id))
        if told is None:
            self._told.pop(due.comment_id, None)
        else:
            self._told[due.comment_id] = told
        again = None
        if told is not None or await is_moving(desk.tx, due.comment_id):
            looks = self._looks[due.comment_id] = self._looks.get(due.comment_id, 0) + 1
            again = desk.now_ms + min(FIRST_LOOK_MS * looks, LONGEST_LOOK_MS)
        else:
            self._looks.pop(due.comment_id, None)
        if not await finish_comparison(desk.tx, due, again_ms=again):
            self._looks.pop(due.comment_id, None)

    async def _rest(self) -> None:
        """Wait for a wake or for the next comment to be due."""
        async with self._desks.db.read() as tx:
            due_ms = await next_due_ms(tx)
        seconds = LONGEST_REST if due_ms is None else max(0.0, (due_ms - self._desks.now_ms) / 1000)
        await wait_until_rung(self._wake, min(seconds, LONGEST_REST))


async def _open(desk: Desk, comment_id: int) -> Due | None:
    """Let an approval go live whose undo window has passed, and see what removals came to."""
    await publish(desk, comment_id)
    await settle_changes(desk, comment_id)
    return await find_due_of(desk.tx, comment_id, now_ms=desk.now_ms)
