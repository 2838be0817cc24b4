"""Answering who asked for a summary: jobs that wait, fail, are erased."""

import asyncio
from dataclasses import replace

import pytest

from bot.summary.worker import AGAIN_SECONDS, SummaryActs
from handlers.texts import Catalogue
from storage.errors import FetchFailed
from storage.jobs import add_job, claim_jobs
from storage.model import Draft, Lane
from storage.outbox import enqueue
from tests.support.database import NOW
from tests.support.summary_making import URL, store


class Desk:
    """Readers who ask, and what they are sent."""

    def __init__(self, db, maker, clock):
        self.db = db
        self.acts = SummaryActs(db, maker, Catalogue.load(), clock, lambda: None)

    async def ask(self, chat_id, **what):
        """Ask as the handler does; gives the placeholder's row and the claimed job."""
        async with self.db.transaction() as tx:
            row_id = await enqueue(
                tx, Draft(chat_id, Lane.REPLY, payload={"text": "…"}, tracked=True), now_ms=NOW
            )
            job = {"chat_id": chat_id, "person_id": chat_id, "language": "en", "reply_to": 9}
            job |= {"has_post": True, "action_id": 0, "row_id": row_id, **what}
            await add_job(tx, "summarize", job, now=NOW)
            (claimed,) = await claim_jobs(tx, "summarize", now_ms=NOW * 1000)
        return row_id, claimed

    async def rows(self, sql):
        async with self.db.read() as tx:
            return [tuple(row) for row in await tx.all(sql)]


async def test_jobs_wait_for_the_summary_that_is_being_made(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.gate.clear()
    _, first = await desk.ask(1, article_id=article.id)
    making = asyncio.create_task(desk.acts.do(first))
    await pages.reached.wait()
    for chat_id in (2, 3):
        _, job = await desk.ask(chat_id, article_id=article.id)
        await desk.acts.do(job)  # comes back at once
    assert len(await desk.rows("SELECT id FROM jobs")) == 3
    pages.gate.set()
    await making
    assert await desk.rows("SELECT id FROM jobs") == []
    sent = await desk.rows("SELECT DISTINCT chat_id FROM outbox WHERE state = 0")
    assert sent == [(1,), (2,), (3,)]
    assert len(await desk.rows("SELECT chat_id FROM summary_answers")) == 3
    assert len(pages.asked) == 1


async def test_jobs_that_waited_for_a_failed_one_are_tried_again(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.gate.clear()
    pages.page = RuntimeError("a bug")
    _, first = await desk.ask(1, article_id=article.id)
    making = asyncio.create_task(desk.acts.do(first))
    await pages.reached.wait()
    _, second = await desk.ask(2, article_id=article.id)
    await desk.acts.do(second)
    pages.gate.set()
    with pytest.raises(RuntimeError):
        await making
    assert await desk.rows(f"SELECT state FROM jobs WHERE id = {second.id}") == [(0,)]


async def test_what_a_feed_says_of_a_page_out_of_reach_holds_for_a_minute(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.page = FetchFailed(URL, "timeout")
    _, job = await desk.ask(1, article_id=article.id)
    await desk.acts.do(job)
    ((asked_at, again_at),) = await desk.rows("SELECT asked_at, again_at FROM summary_answers")
    assert again_at == asked_at + AGAIN_SECONDS


async def test_what_fails_for_the_last_time_is_told(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.page = RuntimeError("a bug")
    _, job = await desk.ask(1, article_id=article.id)
    await desk.acts.do(replace(job, attempts=3))
    assert await desk.rows("SELECT id FROM jobs") == []
    ((text,),) = await desk.rows("SELECT payload ->> '$.text' FROM outbox WHERE state = 0")
    assert "on my side" in text
    assert await desk.rows("SELECT chat_id FROM summary_answers") == []


async def test_a_job_of_an_erased_reader_sends_nothing(db, maker, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    _, job = await desk.ask(1, article_id=article.id)
    async with db.transaction() as tx:
        await tx.run("DELETE FROM jobs")
        await tx.run("DELETE FROM outbox")
    await desk.acts.do(job)
    assert await desk.rows("SELECT id FROM outbox") == []
