"""The queue of updates: what waits for the bot, and getUpdates with all its punishments.

An update leaves the queue only when a call confirms it with a higher offset, or when it expires.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.telegram.errors import ApiError, conflict

Json = dict[str, Any]

DAY = 86400
LIFETIMES = {"callback_query": 150, "inline_query": 30, "chosen_inline_result": 600}
"""Seconds that updates of a type are kept; all others a day."""

KNOWN = frozenset(
    "message edited_message channel_post edited_channel_post inline_query chosen_inline_result "
    "callback_query custom_event custom_query shipping_query pre_checkout_query poll poll_answer "
    "my_chat_member chat_member chat_join_request chat_boost removed_chat_boost message_reaction "
    "message_reaction_count business_connection business_message edited_business_message "
    "deleted_business_messages purchased_paid_media managed_bot guest_message".split()
)
DEFAULT = KNOWN - {"chat_member", "message_reaction", "message_reaction_count"}

_OTHER_POLL = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
_WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


class UpdateQueue:
    """The updates of the one bot. Long polls wait in real time; everything else is `clock`."""

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        first_id: int,
        changed: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._changed = changed
        self._next_id = first_id
        self._queue: dict[int, tuple[float, Json]] = {}
        self._waiter: asyncio.Future[None] | None = None
        self._last_offset: int | None = None
        self._last_start = 0.0
        self._last_conflict = -10.0
        self.allowed = DEFAULT
        self.confirmed_offset = 0
        """Every update below it was confirmed by the bot, or dropped."""
        self.webhook_url = ""

    @property
    def pending(self) -> list[Json]:
        """The updates that were neither confirmed nor expired, oldest first."""
        self._expire()
        return [update for _, update in self._queue.values()]

    @property
    def is_polled(self) -> bool:
        """Say whether a long poll waits at this moment."""
        return self._waiter is not None and not self._waiter.done()

    def add(self, kind: str, payload: Json) -> None:
        """Queue an update of a type the bot wants; drop any other for good."""
        if kind in self.allowed:
            self._enqueue(self._next_id, {kind: payload}, LIFETIMES.get(kind, DAY))

    def push_raw(self, update: Json) -> int:
        """Queue anything, however malformed; it gets an update_id unless it has one."""
        update_id = update.get("update_id", self._next_id)
        if not isinstance(update_id, int):
            update_id = self._next_id
        self._enqueue(update_id, update, DAY)
        return update_id

    def allow(self, names: object) -> None:
        """Remember the wanted types; what is no array keeps the old ones, none means default."""
        if isinstance(names, str):
            try:
                names = json.loads(names)
            except ValueError:
                return
        if not isinstance(names, list):
            return
        chosen = KNOWN.intersection(n.lower() for n in names if isinstance(n, str))
        self.allowed = chosen or DEFAULT

    def drop_all(self) -> None:
        """Forget every pending update (drop_pending_updates)."""
        self._forget_below(self._next_id)

    async def get(self, offset: int, limit: int, timeout: int) -> list[Json]:
        """Confirm what lies below `offset` and return what follows, waiting if nothing does."""
        if self.webhook_url:
            raise conflict(_WEBHOOK_ACTIVE)
        now = self._clock()
        if offset == self._last_offset:
            if now < self._last_start + 3:
                timeout = max(timeout, 3)
            if now < self._last_start + 0.5:
                limit = 1
        self._last_offset, self._last_start = offset, now
        if offset < 0:
            kept = list(self._queue)[offset:]
            self._forget_below(kept[0] if kept else self._next_id)
        elif offset > 0:
            self._forget_below(offset)
        batch = self._head(limit)
        if batch or timeout == 0:
            return batch
        await self._wait(timeout)
        return self._head(limit)

    def stop_polling(self, reason: str | None = None) -> None:
        """End the waiting long poll: with 409 for a reason, else with an empty answer."""
        if self._waiter is None or self._waiter.done():
            return
        if reason is None:
            self._waiter.set_result(None)
        else:
            self._waiter.set_exception(conflict(reason))

    def _enqueue(self, update_id: int, update: Json, lifetime: float) -> None:
        self._queue[update_id] = (
            self._clock() + lifetime,
            update if "update_id" in update else {"update_id": update_id, **update},
        )
        self._next_id = max(self._next_id, update_id + 1)
        self.stop_polling()

    async def _wait(self, timeout: int) -> None:
        """Wait for an update; a later poll ends this one with 409."""
        self.stop_polling(_OTHER_POLL)
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        self._changed()
        try:
            async with asyncio.timeout(timeout):
                await waiter
        except TimeoutError:
            return
        except ApiError:
            now = self._clock()
            is_second = now < self._last_conflict + 3
            self._last_conflict = now
            if is_second:
                await self._sleep(3)
            raise
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def _head(self, limit: int) -> list[Json]:
        self._expire()
        batch = []
        for _, update in self._queue.values():
            batch.append(update)
            if len(batch) == limit:
                break
        return batch

    def _forget_below(self, offset: int) -> None:
        for update_id in [i for i in self._queue if i < offset]:
            del self._queue[update_id]
        if offset > self.confirmed_offset:
            self.confirmed_offset = offset
            self._changed()

    def _expire(self) -> None:
        now = self._clock()
        for update_id in [i for i, (until, _) in self._queue.items() if until <= now]:
            del self._queue[update_id]
