"""When to ask whom (pure; the time is an argument).

Invariant: a host is asked neither more often nor by more requests at once than allowed,
whichever of its feeds and pages are wanted; and a feed is never due before its publisher's wish.
"""

import ipaddress
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from storage.errors import FeedError

DAY = 86_400
_LONGEST_WISH = 7 * DAY
_HOUR = 3600
_MOST_DOUBLINGS = 12
_JITTER = 0.1
_KEPT_HOSTS = 10_000
_TOO_MANY_SECONDS = 60


@dataclass(slots=True)
class _Host:
    next_at: float = 0.0  # no request before
    queue_at: float = 0.0  # where the line of those sent away ends
    running: int = 0


class HostLedger:
    """One shared next-allowed time for each host; times are monotonic seconds.

    This machine needs no gap and no limit; what it asks for itself is heeded like any wish.
    """

    def __init__(self, *, gap_seconds: float = 1.0, at_once: int = 2) -> None:
        self._gap = gap_seconds
        self._at_once = at_once
        self._hosts: dict[str, _Host] = {}

    def admit(self, host: str, now: float) -> float:
        """Let a request start (0.0; then `finish` must follow), or say in how many seconds to ask.

        Those sent away are spread, each a gap behind the one before.
        """
        entry = self._hosts.setdefault(host, _Host())
        local = is_loopback(host)
        if now >= entry.next_at and (local or entry.running < self._at_once):
            entry.running += 1
            entry.next_at = now if local else now + self._gap
            return 0.0
        entry.queue_at = max(entry.queue_at, entry.next_at, now) + self._gap
        return entry.queue_at - now

    def finish(self, host: str, now: float) -> None:
        """Note that a request ended; the gap counts from its end too."""
        entry = self._hosts[host]
        entry.running -= 1
        if not is_loopback(host):
            entry.next_at = max(entry.next_at, now + self._gap)
        if len(self._hosts) > _KEPT_HOSTS:
            self._forget_idle(now)

    def hold_off(self, host: str, until: float) -> None:
        """Ask the host nothing before a time (429, 503, Retry-After)."""
        entry = self._hosts.setdefault(host, _Host())
        entry.next_at = max(entry.next_at, until)

    def heed(self, host: str, error: FeedError, now: float) -> None:
        """Leave the whole host alone when its answer asks for patience."""
        wish = error.retry_after or (_TOO_MANY_SECONDS if error.code == "http_429" else 0)
        if wish and error.code in ("http_429", "http_503", "cloudflare"):
            self.hold_off(host, now + wish)

    def _forget_idle(self, now: float) -> None:
        self._hosts = {
            host: entry
            for host, entry in self._hosts.items()
            if entry.running or entry.next_at > now
        }


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    if host[:1].isdecimal() or ":" in host:  # trying every name for an address costs more
        with suppress(ValueError):
            return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def own_wish(ttl: int | None, update_period: int | None) -> int | None:
    """Give the seconds that a feed itself asks to wait.

    An update period counts only above an hour: WordPress says "hourly" in every feed.
    """
    period = update_period if update_period and update_period > _HOUR else 0
    return max(ttl or 0, period) or None


def wait_after_success(interval: int, wishes: Iterable[int | None], *, spread: float) -> int:
    """Give the seconds until the next poll: the longest of our interval and all wishes.

    Wishes (ttl, max-age, Expires) are heeded up to a day. `spread` (0 to 1) picks the jitter.
    """
    longest = max([interval, *(wish for wish in wishes if wish)])
    return _jittered(min(longest, max(interval, DAY)), spread)


def wait_after_failure(
    interval: int, errors: int, *, retry_after: int | None, slow: bool = False, spread: float
) -> int:
    """Give the seconds until the next try: doubled with every failure in a row, up to a day.

    `errors` counts this failure too. `slow` is for those who do not want us: Cloudflare's walls.
    A wish of the publisher is heeded up to a week.
    """
    doublings = min(errors - 1 + (3 if slow else 0), _MOST_DOUBLINGS)
    backoff = min(interval * 2 ** max(0, doublings), max(interval, DAY))
    wish = min(retry_after or 0, _LONGEST_WISH)
    return max(_jittered(backoff, spread), wish)


def _jittered(seconds: int, spread: float) -> int:
    """Add up to a tenth, so that feeds added together drift apart."""
    return seconds + int(seconds * _JITTER * spread)
