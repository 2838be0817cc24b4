"""The newest articles, in the order of publication whatever the order of arrival."""

from storage.database import Database
from storage.latest import list_latest, list_latest_for, list_latest_of_tag
from storage.model import Article
from storage.tags import set_alias
from tests.support.database import NOW, db, make_article, make_feed, make_subscriber, make_tag

__all__ = ["db"]


def keys(articles: list[Article]) -> list[str]:
    return [article.key for article in articles]


async def test_newest_first_though_a_backlog_came_later(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "today", published_at=NOW)
        await make_article(tx, "last year", published_at=NOW - 365 * 86_400, backlog=True)
        await make_article(tx, "yesterday", published_at=NOW - 86_400, backlog=True)
        tag = await make_tag(tx, "5G")
        await make_subscriber(tx, 1, follows=("5G",))
        expected = ["today", "yesterday", "last year"]
        assert keys(await list_latest(tx, limit=9)) == expected
        assert keys(await list_latest_of_tag(tx, tag.id, limit=9)) == expected
        assert keys(await list_latest_for(tx, 1, limit=9)) == expected
        for page in (
            await list_latest(tx, limit=1, offset=1),
            await list_latest_of_tag(tx, tag.id, limit=1, offset=1),
            await list_latest_for(tx, 1, limit=1, offset=1),
        ):
            assert keys(page) == ["yesterday"]


async def test_a_tag_lists_its_own_articles_under_every_alias(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "1", tags=("IA",))
        await make_article(tx, "2", tags=("Vélo",))
        alias, tag = await make_tag(tx, "IA"), await make_tag(tx, "Intelligence artificielle")
        await set_alias(tx, alias.id, tag.id)
        assert keys(await list_latest_of_tag(tx, tag.id, limit=9)) == ["1"]
        assert keys(await list_latest_of_tag(tx, alias.id, limit=9)) == ["1"]
        assert await list_latest_of_tag(tx, 99, limit=9) == []


async def test_a_reader_gets_what_is_followed_without_what_is_muted(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "followed", tags=("5G", "Vélo"))
        await make_article(tx, "other", tags=("Jardin",))
        await make_article(tx, "muted too", tags=("5G", "Publicité"))
        await make_subscriber(tx, 1, follows=("5G", "Vélo"), mutes=("Publicité",))
        await make_subscriber(tx, 2)
        assert keys(await list_latest_for(tx, 1, limit=9)) == ["followed"]
        assert await list_latest_for(tx, 2, limit=9) == []


async def test_a_story_told_twice_is_listed_once(db: Database) -> None:
    async with db.transaction() as tx:
        other = await make_feed(tx, "https://gazette.example/velo.xml")
        url = "https://gazette.example/x"
        await make_article(tx, "1", url=url, tags=("5G",))
        await make_article(tx, "2", feed=other, url=url, title="Autre", tags=("5G", "Vélo"))
        await make_subscriber(tx, 1, follows=("5G", "Vélo"))
        await make_subscriber(tx, 2, follows=("Vélo",))
        assert keys(await list_latest(tx, limit=9)) == ["1"]
        assert keys(await list_latest_of_tag(tx, (await make_tag(tx, "5G")).id, limit=9)) == ["1"]
        assert keys(await list_latest_of_tag(tx, (await make_tag(tx, "Vélo")).id, limit=9)) == ["2"]
        assert keys(await list_latest_for(tx, 1, limit=9)) == ["1"]
        assert keys(await list_latest_for(tx, 2, limit=9)) == ["2"]
