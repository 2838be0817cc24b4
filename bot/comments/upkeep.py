"""What time does to comments: undecided ones expire, copies out of reach are tried again."""

import logging
from functools import partial

from bot.comments.desks import Desks
from handlers.comment_desk import Desk
from handlers.comment_effects import close_expired
from handlers.moderation_cards import empty_refused_rollups
from storage.comment_decisions import list_expired
from storage.comment_relays import compare_lost_again
from storage.comment_views import delete_old_views
from storage.errors import StorageError

log = logging.getLogger(__name__)

DAY = 86_400
VIEW_DAYS = 90  # an answer to an older question leads nowhere


class Upkeep:
    """Rung by a bell; each round may be missed or done twice."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def tidy(self) -> None:
        """Do a round; trouble with the database waits for the next bell."""
        try:
            await self._do_round()
        except StorageError as error:
            log.error("upkeep_waits", extra={"reason": str(error)})

    async def _do_round(self) -> None:
        """Expire what nobody decided, and take up again what could not be removed."""
        before = self._desks.now_ms // 1000 - self._desks.setup.comment_rules.expiry_days * DAY
        async with self._desks.db.read() as tx:
            expired = await list_expired(tx, before=before)
        for comment_id in expired:
            await self._desks.commit(partial(close_expired, comment_id=comment_id, before=before))
        await self._desks.commit(_tidy_messages)


async def _tidy_messages(desk: Desk) -> None:
    await compare_lost_again(desk.tx, now_ms=desk.now_ms)
    await empty_refused_rollups(desk)
    await delete_old_views(desk.tx, before=desk.now - VIEW_DAYS * DAY)
