"""`relais backup FILE`: a consistent copy of a live database."""

from pathlib import Path

from bot.config import load_local_settings
from storage.backup import back_up_database


async def back_up(file: Path) -> int:
    """Copy the database; raises a StorageError when it cannot be, and leaves no half copy."""
    settings = load_local_settings()
    size = await back_up_database(settings.database_path, file)
    print(
        f"{file}: {size / 1_000_000:.1f} MB, checked. To restore it, stop the bot and copy it back."
    )
    return 0
