"""What happens once at start: Telegram is asked who we are, feeds are brought in step."""

import logging
from collections.abc import Iterable
from typing import Any

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.clock import Clock
from bot.delivery.transport import say_trouble
from storage.database import Database
from storage.errors import TokenRefused
from storage.feeds import add_feed, find_feed

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0


async def meet_telegram(
    application: Application[Any, Any, Any, Any, Any, Any], clock: Clock
) -> str:
    """Ask Telegram who we are, as long as it takes; gives the bot's username.

    Raises TokenRefused when Telegram does not know the token.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            await application.initialize()
            return str(application.bot.username)
        except InvalidToken:
            raise TokenRefused from None
        except (NetworkError, RetryAfter, Conflict) as error:
            if pause == FIRST_PAUSE:
                log.warning("telegram_unreachable", extra={"reason": say_trouble(error)})
        except TelegramError as error:
            log.warning("telegram_refuses", extra={"reason": error.message})
        await clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def add_feeds(db: Database, urls: Iterable[str], *, now: int) -> None:
    """Add the feeds of the settings that were never there; a removed one stays removed."""
    async with db.transaction() as tx:
        for url in urls:
            if await find_feed(tx, url) is None:
                await add_feed(tx, url, now=now)
