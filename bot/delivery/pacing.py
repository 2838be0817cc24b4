"""How fast messages may leave: even spacing overall and within each chat (pure, no clock).

Both are the generic cell rate algorithm: each message moves a theoretical arrival time on by its
interval, and may leave as long as that time is less than the burst ahead of now. Times are
monotonic seconds. Telegram publishes hardly any numbers; these are its FAQ's.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from storage.model import Lane, OutboxRow

FREE_PER_SECOND = 30
_SAFETY = 29.9 / 30  # 99.7 % of the limit: its clock is not ours
_PAID_SAFETY = 0.99  # 10 in a second make up for what the way bunched together
_BURST = 3
_PAID_BURST_SECONDS = 0.03  # so long a pause of ours may be made up for at once
SUPERGROUPS_BELOW = -1_000_000_000_000

LIMITS_TOGETHER_SECONDS = 1.0  # 429s to two chats within it are about the whole bot
_CUT = 0.9
_LOWEST_SHARE = 0.3
_RECOVERY_PER_SECOND = 0.01 / 10
_MARGIN_SECONDS = 0.1
_REMEMBERED_CHATS = 10_000
GROUP_MINUTE_MOST = 20

# What Telegram does not count.
UNLIMITED_METHODS = frozenset(
    {"answerCallbackQuery", "answerInlineQuery", "deleteMessage", "deleteMessages"}
    | {"sendChatAction", "setMessageReaction", "setMyCommands"}
)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates to keep. `bulk` None: posts share the interactive lanes' rate (nothing is paid).

    Gaps are seconds between two messages to one chat; the bursts are how many interactive ones may
    follow each other at once: a moderator who presses "Reject" is not to wait for the reasons. A
    group gets GROUP_MINUTE_MOST messages in `group_minute` seconds at most.
    """

    overall: float = FREE_PER_SECOND * _SAFETY
    burst: int = _BURST
    bulk: float | None = None
    bulk_burst: int = _BURST
    private_gap: float = 1.01
    group_gap: float = 3.05
    group_minute: float = 61.0
    quick_burst: int = 3
    group_burst: int = 8

    @classmethod
    def of(cls, messages_per_second: int, *, paid: bool) -> "Rates":
        """Give the rates for the operator's settings."""
        if not paid:
            return cls(overall=messages_per_second * _SAFETY)
        bulk = messages_per_second * _PAID_SAFETY
        return cls(bulk=bulk, bulk_burst=max(_BURST, round(bulk * _PAID_BURST_SECONDS)))

    @classmethod
    def unlimited(cls) -> "Rates":
        """Give no limits at all, for a server that has none."""
        return cls(overall=math.inf, private_gap=0.0, group_gap=0.0, group_minute=0.0)


class _Pace:
    """One limit: `interval` seconds a message."""

    __slots__ = ("interval", "next_at")

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.next_at = -math.inf

    def free_at(self, burst: int) -> float:
        return self.next_at - (burst - 1) * self.interval

    def take(self, now: float) -> None:
        self.next_at = max(self.next_at, now) + self.interval

    def is_busy(self, now: float) -> bool:
        """Say whether what was sent still counts."""
        return self.next_at > now


class _GroupPace(_Pace):
    """A group's limit: at most GROUP_MINUTE_MOST messages a minute too."""

    __slots__ = ("_minute", "_times")

    def __init__(self, interval: float, minute: float) -> None:
        super().__init__(interval)
        self._minute = minute
        self._times: deque[float] = deque(maxlen=GROUP_MINUTE_MOST)

    def free_at(self, burst: int) -> float:
        free_at = super().free_at(burst)
        if len(self._times) < GROUP_MINUTE_MOST:
            return free_at
        return max(free_at, self._times[0] + self._minute)

    def take(self, now: float) -> None:
        super().take(now)
        self._times.append(now)

    def is_busy(self, now: float) -> bool:
        """Say whether what was sent still counts."""
        return super().is_busy(now) or self._times[-1] + self._minute > now


class Pacing:
    """Says when the next message may leave, and takes its slot."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self._quick = _Pace(1 / rates.overall)
        self._bulk = self._quick if rates.bulk is None else _Pace(1 / rates.bulk)
        self._bulk_burst = rates.burst if rates.bulk is None else rates.bulk_burst
        self._chats: dict[int, _Pace] = {}
        self._blocked: dict[int, float] = {}
        self._most_chats = _REMEMBERED_CHATS
        self._bulk_frozen_until = -math.inf
        self._share = 1.0
        self._share_at = -math.inf
        self._refusals: deque[tuple[float, int]] = deque()

    def lane_free_at(self, lane: Lane) -> float:
        """Give when the next message of a lane may leave, whatever its chat."""
        if is_bulk(lane):
            return max(self._bulk.free_at(self._bulk_burst), self._bulk_frozen_until)
        return self._quick.free_at(self._rates.burst)

    def chat_free_at(self, chat_id: int, lane: Lane) -> float:
        """Give when the next message of a lane may leave for a chat, as far as the chat goes."""
        free_at = self._blocked.get(chat_id, -math.inf)
        chat = self._chats.get(chat_id)
        if chat is not None:
            free_at = max(free_at, chat.free_at(self._burst(chat_id, lane)))
        return free_at

    def take(self, chat_id: int, lane: Lane, now: float) -> None:
        """Count a message that leaves now."""
        self._recover(now)
        (self._bulk if is_bulk(lane) else self._quick).take(now)
        chat = self._chats.get(chat_id)
        if chat is None:
            self._forget_idle(now)
            chat = self._chats[chat_id] = self._new_pace(chat_id)
        chat.take(now)

    def _burst(self, chat_id: int, lane: Lane) -> int:
        """Give how many may follow each other at once: bulk leaves half of it to answers."""
        burst = self._rates.quick_burst if chat_id > 0 else self._rates.group_burst
        return (burst + 1) // 2 if is_bulk(lane) else burst

    def _new_pace(self, chat_id: int) -> _Pace:
        if chat_id > 0:
            return _Pace(self._rates.private_gap)
        return _GroupPace(self._rates.group_gap, self._rates.group_minute)

    def departed(self, rows: Iterable[OutboxRow], now: float) -> None:
        """Count from when messages that were taken together leave: writing them down took time.

        Else what that delayed would leave right before the next one.
        """
        counts = Counter(is_bulk(row.lane) for row in rows if row.method not in UNLIMITED_METHODS)
        for bulk, count in counts.items():
            pace = self._bulk if bulk else self._quick
            pace.next_at = max(pace.next_at, now + count * pace.interval)

    def block(self, chat_id: int, until: float) -> None:
        """Let nothing leave for a chat before a time."""
        self._blocked[chat_id] = max(until, self._blocked.get(chat_id, -math.inf))

    def refused(self, chat_id: int, retry_after: float, now: float) -> None:
        """Heed a 429: it delays its chat, and all posts when several chats get one together."""
        until = now + retry_after + _MARGIN_SECONDS
        self.block(chat_id, until)
        self._refusals.append((now, chat_id))
        while self._refusals[0][0] < now - LIMITS_TOGETHER_SECONDS:
            self._refusals.popleft()
        if len({chat for _, chat in self._refusals}) < 2:
            return
        self._recover(now)
        if now >= self._bulk_frozen_until:  # once for all refusals of one pause
            self._set_share(max(_LOWEST_SHARE, self._share * _CUT))
        self._bulk_frozen_until = max(self._bulk_frozen_until, until)

    @property
    def share(self) -> float:
        """The part of the bulk rate that is used since Telegram last refused several chats."""
        return self._share

    def _recover(self, now: float) -> None:
        if self._share < 1.0 and now > self._share_at:
            gained = (now - self._share_at) * _RECOVERY_PER_SECOND
            self._set_share(min(1.0, self._share + gained))
        self._share_at = now

    def _set_share(self, share: float) -> None:
        self._share = share
        rate = self._rates.overall if self._rates.bulk is None else self._rates.bulk
        self._bulk.interval = 1 / (rate * share)

    def _forget_idle(self, now: float) -> None:
        """Forget chats that are free anyway, once there are many."""
        if len(self._chats) + len(self._blocked) < self._most_chats:
            return
        self._chats = {i: pace for i, pace in self._chats.items() if pace.is_busy(now)}
        self._blocked = {i: until for i, until in self._blocked.items() if until > now}
        busy = len(self._chats) + len(self._blocked)
        self._most_chats = max(_REMEMBERED_CHATS, 2 * busy)


def is_bulk(lane: Lane) -> bool:
    """Say whether a lane carries what one act sends to many: it gives way to answers."""
    return lane >= Lane.RELAY


def numbers_messages_itself(chat_id: int) -> bool:
    """Say whether a chat counts its own messages (supergroup, channel), not the bot's account."""
    return chat_id <= SUPERGROUPS_BELOW
