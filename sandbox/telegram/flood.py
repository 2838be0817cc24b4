"""The flood limits: a model of what Telegram allows, with both of its answers.

Telegram publishes no numbers but its FAQ's; the sizes are parameters. An over-limit request is
first held silently, because the real Bot API server sleeps through up to 8 s of flood waits for
one request, and only then refused with 429.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.telegram.errors import too_many_requests

_MOST_HELD_PER_CHAT = 310
"""Above it the Bot API server itself refuses, with a retry_after of 60."""

_EPSILON = 1e-3
"""Tokens and seconds that clocks of today, as floats, cannot tell apart at 1000 a second."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates and bursts; `hold_seconds` 0 gives a plain 429 at once."""

    overall_per_second: float = 30
    overall_burst: float = 30
    private_per_second: float = 1
    private_burst: float = 3
    group_per_minute: float = 20
    group_burst: float = 20
    paid_per_second: float = 1000
    paid_burst: float = 1000
    hold_seconds: float = 8
    longest_retry_after: int = 60
    """Where the doubling for a bot that ignores 429 ends."""
    grace_seconds: float = 0.5
    """Requests within this time of a 429 were under way and do not count as ignoring it."""
    enforce: bool = True

    @classmethod
    def off(cls) -> Limits:
        """No limits at all."""
        return cls(enforce=False)


class _Bucket:
    """A token bucket that remembers whether its refusals are heeded.

    A chat that was refused stays shut until its retry_after is over. The buckets that all chats
    share shut only when they overflow again within it: the bot was told of another chat then.
    """

    __slots__ = (
        "burst", "is_shared", "is_shut", "limits", "rate", "refilled_at", "refused_at",
        "refused_until", "retry", "tokens",
    )  # fmt: skip

    def __init__(
        self, rate: float, burst: float, now: float, limits: Limits, *, is_shared: bool
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.limits = limits
        self.is_shared = is_shared
        self.tokens = burst
        self.refilled_at = now
        self.refused_at = -math.inf
        self.refused_until = -math.inf
        self.retry = 0
        self.is_shut = False

    def wait(self, now: float, cost: float) -> float:
        """Return the seconds until `cost` can be taken; asking a shut bucket keeps it shut."""
        if self.is_shut:
            if now < self.refused_until:
                self._notice_insistence(now)
                return self.refused_until - now
            self.is_shut = False
        self.tokens = min(self.burst, self.tokens + (now - self.refilled_at) * self.rate)
        self.refilled_at = now
        # The bucket may go below zero for an album that costs more than it can ever hold.
        missing = min(cost, self.burst) - self.tokens
        return missing / self.rate if missing > _EPSILON else 0.0

    def refuse(self, now: float, seconds: int) -> int:
        """Remember that a request was refused and return the retry_after it is told."""
        if now >= self.refused_until:
            self._begin_refusal(now, seconds)
            self.is_shut = not self.is_shared
        else:
            self._notice_insistence(now)
        return max(1, math.ceil(self.refused_until - now - _EPSILON))

    def _notice_insistence(self, now: float) -> None:
        """Double the refusal for a request that cannot have been under way when it was told."""
        if now > self.refused_at + self.limits.grace_seconds:
            self._begin_refusal(now, min(self.limits.longest_retry_after, self.retry * 2))
            self.is_shut = True

    def _begin_refusal(self, now: float, seconds: int) -> None:
        self.retry = seconds
        self.refused_at = now
        self.refused_until = now + seconds


class FloodControl:
    """Admits, holds or refuses what the bot sends."""

    def __init__(
        self,
        limits: Limits,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        changed: Callable[[], None],
    ) -> None:
        self.limits = limits
        self._clock = clock
        self._sleep = sleep
        self._changed = changed
        self._overall = self._new_bucket(limits.overall_per_second, limits.overall_burst)
        self._paid = self._new_bucket(limits.paid_per_second, limits.paid_burst)
        self._chats: dict[int, _Bucket] = {}
        self._held: Counter[int] = Counter()
        self.ever_held = 0
        """How many requests had to wait."""

    @property
    def held(self) -> int:
        """How many requests are being held now."""
        return self._held.total()

    async def admit(
        self, chat_id: int, *, cost: int = 1, is_send: bool = True, paid: bool = False
    ) -> None:
        """Take the budget of one request, holding it if need be; raise 429 when that is too long.

        Sends take from the overall (or paid) bucket and the chat's; edits from the chat's only.
        """
        if not self.limits.enforce:
            return
        buckets = [self._chat_bucket(chat_id)]
        if is_send:
            buckets.append(self._paid if paid else self._overall)
        held = 0.0
        while seconds := self._take(buckets, cost):
            if held + seconds > self.limits.hold_seconds:
                raise too_many_requests(self._refuse(buckets, cost))
            self.ever_held += not held
            await self._hold(chat_id, seconds)
            held += seconds

    def _take(self, buckets: list[_Bucket], cost: int) -> int:
        """Take `cost` from all buckets, or none and return the whole seconds to wait."""
        now = self._clock()
        longest = max(bucket.wait(now, cost) for bucket in buckets)
        if longest > 0:
            return max(1, math.ceil(longest - _EPSILON))
        for bucket in buckets:
            bucket.tokens -= cost
        return 0

    def _refuse(self, buckets: list[_Bucket], cost: int) -> int:
        """Mark the buckets that are short as refused and return the retry_after."""
        now = self._clock()
        short = [(b, wait) for b in buckets if (wait := b.wait(now, cost)) > 0]
        return max(bucket.refuse(now, max(1, math.ceil(wait - _EPSILON))) for bucket, wait in short)

    async def _hold(self, chat_id: int, seconds: int) -> None:
        if self._held[chat_id] >= _MOST_HELD_PER_CHAT:
            await self._sleep(3)
            raise too_many_requests(60)
        self._held[chat_id] += 1
        self._changed()
        try:
            await self._sleep(seconds)
        finally:
            self._held[chat_id] -= 1
            if not self._held[chat_id]:
                del self._held[chat_id]

    def _chat_bucket(self, chat_id: int) -> _Bucket:
        bucket = self._chats.get(chat_id)
        if bucket is None:
            limits = self.limits
            if chat_id > 0:
                rate, burst = limits.private_per_second, limits.private_burst
            else:
                rate, burst = limits.group_per_minute / 60, limits.group_burst
            bucket = self._chats[chat_id] = self._new_bucket(rate, burst, is_shared=False)
        return bucket

    def _new_bucket(self, rate: float, burst: float, *, is_shared: bool = True) -> _Bucket:
        return _Bucket(rate, burst, self._clock(), self.limits, is_shared=is_shared)
