"""The newest articles: of all feeds, of a tag, of what a reader follows.

Ids follow arrival, not publication: each list takes the newest ids it may need, then orders them
by publication. A story told by several feeds comes once.
"""

from storage.articles import load_articles
from storage.database import Transaction
from storage.model import Article

REACH = 300  # newest articles of a tag that are put in order of publication


async def list_latest(tx: Transaction, *, limit: int, offset: int = 0) -> list[Article]:
    """Give the newest articles of all feeds."""
    rows = await tx.all(
        "SELECT id FROM articles WHERE story_id IS NULL ORDER BY published_at DESC, id DESC"
        " LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return await load_articles(tx, [row[0] for row in rows])


async def list_latest_of_tag(
    tx: Transaction, tag_id: int, *, limit: int, offset: int = 0
) -> list[Article]:
    """Give the newest articles that carry a tag."""
    rows = await tx.all(
        "WITH hits AS MATERIALIZED (SELECT article_id AS id FROM article_tags"
        " WHERE tag_id = (SELECT coalesce(alias_of, id) FROM tags WHERE id = ?)"
        " ORDER BY article_id DESC LIMIT ?)"
        " SELECT a.id FROM hits JOIN articles a ON a.id = hits.id"
        " WHERE a.story_id IS NULL OR a.story_id NOT IN (SELECT id FROM hits)"
        " ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?",
        (tag_id, REACH, limit, offset),
    )
    return await load_articles(tx, [row[0] for row in rows])


async def list_latest_for(
    tx: Transaction, chat_id: int, *, limit: int, offset: int = 0
) -> list[Article]:
    """Give the newest articles that carry a tag the chat follows and none that it mutes."""
    rows = await tx.all(
        "WITH hits AS MATERIALIZED (SELECT DISTINCT at.article_id AS id"
        " FROM subscriptions s JOIN article_tags at ON at.tag_id = s.tag_id"
        " WHERE s.chat_id = :chat AND s.muted = 0 AND at.article_id IN ("
        "  SELECT article_id FROM article_tags WHERE tag_id = s.tag_id"
        "  ORDER BY article_id DESC LIMIT :reach))"
        " SELECT a.id FROM hits JOIN articles a ON a.id = hits.id"
        " WHERE (a.story_id IS NULL OR a.story_id NOT IN (SELECT id FROM hits))"
        " AND NOT EXISTS (SELECT 1 FROM article_tags mt JOIN subscriptions m"
        "  ON m.tag_id = mt.tag_id AND m.chat_id = :chat AND m.muted = 1"
        "  WHERE mt.article_id = a.id)"
        " ORDER BY a.published_at DESC, a.id DESC LIMIT :limit OFFSET :offset",
        {"chat": chat_id, "reach": REACH, "limit": limit, "offset": offset},
    )
    return await load_articles(tx, [row[0] for row in rows])
