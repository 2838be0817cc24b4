"""Intake over real HTTP: committed before confirmed, trouble told once."""

import asyncio
import inspect
import logging
import re

import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.delivery.transport import AiohttpRequest
from bot.updates.intake import Intake
from handlers.events import read_event
from sandbox.telegram import Fault, TelegramServer
from storage.errors import TokenRefused
from storage.inbox import list_waiting


class HastyClock(SystemClock):
    """The real clock, but nobody sleeps long: pauses are noted instead."""

    def __init__(self):
        super().__init__()
        self.pauses = []

    async def sleep(self, seconds):
        self.pauses.append(seconds)
        await asyncio.sleep(0.01)


@pytest.fixture
async def telegram():
    async with TelegramServer() as server:
        yield server


class Running:
    """An intake under way, with what it stored."""

    def __init__(self, db, telegram, *, token=None):
        self.stored = asyncio.Event()
        self.clock = HastyClock()
        self.request = AiohttpRequest()
        self.intake = Intake(
            db,
            self.request,
            api_url=telegram.url,
            token=SecretStr(token or telegram.token),
            clock=self.clock,
            on_stored=lambda _: self.stored.set(),
        )

    async def __aenter__(self):
        await self.request.initialize()
        self.task = asyncio.create_task(self.intake.run())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.request.shutdown()


async def waiting(db):
    async with db.read() as tx:
        return await list_waiting(tx, after=-1, limit=1000)


async def test_updates_are_stored_before_they_are_confirmed(db, telegram):
    alice = telegram.person("Alice")
    async with Running(db, telegram) as running:
        for n in range(5):
            alice.say(f"message {n}")
        await asyncio.wait_for(running.stored.wait(), 10)
        await telegram.wait_until(lambda: not telegram.pending_updates)
        updates = await waiting(db)
    assert [u.update_id for u in updates] == sorted(u.update_id for u in updates)
    assert len(updates) == 5
    assert {u.chat_id for u in updates} == {alice.id}


async def test_exactly_the_kinds_that_mean_something_are_asked_for(db, telegram):
    async with Running(db, telegram):
        await telegram.wait_until(lambda: telegram.calls_of("getUpdates"))
        (call, *_) = telegram.calls_of("getUpdates")
    asked = call.params["allowed_updates"]
    read = re.findall(r"if update\.(\w+) is not None", inspect.getsource(read_event))
    assert sorted(asked) == sorted(read)
    assert int(call.params["timeout"]) >= 20


async def test_what_could_not_be_stored_is_not_confirmed(db, telegram):
    alice = telegram.person("Alice")
    alice.say("hello")
    async with db.transaction() as tx:
        await tx.run("DROP TABLE facts")
    async with Running(db, telegram) as running:
        with pytest.raises(Exception, match="facts"):
            await running.task
    assert len(telegram.pending_updates) == 1


async def test_a_restart_asks_for_what_comes_after_the_last_commit(db, telegram):
    alice = telegram.person("Alice")
    alice.say("one")
    async with Running(db, telegram) as running:
        await asyncio.wait_for(running.stored.wait(), 10)
    alice.say("two")
    async with Running(db, telegram) as running:
        await asyncio.wait_for(running.stored.wait(), 10)
    assert len(await waiting(db)) == 2


async def test_a_refused_token_ends_the_loop(db, telegram):
    async with Running(db, telegram, token="999:wrong") as running:
        with pytest.raises(TokenRefused) as caught:
            await asyncio.wait_for(running.task, 10)
    assert "wrong" not in str(caught.value)


async def test_trouble_is_told_once_and_its_end_once(db, telegram, caplog):
    telegram.faults.add(Fault(kind="502", method="getUpdates", times=4))
    alice = telegram.person("Alice")
    with caplog.at_level(logging.INFO):
        async with Running(db, telegram) as running:
            alice.say("hello")
            await asyncio.wait_for(running.stored.wait(), 10)
    events = [record.getMessage() for record in caplog.records]
    assert events.count("telegram_unreachable") == 1
    assert events.count("telegram_back") == 1
    assert running.clock.pauses == sorted(running.clock.pauses)
    assert len(running.clock.pauses) == 4


async def test_an_update_without_an_id_does_not_stop_the_others(db, telegram):
    alice = telegram.person("Alice")
    telegram.push_update({"message": {"chat": {"id": 1}}})
    alice.say("hello")
    async with Running(db, telegram) as running:
        await asyncio.wait_for(running.stored.wait(), 10)
    assert alice.id in {u.chat_id for u in await waiting(db)}
