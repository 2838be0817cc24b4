"""The sender against the strict server: lost answers, outages, stopping."""

from dataclasses import replace

import pytest

from bot.delivery.pacing import Rates
from sandbox.telegram import Fault, TelegramServer
from storage.database import Database
from storage.model import Lane
from tests.support.delivery import QUICK, meet, post, sending, texts

SMOOTH = Rates(overall=500.0, burst=20, private_gap=0.05, group_gap=0.05)


async def test_the_order_within_a_chat_holds_whatever_fails(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 5)
    for kind in ("500", "reset_after", "429", "slow", "502_after"):
        fault = Fault(kind, method="sendMessage", probability=0.2, times=10, seconds=0.1)
        telegram.faults.add(fault)
    async with sending(db, telegram) as rig:
        await rig.send(*(post(r.id, f"{n}") for n in range(12) for r in readers))
        await rig.settled(within=60)
    for reader in readers:
        assert texts(reader) == [f"{n}" for n in range(12)]


@pytest.mark.parametrize("kind", ["500", "502", "reset_before", "hang", "not_json"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_everyone_gets_the_post_once_whatever_is_lost(
    db: Database, telegram: TelegramServer, kind: str, when: str
) -> None:
    if when == "after":
        kind = kind.removesuffix("_before") + "_after"
    if kind == "not_json_after":
        pytest.skip("the server knows it before the effect only")
    readers = meet(telegram, 20)
    telegram.faults.add(Fault(kind, "sendMessage", times=8, seconds=3.0))
    async with sending(db, telegram, read_seconds=1.5) as rig:
        await rig.send(*(post(reader.id, f"pour {reader.id}") for reader in readers))
        await rig.settled()
        arrived, resent = rig.sender.settled
    assert [texts(reader) for reader in readers] == [[f"pour {r.id}"] for r in readers]
    assert (arrived, resent) == ((8, 0) if when == "after" else (0, 8))


async def test_an_answer_that_takes_8_seconds_is_waited_for(
    db: Database, telegram: TelegramServer
) -> None:
    slow, quick = meet(telegram, 2)
    telegram.faults.add(Fault("slow", chat_id=slow.id, seconds=8.0))
    async with sending(db, telegram, read_seconds=20.0) as rig:
        await rig.send(post(slow.id), post(quick.id))
        await telegram.wait_until(lambda: texts(quick))
        assert texts(slow) == []
        await rig.settled(within=20)
    assert len(texts(slow)) == 1
    assert rig.sender.settled == (0, 0)


async def test_while_telegram_cannot_be_reached_everything_waits(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 10)
    async with sending(db, telegram) as rig:
        await telegram.endpoint.stop()
        await rig.send(*(post(reader.id) for reader in readers))
        await rig.send(post(readers[0].id, lane=Lane.REPLY))
        await rig.attempted()
        await telegram.endpoint.start()
        await rig.settled()
    assert [len(texts(reader)) for reader in readers] == [2] + [1] * 9


async def test_stopping_finishes_what_is_in_flight_and_nothing_else(
    db: Database, telegram: TelegramServer
) -> None:
    readers = meet(telegram, 3)
    telegram.faults.add(Fault("slow", chat_id=readers[0].id, seconds=0.5))
    async with sending(db, telegram, rates=replace(SMOOTH, overall=1.0, burst=1)) as rig:
        await rig.send(*(post(reader.id) for reader in readers))
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
        await rig.sender.stop()
    assert await rig.states() == {"WAITING": 2}
    assert [len(texts(reader)) for reader in readers] == [1, 0, 0]


async def test_stopping_does_not_wait_for_ever(db: Database, telegram: TelegramServer) -> None:
    (reader,) = meet(telegram)
    telegram.faults.add(Fault("hang", seconds=30.0))
    async with sending(db, telegram, patience=replace(QUICK, stop=0.3)) as rig:
        await rig.send(post(reader.id))
        await telegram.wait_until(lambda: telegram.calls_of("sendMessage"))
        await rig.sender.stop()
    assert await rig.states() == {"SENDING": 1}
