"""Discussions: who follows an article's comments, and what readers see of them."""

from dataclasses import dataclass

from storage.comment_model import ThreadLine
from storage.comments import wording_of
from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Place:
    """Where a comment stands in a discussion: its id and the length of its text."""

    comment_id: int
    length: int


async def follow_discussion(tx: Transaction, article_id: int, chat_id: int, *, now_ms: int) -> bool:
    """Let a chat receive an article's comments from now on; False when it does."""
    return (
        await tx.run(
            "INSERT OR IGNORE INTO discussion_follows (article_id, chat_id, since_ms)"
            " VALUES (?, ?, ?)",
            (article_id, chat_id, now_ms),
        )
        == 1
    )


async def unfollow_discussion(tx: Transaction, article_id: int, chat_id: int) -> bool:
    """Let a chat receive no further comments on an article; False when it did not."""
    return (
        await tx.run(
            "DELETE FROM discussion_follows WHERE article_id = ? AND chat_id = ?",
            (article_id, chat_id),
        )
        == 1
    )


async def follows_discussion(tx: Transaction, article_id: int, chat_id: int) -> bool:
    """Say whether a chat receives an article's comments."""
    return bool(
        await tx.value(
            "SELECT 1 FROM discussion_follows WHERE article_id = ? AND chat_id = ?",
            (article_id, chat_id),
        )
    )


async def get_discussed_article(tx: Transaction, article_id: int) -> int:
    """Give the article whose discussion this one shares: the first of its story."""
    story = await tx.value("SELECT story_id FROM articles WHERE id = ?", (article_id,))
    return article_id if story is None else int(story)


async def count_shown(tx: Transaction, article_id: int) -> int:
    """Count the comments that readers of an article see."""
    return int(
        await tx.value(
            "SELECT count(*) FROM comments WHERE article_id = ? AND shown IS NOT NULL",
            (article_id,),
        )
    )


async def list_places(tx: Transaction, article_id: int, *, muted_by: int) -> list[Place]:
    """Give the places of a discussion, oldest first, without the people a chat muted."""
    rows = await tx.all(
        "SELECT c.id, length(r.text) AS length FROM comments c"
        " JOIN comment_revisions r ON r.comment_id = c.id AND r.number = c.shown"
        " WHERE c.article_id = ? AND c.shown IS NOT NULL AND NOT EXISTS (SELECT 1"
        "  FROM comment_mutes m WHERE m.chat_id = ? AND m.author_id = c.author_id) ORDER BY c.id",
        (article_id, muted_by),
    )
    return [Place(row["id"], row["length"]) for row in rows]


async def get_thread_lines(tx: Transaction, comment_ids: list[int]) -> list[ThreadLine]:
    """Give the shown wordings of comments, in the order of the ids; unshown ones are left out."""
    rows = await tx.all(
        "SELECT c.id, c.parent_id, c.created_at, r.name, r.text, r.entities, r.text_key"
        " FROM comments c JOIN comment_revisions r ON r.comment_id = c.id AND r.number = c.shown"
        f" WHERE c.id IN ({', '.join('?' for _ in comment_ids)})",
        comment_ids,
    )
    lines = {
        row["id"]: ThreadLine(row["id"], row["parent_id"], wording_of(row), row["created_at"])
        for row in rows
    }
    return [lines[comment_id] for comment_id in comment_ids if comment_id in lines]
