"""`relais tags …`: tags that are one topic under two names, made one from the shell."""

from bot.config import load_local_settings
from bot.local import open_database
from storage.errors import RelaisError
from storage.tags import add_tag, find_tag, list_aliases, set_alias

MOST_LISTED = 10_000


async def alias(old: str, new: str) -> int:
    """Make one tag another name for a second: its articles and followers move over."""
    async with open_database(load_local_settings()) as db, db.transaction() as tx:
        target = await find_tag(tx, new)
        if target is None:
            raise RelaisError(f"There is no tag {new!r}; an alias points to a tag that exists.")
        tag = await add_tag(tx, old)
        if tag is None:
            raise RelaisError(f"{old!r} names no tag.")
        if tag.id == target.id:
            raise RelaisError(f"{old!r} and {new!r} are one tag already.")
        await set_alias(tx, tag.id, target.id)
    moved = f"moved: articles {tag.articles}, followers {tag.followers}"
    print(f"{tag.label} is now another name for {target.label} ({moved}).")
    return 0


async def show_aliases() -> int:
    """Print each alias with the tag that it points to."""
    async with open_database(load_local_settings()) as db, db.read() as tx:
        aliases = await list_aliases(tx, limit=MOST_LISTED)
    for old, new in aliases:
        print(f"{old} → {new}")
    if not aliases:
        print("No alias yet. Add one: relais tags alias OLD TAG")
    return 0
