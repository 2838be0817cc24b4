"""Feeds: which are there, which are due, and how they fare.

A poll is claimed for a while, so that no feed is polled twice at once; what a poll found and
the validators that vouch for it are saved in one transaction.
"""

import json
from collections.abc import Iterable, Sequence

from storage.database import Transaction
from storage.model import Feed, FeedHealth, Polled

_COLUMNS = (
    "id, url, title, site_url, language, state, backlog_at, next_poll_at, etag, last_modified,"
    " body_hash, clean_hash, last_polled_at, last_success_at, last_new_at, full_poll_at, errors,"
    " error_code, wish_seconds, redirect_url, redirect_seen, redirect_since, added_by, added_at"
)


async def add_feed(
    tx: Transaction,
    url: str,
    *,
    now: int,
    title: str | None = None,
    site_url: str | None = None,
    language: str | None = None,
    added_by: int | None = None,
) -> tuple[Feed, bool]:
    """Add a feed, due at once; gives it and whether it was not there.

    One that was removed or gone comes back as if new: its first poll is backlog again.
    """
    feed = await find_feed(tx, url)
    if feed is not None and feed.state == "active":
        return feed, False
    row = await tx.one(
        "INSERT INTO feeds (url, title, site_url, language, next_poll_at, added_by, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET state = 'active', backlog_at = NULL,"
        " next_poll_at = excluded.next_poll_at, claimed_until = 0, etag = NULL,"
        " last_modified = NULL, body_hash = NULL, clean_hash = NULL, errors = 0,"
        " error_code = NULL, redirect_url = NULL, redirect_seen = 0, redirect_since = NULL,"
        " added_by = excluded.added_by, added_at = excluded.added_at"
        f" RETURNING {_COLUMNS}",
        (url, title, site_url, language, now, added_by, now),
    )
    assert row is not None
    return Feed(*row), True


async def get_feed(tx: Transaction, feed_id: int) -> Feed:
    """Give a feed that is known to exist."""
    row = await tx.one(f"SELECT {_COLUMNS} FROM feeds WHERE id = ?", (feed_id,))
    if row is None:
        raise LookupError(f"no feed {feed_id}")
    return Feed(*row)


async def find_feed(tx: Transaction, url: str) -> Feed | None:
    """Give the feed of an address, whatever its state."""
    row = await tx.one(f"SELECT {_COLUMNS} FROM feeds WHERE url = ?", (url,))
    return None if row is None else Feed(*row)


async def list_feeds(tx: Transaction) -> list[Feed]:
    """Give the feeds that were not removed, by title."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM feeds WHERE state <> 'removed'"
        " ORDER BY coalesce(title, url) COLLATE NOCASE, id"
    )
    return [Feed(*row) for row in rows]


async def list_feed_health(tx: Transaction) -> list[FeedHealth]:
    """Give the feeds that were not removed with what they gave so far, by title."""
    rows = await tx.all(
        f"SELECT {_COLUMNS}, (SELECT count(*) FROM articles WHERE feed_id = feeds.id)"
        " FROM feeds WHERE state <> 'removed' ORDER BY coalesce(title, url) COLLATE NOCASE, id"
    )
    return [FeedHealth(Feed(*row[:-1]), row[-1]) for row in rows]


async def list_silent_feeds(tx: Transaction, *, before: int) -> list[Feed]:
    """Give active feeds that answer but have brought nothing new since `before`."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM feeds WHERE state = 'active' AND errors = 0"
        " AND backlog_at IS NOT NULL AND coalesce(last_new_at, backlog_at) < ? ORDER BY id",
        (before,),
    )
    return [Feed(*row) for row in rows]


async def list_failing_feeds(tx: Transaction, *, before: int) -> list[Feed]:
    """Give active feeds that fail and have not answered well since `before`."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM feeds WHERE state = 'active' AND errors > 0"
        " AND coalesce(last_success_at, added_at) < ? ORDER BY id",
        (before,),
    )
    return [Feed(*row) for row in rows]


async def claim_due_feeds(
    tx: Transaction, *, now: int, limit: int, lease_seconds: int
) -> list[Feed]:
    """Take feeds that are due and not being polled, the longest due first.

    The claim ends with a recorded poll, or by itself after `lease_seconds`.
    """
    rows = await tx.all(
        "UPDATE feeds SET claimed_until = ? WHERE id IN ("
        " SELECT id FROM feeds WHERE state = 'active' AND next_poll_at <= ?"
        " AND claimed_until <= ? ORDER BY next_poll_at LIMIT ?)"
        f" RETURNING {_COLUMNS}",
        (now + lease_seconds, now, now, limit),
    )
    return sorted((Feed(*row) for row in rows), key=lambda feed: (feed.next_poll_at, feed.id))


async def release_feeds(tx: Transaction, feed_ids: Sequence[int] | None = None) -> None:
    """End the claims of a process before this one, or those of some feeds."""
    chosen = "" if feed_ids is None else " AND id IN (SELECT value FROM json_each(?))"
    await tx.run(
        f"UPDATE feeds SET claimed_until = 0 WHERE claimed_until > 0{chosen}",
        () if feed_ids is None else (json.dumps(feed_ids),),
    )


async def postpone_feed(tx: Transaction, feed_id: int, *, next_poll_at: int) -> None:
    """Give a claimed feed back unpolled (its host asks for patience, or we stop)."""
    await tx.run(
        "UPDATE feeds SET claimed_until = 0, next_poll_at = ? WHERE id = ?",
        (next_poll_at, feed_id),
    )


async def find_next_poll(tx: Transaction) -> int | None:
    """Give when the next active feed is due."""
    due = await tx.value("SELECT min(next_poll_at) FROM feeds WHERE state = 'active'")
    return None if due is None else int(due)


_RECORD_POLL = (
    "UPDATE feeds SET claimed_until = 0, next_poll_at = :next_poll_at,"
    " title = coalesce(:title, title), site_url = coalesce(:site_url, site_url),"
    " language = coalesce(:language, language), etag = :etag,"
    " last_modified = :last_modified, body_hash = :body_hash, clean_hash = :clean_hash,"
    " wish_seconds = :wish_seconds,"
    " backlog_at = coalesce(backlog_at, :now), last_polled_at = :now,"
    " last_success_at = :now, errors = 0, error_code = NULL,"
    " last_new_at = CASE WHEN :new_articles > 0 THEN :now ELSE last_new_at END,"
    " full_poll_at = CASE WHEN :full THEN :now ELSE full_poll_at END"
)


async def record_poll(tx: Transaction, feed_id: int, polled: Polled, *, now: int) -> None:
    """Record a poll that brought the feed; the first one ends the backlog."""
    await tx.run(f"{_RECORD_POLL} WHERE id = :id", _poll_values(feed_id, polled, now))


async def record_unchanged(
    tx: Transaction, polls: Iterable[tuple[int, Polled]], *, now: int
) -> None:
    """Record polls, by feed, that found nothing new at the feed's own address.

    A feed that is not active any more stays as it is.
    """
    await tx.many(
        f"{_RECORD_POLL}, redirect_url = NULL, redirect_seen = 0, redirect_since = NULL"
        " WHERE id = :id AND state = 'active'",
        [_poll_values(feed_id, polled, now) for feed_id, polled in polls],
    )


def _poll_values(feed_id: int, polled: Polled, now: int) -> dict[str, object]:
    return {
        "id": feed_id,
        "now": now,
        "next_poll_at": polled.next_poll_at,
        "title": polled.title,
        "site_url": polled.site_url,
        "language": polled.language,
        "etag": polled.etag,
        "last_modified": polled.last_modified,
        "body_hash": polled.body_hash,
        "clean_hash": polled.clean_hash,
        "wish_seconds": polled.wish_seconds,
        "new_articles": polled.new_articles,
        "full": polled.full,
    }


async def record_poll_failure(
    tx: Transaction, feed_id: int, code: str, *, now: int, next_poll_at: int
) -> int:
    """Record a poll that failed; gives how many failed in a row."""
    errors = await tx.value(
        "UPDATE feeds SET claimed_until = 0, next_poll_at = ?, last_polled_at = ?,"
        " errors = errors + 1, error_code = ? WHERE id = ? RETURNING errors",
        (next_poll_at, now, code, feed_id),
    )
    return int(errors or 0)


async def mark_gone(tx: Transaction, feed_id: int, *, now: int) -> None:
    """Stop polling a feed that its publisher closed for good."""
    await tx.run(
        "UPDATE feeds SET state = 'gone', claimed_until = 0, last_polled_at = ?,"
        " errors = errors + 1, error_code = 'gone' WHERE id = ?",
        (now, feed_id),
    )


async def remove_feed(tx: Transaction, feed_id: int) -> None:
    """Stop polling a feed that an operator does not want; its articles stay."""
    await tx.run("UPDATE feeds SET state = 'removed', claimed_until = 0 WHERE id = ?", (feed_id,))


async def record_redirect(tx: Transaction, feed_id: int, url: str, *, now: int) -> tuple[int, int]:
    """Count a permanent redirect; gives how often in a row and since when this one was seen."""
    row = await tx.one(
        "UPDATE feeds SET"
        " redirect_seen = CASE WHEN redirect_url IS :url THEN redirect_seen + 1 ELSE 1 END,"
        " redirect_since = CASE WHEN redirect_url IS :url THEN redirect_since ELSE :now END,"
        " redirect_url = :url WHERE id = :id RETURNING redirect_seen, redirect_since",
        {"url": url, "now": now, "id": feed_id},
    )
    return (0, now) if row is None else (row[0], row[1])


async def clear_redirect(tx: Transaction, feed_id: int) -> None:
    """Forget a redirect: the feed answers at its own address again."""
    await tx.run(
        "UPDATE feeds SET redirect_url = NULL, redirect_seen = 0, redirect_since = NULL"
        " WHERE id = ? AND redirect_url IS NOT NULL",
        (feed_id,),
    )


async def move_feed(tx: Transaction, feed_id: int, url: str) -> bool:
    """Give a feed its new address; False, and nothing done, where another feed has it."""
    if await find_feed(tx, url) is not None:
        return False
    await tx.run(
        "UPDATE feeds SET url = ?, redirect_url = NULL, redirect_seen = 0, redirect_since = NULL"
        " WHERE id = ?",
        (url, feed_id),
    )
    return True
