"""Articles: stored once, corrected, found again."""

from storage.articles import (
    MAX_CORRECTIONS,
    add_articles,
    find_article,
    find_article_by_url,
    find_article_text,
    list_hashes,
    load_articles,
    set_article_text,
    set_comments_open,
)
from storage.database import Database
from storage.model import Spread
from storage.search import search_articles
from tests.support.database import NOW, db, make_article, make_feed, new_article

__all__ = ["db"]


async def test_an_article_is_stored_whole(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx, title="La Gazette")
        article = await make_article(
            tx,
            "guid:1",
            feed=feed,
            url="https://gazette.example/un",
            title="Un titre",
            lead="Un chapeau.",
            author="Solène Marquevert",
            published_at=NOW - 60,
            image_url="https://gazette.example/un.jpg",
            section="Mobilité",
            language="fr",
            tags=("Vélo", "5G"),
        )
        assert article.feed_id == feed.id
        assert article.feed_title == "La Gazette"
        assert (article.title, article.lead) == ("Un titre", "Un chapeau.")
        assert (article.author, article.section) == ("Solène Marquevert", "Mobilité")
        assert article.image_url == "https://gazette.example/un.jpg"
        assert (article.published_at, article.first_seen_at) == (NOW - 60, NOW)
        assert (article.spread, article.story_id, article.corrections) == (Spread.WAITING, None, 0)
        assert article.comments_open is True
        assert [tag.label for tag in article.tags] == ["Vélo", "5G"]
        assert await find_article_by_url(tx, "https://gazette.example/un") == article
        assert await find_article(tx, 99) is None
        assert await find_article_by_url(tx, "https://gazette.example/deux") is None
        assert await find_article_text(tx, article.id) == (
            "Un premier paragraphe. Un second.",
            "feed",
        )


async def test_an_article_speaks_its_feeds_language_unless_it_says_another(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx, language="en")
        assert (await make_article(tx, "1", feed=feed, language=None)).language == "en"
        assert (await make_article(tx, "2", feed=feed, language="fr")).language == "fr"


async def test_backlog_is_stored_but_does_not_wait(db: Database) -> None:
    async with db.transaction() as tx:
        assert (await make_article(tx, backlog=True)).spread is Spread.BACKLOG


async def test_a_poll_tells_new_changed_and_known_articles_apart(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        first = await add_articles(
            tx, feed.id, [new_article("1"), new_article("2")], now=NOW, backlog=False
        )
        assert (len(first.new), first.corrected, first.unchanged) == (2, (), 0)
        assert await list_hashes(tx, feed.id, ["1", "3"]) == {"1": new_article("1").content_hash}
        second = await add_articles(
            tx,
            feed.id,
            [new_article("1"), new_article("2", title="Autre"), new_article("3")],
            now=NOW + 60,
            backlog=False,
        )
        assert (len(second.new), second.corrected, second.unchanged) == (1, (2,), 1)


async def test_an_article_twice_in_one_poll_is_one(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        added = await add_articles(
            tx, feed.id, [new_article("1"), new_article("1")], now=NOW, backlog=False
        )
    assert len(added.new) == 1


async def test_the_same_key_in_two_feeds_is_two_articles(db: Database) -> None:
    async with db.transaction() as tx:
        one, other = await make_feed(tx), await make_feed(tx, "https://b.example/")
        first = await make_article(tx, "1", feed=one)
        second = await make_article(tx, "1", feed=other)
    assert first.id != second.id


async def test_ids_follow_publication_within_a_poll(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        added = await add_articles(
            tx,
            feed.id,
            [
                new_article("new", published_at=NOW),
                new_article("old", published_at=NOW - 900),
                new_article("undated", published_at=None),
            ],
            now=NOW - 10,
            backlog=False,
        )
        articles = await load_articles(tx, added.new)
    assert [article.key for article in articles] == ["old", "undated", "new"]
    assert articles[1].published_at == NOW - 10


async def test_a_correction_replaces_the_text_and_keeps_identity(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        old = await make_article(
            tx, "1", feed=feed, title="Tramway", body="Le tramway roule.", tags=("Vélo",)
        )
        corrected = new_article(
            "1",
            title="Funiculaire",
            body="Le funiculaire roule.",
            published_at=NOW + 500,
            tags=("5G", "velo"),
        )
        await add_articles(tx, feed.id, [corrected], now=NOW + 600, backlog=False)
        article = await find_article(tx, old.id)
        assert article is not None
        assert (article.title, article.corrections) == ("Funiculaire", 1)
        assert (article.published_at, article.first_seen_at) == (NOW, NOW)
        assert article.content_hash == corrected.content_hash
        assert [tag.label for tag in article.tags] == ["Vélo", "5G"]
        assert await find_article_text(tx, old.id) == ("Le funiculaire roule.", "feed")
        assert await search_articles(tx, "funiculaire", limit=5) == [article]
        assert await search_articles(tx, "tramway", limit=5) == []


async def test_a_text_that_changes_for_ever_is_left_alone(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await make_article(tx, "1", feed=feed)
        for number in range(MAX_CORRECTIONS + 3):
            added = await add_articles(
                tx,
                feed.id,
                [new_article("1", title=f"Il est {number} h")],
                now=NOW,
                backlog=False,
            )
            assert len(added.corrected) == (number < MAX_CORRECTIONS)
        article = await find_article(tx, 1)
    assert article is not None
    assert article.corrections == MAX_CORRECTIONS
    assert article.title == f"Il est {MAX_CORRECTIONS - 1} h"


async def test_the_text_of_the_page_replaces_the_feeds(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, body="Un extrait court.")
        await set_article_text(tx, article.id, "Tout le texte, avec un pangolin.")
        assert await find_article_text(tx, article.id) == (
            "Tout le texte, avec un pangolin.",
            "page",
        )
        assert len(await search_articles(tx, "pangolin", limit=5)) == 1
        assert await search_articles(tx, "extrait", limit=5) == []
        assert len(await search_articles(tx, article.title, limit=5)) == 1
        await set_article_text(tx, 99, "Rien")
        assert await find_article_text(tx, 99) is None


async def test_an_article_whose_text_was_pruned_can_be_corrected(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        article = await make_article(tx, "1", feed=feed, body="Le tramway roule.")
        await tx.run("DELETE FROM article_texts")
        await add_articles(tx, feed.id, [new_article("1", title="Corrigé")], now=NOW, backlog=False)
        assert await find_article_text(tx, article.id) is None
        (found,) = await search_articles(tx, "tramway", limit=5)  # the index knows the old words
        assert found.title == "Corrigé"
        await tx.run("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")


async def test_a_discussion_opens_and_closes(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx)
        assert await set_comments_open(tx, article.id, False)
        assert not await set_comments_open(tx, article.id, False)
        closed = await find_article(tx, article.id)
        assert closed is not None
        assert closed.comments_open is False
        assert await set_comments_open(tx, article.id, True)


async def test_articles_come_in_the_order_asked(db: Database) -> None:
    async with db.transaction() as tx:
        for key in ("1", "2", "3"):
            await make_article(tx, key)
        assert [a.id for a in await load_articles(tx, [3, 99, 1])] == [3, 1]
        assert await load_articles(tx, []) == []
