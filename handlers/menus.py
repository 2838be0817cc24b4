"""Telegram's command menus: each is sent again only when it changed."""

import json
from collections.abc import Sequence
from hashlib import sha256

from handlers.command_table import CommandRow, command_lists
from handlers.texts import Catalogue
from handlers.turn import Setup
from storage.database import Transaction
from storage.facts import get_fact, set_fact
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.subscribers import find_subscriber


async def send_menus(
    tx: Transaction, rows: Sequence[CommandRow], texts: Catalogue, setup: Setup, *, now_ms: int
) -> None:
    """Send Telegram the menus that changed; an operator's own once their chat is known."""
    for menu in command_lists(rows, texts, setup):
        chat_id = int(str(menu.scope.get("chat_id", 0)))
        if chat_id in setup.admin_ids and await find_subscriber(tx, chat_id) is None:
            continue
        payload = menu.payload()
        digest = sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        name = f"menu:{chat_id}:{menu.language_code}"
        if await get_fact(tx, name) != digest:
            await set_fact(tx, name, digest)
            await enqueue(tx, Draft(chat_id, Lane.REPLY, "setMyCommands", payload), now_ms=now_ms)
