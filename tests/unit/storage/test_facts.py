"""Facts and notices."""

from storage.database import Database
from storage.facts import clear_notice, get_fact, record_notice, set_fact
from tests.support.database import NOW, db

__all__ = ["db"]


async def test_facts_are_set_and_replaced(db: Database) -> None:
    async with db.transaction() as tx:
        assert await get_fact(tx, "offset") is None
        await set_fact(tx, "offset", "1")
        await set_fact(tx, "offset", "2")
        await set_fact(tx, "other", "")
        assert await get_fact(tx, "offset") == "2"
        assert await get_fact(tx, "other") == ""


async def test_trouble_is_told_once_until_it_is_over(db: Database) -> None:
    async with db.transaction() as tx:
        assert await record_notice(tx, "feed_silent", "12", now=NOW)
        assert not await record_notice(tx, "feed_silent", "12", now=NOW + 9)
        assert await record_notice(tx, "feed_silent", "13", now=NOW)
        assert await clear_notice(tx, "feed_silent", "12")
        assert not await clear_notice(tx, "feed_silent", "12")
        assert await record_notice(tx, "feed_silent", "12", now=NOW + 9)
