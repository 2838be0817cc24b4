"""Tags: topics of articles under one key each, whatever their spelling.

An alias carries neither articles nor followers: they are those of the tag it points to.
Only tags that an article carries are listed: others hold words that one reader typed, and nobody
has approved them for the rest.
"""

import json
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from storage.database import Transaction
from storage.model import Tag
from storage.tag_names import clean_label, fold_tag, slug_of

_COLUMNS = "t.id, t.key, t.slug, t.label, t.articles, t.followers, t.last_article_at"
_LIKENESS = 0.6  # of keys that may be meant


async def add_tag(tx: Transaction, label: str) -> Tag | None:
    """Give the tag that a label names, adding it where there is none.

    None for a label that names no tag (empty, or a whole sentence).
    """
    key = fold_tag(label)
    if key is None:
        return None
    await tx.run(
        "INSERT INTO tags (key, slug, label) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (key, slug_of(label), clean_label(label)),
    )
    return await _find(tx, "key", key)


async def find_tag(tx: Transaction, label: str) -> Tag | None:
    """Give the tag that a label, a slug or a hashtag names; of an alias, the tag it points to."""
    key = fold_tag(label)
    return None if key is None else await _find(tx, "key", key)


async def find_tag_by_id(tx: Transaction, tag_id: int) -> Tag | None:
    """Give a tag by its id, as buttons carry it; of an alias, the tag it points to."""
    return await _find(tx, "id", tag_id)


async def _find(tx: Transaction, column: str, value: int | str) -> Tag | None:
    row = await tx.one(
        f"SELECT {_COLUMNS} FROM tags t"
        f" WHERE t.id = (SELECT coalesce(alias_of, id) FROM tags WHERE {column} = ?)",
        (value,),
    )
    return None if row is None else Tag(*row)


async def list_popular_tags(tx: Transaction, *, limit: int, offset: int = 0) -> list[Tag]:
    """Give the tags that articles carry: most followers first, then most articles."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM tags t WHERE t.alias_of IS NULL AND t.articles > 0"
        " ORDER BY t.followers DESC, t.articles DESC, t.id LIMIT ? OFFSET ?",
        (limit, offset),
    )
    return [Tag(*row) for row in rows]


async def list_recent_tags(tx: Transaction, *, limit: int) -> list[Tag]:
    """Give the tags of the newest articles."""
    rows = await tx.all(
        f"SELECT {_COLUMNS} FROM tags t WHERE t.alias_of IS NULL AND t.articles > 0"
        " ORDER BY t.last_article_at DESC, t.followers DESC, t.id LIMIT ?",
        (limit,),
    )
    return [Tag(*row) for row in rows]


async def count_tags(tx: Transaction) -> int:
    """Count the tags that `list_popular_tags` pages through."""
    return int(await tx.value("SELECT count(*) FROM tags WHERE alias_of IS NULL AND articles > 0"))


async def list_similar_tags(tx: Transaction, label: str, *, limit: int) -> list[Tag]:
    """Give the tags that may be meant by a label that names none, likeliest first."""
    key = fold_tag(label)
    if key is None:
        return []
    pairs = sorted({key[start : start + 2] for start in range(max(1, len(key) - 1))})
    shared = " + ".join(["(instr(k.key, ?) > 0)"] * len(pairs))
    rows = await tx.all(
        f"SELECT {_COLUMNS}, k.key AS spelled, {shared} AS shared"
        " FROM tags k JOIN tags t ON t.id = coalesce(k.alias_of, k.id)"
        " WHERE k.key <> ? AND t.articles > 0 AND shared > 0"
        " ORDER BY shared * 1.0 / max(length(k.key), ?) DESC, t.followers DESC LIMIT 40",
        (*pairs, key, len(key)),
    )
    likeness: dict[Tag, float] = {}
    for row in rows:
        tag = Tag(*row[:7])
        likeness[tag] = max(likeness.get(tag, 0.0), _likeness(key, row["spelled"]))
    near = [tag for tag, value in likeness.items() if value >= _LIKENESS]
    near.sort(key=lambda tag: (-likeness[tag], -tag.followers, -tag.articles, tag.id))
    return near[:limit]


def _likeness(wanted: str, key: str) -> float:
    if min(len(wanted), len(key)) >= 3 and (key.startswith(wanted) or wanted.startswith(key)):
        return 0.9
    return SequenceMatcher(None, wanted, key).ratio()


async def tag_articles(tx: Transaction, labels: Mapping[int, Sequence[str]]) -> None:
    """Give articles their tags as published, after those they have; labels that name none go.

    A tag that only readers had typed takes the spelling of its first article.
    """
    keyed = {article_id: _by_key(words) for article_id, words in labels.items()}
    spelled = {key: label for keys in keyed.values() for key, label in keys.items()}
    if not spelled:
        return
    rows = [(key, slug_of(label), clean_label(label)) for key, label in spelled.items()]
    await tx.many(
        "INSERT INTO tags (key, slug, label) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
        " SET slug = excluded.slug, label = excluded.label WHERE articles = 0",
        rows,
    )
    found = await tx.all(
        "SELECT key, coalesce(alias_of, id) FROM tags"
        " WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(spelled)),),
    )
    ids = {row[0]: row[1] for row in found}
    await tx.many(
        "INSERT INTO article_tags (article_id, tag_id, label, position) VALUES (?1, ?2, ?3,"
        " (SELECT count(*) FROM article_tags WHERE article_id = ?1)) ON CONFLICT DO NOTHING",
        [
            (article_id, ids[key], clean_label(label))
            for article_id, keys in keyed.items()
            for key, label in keys.items()
        ],
    )


async def list_aliases(tx: Transaction, *, limit: int) -> list[tuple[str, str]]:
    """Give the latest aliases, each with the label of the tag that it points to."""
    rows = await tx.all(
        "SELECT a.label, t.label FROM tags a JOIN tags t ON t.id = a.alias_of"
        " ORDER BY a.id DESC LIMIT ?",
        (limit,),
    )
    return [(row[0], row[1]) for row in rows]


def _by_key(labels: Sequence[str]) -> dict[str, str]:
    """Give the first spelling of each tag that some labels name, in their order."""
    found: dict[str, str] = {}
    for label in labels:
        key = fold_tag(label)
        if key is not None:
            found.setdefault(key, label)
    return found


async def set_alias(tx: Transaction, alias_id: int, tag_id: int) -> None:
    """Make one tag another spelling of a second, which takes its articles and followers."""
    target = await find_tag_by_id(tx, tag_id)
    if target is None or target.id == alias_id:
        raise ValueError("an alias points to another tag that exists")
    await tx.run(
        "INSERT INTO subscriptions (tag_id, chat_id, muted, followed_at)"
        " SELECT ?, chat_id, muted, followed_at FROM subscriptions WHERE tag_id = ?"
        " ON CONFLICT DO NOTHING",
        (target.id, alias_id),
    )
    await tx.run("DELETE FROM subscriptions WHERE tag_id = ?", (alias_id,))
    await tx.run(
        "INSERT INTO article_tags (tag_id, article_id, label, position)"
        " SELECT ?, article_id, label, position FROM article_tags WHERE tag_id = ?"
        " ON CONFLICT DO NOTHING",
        (target.id, alias_id),
    )
    await tx.run("DELETE FROM article_tags WHERE tag_id = ?", (alias_id,))
    await tx.run(
        "UPDATE tags SET alias_of = ? WHERE id = ? OR alias_of = ?",
        (target.id, alias_id, alias_id),
    )
