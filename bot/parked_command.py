"""`relais parked …`: what was given up on, listed and tried again from the shell."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.config import load_local_settings
from bot.local import open_database
from storage.errors import RelaisError
from storage.parked import ParkedKind, find_kind, list_parked, retry_all_parked, retry_parked

MOST_LISTED = 1000


async def show() -> int:
    """Print a line for each thing: its name, when, whose, why."""
    async with open_database(load_local_settings()) as db, db.read() as tx:
        items = await list_parked(tx, limit=MOST_LISTED)
    for item in items:
        chat = "" if item.chat_id is None else f"  chat {item.chat_id}"
        what = f"  {item.what}" if item.what else ""
        final = "" if item.can_retry else "  (not to be tried again)"
        at = datetime.fromtimestamp(item.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        print(f"{item.kind}:{item.id}  {at}{chat}{what}  {item.reason}{final}")
    if not items:
        print("Nothing has been given up on.")
    return 0


async def retry(names: Sequence[str], *, everything: bool) -> int:
    """Let things be tried again; 1 when one of those named cannot be."""
    if not names and not everything:
        raise RelaisError("Name what to try again, as `relais parked list` does, or give --all.")
    chosen = [_parse(name) for name in names]
    now_ms = time.time_ns() // 1_000_000
    count, failed = 0, []
    async with open_database(load_local_settings()) as db, db.transaction() as tx:
        if everything:
            count = await retry_all_parked(tx, now_ms=now_ms)
        for kind, item_id in chosen:
            if await retry_parked(tx, kind, item_id, now_ms=now_ms):
                count += 1
            elif not everything:
                failed.append(f"{kind}:{item_id}")
    for name in failed:
        print(f"{name} is not there, or not to be tried again. See: relais parked list")
    print(f"{count} will be tried again by the running bot, or at its next start.")
    return int(bool(failed))


def _parse(name: str) -> tuple[ParkedKind, int]:
    kind, _, number = name.partition(":")
    known = find_kind(kind)
    if known is None or not number.isdecimal():
        raise RelaisError(f"{name} is no name as `relais parked list` gives it (message:12).")
    return known, int(number)
