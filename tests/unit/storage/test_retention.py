"""Pruning: what is too old goes, in small transactions, and nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage import retention
from storage.articles import find_article
from storage.database import Database, Transaction
from storage.dialogs import set_dialog
from storage.inbox import add_updates, mark_handled, park_update
from storage.jobs import add_job, park_job
from storage.model import Dialog, Draft, Lane
from storage.model_uses import take_use
from storage.outbox import add_body, enqueue
from storage.outbox_outcomes import park_row
from storage.retention import DAY, Keep, Pruned, prune
from storage.search import search_articles
from tests.support.database import NOW, db, make_article

__all__ = ["db"]

NOTHING = Pruned(
    updates=0,
    messages=0,
    jobs=0,
    dialogs=0,
    model_uses=0,
    bodies=0,
    receipts=0,
    article_texts=0,
)


async def column(db: Database, sql: str) -> list[object]:
    async with db.read() as tx:
        return [row[0] for row in await tx.all(sql)]


async def test_an_empty_database_has_nothing_to_prune(db: Database) -> None:
    assert await prune(db, Keep(receipts=0, article_texts=0), now=NOW) == NOTHING


async def test_handled_and_parked_updates_go_waiting_ones_stay(db: Database) -> None:
    keep = Keep(handled_updates=7, parked=90)
    async with db.transaction() as tx:
        for update_id, age in ((1, 100), (2, 100), (3, 8), (4, 6), (5, 8), (6, 100)):
            await add_updates(tx, [(update_id, 5, "{}")], now=NOW - age * DAY)
        for update_id in (1, 3, 4):
            await mark_handled(tx, update_id)
        for update_id in (2, 5):
            await park_update(tx, update_id, "ValueError")
    assert (await prune(db, keep, now=NOW)).updates == 3
    assert await column(db, "SELECT update_id FROM inbox ORDER BY 1") == [4, 5, 6]


async def test_no_body_is_given_an_id_that_another_had(db: Database) -> None:
    async with db.transaction() as tx:
        old = [await add_body(tx, {"text": text}, now=NOW - 9 * DAY) for text in "ab"]
    await prune(db, Keep(unused_bodies=2), now=NOW)
    async with db.transaction() as tx:
        assert await add_body(tx, {"text": "c"}, now=NOW) > max(old)


async def test_parked_messages_go_tracked_and_waiting_ones_stay(db: Database) -> None:
    async with db.transaction() as tx:
        rows = [
            await enqueue(
                tx,
                Draft(5, Lane.REPLY, payload={"text": "x"}, tracked=tracked),
                now_ms=(NOW - age * DAY) * 1000,
            )
            for age, tracked in ((91, False), (91, True), (89, False), (91, False))
        ]
        for row_id in rows[:3]:
            await park_row(tx, row_id, "Bad Request")
    assert (await prune(db, Keep(parked=90), now=NOW)).messages == 1
    assert await column(db, "SELECT id FROM outbox ORDER BY 1") == rows[1:]


async def test_parked_jobs_go_others_stay(db: Database) -> None:
    async with db.transaction() as tx:
        jobs = [await add_job(tx, "x", {}, now=NOW - age * DAY) for age in (91, 91, 89)]
        await park_job(tx, jobs[1], "timeout")
        await park_job(tx, jobs[2], "timeout")
    assert (await prune(db, Keep(parked=90), now=NOW)).jobs == 1
    assert await column(db, "SELECT id FROM jobs ORDER BY 1") == [jobs[0], jobs[2]]


async def test_the_uses_of_past_days_go(db: Database) -> None:
    today = NOW // DAY
    async with db.transaction() as tx:
        for day in (today - 1, today):
            assert await take_use(tx, 5, day=day, daily=9, reader_daily=9)
    assert (await prune(db, Keep(), now=NOW)).model_uses == 2
    assert await column(db, "SELECT day FROM model_uses") == [today, today]


async def test_expired_questions_go(db: Database) -> None:
    async with db.transaction() as tx:
        await set_dialog(tx, Dialog(1, 1, "x", {}, NOW))
        await set_dialog(tx, Dialog(2, 2, "x", {}, NOW + 1))
    assert (await prune(db, Keep(), now=NOW)).dialogs == 1
    assert await column(db, "SELECT chat_id FROM dialogs") == [2]


async def test_bodies_go_when_no_message_needs_them(db: Database) -> None:
    async with db.transaction() as tx:
        used = await add_body(tx, {"text": "a"}, now=NOW - 9 * DAY)
        await add_body(tx, {"text": "b"}, now=NOW - 9 * DAY)
        fresh = await add_body(tx, {"text": "c"}, now=NOW - DAY)
        await enqueue(tx, Draft(1, Lane.POST, body_id=used), now_ms=NOW * 1000)
    assert (await prune(db, Keep(unused_bodies=2), now=NOW)).bodies == 1
    assert await column(db, "SELECT id FROM bodies ORDER BY 1") == [used, fresh]


async def add_receipts(tx: Transaction, rows: list[tuple[int, int, int]]) -> None:
    await tx.many(
        "INSERT INTO receipts (chat_id, message_id, sent_at) VALUES (?, ?, ?)",
        [(chat, message, NOW - age * DAY) for chat, message, age in rows],
    )


@pytest.mark.parametrize("scan", [1, 2, 3, 1000])
async def test_old_receipts_go_wherever_they_lie(
    db: Database, monkeypatch: pytest.MonkeyPatch, scan: int
) -> None:
    monkeypatch.setattr(retention, "SCAN", scan)
    async with db.transaction() as tx:
        await add_receipts(
            tx, [(-5, 1, 500), (-5, 2, 10), (1, 1, 401), (1, 2, 400), (9, 7, 500), (9, 8, 0)]
        )
    assert (await prune(db, Keep(receipts=400), now=NOW)).receipts == 3
    assert await column(db, "SELECT message_id FROM receipts ORDER BY chat_id, 1") == [2, 2, 8]
    assert (await prune(db, Keep(receipts=None), now=NOW + 9999 * DAY)).receipts == 0


@pytest.mark.parametrize("scan", [1, 2, 1000])
async def test_an_article_without_its_text_is_still_listed_and_found(
    db: Database, monkeypatch: pytest.MonkeyPatch, scan: int
) -> None:
    monkeypatch.setattr(retention, "SCAN", scan)
    async with db.transaction() as tx:
        for key, age in (("1", 400), ("2", 366), ("3", 364), ("4", 0)):
            await make_article(tx, key, now=NOW - age * DAY, body="Le pangolin dort.")
    assert await prune(db, Keep(), now=NOW) == NOTHING  # for ever unless told otherwise
    assert (await prune(db, Keep(article_texts=365), now=NOW)).article_texts == 2
    assert await column(db, "SELECT article_id FROM article_texts") == [3, 4]
    async with db.read() as tx:
        assert await find_article(tx, 1) is not None
        assert len(await search_articles(tx, "pangolin", limit=9)) == 4


async def test_a_purge_is_many_small_transactions(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.transaction() as tx:
        await add_receipts(tx, [(1, number, 500) for number in range(2500)])
    before = await column(db, "SELECT count(*) FROM receipts")
    sizes: list[int] = []
    transaction = db.transaction

    @asynccontextmanager
    async def watched() -> AsyncIterator[Transaction]:
        async with transaction() as tx:
            yield tx
            left = await tx.value("SELECT count(*) FROM receipts")
            sizes.append(left)

    monkeypatch.setattr(db, "transaction", watched)
    await prune(db, Keep(receipts=400), now=NOW)
    assert before == [2500]
    assert sizes == [1500, 500, 0]


async def test_a_message_that_came_meanwhile_keeps_its_row(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and deleting, a person may have been asked something new."""
    async with db.transaction() as tx:
        await set_dialog(tx, Dialog(1, 1, "old", {}, NOW))
    delete = retention._delete

    async def ask_first(db: Database, statement: str, keys: list[tuple[int, ...]]) -> None:
        async with db.transaction() as tx:
            await set_dialog(tx, Dialog(1, 1, "new", {}, NOW + 60))
        await delete(db, statement, keys)

    monkeypatch.setattr(retention, "_delete", ask_first)
    await prune(db, Keep(), now=NOW)
    assert await column(db, "SELECT kind FROM dialogs") == ["new"]
