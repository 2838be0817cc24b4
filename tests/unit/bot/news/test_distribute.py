"""Distribution: each reader's post is queued once, in its language, whatever interrupts it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.news import distribute
from bot.news.distribute import Complete, Distributor
from storage.articles import find_article
from storage.database import Database, Transaction
from storage.errors import DiskFull
from storage.model import Article, Language, Spread
from tests.support.database import db, make_article, make_subscriber

__all__ = ["db"]


def render(article: Article, language: Language) -> dict[str, Any]:
    return {"text": f"{article.title} ({language})"}


@asynccontextmanager
async def distributing(
    db: Database,
    on_committed: Callable[[], None] = lambda: None,
    complete: Complete | None = None,
) -> AsyncIterator[Distributor]:
    distributor = Distributor(
        db, render, SystemClock(), on_committed=on_committed, complete=complete
    )
    running = asyncio.create_task(distributor.run())
    try:
        yield distributor
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def queued(db: Database) -> list[tuple[int, str]]:
    async with db.read() as tx:
        rows = await tx.all(
            "SELECT chat_id, b.payload FROM outbox JOIN bodies b ON b.id = body_id ORDER BY chat_id"
        )
    return [(row[0], json.loads(row[1])["text"]) for row in rows]


async def until_spread(db: Database, article_id: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with db.read() as tx:
                article = await find_article(tx, article_id)
            if article is not None and article.spread == Spread.DISTRIBUTED:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a window hold a few readers only."""
    whole = distribute.fan_out

    async def fan_out(*arguments: Any, **options: Any) -> Any:
        return await whole(*arguments, **{**options, "window": 10})

    monkeypatch.setattr(distribute, "fan_out", fan_out)


async def readers(tx: Transaction, count: int) -> None:
    for chat_id in range(1, count + 1):
        language: Language = "fr" if chat_id % 2 else "en"
        await make_subscriber(tx, chat_id, language=language, follows=("5G",))


async def test_each_follower_gets_the_article_in_its_language(db: Database) -> None:
    async with db.transaction() as tx:
        await readers(tx, 3)
        await make_subscriber(tx, 4, follows=("Autre",))
        article = await make_article(tx, title="Le mât")
    async with distributing(db):
        await until_spread(db, article.id)
    assert await queued(db) == [(1, "Le mât (fr)"), (2, "Le mât (en)"), (3, "Le mât (fr)")]


async def test_the_first_posts_can_leave_before_the_last_are_queued(
    db: Database, small_windows: None
) -> None:
    async with db.transaction() as tx:
        await readers(tx, 60)
        article = await make_article(tx)
    rings = 0

    def ring() -> None:
        nonlocal rings
        rings += 1

    async with distributing(db, ring):
        await until_spread(db, article.id)
    assert rings > 3
    assert [chat_id for chat_id, _ in await queued(db)] == list(range(1, 61))


@pytest.mark.parametrize("windows", [1, 2, 4])
async def test_what_was_begun_is_finished_by_the_next_process(
    db: Database, small_windows: None, windows: int
) -> None:
    async with db.transaction() as tx:
        await readers(tx, 60)
        article = await make_article(tx)
    left = windows

    def die() -> None:
        nonlocal left
        left -= 1
        if not left:
            raise asyncio.CancelledError

    async with distributing(db, die):
        async with asyncio.timeout(10):
            while left:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    begun = len(await queued(db))
    assert 0 < begun < 60
    async with distributing(db):
        await until_spread(db, article.id)
    assert [chat_id for chat_id, _ in await queued(db)] == list(range(1, 61))


async def test_trouble_of_the_database_is_waited_out(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribute, "PAUSE_SECONDS", 0.01)
    async with db.transaction() as tx:
        await readers(tx, 2)
        article = await make_article(tx)
    whole, failures = distribute.fan_out, 2

    async def fan_out(*arguments: Any, **options: Any) -> Any:
        nonlocal failures
        if failures:
            failures -= 1
            raise DiskFull("The disk is full.")
        return await whole(*arguments, **options)

    monkeypatch.setattr(distribute, "fan_out", fan_out)
    async with distributing(db):
        await until_spread(db, article.id)
    assert len(await queued(db)) == 2


async def test_an_article_without_tags_is_completed_first(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, tags=())
    completed: list[int] = []

    async def complete(untagged: Article) -> None:
        completed.append(untagged.id)

    async with distributing(db, complete=complete):
        await until_spread(db, article.id)
    assert completed == [article.id]


async def test_it_rests_until_it_is_woken(db: Database) -> None:
    async with distributing(db) as distributor:
        await asyncio.sleep(0.05)
        async with db.transaction() as tx:
            await readers(tx, 1)
            article = await make_article(tx)
        distributor.wake()
        await until_spread(db, article.id)
    assert len(await queued(db)) == 1
