"""Full-text search over stored articles."""

import pytest

from storage.database import Database
from storage.search import search_articles
from tests.support.database import NOW, db, make_article, make_feed

__all__ = ["db"]


async def found(db: Database, query: str, limit: int = 50, offset: int = 0) -> list[str]:
    async with db.read() as tx:
        return [a.key for a in await search_articles(tx, query, limit=limit, offset=offset)]


@pytest.mark.parametrize(
    "query",
    [
        "œuvre",
        "OEUVRE",
        "ete",
        "Été",
        "smartphone",
        "smartphones",
        "smartph",
        "journal",
        "journaux d'été",
        "été œuvres",
        "mobilite",
        "title:smartphone",
        '"smartphone',
    ],
)
async def test_accents_ligatures_case_plural_and_beginnings(db: Database, query: str) -> None:
    async with db.transaction() as tx:
        await make_article(
            tx,
            "1",
            title="L'œuvre de l'été sur title",
            lead="Des smartphones.",
            body="Journaux, mobilité.",
        )
        await make_article(tx, "2", title="Rien", lead="", body="")
    assert await found(db, query) == ["1"]


@pytest.mark.parametrize(
    "query", ["", " ", "?", "*", '"', "smartphon absent", "phone", "AND", "-", "(", "jour nuit"]
)
async def test_what_finds_nothing(db: Database, query: str) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "1", title="Un smartphone", lead="de jour", body="")
    assert await found(db, query) == []


async def test_every_word_counts_and_only_the_last_may_be_a_beginning(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "1", title="Xiaomi présente une tablette")
        await make_article(tx, "2", title="Xiaomi présente un téléphone")
    assert await found(db, "xiaomi tablet") == ["1"]
    assert await found(db, "xiao tablette") == []
    assert sorted(await found(db, "xiao")) == ["1", "2"]


async def test_newest_first_in_pages(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(7):
            await make_article(tx, str(number), title="Vélo", published_at=NOW - number)
        await make_article(tx, "old", title="Vélo", published_at=NOW - 9_000_000, backlog=True)
    assert await found(db, "vélo", limit=3) == ["0", "1", "2"]
    assert await found(db, "vélo", limit=3, offset=6) == ["6", "old"]


async def test_a_story_told_twice_is_found_once(db: Database) -> None:
    async with db.transaction() as tx:
        other = await make_feed(tx, "https://gazette.example/velo.xml")
        url = "https://gazette.example/x"
        await make_article(tx, "1", url=url, title="Un vélo")
        await make_article(tx, "2", feed=other, url=url, title="Un vélo électrique")
    assert await found(db, "vélo") == ["1"]
    assert await found(db, "électrique") == ["2"]
