"""Which message ids may be those of messages of unknown fate.

Telegram numbers the messages of private chats and basic groups in one sequence of the bot's
account, and those of a supergroup or channel per chat. A message that arrived has an id above all
that were known when it left, and one that nothing else accounts for.
"""

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.delivery.pacing import numbers_messages_itself
from storage.database import Transaction
from storage.model import OutboxRow
from storage.outbox_claims import find_chat_floor, list_account_ids, list_chat_ids

MOST_CANDIDATES = 60
# Where no later id is known: how far above the highest one an unknown message may be.
_MARGIN = 12
# Where no earlier id is known: how far below the lowest one it may be.
_MARGIN_BELOW = 40
_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class _Delivery:
    left_ms: int
    numbering: int
    message_id: int


class Numbering:
    """The ids that this process saw given, and the candidates that remain for a message."""

    def __init__(self, settle_ms: int) -> None:
        self._settle_ms = settle_ms
        self._recent: deque[_Delivery] = deque()
        self._accounted: set[tuple[int, int]] = set()

    def note(self, chat_id: int, message_id: int, left_ms: int) -> None:
        """Account for a message; `left_ms` is when its request left."""
        numbering = _numbering(chat_id)
        self._recent.append(_Delivery(left_ms, numbering, message_id))
        self._accounted.add((numbering, message_id))
        if len(self._recent) > _REMEMBERED:
            oldest = self._recent.popleft()
            self._accounted.discard((oldest.numbering, oldest.message_id))

    def is_accounted(self, chat_id: int, message_id: int) -> bool:
        """Say whether an id was noted."""
        return (_numbering(chat_id), message_id) in self._accounted

    async def list_candidates(
        self, tx: Transaction, rows: Sequence[OutboxRow], *, unknown: int
    ) -> dict[int, list[int]]:
        """Give the ids that each row's message may have, the likeliest first.

        `unknown`: of how many messages the fate is unknown; any of them may have come before it.
        """
        candidates: dict[int, list[int]] = {}
        account = [row for row in rows if not numbers_messages_itself(row.chat_id)]
        if account:
            lowest = min(row.floor_id or 0 for row in account)
            known = await list_account_ids(tx, above=lowest)
            for row in account:
                ceiling = self._ceiling(row)
                candidates[row.id] = _between(row.floor_id, known, ceiling, unknown)
        for row in rows:
            if numbers_messages_itself(row.chat_id):
                candidates[row.id] = await self._of_chat(tx, row)
        return candidates

    async def _of_chat(self, tx: Transaction, row: OutboxRow) -> list[int]:
        """Give the candidates in a chat with its own numbering; none where nothing is known."""
        floor = await find_chat_floor(tx, row.chat_id, before_ms=row.sent_ms or 0)
        if floor is None:
            return []
        known = await list_chat_ids(tx, row.chat_id, above=floor)
        return _between(floor, known, self._ceiling(row), 1)

    def _ceiling(self, row: OutboxRow) -> int | None:
        """Give an id whose request left when the row's could not have its effect any more."""
        over_ms, numbering = (row.sent_ms or 0) + self._settle_ms, _numbering(row.chat_id)
        later = (
            one.message_id
            for one in self._recent
            if one.left_ms >= over_ms and one.numbering == numbering
        )
        return next(later, None)


def _numbering(chat_id: int) -> int:
    return chat_id if numbers_messages_itself(chat_id) else 0


def _between(floor: int | None, known: set[int], ceiling: int | None, unknown: int) -> list[int]:
    """List the ids that nothing accounts for; `unknown` messages may be above the highest.

    Without a floor it is the lowest id known, and what is shortly below that comes last.
    """
    first = min(known, default=0) if floor is None else floor
    last = ceiling if ceiling is not None else max(known, default=first) + _MARGIN + unknown
    ids: Iterator[int] = iter(range(first + 1, last + 1))
    if floor is None:
        ids = itertools.chain(ids, range(first - 1, max(0, first - _MARGIN_BELOW), -1))
    most = MOST_CANDIDATES + unknown
    return list(itertools.islice((i for i in ids if i not in known), most))
