"""Full-text search over articles: what is indexed, and what a person's words find.

The index keeps no text, so an entry is taken out with exactly the words that were put in.
"""

from storage.articles import load_articles
from storage.database import Transaction
from storage.model import Article
from storage.search_words import match_expression

REACH = 500  # newest matches that are put in order of publication; common words have more


async def search_articles(
    tx: Transaction, query: str, *, limit: int, offset: int = 0
) -> list[Article]:
    """Give the articles that hold every word of a query, newest first.

    The last word also finds longer ones. A story told by several feeds comes once. Beyond the
    `REACH` newest matches nothing is found, so that a common word costs no more than a rare one.
    """
    expression = match_expression(query)
    if expression is None:
        return []
    rows = await tx.all(
        "WITH hits AS MATERIALIZED (SELECT rowid AS id FROM articles_fts"
        " WHERE articles_fts MATCH ? ORDER BY rowid DESC LIMIT ?)"
        " SELECT a.id FROM hits JOIN articles a ON a.id = hits.id"
        " WHERE a.story_id IS NULL OR a.story_id NOT IN (SELECT id FROM hits)"
        " ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?",
        (expression, REACH, limit, offset),
    )
    return await load_articles(tx, [row[0] for row in rows])
