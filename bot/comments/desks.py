"""Where the loops around comments get their desks: each piece of work is one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.clock import Clock
from handlers.comment_desk import Desk
from handlers.texts import Catalogue
from handlers.turn import Setup
from storage.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Desks:
    """Opens a desk for work that no event asks for.

    `on_committed` is called after each commit: the sender has something to do.
    """

    db: Database
    setup: Setup
    texts: Catalogue
    clock: Clock
    on_committed: Callable[[], None]

    @property
    def now_ms(self) -> int:
        """The time."""
        return round(self.clock.now() * 1000)

    async def commit(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Do some work in one transaction, then tell the sender."""
        async with self.db.transaction() as tx:
            done = await work(Desk(tx, self.setup, self.texts, self.now_ms))
        self.on_committed()
        return done
