"""The same story from two feeds, and what only looks like it."""

import pytest

from storage.database import Database
from storage.stories import WINDOW_SECONDS, publisher_of
from tests.support.database import NOW, db, make_article, make_feed

__all__ = ["db"]

FIRST = {
    "key": "guid:gazette.example/?p=1",
    "url": "https://gazette.example/un",
    "title_key": "un titre",
    "published_at": NOW,
}
OTHERS = {
    "key": "guid:gazette.example/?p=2",
    "url": "https://gazette.example/deux",
    "title_key": "un autre titre",
    "published_at": NOW,
}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, False),
        ({"url": FIRST["url"]}, True),
        ({"url": FIRST["url"], "published_at": NOW + 30 * 86_400}, True),
        ({"key": FIRST["key"]}, True),
        ({"title_key": FIRST["title_key"]}, True),
        ({"title_key": FIRST["title_key"], "published_at": NOW + WINDOW_SECONDS}, True),
        ({"title_key": FIRST["title_key"], "published_at": NOW - WINDOW_SECONDS}, True),
        ({"title_key": FIRST["title_key"], "published_at": NOW + WINDOW_SECONDS + 1}, False),
        ({"title_key": FIRST["title_key"], "url": "https://mobile.gazette.example/z"}, True),
        ({"title_key": FIRST["title_key"], "url": "https://courrier.example/un"}, False),
        ({"title_key": FIRST["title_key"], "url": None}, True),  # by the feed's own host
    ],
)
async def test_across_feeds(db: Database, changes: dict[str, object], same: bool) -> None:
    async with db.transaction() as tx:
        one = await make_feed(tx, "https://gazette.example/feed.xml")
        other = await make_feed(tx, "https://www.gazette.example/mobiles.xml")
        first = await make_article(tx, feed=one, **FIRST)  # type: ignore[arg-type]
        second = await make_article(tx, feed=other, **{**OTHERS, **changes})  # type: ignore[arg-type]
    assert first.story_id is None
    assert second.story_id == (first.id if same else None)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"url": FIRST["url"]}, False),  # a feed whose items all lead to one page
        ({"title_key": FIRST["title_key"]}, False),  # "The day's deals", every day
        ({"url": FIRST["url"], "title_key": FIRST["title_key"]}, True),  # only the guid changed
        (
            {
                "url": FIRST["url"],
                "title_key": FIRST["title_key"],
                "published_at": NOW + WINDOW_SECONDS + 1,
            },
            False,
        ),
    ],
)
async def test_within_a_feed(db: Database, changes: dict[str, object], same: bool) -> None:
    async with db.transaction() as tx:
        first = await make_article(tx, **FIRST)  # type: ignore[arg-type]
        second = await make_article(tx, **{**OTHERS, **changes})  # type: ignore[arg-type]
    assert second.story_id == (first.id if same else None)


@pytest.mark.parametrize("url", ["https://gazette.example/", "https://gazette.example", None])
async def test_a_home_page_identifies_no_article(db: Database, url: str | None) -> None:
    async with db.transaction() as tx:
        other = await make_feed(tx, "https://gazette.example/mobiles.xml")
        await make_article(tx, **{**FIRST, "url": url})  # type: ignore[arg-type]
        second = await make_article(tx, feed=other, **{**OTHERS, "url": url})  # type: ignore[arg-type]
    assert second.story_id is None


async def test_articles_without_title_are_not_one_story(db: Database) -> None:
    async with db.transaction() as tx:
        other = await make_feed(tx, "https://gazette.example/mobiles.xml")
        await make_article(tx, **{**FIRST, "title_key": ""})  # type: ignore[arg-type]
        second = await make_article(tx, feed=other, **{**OTHERS, "title_key": ""})  # type: ignore[arg-type]
    assert second.story_id is None


async def test_a_third_article_joins_the_first(db: Database) -> None:
    async with db.transaction() as tx:
        feeds = [await make_feed(tx, f"https://gazette.example/{n}.xml") for n in range(3)]
        first = await make_article(tx, feed=feeds[0], **FIRST)  # type: ignore[arg-type]
        by_link = {**OTHERS, "url": FIRST["url"]}
        second = await make_article(tx, feed=feeds[1], **by_link)  # type: ignore[arg-type]
        by_key = {**OTHERS, "url": "https://gazette.example/trois"}
        third = await make_article(tx, feed=feeds[2], **by_key)  # type: ignore[arg-type]
    assert second.story_id == first.id
    assert third.story_id == first.id  # though only the second has its key


async def test_two_new_articles_of_one_poll_may_tell_one_story(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        first = await make_article(tx, "1", feed=feed, url="https://gazette.example/x", title="X")
        second = await make_article(tx, "2", feed=feed, url="https://gazette.example/x", title="X")
    assert (first.story_id, second.story_id) == (None, first.id)


@pytest.mark.parametrize(
    ("urls", "host"),
    [
        (("https://www.gazette.example/a", "https://b.example"), "gazette.example"),
        ((None, "https://B.example/feed"), "b.example"),
        (("https://amp.gazette.example/a",), "gazette.example"),
        ((None, ""), ""),
    ],
)
def test_publishers(urls: tuple[str | None, ...], host: str) -> None:
    assert publisher_of(*urls) == host
