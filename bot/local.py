"""The database as the shell commands open it: beside a running bot, closed at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import LocalSettings
from storage.database import Database


@asynccontextmanager
async def open_database(settings: LocalSettings) -> AsyncIterator[Database]:
    """Open the settings' database for one command."""
    database = await Database.open(settings.database_path, readers=1)
    try:
        yield database
    finally:
        await database.close()
