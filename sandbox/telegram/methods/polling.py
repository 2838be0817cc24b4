"""getUpdates, and as much of webhooks as makes polling impossible."""

from __future__ import annotations

import re

from sandbox.telegram.errors import bad_request
from sandbox.telegram.links import LinkError, check_link
from sandbox.telegram.messages import Json
from sandbox.telegram.methods.query import Query

_INT32 = 2**31
_SECRET = re.compile(r"[A-Za-z0-9_-]*")


async def get_updates(query: Query) -> list[Json]:
    """Confirm and fetch updates."""
    updates = query.world.updates
    if "allowed_updates" in query.args.values:
        updates.allow(query.args.values["allowed_updates"])
    offset = query.args.integer("offset", 0, -_INT32, _INT32 - 1)
    limit = query.args.integer("limit", 100, 1, 100)
    timeout = query.args.integer("timeout", 0, 0, 50)
    before = updates.confirmed_offset
    try:
        return await updates.get(offset, limit, timeout)
    finally:
        query.call.applied = updates.confirmed_offset > before
        query.world.changes.ring()


async def set_webhook(query: Query) -> bool:
    """Set a webhook, which ends polling; nothing is ever delivered to it."""
    url = query.args.text("url")
    if not url:
        return await delete_webhook(query)
    try:
        url = check_link(url, https_only=True)
    except LinkError:
        raise bad_request("invalid webhook URL specified") from None
    secret = query.args.text("secret_token")
    if len(secret.encode()) > 256:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if "allowed_updates" in query.args.values:
        query.world.updates.allow(query.args.values["allowed_updates"])
    query.world.updates.webhook_url = url
    query.world.updates.stop_polling("terminated by setWebhook request")
    query.call.applied = True
    return True


async def delete_webhook(query: Query) -> bool:
    """Remove the webhook, and all pending updates if asked to."""
    query.world.updates.webhook_url = ""
    if query.args.boolean("drop_pending_updates"):
        query.world.updates.drop_all()
    query.call.applied = True
    return True


async def get_webhook_info(query: Query) -> Json:
    """Describe the webhook; its pending count serves polling bots too."""
    updates = query.world.updates
    return {
        "url": updates.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
    }
