"""Search: whatever was written and whatever is typed, both fall into the same words."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.articles import set_article_text
from storage.database import Database
from storage.search import search_articles
from storage.search_words import index_words, words_of
from tests.support.database import make_article, make_empty_file

WORDS = ["vélo", "vélos", "journaux", "xiaomi", "œuvre", "5G", "C++", "tablette", "été", "ta", "a"]
LONGER = ["tab", "tabl", "table", "tablet", "tableaux", "journal", "journa", "vélocité", "vélod"]
typed = st.text(max_size=30) | st.lists(st.sampled_from(WORDS + LONGER), max_size=5).map(" ".join)


async def find(texts: list[str], query: str, *, replaced: bool = False) -> set[str]:
    """Give the numbers, from 1, of the texts that the product finds.

    `replaced`: each was first there with other words, that were then taken out.
    """
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.open(make_empty_file(Path(folder) / "relais.db"), readers=1)
        try:
            async with db.transaction() as tx:
                for number, text in enumerate(texts, 1):
                    body = query if replaced else text
                    article = await make_article(
                        tx, str(number), title="", lead="", body=body, title_key=str(number)
                    )
                    if replaced:
                        await set_article_text(tx, article.id, text)
                await tx.run("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
                return {article.key for article in await search_articles(tx, query, limit=9)}
        finally:
            await db.close()


def holds(text: str, query: str) -> bool:
    """Say by definition whether a text holds every word of a query, the last as a beginning."""
    stems = set(index_words(text).split())
    *whole, last = list(dict.fromkeys(words_of(query)))[:8]
    is_begun = len(last) >= 3 and any(stem.startswith(last) for stem in stems)
    return all(index_words(word) in stems for word in whole) and (
        is_begun or index_words(last) in stems
    )


@settings(max_examples=40)
@given(st.lists(typed, max_size=4), typed, st.booleans())
def test_what_is_found_is_what_the_definition_says(
    texts: list[str], query: str, replaced: bool
) -> None:
    found = asyncio.run(find(texts, query, replaced=replaced))
    if words_of(query):
        assert found == {str(n) for n, text in enumerate(texts, 1) if holds(text, query)}
    else:
        assert found == set()


@settings(max_examples=20)
@given(typed, st.data())
def test_a_text_is_found_by_its_own_words(text: str, data: st.DataObject) -> None:
    words = words_of(text)
    if not words:
        return
    chosen = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=4))
    assert asyncio.run(find([text], " ".join(chosen))) == {"1"}


# Marks without a letter, spaces of every sort, letters whose case depends on what is beside them.
ODD = st.sampled_from(" l'’qu\u0301\u00a0\u2028\x85\x1fŒſİıΣσς´¨")


@given(st.text(st.characters(codec=None) | ODD, max_size=30))
def test_what_stands_between_spaces_is_indexed_alone(text: str) -> None:
    whole = [index_words(word) for word in words_of(text)]
    assert index_words(text) == " ".join(dict.fromkeys(whole))
