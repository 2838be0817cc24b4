"""The messages that the sender has in memory, and which of them may leave next (no I/O).

At most one message of a chat is under way, in the order of lane and id; a chat that is not free
stands aside, so that it delays nobody else. What Telegram does not limit passes by.
"""

import heapq
import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.delivery.pacing import UNLIMITED_METHODS, Pacing, is_bulk
from storage.model import OutboxRow

# So many posts of one chat in memory are enough; the others stay in the database.
FULL_CHAT = 16

_Order = tuple[int, int]


@dataclass(slots=True)
class _Chat:
    """What waits for one chat: a heap by lane and id."""

    rows: list[tuple[_Order, OutboxRow]] = field(default_factory=list)
    bulk: int = 0
    under_way: bool = False
    held: bool = False  # its posts wait until a message of unknown fate is settled
    stamp: int = -1  # entries of the heaps below with another stamp are out of date


class Waiting:
    """Rows by chat; `take` gives the next that may leave."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self._stamps = itertools.count()
        self._chats: dict[int, _Chat] = {}
        self._known: set[int] = set()
        self._unlimited: deque[OutboxRow] = deque()
        self._later: list[tuple[float, int, OutboxRow]] = []
        self._ready: tuple[list[tuple[_Order, int, int]], ...] = ([], [])  # interactive, bulk
        self._aside: list[tuple[float, int, int]] = []
        self.has_drained = False
        """Whether a chat that was full may have room again; whoever loads more resets it."""

    def __len__(self) -> int:
        return len(self._known)

    @property
    def known_ids(self) -> set[int]:
        """The ids of all rows in memory, under way or not."""
        return self._known

    @property
    def full_chats(self) -> list[int]:
        """The chats of which no further posts should be loaded."""
        return [chat_id for chat_id, chat in self._chats.items() if chat.bulk >= FULL_CHAT]

    @property
    def ready_posts(self) -> int:
        """About how many posts could leave now, as far as their chats go."""
        return len(self._ready[1])

    def add(self, rows: Iterable[OutboxRow], now: float) -> None:
        """Put rows in, each where its order says; those in memory already stay as they are."""
        touched = set()
        for row in rows:
            if row.id in self._known:
                continue
            self._known.add(row.id)
            if row.method in UNLIMITED_METHODS:
                self._unlimited.append(row)
            else:
                self._push(row)
                touched.add(row.chat_id)
        for chat_id in touched:
            self._place(chat_id, now)

    def take(self, now: float, *, posts: bool) -> OutboxRow | None:
        """Give the next message to leave and take its slot, or None; `posts` False: no bulk."""
        while self._later and self._later[0][0] <= now:
            self._unlimited.append(heapq.heappop(self._later)[2])
        if self._unlimited:
            return self._unlimited.popleft()
        while self._aside and self._aside[0][0] <= now:
            _, stamp, chat_id = heapq.heappop(self._aside)
            if self._is_current(chat_id, stamp):
                self._place(chat_id, now)
        for heap in self._ready[: 1 + posts]:
            row = self._take_from(heap, now)
            if row is not None:
                return row
        return None

    def next_at(self, *, posts: bool) -> float | None:
        """Give when `take` is worth another try, None where only new rows can help."""
        times = [heap[0][0] for heap in (self._later, self._aside) if heap]
        for heap in self._ready[: 1 + posts]:
            if self._clean(heap):
                lane = self._chats[heap[0][2]].rows[0][1].lane
                times.append(self._pacing.lane_free_at(lane))
        return min(times, default=None)

    def finish(self, row: OutboxRow, now: float) -> None:
        """Forget a row that was under way: its chat is free for the next one."""
        self._known.discard(row.id)
        self._free(row, now)

    def put_back(self, row: OutboxRow, now: float, *, at: float) -> None:
        """Let a row that was under way wait again until a time."""
        if row.method in UNLIMITED_METHODS:
            heapq.heappush(self._later, (at, row.id, row))
            return
        self._pacing.block(row.chat_id, at)
        self._push(row)
        self._free(row, now)

    def hold(self, chat_id: int, now: float) -> None:
        """Keep a chat's posts back."""
        self._chats.setdefault(chat_id, _Chat()).held = True
        self._place(chat_id, now)

    def release(self, chat_id: int, now: float) -> None:
        """Let a held chat's posts go on."""
        if chat_id in self._chats:
            self._chats[chat_id].held = False
            self._place(chat_id, now)

    def occupy(self, chat_id: int) -> bool:
        """Keep everything from leaving for a chat; False while something is under way there."""
        chat = self._chats.setdefault(chat_id, _Chat())
        if chat.under_way:
            return False
        chat.under_way = True
        chat.stamp = next(self._stamps)
        return True

    def vacate(self, chat_id: int, now: float) -> None:
        """End what `occupy` began."""
        self._chats[chat_id].under_way = False
        self._place(chat_id, now)

    def forget_chat(self, chat_id: int) -> None:
        """Drop all rows of a chat that are not under way."""
        chat = self._chats.get(chat_id)
        if chat is not None:
            self._known.difference_update(row.id for _, row in chat.rows)
            chat.rows.clear()
            chat.bulk = 0
            chat.held = False
            self._tidy(chat_id, chat)

    def _push(self, row: OutboxRow) -> None:
        chat = self._chats.setdefault(row.chat_id, _Chat())
        heapq.heappush(chat.rows, ((row.lane, row.id), row))
        chat.bulk += is_bulk(row.lane)

    def _free(self, row: OutboxRow, now: float) -> None:
        chat = self._chats.get(row.chat_id)
        if chat is not None and row.method not in UNLIMITED_METHODS:
            chat.under_way = False
            self._place(row.chat_id, now)

    def _place(self, chat_id: int, now: float) -> None:
        """Put a chat where its first row says: ready, aside until it is free, or nowhere."""
        chat = self._chats[chat_id]
        chat.stamp = next(self._stamps)
        if chat.under_way or not chat.rows:
            self._tidy(chat_id, chat)
            return
        order, row = chat.rows[0]
        if chat.held and is_bulk(row.lane):
            return
        free_at = self._pacing.chat_free_at(chat_id, row.lane)
        if free_at <= now:
            heapq.heappush(self._ready[is_bulk(row.lane)], (order, chat.stamp, chat_id))
        else:
            heapq.heappush(self._aside, (free_at, chat.stamp, chat_id))

    def _take_from(self, heap: list[tuple[_Order, int, int]], now: float) -> OutboxRow | None:
        while self._clean(heap):
            chat_id = heap[0][2]
            chat = self._chats[chat_id]
            row = chat.rows[0][1]
            if self._pacing.lane_free_at(row.lane) > now:
                return None
            heapq.heappop(heap)
            if self._pacing.chat_free_at(chat_id, row.lane) > now:
                self._place(chat_id, now)  # somebody else took the chat's slot
                continue
            heapq.heappop(chat.rows)
            chat.stamp = next(self._stamps)
            chat.under_way = True
            if is_bulk(row.lane):
                chat.bulk -= 1
                self.has_drained |= chat.bulk == FULL_CHAT // 2
            self._pacing.take(chat_id, row.lane, now)
            return row
        return None

    def _clean(self, heap: list[tuple[_Order, int, int]]) -> bool:
        """Drop what is out of date at the top of a heap; False when nothing is left."""
        while heap and not self._is_current(heap[0][2], heap[0][1]):
            heapq.heappop(heap)
        return bool(heap)

    def _is_current(self, chat_id: int, stamp: int) -> bool:
        chat = self._chats.get(chat_id)
        return chat is not None and chat.stamp == stamp

    def _tidy(self, chat_id: int, chat: _Chat) -> None:
        if not (chat.rows or chat.under_way or chat.held):
            del self._chats[chat_id]
