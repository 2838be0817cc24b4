"""Dispatch: one update, one transaction; order within a chat; failures contained."""

import asyncio
import json

import pytest
from telegram.ext import Application, MessageHandler, filters

from bot.clock import SystemClock
from bot.updates.dispatch import Dispatcher
from storage.errors import Refusal, StorageError
from storage.facts import get_fact, set_fact
from storage.inbox import add_updates
from storage.model import Draft, Lane
from storage.outbox import enqueue, find_receipt
from storage.outbox_outcomes import record_delivered
from storage.parked import retry_parked
from tests.support.counts import count_updates


class HastyClock(SystemClock):
    async def sleep(self, seconds):
        await asyncio.sleep(0)


class Turn:
    """Stands where the handlers' turn goes: keeps what was done to it."""

    def __init__(self, tx, update, bench):
        self.tx, self.update, self.bench = tx, update, bench

    async def finish(self):
        self.bench.finished.append(self.update.update_id)

    async def refuse(self, refusal):
        self.bench.refused.append((self.update.update_id, refusal.key))


class Bench:
    """A dispatcher over a real database whose handler is the test's."""

    def __init__(self, db, handler):
        self.db = db
        self.finished, self.refused, self.parked = [], [], []
        application = Application.builder().token("1:x").updater(None).build()
        application.add_handler(MessageHandler(filters.ALL, handler))
        self.dispatcher = Dispatcher(
            db,
            application,
            self.open_turn,
            clock=HastyClock(),
            on_committed=lambda: None,
            on_parked=self.note_parked,
        )

    async def open_turn(self, tx, update, received_at):
        return Turn(tx, update, self)

    async def note_parked(self, update_id, error):
        self.parked.append((update_id, error))

    async def run_until_empty(self, then=None):
        """Run until nothing waits; `then` may put more there, in the same life."""
        task = asyncio.create_task(self.dispatcher.run())
        await self._emptied(task)
        if then is not None:
            await then()
            self.dispatcher.wake()
            await self._emptied(task)
        self.dispatcher.stop()
        await asyncio.wait_for(task, 10)

    async def _emptied(self, task):
        async with asyncio.timeout(20):
            while not task.done():
                async with self.db.read() as tx:
                    if (await count_updates(tx))[0] == 0:
                        return
                await asyncio.sleep(0.005)


def message(update_id, chat_id=1, text="hello"):
    raw = {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_700_000_000,
            "chat": {"id": chat_id, "type": "private"},
            "from": {"id": chat_id, "is_bot": False, "first_name": "A"},
            "text": text,
        },
    }
    return update_id, chat_id, json.dumps(raw)


async def store(db, *updates):
    async with db.transaction() as tx:
        await add_updates(tx, updates, now=1_700_000_000)


async def fact(db, name):
    async with db.read() as tx:
        return await get_fact(tx, name)


async def test_the_effect_and_the_mark_commit_together(db):
    async def handler(update, turn):
        await set_fact(turn.tx, f"seen-{update.update_id}", "yes")

    await store(db, message(1), message(2))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    assert await fact(db, "seen-1") == "yes"
    assert bench.finished == [1, 2]
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM inbox WHERE state = 1 AND raw IS NULL") == 2


async def test_a_failing_handler_leaves_nothing_and_its_chat_goes_on(db):
    attempts = []

    async def handler(update, turn):
        await set_fact(turn.tx, "half", "done")
        if update.update_id == 1:
            attempts.append(1)
            raise KeyError("text of a person")
        await set_fact(turn.tx, "after", "yes")

    await store(db, message(1), message(2))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    assert len(attempts) == 3
    assert [update_id for update_id, _ in bench.parked] == [1]
    assert "person" not in bench.parked[0][1]
    assert await fact(db, "after") == "yes"
    async with db.read() as tx:
        assert await count_updates(tx) == (0, 1)


async def test_a_parked_update_is_handled_once_a_person_tries_it_again(db):
    is_mended = False

    async def handler(update, turn):
        if update.update_id == 1 and not is_mended:
            raise RuntimeError
        await set_fact(turn.tx, f"seen-{update.update_id}", "yes")

    async def mend():
        nonlocal is_mended
        is_mended = True
        async with db.transaction() as tx:
            assert await retry_parked(tx, "update", 1, now_ms=0)
            assert not await retry_parked(tx, "update", 2, now_ms=0)

    await store(db, message(1), message(2), message(3, chat_id=2))
    bench = Bench(db, handler)
    await bench.run_until_empty(mend)
    assert await fact(db, "seen-1") == "yes"
    assert sorted(bench.finished) == [1, 2, 3]
    async with db.read() as tx:
        assert await count_updates(tx) == (0, 0)


async def test_a_handler_that_fails_once_is_tried_again(db):
    failed = []

    async def handler(update, turn):
        if not failed:
            failed.append(1)
            raise RuntimeError
        await set_fact(turn.tx, "done", "yes")

    await store(db, message(1))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    assert await fact(db, "done") == "yes"
    assert bench.parked == []


async def test_the_database_in_trouble_parks_nothing(db):
    failures = []

    async def handler(update, turn):
        if len(failures) < 6:
            failures.append(1)
            raise StorageError("the disk is full")
        await set_fact(turn.tx, "done", "yes")

    await store(db, message(1))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    assert await fact(db, "done") == "yes"
    assert bench.parked == []


async def test_a_refusal_undoes_the_handler_and_is_told_once(db):
    async def handler(update, turn):
        await set_fact(turn.tx, "half", "done")
        raise Refusal("too_long", limit=5)

    await store(db, message(1))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    assert await fact(db, "half") is None
    assert bench.refused == [(1, "too_long")]
    assert bench.finished == [1]


@pytest.mark.parametrize("raw", ["[]", "{}", '{"update_id": 1, "message": 5}', "not json"])
async def test_what_cannot_be_read_is_parked(db, raw):
    async def handler(update, turn):
        raise AssertionError("nothing to handle")

    await store(db, (1, 1, raw))
    bench = Bench(db, handler)
    await bench.run_until_empty()
    async with db.read() as tx:
        assert await count_updates(tx) == (0, 1)


async def test_order_holds_within_a_chat_and_chats_go_side_by_side(db):
    order = []

    async def handler(update, turn):
        chat = update.message.chat.id
        order.append((chat, update.update_id))

    updates = [message(n, chat_id=n % 5) for n in range(1, 301)]
    await store(db, *updates)
    bench = Bench(db, handler)
    await bench.run_until_empty()
    for chat in range(5):
        ids = [update_id for c, update_id in order if c == chat]
        assert ids == sorted(ids)
    assert len(order) == 300


async def test_one_chat_that_keeps_failing_does_not_hold_up_another(db):
    gate = asyncio.Event()

    async def handler(update, turn):
        if update.message.chat.id == 1:
            raise StorageError("locked")
        await set_fact(turn.tx, "other", "done")
        gate.set()

    await store(db, message(1, chat_id=1), message(2, chat_id=2))
    bench = Bench(db, handler)
    task = asyncio.create_task(bench.dispatcher.run())
    await asyncio.wait_for(gate.wait(), 10)
    bench.dispatcher.stop()
    await asyncio.wait_for(task, 10)
    async with db.read() as tx:
        assert (await count_updates(tx))[0] >= 1


def reply(update_id, to, chat_id=1):
    _, _, raw = message(update_id, chat_id)
    update = json.loads(raw)
    update["message"]["reply_to_message"] = {
        "message_id": to,
        "date": 1_700_000_000,
        "chat": {"id": chat_id, "type": "private"},
    }
    return update_id, chat_id, json.dumps(update)


async def test_a_reply_faster_than_the_receipt_waits_for_it(db):
    found, asked, handled = [], asyncio.Event(), asyncio.Event()

    async def handler(update, turn):
        found.append(await find_receipt(turn.tx, 1, 77))
        handled.set()

    async with db.transaction() as tx:
        row_id = await enqueue(tx, Draft(1, Lane.POST, payload={"text": "post"}), now_ms=1)
        await tx.run("UPDATE outbox SET state = 1")
    await store(db, reply(1, to=77))
    bench = Bench(db, handler)
    bench.dispatcher._clock.sleep = lambda _: _note(asked)
    task = asyncio.create_task(bench.dispatcher.run())
    await asyncio.wait_for(asked.wait(), 10)
    assert found == []
    async with db.transaction() as tx:
        await record_delivered(tx, [(row_id, 77)], now_ms=2)
    await asyncio.wait_for(handled.wait(), 10)
    bench.dispatcher.stop()
    await asyncio.wait_for(task, 10)
    assert found[0] is not None


async def _note(event):
    event.set()
    await asyncio.sleep(0.001)


async def test_a_reply_to_what_is_not_ours_is_not_held_up_for_good(db):
    async def handler(update, turn):
        await set_fact(turn.tx, "done", "yes")

    async with db.transaction() as tx:
        await enqueue(tx, Draft(1, Lane.POST, payload={"text": "post"}), now_ms=1)
        await tx.run("UPDATE outbox SET state = 1")
    await store(db, reply(1, to=77))
    await Bench(db, handler).run_until_empty()
    assert await fact(db, "done") == "yes"


async def test_a_restart_replays_what_was_not_handled(db):
    async def failing(update, turn):
        raise StorageError("down")

    async def handler(update, turn):
        await set_fact(turn.tx, "done", "yes")

    await store(db, message(1))
    first = Bench(db, failing)
    task = asyncio.create_task(first.dispatcher.run())
    await asyncio.sleep(0)
    first.dispatcher.stop()
    await asyncio.wait_for(task, 10)
    await Bench(db, handler).run_until_empty()
    assert await fact(db, "done") == "yes"
