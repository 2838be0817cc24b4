"""Feeds: added, due, polled, failing, moved."""

from dataclasses import replace

import pytest

from storage.database import Database
from storage.feeds import (
    add_feed,
    claim_due_feeds,
    clear_redirect,
    find_feed,
    find_next_poll,
    get_feed,
    list_failing_feeds,
    list_feed_health,
    list_feeds,
    list_silent_feeds,
    mark_gone,
    move_feed,
    postpone_feed,
    record_poll,
    record_poll_failure,
    record_redirect,
    release_feeds,
    remove_feed,
)
from storage.model import Polled
from tests.support.database import NOW, db, make_article, make_feed

__all__ = ["db"]

URL = "https://gazette.example/feed.xml"
POLLED = Polled(
    next_poll_at=NOW + 600,
    title="La Gazette",
    site_url="https://gazette.example/",
    language="fr",
    etag='"abc"',
    last_modified="Fri, 15 Jan 2027 08:00:00 GMT",
    body_hash="raw",
    clean_hash="clean",
    new_articles=3,
    full=True,
)


async def test_a_feed_is_added_once_and_is_due_at_once(db: Database) -> None:
    async with db.transaction() as tx:
        feed, created = await add_feed(tx, URL, now=NOW, title="La Gazette", added_by=5)
        assert created
        assert (feed.state, feed.next_poll_at, feed.backlog_at, feed.added_by) == (
            "active",
            NOW,
            None,
            5,
        )
        assert await add_feed(tx, URL, now=NOW + 9) == (feed, False)
        assert await find_feed(tx, URL) == feed
        assert await find_feed(tx, URL + "?") is None
        assert await get_feed(tx, feed.id) == feed
        with pytest.raises(LookupError):
            await get_feed(tx, 99)


@pytest.mark.parametrize("end", ["removed", "gone"])
async def test_a_feed_that_comes_back_begins_with_backlog(db: Database, end: str) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx, URL)
        await record_poll(tx, feed.id, POLLED, now=NOW)
        if end == "removed":
            await remove_feed(tx, feed.id)
        else:
            await mark_gone(tx, feed.id, now=NOW)
        assert (await get_feed(tx, feed.id)).state == end
        assert await find_next_poll(tx) is None
        back, created = await add_feed(tx, URL, now=NOW + 99)
    assert created
    assert (back.id, back.state, back.backlog_at, back.next_poll_at) == (
        feed.id,
        "active",
        None,
        NOW + 99,
    )
    assert (back.etag, back.last_modified, back.body_hash, back.errors) == (None, None, None, 0)
    assert back.title == "La Gazette"


async def test_lists_leave_removed_feeds_out_and_count_articles(db: Database) -> None:
    async with db.transaction() as tx:
        second = await make_feed(tx, "https://b.example/", title="b")
        first = await make_feed(tx, "https://a.example/", title="A")
        removed = await make_feed(tx, "https://c.example/", title="C")
        await remove_feed(tx, removed.id)
        await make_article(tx, "a1", feed=second)
        await make_article(tx, "a2", feed=second)
        assert [feed.id for feed in await list_feeds(tx)] == [first.id, second.id]
        assert [(h.feed.id, h.articles) for h in await list_feed_health(tx)] == [
            (first.id, 0),
            (second.id, 2),
        ]


async def test_due_feeds_are_claimed_once_longest_due_first(db: Database) -> None:
    async with db.transaction() as tx:
        for index, due in enumerate((NOW - 5, NOW - 9, NOW + 1, NOW - 1)):
            await make_feed(tx, f"https://{index}.example/", now=due)
        claimed = await claim_due_feeds(tx, now=NOW, limit=2, lease_seconds=60)
        assert [feed.next_poll_at for feed in claimed] == [NOW - 9, NOW - 5]
        claimed = await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60)
        assert [feed.next_poll_at for feed in claimed] == [NOW - 1]
        assert await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60) == []
        assert await find_next_poll(tx) == NOW - 9


async def test_a_claim_ends_by_itself_by_release_or_by_postponing(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        assert await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60)
        assert await claim_due_feeds(tx, now=NOW + 60, limit=9, lease_seconds=60)
        await release_feeds(tx)
        assert await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60)
        await postpone_feed(tx, feed.id, next_poll_at=NOW + 5)
        assert await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60) == []
        assert await claim_due_feeds(tx, now=NOW + 5, limit=9, lease_seconds=60)


async def test_a_poll_saves_what_it_found_and_ends_the_backlog(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        await record_poll_failure(tx, feed.id, "timeout", now=NOW - 9, next_poll_at=NOW)
        await claim_due_feeds(tx, now=NOW, limit=9, lease_seconds=60)
        await record_poll(tx, feed.id, POLLED, now=NOW)
        stored = await get_feed(tx, feed.id)
        assert stored == replace(
            stored,
            title="La Gazette",
            site_url="https://gazette.example/",
            language="fr",
            etag='"abc"',
            last_modified="Fri, 15 Jan 2027 08:00:00 GMT",
            body_hash="raw",
            clean_hash="clean",
            backlog_at=NOW,
            next_poll_at=NOW + 600,
            last_polled_at=NOW,
            last_success_at=NOW,
            last_new_at=NOW,
            full_poll_at=NOW,
            errors=0,
            error_code=None,
        )
        await record_poll(tx, feed.id, Polled(next_poll_at=NOW + 900), now=NOW + 600)
        later = await get_feed(tx, feed.id)
        # What the feed did not say again stays; validators that it no longer sends do not.
        assert (later.title, later.site_url, later.language) == (
            "La Gazette",
            "https://gazette.example/",
            "fr",
        )
        assert (later.etag, later.last_modified) == (None, None)
        assert (later.backlog_at, later.last_new_at, later.full_poll_at) == (NOW, NOW, NOW)
        assert await claim_due_feeds(tx, now=NOW + 900, limit=9, lease_seconds=60)


async def test_failures_are_counted_in_a_row(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        assert await record_poll_failure(tx, feed.id, "dns", now=NOW, next_poll_at=NOW + 60) == 1
        assert await record_poll_failure(tx, feed.id, "tls", now=NOW, next_poll_at=NOW + 90) == 2
        stored = await get_feed(tx, feed.id)
        assert (stored.errors, stored.error_code, stored.next_poll_at) == (2, "tls", NOW + 90)
        assert stored.backlog_at is None
        await record_poll(tx, feed.id, POLLED, now=NOW)
        assert await record_poll_failure(tx, feed.id, "dns", now=NOW, next_poll_at=NOW + 60) == 1


async def test_silent_and_failing_feeds_are_told_apart(db: Database) -> None:
    async with db.transaction() as tx:
        silent = await make_feed(tx, "https://silent.example/")
        await record_poll(tx, silent.id, POLLED, now=NOW)
        failing = await make_feed(tx, "https://failing.example/")
        await record_poll_failure(tx, failing.id, "dns", now=NOW + 99, next_poll_at=NOW + 199)
        never_new = await make_feed(tx, "https://empty.example/")
        await record_poll(tx, never_new.id, replace(POLLED, new_articles=0), now=NOW + 10)
        assert await list_silent_feeds(tx, before=NOW) == []
        assert [f.id for f in await list_silent_feeds(tx, before=NOW + 5)] == [silent.id]
        found = await list_silent_feeds(tx, before=NOW + 11)
        assert [f.id for f in found] == [silent.id, never_new.id]
        assert await list_failing_feeds(tx, before=NOW) == []
        assert [f.id for f in await list_failing_feeds(tx, before=NOW + 1)] == [failing.id]


async def test_a_permanent_redirect_is_counted_until_it_changes(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx)
        assert await record_redirect(tx, feed.id, "https://b.example/", now=NOW) == (1, NOW)
        assert await record_redirect(tx, feed.id, "https://b.example/", now=NOW + 9) == (2, NOW)
        assert await record_redirect(tx, feed.id, "https://c.example/", now=NOW + 9) == (1, NOW + 9)
        await clear_redirect(tx, feed.id)
        stored = await get_feed(tx, feed.id)
        assert (stored.redirect_url, stored.redirect_seen, stored.redirect_since) == (None, 0, None)


async def test_a_feed_moves_unless_another_has_the_address(db: Database) -> None:
    async with db.transaction() as tx:
        feed = await make_feed(tx, "https://a.example/")
        other = await make_feed(tx, "https://b.example/")
        await record_redirect(tx, feed.id, "https://c.example/", now=NOW)
        assert not await move_feed(tx, feed.id, other.url)
        assert (await get_feed(tx, feed.id)).url == "https://a.example/"
        assert await move_feed(tx, feed.id, "https://c.example/")
        moved = await get_feed(tx, feed.id)
    assert (moved.url, moved.redirect_url, moved.redirect_seen) == ("https://c.example/", None, 0)
