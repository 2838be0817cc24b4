"""Subscribers, the chats that receive articles, and what joins them to tags.

A subscription is a follow or a mute. Only an active subscriber receives posts; what it follows
stays while it is paused or unreachable.
"""

import json
from collections.abc import Iterable

from storage.database import Transaction
from storage.model import ChatKind, Language, Subscriber, SubscriberState, Subscription, Tag
from storage.outbox import recover_stranded

_COLUMNS = "chat_id, kind, state, language, language_chosen, name, pseudonym, created_at, state_at"


async def add_subscriber(
    tx: Transaction,
    chat_id: int,
    *,
    kind: ChatKind,
    language: Language,
    name: str | None,
    now: int,
) -> tuple[Subscriber, bool]:
    """Add a chat or bring it back to active; gives it and whether it is new.

    A language chosen in /settings stays.
    """
    known = await find_subscriber(tx, chat_id)
    row = await tx.one(
        "INSERT INTO subscribers (chat_id, kind, language, name, created_at, state_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (chat_id) DO UPDATE SET kind = excluded.kind,"
        " name = excluded.name,"
        " language = CASE WHEN language_chosen THEN language ELSE excluded.language END,"
        " state_at = CASE state WHEN 'active' THEN state_at ELSE excluded.state_at END,"
        f" state = 'active' RETURNING {_COLUMNS}",
        (chat_id, kind, language, name, now, now),
    )
    assert row is not None
    if known is not None and known.state == "unreachable":
        await recover_stranded(tx, chat_id)
    return _subscriber(row), known is None


async def find_subscriber(tx: Transaction, chat_id: int) -> Subscriber | None:
    """Give a subscriber, whatever its state."""
    row = await tx.one(f"SELECT {_COLUMNS} FROM subscribers WHERE chat_id = ?", (chat_id,))
    return None if row is None else _subscriber(row)


def _subscriber(row: Iterable[object]) -> Subscriber:
    chat_id, kind, state, language, chosen, *rest = row
    return Subscriber(chat_id, kind, state, language, bool(chosen), *rest)  # type: ignore[arg-type]


async def set_subscriber_state(
    tx: Transaction, chat_id: int, state: SubscriberState, *, now: int
) -> bool:
    """Pause, resume or mark unreachable; True when it was in another state.

    What is stranded in a chat that can be reached again is to be looked for.
    """
    changed = await tx.run(
        "UPDATE subscribers SET state = ?, state_at = ? WHERE chat_id = ? AND state <> ?",
        (state, now, chat_id, state),
    )
    if changed and state != "unreachable":
        await recover_stranded(tx, chat_id)
    return changed == 1


async def set_language(tx: Transaction, chat_id: int, language: Language) -> None:
    """Set the language that a reader chose; it wins from now on."""
    await tx.run(
        "UPDATE subscribers SET language = ?, language_chosen = 1 WHERE chat_id = ?",
        (language, chat_id),
    )


async def note_language(tx: Transaction, chat_id: int, language: Language) -> None:
    """Set the language of a reader's app; one chosen in /settings stays."""
    await tx.run(
        "UPDATE subscribers SET language = ? WHERE chat_id = ? AND language_chosen = 0",
        (language, chat_id),
    )


async def set_pseudonym(tx: Transaction, chat_id: int, pseudonym: str | None) -> None:
    """Set the name that signs a reader's comments."""
    await tx.run("UPDATE subscribers SET pseudonym = ? WHERE chat_id = ?", (pseudonym, chat_id))


async def move_subscriber(tx: Transaction, chat_id: int, new_chat_id: int) -> None:
    """Give a group that Telegram made a supergroup its new chat id, with all it follows.

    Where the new chat is a subscriber already, it gains what the old one followed.
    """
    if chat_id == new_chat_id:
        return
    if await find_subscriber(tx, new_chat_id) is None:
        await tx.run("UPDATE subscribers SET chat_id = ? WHERE chat_id = ?", (new_chat_id, chat_id))
    else:
        for table in ("subscriptions", "discussion_follows", "comment_mutes"):
            await tx.run(
                f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?",
                (new_chat_id, chat_id),
            )
        await tx.run("DELETE FROM subscribers WHERE chat_id = ?", (chat_id,))
    for table in ("dialogs", "summary_answers"):
        await tx.run(
            f"UPDATE OR REPLACE {table} SET chat_id = ? WHERE chat_id = ?", (new_chat_id, chat_id)
        )


async def follow_tag(tx: Transaction, chat_id: int, tag_id: int, *, now: int) -> bool:
    """Follow a tag, muted before or not; False when it was followed already."""
    return await _subscribe(tx, chat_id, tag_id, muted=False, now=now)


async def mute_tag(tx: Transaction, chat_id: int, tag_id: int, *, now: int) -> bool:
    """Mute a tag, followed before or not; False when it was muted already."""
    return await _subscribe(tx, chat_id, tag_id, muted=True, now=now)


async def _subscribe(tx: Transaction, chat_id: int, tag_id: int, *, muted: bool, now: int) -> bool:
    changed = await tx.run(
        "INSERT INTO subscriptions (tag_id, chat_id, muted, followed_at)"
        " SELECT coalesce(alias_of, id), ?, ?, ? FROM tags WHERE id = ?"
        " ON CONFLICT (tag_id, chat_id) DO UPDATE SET muted = excluded.muted,"
        " followed_at = excluded.followed_at WHERE muted <> excluded.muted",
        (chat_id, muted, now, tag_id),
    )
    return changed == 1


async def unfollow_tag(tx: Transaction, chat_id: int, tag_id: int) -> bool:
    """Drop a follow or a mute; False when there was none."""
    deleted = await tx.run(
        "DELETE FROM subscriptions WHERE chat_id = ?"
        " AND tag_id = (SELECT coalesce(alias_of, id) FROM tags WHERE id = ?)",
        (chat_id, tag_id),
    )
    return deleted == 1


async def list_subscriptions(
    tx: Transaction, chat_id: int, *, limit: int = 1000, offset: int = 0
) -> list[Subscription]:
    """Give what a chat follows, then what it mutes, each by label."""
    rows = await tx.all(
        "SELECT t.id, t.key, t.slug, t.label, t.articles, t.followers, t.last_article_at,"
        " s.muted, s.followed_at FROM subscriptions s JOIN tags t ON t.id = s.tag_id"
        " WHERE s.chat_id = ? ORDER BY s.muted, t.key LIMIT ? OFFSET ?",
        (chat_id, limit, offset),
    )
    return [Subscription(Tag(*row[:7]), bool(row[7]), row[8]) for row in rows]


async def count_subscriptions(tx: Transaction, chat_id: int) -> tuple[int, int]:
    """Count the tags that a chat follows and those it mutes."""
    row = await tx.one(
        "SELECT coalesce(sum(muted = 0), 0), coalesce(sum(muted), 0) FROM subscriptions"
        " WHERE chat_id = ?",
        (chat_id,),
    )
    assert row is not None
    return row[0], row[1]


async def find_marks(tx: Transaction, chat_id: int, tag_ids: Iterable[int]) -> dict[int, bool]:
    """Say which of some tags a chat follows (False) or mutes (True); the others are left out."""
    rows = await tx.all(
        "SELECT tag_id, muted FROM subscriptions WHERE chat_id = ?"
        " AND tag_id IN (SELECT value FROM json_each(?))",
        (chat_id, json.dumps(list(tag_ids))),
    )
    return {row["tag_id"]: bool(row["muted"]) for row in rows}
