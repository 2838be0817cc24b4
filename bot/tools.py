"""What the running bot works with: database, connections, processes; opened, closed in order."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram.ext import Application

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.transport import AiohttpRequest
from bot.news.fetch import Fetcher, user_agent
from bot.news.parse_pool import ParsePool
from bot.start import meet_telegram
from storage.database import Database, Durability


@dataclass(frozen=True, slots=True)
class Tools:
    """Opened before the parts and closed after them."""

    db: Database
    fetcher: Fetcher
    pool: ParsePool
    sends: AiohttpRequest
    updates: AiohttpRequest
    application: Application[Any, Any, Any, Any, Any, Any]
    bot_username: str
    chat: aiohttp.ClientSession | None = None  # where a summary model is set


@asynccontextmanager
async def open_tools(settings: Settings, clock: Clock) -> AsyncIterator[Tools]:
    """Open the database and the connections, and meet Telegram.

    Raises TokenRefused or a StorageError; waits while Telegram cannot be reached.
    """
    async with AsyncExitStack() as stack:
        durability: Durability = "FULL" if settings.database_durability == "full" else "NORMAL"
        db = await Database.open(settings.database_path, durability=durability)
        stack.push_async_callback(db.close)
        sends = AiohttpRequest(connections=256 if settings.messages_per_second > 100 else 64)
        updates = AiohttpRequest(connections=1)
        application = _application(settings, sends, updates)
        for close in (sends.shutdown, updates.shutdown, application.shutdown):
            stack.push_async_callback(close)
        username = await meet_telegram(application, clock)
        agent = user_agent(f"https://t.me/{username}")
        yield Tools(
            db=db,
            fetcher=await stack.enter_async_context(
                Fetcher(agent=agent, allow_private=settings.allow_private_networks)
            ),
            pool=await stack.enter_async_context(ParsePool()),
            sends=sends,
            updates=updates,
            application=application,
            bot_username=username,
            chat=(
                await stack.enter_async_context(aiohttp.ClientSession())
                if settings.summary_api_url
                else None
            ),
        )


def _application(
    settings: Settings, sends: AiohttpRequest, updates: AiohttpRequest
) -> Application[Any, Any, Any, Any, Any, Any]:
    """Make python-telegram-bot's application: routing and types; the loops are ours."""
    return (
        Application.builder()
        .token(settings.telegram_bot_token.get_secret_value())
        .base_url(f"{settings.telegram_api_url}/bot")
        .request(sends)
        .get_updates_request(updates)
        .updater(None)
        .build()
    )
