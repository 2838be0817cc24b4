"""What time does to comments: the undecided expire, old questions are forgotten."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.comment_model import State, View
from storage.comment_views import add_view, find_view
from storage.comments import count_by_state
from storage.database import Transaction
from storage.errors import DatabaseBusy
from tests.support.discussion import Discussion

ZOE = 1001
DAY = 86_400


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Discussion]:
    world = await Discussion.open(tmp_path / "relais.db")
    await world.add_reader(ZOE, "en", "Zoé")
    yield world
    await world.db.close()


async def test_what_nobody_decided_expires_and_its_author_is_told_once(world: Discussion) -> None:
    post = await world.post(ZOE, await world.publish())
    await world.say(ZOE, "Bien dit.", reply_to=post.message_id)
    await world.settle()
    world.advance(30 * DAY - 60)
    await world.upkeep.tidy()
    assert await states(world) == {State.PENDING: 1}
    world.advance(61)
    for _ in range(2):
        await world.upkeep.tidy()
        await world.settle()
    assert await states(world) == {State.EXPIRED: 1}
    sends = [entry for entry in world.chats.log if entry.kind == "send"]
    assert [entry.chat_id for entry in sends if entry.text.startswith("⌛")] == [ZOE]


async def states(world: Discussion) -> dict[State, int]:
    async with world.db.read() as tx:
        return await count_by_state(tx)


async def test_old_questions_and_pages_are_forgotten_and_cards_are_not(world: Discussion) -> None:
    kinds = ("prompt", "thread", "card", "status")
    async with world.db.transaction() as tx:
        for row, kind in enumerate(kinds):
            view = View(row, ZOE, kind, 1, None)  # type: ignore[arg-type]
            await add_view(tx, view, now=world.now_ms // 1000)
    world.advance(90 * DAY)
    await world.upkeep.tidy()
    assert await kept(world, len(kinds)) == [0, 1, 2, 3]
    world.advance(1)
    await world.upkeep.tidy()
    assert await kept(world, len(kinds)) == [2, 3]


async def kept(world: Discussion, rows: int) -> list[int]:
    async with world.db.read() as tx:
        return [row for row in range(rows) if await find_view(tx, row) is not None]


async def test_trouble_with_the_database_waits_for_the_next_bell(
    world: Discussion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def busy(*_: object, **__: object) -> object:
        raise DatabaseBusy("relais.db is locked")

    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(Transaction, "all", busy)
        await world.upkeep.tidy()
    assert [record.message for record in caplog.records] == ["upkeep_waits"]
    await world.upkeep.tidy()
