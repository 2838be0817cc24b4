"""Upkeep of the full-text index: the words of each article, and beside it all long words.

The index keeps no text, so an entry is taken out with exactly the words that were put in.
"""

import json
from collections.abc import Mapping, Sequence

from storage.database import Transaction
from storage.search_words import LONGEST_BEGINNING, index_words

MOST_LONGER = 32  # words that one beginning stands for


async def add_to_index(tx: Transaction, texts: Mapping[int, Sequence[str]]) -> None:
    """Index articles that are not there; their texts go by their ids."""
    entries = [(article_id, index_words(*parts)) for article_id, parts in texts.items()]
    await tx.many("INSERT INTO articles_fts (rowid, words) VALUES (?, ?)", entries)
    words = {word for _, entry in entries for word in entry.split()}
    await tx.run(
        "INSERT OR IGNORE INTO long_words (word) SELECT value FROM json_each(?)",
        (json.dumps(sorted(word for word in words if len(word) > LONGEST_BEGINNING)),),
    )


async def take_from_index(tx: Transaction, article_id: int, texts: Sequence[str]) -> None:
    """Take out an article that was indexed with these texts."""
    await tx.run(
        "INSERT INTO articles_fts (articles_fts, rowid, words) VALUES ('delete', ?, ?)",
        (article_id, index_words(*texts)),
    )


async def find_longer(tx: Transaction, beginning: str) -> list[str]:
    """Give the words with a beginning that is too long for the index, the shortest first."""
    rows = await tx.all(
        "SELECT word FROM long_words WHERE word >= ? AND word < ? ORDER BY length(word), word"
        " LIMIT ?",
        (beginning, f"{beginning}\U0010ffff", MOST_LONGER),
    )
    return [row[0] for row in rows]
