"""An article's way into the outbox: one window of readers at a time, each window one statement.

The cursor commits with its window, so a crash neither skips a reader nor sends twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.database import Transaction
from storage.model import Lane, Language, Spread

WINDOW, LEAST_WINDOW = 5000, 1000  # rows of a window: some 15 ms of the writer's time
SHORT_SECONDS, LONG_SECONDS = 0.012, 0.025
_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class FanOut:
    """What one window put in the outbox, and whether it was the last."""

    rows: int
    done: bool


async def list_undistributed(tx: Transaction, *, limit: int) -> list[int]:
    """Give the articles that wait or are under way, oldest first."""
    rows = await tx.all(
        "SELECT id FROM articles WHERE spread IN (1, 2) ORDER BY id LIMIT ?", (limit,)
    )
    return [row[0] for row in rows]


async def fan_out(
    tx: Transaction,
    article_id: int,
    bodies: Mapping[Language, int],
    *,
    now_ms: int,
    window: int = WINDOW,
) -> FanOut:
    """Put the next window of an article's posts in the outbox and save the cursor.

    Active subscribers that follow one of its tags and mute none get it, in the body of their
    language, unless an article of the same story is on its way to them or has reached them.
    """
    rows = await tx.all(
        "SELECT a.spread, a.spread_cursor, coalesce(a.story_id, a.id) AS story, t.id, t.followers"
        " FROM articles a LEFT JOIN article_tags at ON at.article_id = a.id"
        " LEFT JOIN tags t ON t.id = at.tag_id WHERE a.id = ?",
        (article_id,),
    )
    if not rows or rows[0]["spread"] not in (Spread.WAITING, Spread.UNDER_WAY):
        return FanOut(0, True)
    low = _LOWEST if rows[0]["spread_cursor"] is None else rows[0]["spread_cursor"]
    followers = {row["id"]: row["followers"] for row in rows if row["id"] is not None}
    high = await _window_end(tx, followers, low, window)
    count = await _insert_window(
        tx, article_id, rows[0]["story"], bodies, low=low, high=high, now_ms=now_ms
    )
    done = high == _HIGHEST
    await tx.run(
        "UPDATE articles SET spread = ?, spread_cursor = ? WHERE id = ?",
        (Spread.DISTRIBUTED if done else Spread.UNDER_WAY, None if done else high, article_id),
    )
    return FanOut(count, done)


def next_window(window: int, seconds: float) -> int:
    """Give the rows to aim at after a window that held the writer so long.

    A machine that is busy with other things gets smaller ones: another writer waits for a whole.
    """
    if seconds > LONG_SECONDS:
        return max(LEAST_WINDOW, window // 2)
    return min(WINDOW, window * 2) if seconds < SHORT_SECONDS else window


async def _window_end(tx: Transaction, followers: Mapping[int, int], low: int, window: int) -> int:
    """Give the last chat id of the window after `low`.

    Each tag may give the window its share of followers, a tenth at least; the tag whose share is
    used up first ends the window. So it holds few more rows than wanted however followers lie.
    """
    total = sum(followers.values())
    least = max(1, window // 10)
    shares = [
        (tag_id, max(least, window * count // total) - 1)
        for tag_id, count in followers.items()
        if count >= least
    ]
    if not shares:
        return _HIGHEST
    # A compound SELECT may not have a LIMIT in its parts; a scalar subquery may.
    ends = ", ".join(
        [
            "(SELECT chat_id FROM subscriptions WHERE tag_id = ? AND chat_id > ?"
            " ORDER BY chat_id LIMIT 1 OFFSET ?)"
        ]
        * len(shares)
    )
    row = await tx.one(
        f"SELECT {ends}", [value for tag_id, share in shares for value in (tag_id, low, share)]
    )
    assert row is not None
    return min((end for end in row if end is not None), default=_HIGHEST)


async def _insert_window(
    tx: Transaction,
    article_id: int,
    story_id: int,
    bodies: Mapping[Language, int],
    *,
    low: int,
    high: int,
    now_ms: int,
) -> int:
    return await tx.run(
        "INSERT INTO outbox (chat_id, lane, method, body_id, article_id, once, due_ms)"
        " SELECT s.chat_id, :lane, 'sendMessage',"
        " CASE s.language WHEN 'fr' THEN :fr ELSE :en END, :article, :story, :now"
        " FROM subscribers s WHERE s.state = 'active' AND s.chat_id IN ("
        "  SELECT f.chat_id FROM article_tags at JOIN subscriptions f ON f.tag_id = at.tag_id"
        "  WHERE at.article_id = :article AND f.chat_id > :low AND f.chat_id <= :high"
        "  GROUP BY f.chat_id HAVING max(f.muted) = 0)"
        # The list of the story's other articles is made once for the window, and mostly empty.
        " AND NOT EXISTS (SELECT 1 FROM receipts r INDEXED BY receipts_article"
        "  WHERE r.chat_id = s.chat_id AND r.comment_id IS NULL AND r.article_id IN ("
        "  SELECT id FROM articles WHERE (story_id = :story OR id = :story) AND id <> :article))"
        " ON CONFLICT (chat_id, once) DO NOTHING",
        {
            "lane": Lane.POST,
            "fr": bodies["fr"],
            "en": bodies["en"],
            "article": article_id,
            "story": story_id,
            "low": low,
            "high": high,
            "now": now_ms,
        },
    )
