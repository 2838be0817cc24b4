"""Full-text search over articles: what a person's words find.

Every question to the index is bounded: matches are read newest first and only so far.
"""

import json
from dataclasses import dataclass

from storage.articles import load_articles
from storage.database import Transaction
from storage.model import Article
from storage.search_index import find_longer
from storage.search_words import LONGEST_BEGINNING, Query, parse_query


@dataclass(frozen=True, slots=True)
class Effort:
    """How far a search goes; among fewer articles than these nothing is left out."""

    reach: int = 200  # newest matches that are put in order of publication; common words have more
    few: int = 50  # articles that hold the last word: with fewer it may also be a beginning
    sample: int = 200  # newest matches of a word that tell how common it is


async def search_articles(
    tx: Transaction, query: str, *, limit: int, offset: int = 0, effort: Effort | None = None
) -> list[Article]:
    """Give the articles that hold every word of a query, newest first.

    A last word that few articles hold also finds longer ones. A story told by several feeds
    comes once. Beyond the newest matches that are within reach nothing is found.
    """
    sought = parse_query(query)
    if sought is None:
        return []
    hits = json.dumps(await _find(tx, sought, effort or Effort()))
    rows = await tx.all(
        "WITH hits AS MATERIALIZED (SELECT value AS id FROM json_each(?))"
        " SELECT a.id FROM hits JOIN articles a ON a.id = hits.id"
        " WHERE a.story_id IS NULL OR a.story_id NOT IN (SELECT id FROM hits)"
        " ORDER BY a.published_at DESC, a.id DESC LIMIT ? OFFSET ?",
        (hits, limit, offset),
    )
    return await load_articles(tx, [row[0] for row in rows])


async def _find(tx: Transaction, sought: Query, effort: Effort) -> list[int]:
    """Give the ids of the newest matches."""
    if len(sought.stems) > 2:
        sought = sought.without(await _list_common(tx, sought, effort))
    terms = sought.whole
    if sought.beginning is not None and await _is_seldom(tx, terms[-1], effort):
        is_indexed = len(sought.beginning) <= LONGEST_BEGINNING
        longer = None if is_indexed else await find_longer(tx, sought.beginning)
        terms = sought.begun(longer)
    return await _newest(tx, terms, effort.reach)


async def _is_seldom(tx: Transaction, term: str, effort: Effort) -> bool:
    """Say whether few articles hold a word whole, so that it may be a beginning."""
    return len(await _newest(tx, [term], effort.few)) < effort.few


async def _newest(tx: Transaction, terms: list[str], limit: int) -> list[int]:
    rows = await tx.all(
        "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid DESC LIMIT ?",
        (" AND ".join(terms), limit),
    )
    return [row[0] for row in rows]


async def _list_common(tx: Transaction, sought: Query, effort: Effort) -> set[str]:
    """Give the stems that more than a quarter of the newest articles hold.

    Of a question in whole sentences they tell least and cost most.
    """
    nth = (
        "(SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"
        f" ORDER BY rowid DESC LIMIT 1 OFFSET {effort.sample - 1})"
    )
    row = await tx.one(
        f"SELECT (SELECT max(id) FROM articles), {', '.join([nth] * len(sought.stems))}",
        sought.whole,
    )
    assert row is not None
    newest, *places = row
    return {
        stem
        for stem, place in zip(sought.stems, places, strict=True)
        if place is not None and newest - place < 4 * effort.sample
    }
