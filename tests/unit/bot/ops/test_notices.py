"""Operators are told of trouble once, and again when it comes back."""

import pytest

from bot.ops.notices import DAY, FeedWatch, Notifier
from handlers.texts import Catalogue
from storage.feeds import add_feed

NOW = 1_700_000_000


@pytest.fixture
def notifier():
    return Notifier(frozenset({7, 8}), Catalogue.load(), "fr")


async def texts_for(db, chat_id):
    async with db.read() as tx:
        rows = await tx.all(
            "SELECT payload ->> '$.text' FROM outbox WHERE chat_id = ? ORDER BY id", (chat_id,)
        )
    return [row[0] for row in rows]


async def test_every_operator_is_told_once_of_a_failing_feed(db, notifier):
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, "https://a.example/feed", now=NOW - 3 * DAY)
        await tx.run("UPDATE feeds SET errors = 5, error_code = 'timeout' WHERE id = ?", (feed.id,))
    watch = FeedWatch(db, notifier)
    await watch.look(now=NOW)
    await watch.look(now=NOW + 60)
    assert len(await texts_for(db, 7)) == 1
    assert len(await texts_for(db, 8)) == 1
    assert "a.example" in (await texts_for(db, 7))[0]


async def test_a_feed_that_recovers_may_be_told_of_again(db, notifier):
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, "https://a.example/feed", now=NOW - 3 * DAY)
        await tx.run("UPDATE feeds SET errors = 5, error_code = 'timeout' WHERE id = ?", (feed.id,))
    watch = FeedWatch(db, notifier)
    for errors in (5, 0, 5):
        async with db.transaction() as tx:
            await tx.run("UPDATE feeds SET errors = ? WHERE id = ?", (errors, feed.id))
        await watch.look(now=NOW)
    assert len(await texts_for(db, 7)) == 2


async def test_one_reason_to_park_is_told_once_a_day(db, notifier):
    async with db.transaction() as tx:
        for update_id in range(50):
            await notifier.tell_of_parked(tx, "update", update_id, "KeyError at read:3", now=NOW)
    assert len(await texts_for(db, 7)) == 1
    async with db.transaction() as tx:
        await notifier.tell_of_parked(tx, "update", 99, "KeyError at read:3", now=NOW + DAY)
    assert len(await texts_for(db, 7)) == 2
