"""The highest message id that the account itself gave: what leaves next comes above it.

It is looked at when a message's fate is unknown. An older one costs nothing but a wider look:
receipts account for what came since.
"""

from bot.clock import Clock
from bot.delivery.pacing import numbers_messages_itself
from storage.database import Transaction
from storage.facts import get_fact, set_fact

_FACT = "last_message_id"
_STORE_SECONDS = 1.0


class Floor:
    """The id, None before any is known; the table has it with a delay."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._store_at = 0.0
        self.message_id: int | None = None

    def note(self, chat_id: int, message_id: int) -> None:
        """Take in a new message."""
        if not numbers_messages_itself(chat_id):
            self.message_id = max(self.message_id or 0, message_id)

    async def load(self, tx: Transaction) -> None:
        """Begin with what an earlier process stored."""
        stored = await get_fact(tx, _FACT)
        self.message_id = None if stored is None else int(stored)

    async def store(self, tx: Transaction) -> None:
        """Store it, unless that was done a moment ago."""
        now = self._clock.monotonic()
        if self.message_id is not None and now >= self._store_at:
            await set_fact(tx, _FACT, str(self.message_id))
            self._store_at = now + _STORE_SECONDS
