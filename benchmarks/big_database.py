"""Making of large databases: a million subscribers with their follows, a million articles.

Rows go straight through sqlite3, with triggers and secondary indexes made last. The articles'
vocabulary is invented and follows Zipf's law; an article has some 190 different words.
"""

import argparse
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.report import arguments
from storage.migrations import prepare
from storage.model import NewArticle
from storage.search_words import LONGEST_BEGINNING, index_words

NOW = 1_800_000_000
ARTICLES, FEW_ARTICLES = 1_000_000, 50_000
VOCABULARY = 60_000
_WORDS = 260  # of an article, repetitions included
_PIECE = 26  # words that follow each other in several articles
_BATCH = 20_000
_SYLLABLES = [
    start + vowel + end
    for start in ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "tr", "ch")
    for vowel in "aeiou"
    for end in ("", "", "n", "r", "l")
]


@dataclass(frozen=True, slots=True)
class Size:
    """How large; the biggest tag has `biggest` followers, the others follow Zipf's law."""

    subscribers: int = 1_000_000
    follows: int = 5_000_000
    tags: int = 20_000
    biggest: int = 300_000


SMALL = Size(subscribers=100_000, follows=500_000, tags=2_000, biggest=30_000)


def database_arguments(description: str | None) -> argparse.ArgumentParser:
    """Give the options of benchmarks that need a large database, which may be kept."""
    parser = arguments(description)
    parser.add_argument("--keep", type=Path, help="use, or build and keep, this database")
    return parser


@contextmanager
def large_database(keep: Path | None, build: Callable[[Path], None]) -> Iterator[Path]:
    """Give the file to keep, or one for the block alone; built where it is not there."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "large.db" if keep is None else keep.resolve()
        if not path.exists():
            build(path)
        yield path


def vocabulary(count: int = VOCABULARY) -> list[str]:
    """Give invented words, the commonest first."""
    chance = random.Random(7)
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(chance.choices(_SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4))))] = None
    return list(words)


class Prose:
    """Texts of invented words: pieces of a long one that is drawn by Zipf's law."""

    def __init__(self, seed: int = 1, words: int = VOCABULARY, drawn: int = 2_000_000) -> None:
        self._chance = random.Random(seed)
        words_by_rank = vocabulary(words)
        stems = [index_words(word) for word in words_by_rank]
        draw = self._chance.random
        # The chance of a rank is near one over it.
        ranks = [int(words ** draw()) - 1 for _ in range(drawn)]
        self._words = [words_by_rank[rank] for rank in ranks]
        self._stems = [stems[rank] for rank in ranks]
        self.long_stems = {stem for stem in stems if len(stem) > LONGEST_BEGINNING}

    def article(self) -> tuple[list[str], str]:
        """Give the words of another article, and what is indexed of them."""
        words: list[str] = []
        stems: list[str] = []
        for _ in range(_WORDS // _PIECE):
            start = int(self._chance.random() * (len(self._words) - _PIECE))
            words += self._words[start : start + _PIECE]
            stems += self._stems[start : start + _PIECE]
        return words, " ".join(dict.fromkeys(stems))


def new_article(key: str, prose: Prose, *, tags: tuple[str, ...] = ()) -> NewArticle:
    """Give an article as a feed would bring it."""
    words, _ = prose.article()
    return NewArticle(
        key=key,
        url=None,
        title=" ".join(words[:9]),
        lead=" ".join(words[9:40]),
        body=" ".join(words[40:]),
        author=None,
        published_at=NOW,
        image_url=None,
        section=None,
        language="fr",
        title_key=" ".join(words[:9]),
        content_hash=key,
        tags=tags,
    )


def build_articles(path: Path, count: int, prose: Prose | None = None) -> None:
    """Add articles, as polls would have, to a database."""
    prepare(path)
    prose = prose or Prose()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "INSERT OR IGNORE INTO feeds (id, url, title, next_poll_at, added_at)"
            f" VALUES (1, 'https://gazette.example/', 'La Gazette', {NOW}, {NOW})"
        )
        connection.executemany(
            "INSERT OR IGNORE INTO long_words (word) VALUES (?)",
            ((stem,) for stem in prose.long_stems),
        )
        with _large_flushes(connection):
            for start in range(1, count + 1, _BATCH):
                many = min(_BATCH, count + 1 - start)
                _add_articles(connection, start, [prose.article() for _ in range(many)])
        _settle_index(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _settle_index(connection: sqlite3.Connection) -> None:
    """Finish the merges that so much at once left behind; polls leave time for them."""
    done = -1
    while connection.total_changes - done > 1:  # SQLite's sign that a merge did nothing
        done = connection.total_changes
        connection.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('merge', 5000)")


def _add_articles(
    connection: sqlite3.Connection, first: int, articles: list[tuple[list[str], str]]
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO articles (id, feed_id, key, url, title, lead, published_at, first_seen_at,"
        " title_key, content_hash) VALUES (?1, 1, ?2, ?2, ?3, ?4, ?5, ?5, ?3, ?2)",
        (
            (i, f"https://gazette.example/{i}", " ".join(text[:9]), " ".join(text[9:40]), NOW + i)
            for i, (text, _) in enumerate(articles, first)
        ),
    )
    connection.executemany(
        "INSERT INTO articles_fts (rowid, words) VALUES (?, ?)",
        ((i, entry) for i, (_, entry) in enumerate(articles, first)),
    )
    connection.execute("COMMIT")


@contextmanager
def _large_flushes(connection: sqlite3.Connection) -> Iterator[None]:
    """Have the index written in large pieces, which need not be merged so often."""
    setting = "INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', ?)"
    connection.execute(setting, (1 << 23,))
    yield
    connection.execute(setting, (1 << 20,))  # SQLite's own


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
