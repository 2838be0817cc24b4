"""Who moderates: the moderators' chat is asked for its admins, who may not have acted yet.

Else an appeal would go to the moderator who rejected, whenever the others have been silent so far.
Members who are no admins become known by what they do there.
"""

import asyncio
import logging

from telegram import Bot, ChatMember
from telegram.error import TelegramError

from bot.comments.desks import Desks
from handlers.comment_desk import Desk
from storage.comment_people import join_moderators

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 5.0


class RollCall:
    """Asked at start and once an hour; without an answer, what was known stays."""

    def __init__(self, desks: Desks, bot: Bot) -> None:
        self._desks = desks
        self._bot = bot

    async def ask(self) -> None:
        """Note who leads the moderators' chat, where it is a group."""
        chat_id = await self._desks.commit(Desk.moderation_chat)
        if chat_id is None or chat_id > 0:
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                admins = await self._bot.get_chat_administrators(chat_id)
        except (TelegramError, TimeoutError) as error:
            log.warning("moderators_unknown", extra={"reason": type(error).__name__})
            return
        await self._desks.commit(lambda desk: _note(desk, admins))


async def _note(desk: Desk, admins: tuple[ChatMember, ...]) -> None:
    for user in (admin.user for admin in admins):
        if not user.is_bot:
            await join_moderators(desk.tx, user.id, user.first_name, now=desk.now)
