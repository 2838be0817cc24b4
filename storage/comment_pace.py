"""How much was written lately, and whether the same was said before: what the rules ask."""

from dataclasses import dataclass

from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Lately:
    """Comments within a window: how many, and when the oldest was written (0 for none)."""

    count: int
    oldest_at: int


async def count_by_author(tx: Transaction, author_id: int, *, since: int) -> Lately:
    """Count what an author wrote since then."""
    return await _count(tx, "author_id = :id AND created_at > :since", author_id, since)


async def count_on_article(tx: Transaction, article_id: int, *, since: int) -> Lately:
    """Count what was written on an article since then."""
    return await _count(tx, "article_id = :id AND created_at > :since", article_id, since)


async def count_everywhere(tx: Transaction, *, since: int) -> Lately:
    """Count what everybody wrote since then."""
    return await _count(tx, "created_at > :since", 0, since)


async def _count(tx: Transaction, condition: str, subject: int, since: int) -> Lately:
    row = await tx.one(
        f"SELECT count(*), min(created_at) FROM comments WHERE {condition}",
        {"id": subject, "since": since},
    )
    return Lately(0, 0) if row is None else Lately(row[0], row[1] or 0)


async def is_said_already(
    tx: Transaction,
    author_id: int,
    article_id: int,
    parent_id: int | None,
    text_key: str,
    *,
    but: int | None,
) -> bool:
    """Say whether an author said the same in the same place and did not take it back.

    `but` is a comment that does not count: the one being edited.
    """
    return bool(
        await tx.value(
            "SELECT 1 FROM comment_revisions r JOIN comments c ON c.id = r.comment_id"
            " WHERE r.text_key = ? AND r.text_key <> '' AND c.author_id = ? AND c.article_id = ?"
            " AND c.parent_id IS ? AND c.id IS NOT ? AND r.number = c.revision"
            " AND c.state NOT IN ('withdrawn', 'expired') LIMIT 1",
            (text_key, author_id, article_id, parent_id, but),
        )
    )


async def count_repeats(tx: Transaction, text_key: str, *, since: int, but: int | None) -> int:
    """Count the comments that said the same anywhere since then, but for one."""
    return int(
        await tx.value(
            "SELECT count(DISTINCT comment_id) FROM comment_revisions"
            " WHERE text_key = ? AND text_key <> '' AND created_at > ? AND comment_id IS NOT ?",
            (text_key, since, but),
        )
    )
