"""Articles: stored once for each identity within a feed, corrected when their text changes.

The full-text index follows every change in the same transaction.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from sqlite3 import Row

from storage.database import Transaction
from storage.model import Added, Article, ArticleTag, NewArticle, Spread
from storage.search_index import add_to_index, take_from_index
from storage.stories import Teller, find_story, find_tellers, publisher_of
from storage.tags import tag_articles

MAX_CORRECTIONS = 24  # a text that changes for ever (a clock in it) is left alone from then on

_COLUMNS = (
    "a.id, a.feed_id, a.key, a.url, a.title, a.lead, a.author, a.published_at, a.first_seen_at,"
    " a.image_url, a.section, coalesce(a.language, f.language) AS language, a.content_hash,"
    " a.corrections, a.story_id, a.comments_open, a.spread, a.spread_cursor, f.title AS feed_title"
)


async def list_hashes(tx: Transaction, feed_id: int, keys: Iterable[str]) -> dict[str, str]:
    """Give the content hash of those keys of a feed that are stored."""
    rows = await tx.all(
        "SELECT key, content_hash FROM articles WHERE feed_id = ?"
        " AND key IN (SELECT value FROM json_each(?))",
        (feed_id, json.dumps(list(keys))),
    )
    return {row[0]: row[1] for row in rows}


async def add_articles(
    tx: Transaction, feed_id: int, articles: Sequence[NewArticle], *, now: int, backlog: bool
) -> Added:
    """Store the articles of a poll: new ones are added, changed ones corrected.

    Backlog is never sent; other new articles wait to be distributed. New ids follow the time of
    publication. The cost grows with the texts: a long feed is better given in parts.
    """
    unique = {article.key: article for article in articles}
    hashes = await list_hashes(tx, feed_id, unique)
    new = [article for key, article in unique.items() if key not in hashes]
    changed = [
        article
        for key, article in unique.items()
        if key in hashes and hashes[key] != article.content_hash
    ]
    spread = Spread.BACKLOG if backlog else Spread.WAITING
    added = await _insert(tx, feed_id, new, now=now, spread=spread)
    corrected = [
        article_id
        for article in changed
        if (article_id := await _correct(tx, feed_id, article)) is not None
    ]
    labels = dict(zip(added, (article.tags for article in _by_time(new, now)), strict=True))
    await tag_articles(tx, labels)
    return Added(tuple(added), tuple(corrected), len(unique) - len(added) - len(corrected))


def _by_time(articles: Sequence[NewArticle], now: int) -> list[NewArticle]:
    return sorted(articles, key=lambda article: _published(article, now))


def _published(article: NewArticle, now: int) -> int:
    return now if article.published_at is None else article.published_at


async def _insert(
    tx: Transaction, feed_id: int, articles: Sequence[NewArticle], *, now: int, spread: Spread
) -> list[int]:
    if not articles:
        return []
    ordered = _by_time(articles, now)
    first_id = int(await tx.value("SELECT coalesce(max(id), 0) + 1 FROM articles"))
    ids = list(range(first_id, first_id + len(ordered)))
    stories = await _stories(tx, feed_id, dict(zip(ids, ordered, strict=True)), now)
    await tx.many(
        "INSERT INTO articles (id, feed_id, key, url, title, lead, author, published_at,"
        " first_seen_at, image_url, section, language, title_key, content_hash, story_id, spread)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                article_id,
                feed_id,
                article.key,
                article.url,
                article.title,
                article.lead,
                article.author,
                _published(article, now),
                now,
                article.image_url,
                article.section,
                article.language,
                article.title_key,
                article.content_hash,
                stories[article_id],
                spread,
            )
            for article_id, article in zip(ids, ordered, strict=True)
        ],
    )
    await tx.many(
        "INSERT INTO article_texts (article_id, body) VALUES (?, ?)",
        [(article_id, article.body) for article_id, article in zip(ids, ordered, strict=True)],
    )
    texts = ((article.title, article.lead, article.body) for article in ordered)
    await add_to_index(tx, dict(zip(ids, texts, strict=True)))
    return ids


async def _stories(
    tx: Transaction, feed_id: int, articles: Mapping[int, NewArticle], now: int
) -> dict[int, int | None]:
    """Give for each new article the first one of its story, stored before or in this batch."""
    timed = [(article, _published(article, now)) for article in articles.values()]
    tellers = await find_tellers(tx, timed)
    feed = await tx.one("SELECT site_url, url FROM feeds WHERE id = ?", (feed_id,))
    assert feed is not None
    stories: dict[int, int | None] = {}
    for article_id, article in articles.items():
        teller = Teller(
            id=article_id,
            root_id=article_id,
            feed_id=feed_id,
            key=article.key,
            url=article.url,
            title_key=article.title_key,
            published_at=_published(article, now),
            publisher=publisher_of(article.url, *feed),
        )
        root = stories[article_id] = find_story(teller, tellers)
        tellers.append(teller if root is None else replace(teller, root_id=root))
    return stories


async def _correct(tx: Transaction, feed_id: int, article: NewArticle) -> int | None:
    """Replace an article's text; None where it was corrected too often already.

    What was published when, and the tags it has, stay; new tags are added.
    """
    old = await tx.one(
        "SELECT a.id, a.title, a.lead, a.corrections, t.body FROM articles a"
        " LEFT JOIN article_texts t ON t.article_id = a.id WHERE a.feed_id = ? AND a.key = ?",
        (feed_id, article.key),
    )
    assert old is not None
    if old["corrections"] >= MAX_CORRECTIONS:
        return None
    await tx.run(
        "UPDATE articles SET url = coalesce(?, url), title = ?, lead = ?, author = ?,"
        " image_url = ?, section = ?, title_key = ?, content_hash = ?,"
        " corrections = corrections + 1 WHERE id = ?",
        (
            article.url,
            article.title,
            article.lead,
            article.author,
            article.image_url,
            article.section,
            article.title_key,
            article.content_hash,
            old["id"],
        ),
    )
    if old["body"] is not None:
        await _replace_text(tx, old, (article.title, article.lead, article.body), source="feed")
    await tag_articles(tx, {old["id"]: article.tags})
    return int(old["id"])


async def set_article_text(tx: Transaction, article_id: int, body: str) -> None:
    """Give an article the text of its own page, which is longer than the feed's."""
    old = await tx.one(
        "SELECT a.id, a.title, a.lead, t.body FROM articles a"
        " JOIN article_texts t ON t.article_id = a.id WHERE a.id = ?",
        (article_id,),
    )
    if old is not None:
        await _replace_text(tx, old, (old["title"], old["lead"], body), source="page")


async def _replace_text(tx: Transaction, old: Row, new: tuple[str, str, str], source: str) -> None:
    """Replace an article's text and its entry in the index, which must be told the old words."""
    await take_from_index(tx, old["id"], (old["title"], old["lead"], old["body"]))
    await add_to_index(tx, {old["id"]: new})
    await tx.run(
        "UPDATE article_texts SET body = ?, source = ? WHERE article_id = ?",
        (new[2], source, old["id"]),
    )


async def find_article(tx: Transaction, article_id: int) -> Article | None:
    """Give an article with its tags."""
    found = await load_articles(tx, [article_id])
    return found[0] if found else None


async def find_article_by_url(tx: Transaction, url: str) -> Article | None:
    """Give the first article whose canonical link is that address."""
    found = await tx.value("SELECT id FROM articles WHERE url = ? ORDER BY id", (url,))
    return None if found is None else await find_article(tx, found)


async def find_article_text(tx: Transaction, article_id: int) -> tuple[str, str] | None:
    """Give an article's text and where it comes from (feed or page); None once pruned."""
    row = await tx.one("SELECT body, source FROM article_texts WHERE article_id = ?", (article_id,))
    return None if row is None else (row[0], row[1])


async def set_comments_open(tx: Transaction, article_id: int, is_open: bool) -> bool:
    """Open or close an article's discussion; False when it was so already."""
    changed = await tx.run(
        "UPDATE articles SET comments_open = ? WHERE id = ? AND comments_open <> ?",
        (is_open, article_id, is_open),
    )
    return changed == 1


async def load_articles(tx: Transaction, article_ids: Sequence[int]) -> list[Article]:
    """Give articles with their tags in the order of the ids; unknown ids are left out."""
    if not article_ids:
        return []
    ids = json.dumps(list(article_ids))
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM json_each(?) wanted JOIN articles a ON a.id = wanted.value"
        " JOIN feeds f ON f.id = a.feed_id ORDER BY wanted.key",
        (ids,),
    )
    tagged = await tx.all(
        "SELECT at.article_id, t.id, t.slug, at.label FROM article_tags at"
        " JOIN tags t ON t.id = at.tag_id"
        " WHERE at.article_id IN (SELECT value FROM json_each(?))"
        " ORDER BY at.article_id, at.position",
        (ids,),
    )
    tags: dict[int, list[ArticleTag]] = {}
    for row in tagged:
        tags.setdefault(row[0], []).append(ArticleTag(*row[1:]))
    return [_article(row, tags.get(row["id"], [])) for row in rows]


def _article(row: Row, tags: Iterable[ArticleTag]) -> Article:
    fields = dict(zip(row.keys(), row, strict=True))
    fields["comments_open"] = bool(fields["comments_open"])
    fields["spread"] = Spread(fields["spread"])
    return Article(**fields, tags=tuple(tags))
