"""Making of large databases: a million subscribers with their follows, a million articles.

Rows go straight through sqlite3, with triggers and secondary indexes made last.
"""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from storage.migrations import prepare

NOW = 1_800_000_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large; the biggest tag has `biggest` followers, the others follow Zipf's law."""

    subscribers: int = 1_000_000
    follows: int = 5_000_000
    tags: int = 20_000
    biggest: int = 300_000


def build_readers(path: Path, size: Size, *, seed: int = 1) -> None:
    """Make a database of subscribers and what they follow; tag ids go by popularity from 1."""
    prepare(path)
    chance = random.Random(seed)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with _bulk(connection, "subscriptions", "subscribers", "tags"):
            connection.executemany(
                "INSERT INTO subscribers (chat_id, kind, language, name, created_at, state_at)"
                " VALUES (?, 'private', ?, ?, ?, ?)",
                (
                    (chat_id, "fr" if chat_id % 3 else "en", f"Reader {chat_id}", NOW, NOW)
                    for chat_id in _chat_ids(size)
                ),
            )
            connection.executemany(
                "INSERT INTO tags (id, key, slug, label) VALUES (?1, ?2, ?2, ?2)",
                ((tag_id, f"topic{tag_id}") for tag_id in range(1, size.tags + 1)),
            )
            connection.executemany(
                "INSERT INTO subscriptions (tag_id, chat_id, muted, followed_at)"
                f" VALUES (?, ?, ?, {NOW})",
                _follows(size, chance),
            )
        connection.execute(
            "UPDATE tags SET followers = (SELECT count(*) FROM subscriptions"
            " WHERE tag_id = tags.id AND muted = 0)"
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _chat_ids(size: Size) -> range:
    return range(100_000, 100_000 + 7 * size.subscribers, 7)


def _follows(size: Size, chance: random.Random) -> Iterator[tuple[int, int, int]]:
    """Give (tag, chat, muted) in the order of the primary key; one in fifty is a mute."""
    chats = _chat_ids(size)
    exponent = _zipf_exponent(size)
    for tag_id in range(1, size.tags + 1):
        count = max(1, round(size.biggest / tag_id**exponent))
        for chat_id in sorted(chance.sample(chats, min(count, len(chats)))):
            yield tag_id, chat_id, int(chance.random() < 0.02)


def _zipf_exponent(size: Size) -> float:
    """Give the exponent for which the tags' followers add up to the follows."""
    low, high = 0.1, 3.0
    for _ in range(40):
        middle = (low + high) / 2
        total = sum(size.biggest / rank**middle for rank in range(1, size.tags + 1))
        low, high = (middle, high) if total > size.follows else (low, middle)
    return low


@contextmanager
def _bulk(connection: sqlite3.Connection, *tables: str) -> Iterator[None]:
    """Run one transaction without the triggers and secondary indexes of some tables."""
    marks = ", ".join("?" * len(tables))
    parts = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        f" AND type IN ('index', 'trigger') AND tbl_name IN ({marks})",
        tables,
    ).fetchall()
    connection.execute("PRAGMA cache_size = -262144")
    connection.execute("BEGIN IMMEDIATE")
    for kind, name, _ in parts:
        connection.execute(f"DROP {kind} {name}")
    yield
    for _, _, sql in parts:
        connection.execute(sql)
    connection.execute("COMMIT")
