"""What happens once at start: Telegram is asked who we are, feeds and menus are brought in step."""

import json
import logging
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.clock import Clock
from handlers import command_table
from handlers.command_table import command_lists
from handlers.texts import Catalogue
from handlers.turn import Setup
from storage.database import Database
from storage.errors import TokenRefused
from storage.facts import get_fact, set_fact
from storage.feeds import add_feed, find_feed
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.subscribers import find_subscriber

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


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
                log.warning("telegram_unreachable", extra={"reason": type(error).__name__})
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


async def send_menus(db: Database, texts: Catalogue, setup: Setup, *, now: int) -> None:
    """Send Telegram the command menus that changed; a chat's own once the chat is known."""
    async with db.transaction() as tx:
        for menu in command_lists(command_table(setup.features), texts, setup):
            chat_id = int(str(menu.scope.get("chat_id", 0)))
            if chat_id in setup.admin_ids and await find_subscriber(tx, chat_id) is None:
                continue
            payload = menu.payload()
            digest = sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
            name = f"menu:{chat_id}:{menu.language_code}"
            if await get_fact(tx, name) != digest:
                await set_fact(tx, name, digest)
                draft = Draft(chat_id, Lane.REPLY, "setMyCommands", payload)
                await enqueue(tx, draft, now_ms=now * 1000)
