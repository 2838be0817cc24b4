"""The daily caps on asking the operator's model: for the bot and for each reader, by UTC day."""

from collections.abc import Callable
from dataclasses import dataclass

from storage.database import Database
from storage.model_uses import count_uses, take_use

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Caps:
    """How many requests a day (UTC) at most."""

    daily: int = 500
    reader_daily: int = 20


class Allowance:
    """What is left of the day's requests, counted in the database; `now` gives UTC seconds."""

    def __init__(self, db: Database, caps: Caps, now: Callable[[], float]) -> None:
        self._db = db
        self._caps = caps
        self._now = now

    async def take(self, person_id: int) -> bool:
        """Count a request for a reader; False, and none counted, once a cap is reached."""
        async with self._db.transaction() as tx:
            return await take_use(
                tx,
                person_id,
                day=self._today(),
                daily=self._caps.daily,
                reader_daily=self._caps.reader_daily,
            )

    async def is_spent(self) -> bool:
        """Tell whether nobody may ask any more today."""
        async with self._db.read() as tx:
            return await count_uses(tx, day=self._today()) >= self._caps.daily

    def _today(self) -> int:
        return int(self._now()) // DAY
