"""Tags: found under every spelling, counted, proposed, merged."""

import pytest

from storage.database import Database, Transaction
from storage.model import Tag
from storage.subscribers import find_marks, follow_tag, list_subscriptions
from storage.tags import (
    add_tag,
    count_tags,
    find_tag,
    find_tag_by_id,
    list_popular_tags,
    list_recent_tags,
    list_similar_tags,
    set_alias,
    tag_articles,
)
from tests.support.database import NOW, db, make_article, make_subscriber, make_tag

__all__ = ["db"]


async def labels_of(tx: Transaction, tags: list[Tag]) -> list[str]:
    return [tag.label for tag in tags]


async def test_a_tag_is_added_once_under_all_its_spellings(db: Database) -> None:
    async with db.transaction() as tx:
        first = await add_tag(tx, " #Marché  Smartphones ")
        again = await add_tag(tx, "marche-smartphones")
    assert first == again
    assert first is not None
    assert (first.key, first.slug, first.label) == (
        "marchesmartphones",
        "marche-smartphones",
        "Marché Smartphones",
    )


async def test_a_label_that_names_no_tag_adds_none(db: Database) -> None:
    async with db.transaction() as tx:
        assert await add_tag(tx, " # ") is None
        assert await add_tag(tx, "x" * 65) is None
        assert await find_tag(tx, "") is None
        assert await tx.value("SELECT count(*) FROM tags") == 0


async def test_tags_are_found_by_label_slug_hashtag_and_id(db: Database) -> None:
    async with db.transaction() as tx:
        tag = await make_tag(tx, "Cœur & Santé")
        for spelling in ("coeur-sante", "#CœurSanté", "COEUR SANTE"):
            assert await find_tag(tx, spelling) == tag
        assert await find_tag_by_id(tx, tag.id) == tag
        assert await find_tag(tx, "cardiologie") is None
        assert await find_tag_by_id(tx, 999) is None


async def test_a_publishers_spelling_replaces_what_a_reader_typed(db: Database) -> None:
    async with db.transaction() as tx:
        await make_tag(tx, "xiaomi")
        await make_article(tx, "a1", tags=("Xiaomi",))
        await make_article(tx, "a2", tags=("XIAOMI",))
        tag = await find_tag(tx, "xiaomi")
    assert tag is not None
    assert tag.label == "Xiaomi"


async def test_article_tags_keep_their_order_and_spelling(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "a1", tags=("Intelligence artificielle", "5G"))
        article = await make_article(tx, "a2", tags=("5g", " ", "intelligence-artificielle", "#5G"))
        assert [(tag.label, tag.slug) for tag in article.tags] == [
            ("5g", "5g"),
            ("intelligence-artificielle", "intelligence-artificielle"),
        ]
        await tag_articles(tx, {article.id: ["Vélo", "5G"]})
        rows = await tx.all(
            "SELECT label FROM article_tags WHERE article_id = ? ORDER BY position", (article.id,)
        )
    assert [row[0] for row in rows] == ["5g", "intelligence-artificielle", "Vélo"]


async def test_counts_and_last_article_follow_what_happens(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "a1", tags=("5G",), published_at=NOW - 50)
        await make_article(tx, "a2", tags=("5G", "Vélo"), published_at=NOW - 100)
        await make_subscriber(tx, 1, follows=("5G",))
        await make_subscriber(tx, 2, mutes=("5G",))
        tag = await find_tag(tx, "5G")
        assert tag is not None
        assert (tag.articles, tag.followers, tag.last_article_at) == (2, 1, NOW - 50)
        await follow_tag(tx, 2, tag.id, now=NOW)
        await tx.run("DELETE FROM subscribers WHERE chat_id = 1")
        await tx.run("DELETE FROM article_tags WHERE tag_id = ? AND article_id = 1", (tag.id,))
        tag = await find_tag(tx, "5G")
        assert tag is not None
        assert (tag.articles, tag.followers) == (1, 1)


async def test_popular_tags_come_by_followers_then_articles(db: Database) -> None:
    async with db.transaction() as tx:
        await make_tag(tx, "typed by nobody else")
        await make_article(tx, "a1", tags=("A", "B"))
        await make_article(tx, "a2", tags=("B", "C"))
        await make_article(tx, "a3", tags=("D",))
        await make_subscriber(tx, 1, follows=("C", "D"))
        await make_subscriber(tx, 2, follows=("C",))
        popular = await list_popular_tags(tx, limit=10)
        assert await labels_of(tx, popular) == ["C", "D", "B", "A"]
        assert await list_popular_tags(tx, limit=2, offset=1) == popular[1:3]
        assert await count_tags(tx) == 4


async def test_what_a_reader_typed_is_shown_to_nobody_else(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "a1", tags=("Xiaomi",))
        await make_subscriber(tx, 1, follows=("Xiaomi is a scam",))
        assert await labels_of(tx, await list_popular_tags(tx, limit=10)) == ["Xiaomi"]
        assert await count_tags(tx) == 1
        similar = await list_similar_tags(tx, "xiaomi is a scan", limit=3)
        assert await labels_of(tx, similar) == ["Xiaomi"]


async def test_recent_tags_are_those_of_the_newest_articles(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "a1", tags=("Old",), published_at=NOW - 100)
        await make_article(tx, "a2", tags=("New",), published_at=NOW)
        await make_subscriber(tx, 1, follows=("Typed", "Old"))
        assert await labels_of(tx, await list_recent_tags(tx, limit=5)) == ["New", "Old"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("xaiomi", "Xiaomi"),
        ("iaomi", "Xiaomi"),
        ("xiaomis", "Xiaomi"),
        ("smartphone", "Smartphones"),
        ("smart", "Smartphones"),
        ("inteligence artificiele", "Intelligence artificielle"),
        ("galaxi", "Galaxy"),
    ],
)
async def test_similar_tags_know_what_is_meant(db: Database, typed: str, meant: str) -> None:
    labels = ("Xiaomi", "Smartphones", "Intelligence artificielle", "Galaxy", "5G", "Vélo")
    async with db.transaction() as tx:
        await make_article(tx, tags=labels)
        similar = await list_similar_tags(tx, typed, limit=3)
    assert similar[0].label == meant


async def test_similar_tags_propose_nothing_far_fetched_or_unused(db: Database) -> None:
    async with db.transaction() as tx:
        await make_tag(tx, "Xiaomi")  # neither followed nor carried
        await make_article(tx, tags=("Jardinage", "Marmite"))
        assert await list_similar_tags(tx, "xiaomi phone", limit=3) == []
        assert await list_similar_tags(tx, "", limit=3) == []


async def test_an_alias_gives_its_articles_and_followers_away(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "a1", tags=("IA", "Robots"))
        await make_article(tx, "a2", tags=("Intelligence artificielle", "IA"))
        await make_subscriber(tx, 1, follows=("IA",))
        await make_subscriber(tx, 2, follows=("IA",), mutes=("Intelligence artificielle",))
        alias, target = await make_tag(tx, "IA"), await make_tag(tx, "Intelligence artificielle")
        older = await make_tag(tx, "I.A. générative")
        await set_alias(tx, older.id, alias.id)
        await set_alias(tx, alias.id, target.id)

        merged = await find_tag(tx, "ia")
        assert merged is not None
        assert merged.id == target.id
        assert (merged.articles, merged.followers) == (2, 1)
        assert await find_tag(tx, "I.A. générative") == merged
        assert await find_marks(tx, 2, [target.id]) == {target.id: True}
        assert [s.tag.id for s in await list_subscriptions(tx, 1)] == [target.id]
        assert await list_popular_tags(tx, limit=1) == [merged]
        row = await tx.one("SELECT articles, followers FROM tags WHERE id = ?", (alias.id,))
        assert row is not None
        assert tuple(row) == (0, 0)
        await tag_articles(tx, {article.id: ["ia"]})  # new articles of the alias go to the target
        assert (
            await tx.value("SELECT count(*) FROM article_tags WHERE tag_id = ?", (alias.id,)) == 0
        )


async def test_an_alias_of_itself_or_of_nothing_is_refused(db: Database) -> None:
    async with db.transaction() as tx:
        tag, other = await make_tag(tx, "A"), await make_tag(tx, "B")
        await set_alias(tx, other.id, tag.id)
        for target in (tag.id, other.id, 999):
            with pytest.raises(ValueError):
                await set_alias(tx, tag.id, target)
