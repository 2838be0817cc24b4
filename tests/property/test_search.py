"""Search: whatever was written and whatever is typed, both fall into the same words."""

import re
import sqlite3
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from storage.search_words import index_words, match_expression, words_of

WORDS = ["vélo", "vélos", "journaux", "xiaomi", "œuvre", "5G", "C++", "tablette", "été", "ta", "a"]
typed = st.text(max_size=30) | st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def full_text_index(*texts: str) -> sqlite3.Connection:
    """Make the product's index in memory; texts are numbered from 1."""
    schema = files("storage").joinpath("schema.sql").read_text("utf-8")
    statement = re.search(r"CREATE VIRTUAL TABLE articles_fts.*?;", schema, re.DOTALL)
    assert statement is not None
    connection = sqlite3.connect(":memory:")
    connection.execute(statement[0])
    connection.executemany(
        "INSERT INTO articles_fts (rowid, words) VALUES (?, ?)",
        [(number, index_words(text)) for number, text in enumerate(texts, 1)],
    )
    return connection


def find(index: sqlite3.Connection, query: str) -> set[int]:
    expression = match_expression(query)
    if expression is None:
        return set()
    rows = index.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", (expression,))
    return {row[0] for row in rows}


def holds(text: str, query: str) -> bool:
    """Say by definition whether a text holds every word of a query, the last as a beginning."""
    stems = set(index_words(text).split())
    *whole, last = list(dict.fromkeys(words_of(query)))[:8]
    is_begun = len(last) >= 3 and any(stem.startswith(last) for stem in stems)
    return all(index_words(word) in stems for word in whole) and (
        is_begun or index_words(last) in stems
    )


@given(st.lists(typed, max_size=4), typed)
def test_the_index_finds_what_the_definition_says(texts: list[str], query: str) -> None:
    index = full_text_index(*texts)
    if not words_of(query):
        assert find(index, query) == set()
        return
    assert find(index, query) == {n for n, text in enumerate(texts, 1) if holds(text, query)}
    index.close()


@given(typed, st.data())
def test_a_text_is_found_by_its_own_words(text: str, data: st.DataObject) -> None:
    words = words_of(text)
    if not words:
        return
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4))
    index = full_text_index(text)
    assert find(index, " ".join(chosen)) == {1}
    index.close()


@given(typed, typed)
def test_what_was_taken_out_is_not_found(text: str, other: str) -> None:
    index = full_text_index(text, other)
    index.execute(
        "INSERT INTO articles_fts (articles_fts, rowid, words) VALUES ('delete', 1, ?)",
        (index_words(text),),
    )
    assert 1 not in find(index, text)
    index.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
    index.close()
