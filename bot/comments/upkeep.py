"""What time does to comments: undecided ones expire, copies out of reach are tried again."""

import logging
from collections.abc import Callable

from bot.clock import Clock
from handlers.comment_desk import Desk
from handlers.comment_effects import close_expired
from handlers.texts import Catalogue
from handlers.turn import Setup
from storage.comment_decisions import list_expired
from storage.comment_relays import compare_lost_again
from storage.comment_views import delete_old_views
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

DAY = 86_400
VIEW_DAYS = 90  # an answer to an older question leads nowhere


class Upkeep:
    """Rung by a bell; each round may be missed or done twice."""

    def __init__(
        self,
        db: Database,
        setup: Setup,
        texts: Catalogue,
        clock: Clock,
        on_committed: Callable[[], None],
    ) -> None:
        self._db = db
        self._setup = setup
        self._texts = texts
        self._clock = clock
        self._on_committed = on_committed

    async def tidy(self) -> None:
        """Do a round; trouble with the database waits for the next bell."""
        try:
            await self._do_round()
        except StorageError as error:
            log.error("upkeep_waits", extra={"reason": str(error)})

    async def _do_round(self) -> None:
        """Expire what nobody decided, and bring back to the relay what could not be removed."""
        now_ms = round(self._clock.now() * 1000)
        before = now_ms // 1000 - self._setup.comment_rules.expiry_days * DAY
        async with self._db.read() as tx:
            expired = await list_expired(tx, before=before)
        for comment_id in expired:
            async with self._db.transaction() as tx:
                desk = Desk(tx, self._setup, self._texts, now_ms)
                await close_expired(desk, comment_id, before=before)
        async with self._db.transaction() as tx:
            await compare_lost_again(tx, now_ms=now_ms)
            await delete_old_views(tx, before=now_ms // 1000 - VIEW_DAYS * DAY)
        self._on_committed()
