"""Full-text search over stored articles."""

import pytest

from storage.database import Database
from storage.search import Effort, search_articles
from storage.search_index import MOST_LONGER
from storage.search_words import LONGEST_BEGINNING, SHORTEST_BEGINNING
from tests.support.database import NOW, db, make_article, make_feed

__all__ = ["db"]


async def found(
    db: Database, query: str, limit: int = 50, offset: int = 0, effort: Effort | None = None
) -> list[str]:
    async with db.read() as tx:
        articles = await search_articles(tx, query, limit=limit, offset=offset, effort=effort)
    return [article.key for article in articles]


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
        "sma",
        "smart",
        "smartp",
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


async def test_a_word_that_enough_articles_hold_is_no_beginning(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(3):
            await make_article(tx, f"port {number}", title="Le port")
        await make_article(tx, "portable", title="Un joli portable")
    enough = await found(db, "port", effort=Effort(few=3))
    assert sorted(enough) == ["port 0", "port 1", "port 2"]
    assert len(await found(db, "port", effort=Effort(few=4))) == 4
    assert await found(db, "joli port", effort=Effort(few=3)) == []
    assert await found(db, "joli port", effort=Effort(few=4)) == ["portable"]


async def test_only_the_newest_matches_are_within_reach(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(9):
            await make_article(tx, str(number), title="Vélo", published_at=NOW - number)
    newest = await found(db, "vélo", effort=Effort(reach=4))
    assert newest == ["5", "6", "7", "8"]  # of those that came last, the last published first


async def test_pages_follow_each_other_however_many_words(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(12):
            await make_article(tx, str(number), title="De la ville au vélo", published_at=NOW)
    effort = Effort(reach=8, few=2, sample=3)
    whole = await found(db, "de la ville vélo", effort=effort)
    pages = [await found(db, "de la ville vélo", 3, at, effort) for at in range(0, 9, 3)]
    assert [key for page in pages for key in page] == whole
    assert len(whole) == 8


async def test_words_of_most_articles_are_not_asked_for_in_a_sentence(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "without", title="Tramway suspendu")
        for number in range(9):
            await make_article(tx, str(number), title="De la ville")
        await make_article(tx, "with", title="De la suspension du tramway")
    effort = Effort(sample=4)
    assert await found(db, "de la tramway", effort=effort) == ["with", "without"]
    assert await found(db, "de la tramw", effort=effort) == ["with", "without"]
    assert await found(db, "la tramway", effort=effort) == ["with"]  # two words cost little
    assert len(await found(db, "de la ville", effort=effort)) == 9
    assert await found(db, "de la tramway") == ["with"]  # among so few, nothing is common


async def test_a_long_beginning_stands_for_some_words_only(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(MOST_LONGER + 1):
            await make_article(tx, str(number), title=f"tramway{number:02}")
    keys = await found(db, "tramway")
    assert len(keys) == MOST_LONGER
    assert await found(db, f"tramway{MOST_LONGER}") == [str(MOST_LONGER)]  # whole words are found


async def test_the_index_knows_the_beginnings_that_are_asked_of_it(db: Database) -> None:
    async with db.read() as tx:
        sql = await tx.value("SELECT sql FROM sqlite_master WHERE name = 'articles_fts'")
    lengths = " ".join(map(str, range(SHORTEST_BEGINNING, LONGEST_BEGINNING + 1)))
    assert f"prefix = '{lengths}'" in sql
