"""Faults on demand: each kind, and whether the effect happened."""

import asyncio
import random

import aiohttp
import pytest

from sandbox.telegram import Fault, Person, TelegramServer
from tests.support.telegram import RawBot


async def _send(api: RawBot, to: Person, text: str = "x") -> dict[str, object]:
    return await api.call("sendMessage", chat_id=to.id, text=text)


@pytest.mark.parametrize(
    ("fault", "status", "description", "applied"),
    [
        (Fault("500"), 500, "Internal Server Error", False),
        (Fault("502"), 502, "Bad Gateway", False),
        (Fault("500_after"), 500, "Internal Server Error", True),
        (Fault("502_after"), 502, "Bad Gateway", True),
        (Fault("429", retry_after=7), 429, "Too Many Requests: retry after 7", False),
        (Fault("403"), 403, "Forbidden: bot was blocked by the user", False),
        (Fault("400", description="Bad Request: X"), 400, "Bad Request: X", False),
    ],
)  # fmt: skip
async def test_status_faults(
    telegram: TelegramServer,
    api: RawBot,
    anna: Person,
    fault: Fault,
    status: int,
    description: str,
    applied: bool,
) -> None:
    fault.fired = 0
    telegram.faults.add(fault)
    answer = await _send(api, anna)
    assert (answer["error_code"], answer["description"]) == (status, description)
    assert len(anna.chat.from_bot()) == applied
    call = telegram.calls[-1]
    assert (call.applied, call.status, call.fault) == (applied, status, fault.kind)
    assert (await _send(api, anna))["ok"]


@pytest.mark.parametrize(("kind", "applied"), [("reset_before", False), ("reset_after", True)])
async def test_reset_loses_the_answer(
    telegram: TelegramServer, api: RawBot, anna: Person, kind: str, applied: bool
) -> None:
    telegram.faults.add(Fault(kind))
    with pytest.raises(aiohttp.ClientError):
        await _send(api, anna)
    call = telegram.calls[-1]
    assert (call.applied, call.answered_at, call.status) == (applied, None, None)
    assert len(anna.chat.from_bot()) == applied
    assert (await _send(api, anna))["ok"]


@pytest.mark.parametrize(("kind", "applied"), [("hang", False), ("hang_after", True)])
async def test_hang_never_answers(
    telegram: TelegramServer, api: RawBot, anna: Person, kind: str, applied: bool
) -> None:
    telegram.faults.add(Fault(kind))
    request = asyncio.create_task(_send(api, anna))
    await telegram.wait_until(lambda: telegram.calls and telegram.calls[-1].fault == kind)
    await telegram.wait_until(lambda: telegram.calls[-1].applied == applied)
    request.cancel()
    await asyncio.wait([request])
    assert telegram.calls[-1].answered_at is None
    assert len(anna.chat.from_bot()) == applied


async def test_hang_ends_in_a_reset(telegram: TelegramServer, api: RawBot, anna: Person) -> None:
    telegram.faults.add(Fault("hang", seconds=0.01))
    with pytest.raises(aiohttp.ClientError):
        await _send(api, anna)


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
async def test_slow_answers_in_the_end(
    telegram: TelegramServer, api: RawBot, anna: Person, kind: str
) -> None:
    telegram.faults.add(Fault(kind, seconds=0.01))
    assert (await _send(api, anna))["ok"]
    assert len(anna.chat.from_bot()) == 1


async def test_slow_after_shows_the_message_before_the_answer(
    telegram: TelegramServer, api: RawBot, anna: Person
) -> None:
    telegram.faults.add(Fault("slow_after"))
    request = asyncio.create_task(_send(api, anna))
    await telegram.wait_until(lambda: anna.chat.from_bot())
    assert not request.done()
    request.cancel()
    await asyncio.wait([request])


async def test_not_json_is_a_page_of_somebody_else(
    telegram: TelegramServer, api: RawBot, anna: Person
) -> None:
    telegram.faults.add(Fault("not_json"))
    with pytest.raises(aiohttp.ContentTypeError):
        await _send(api, anna)
    assert anna.chat.from_bot() == []


async def test_faults_aim(telegram: TelegramServer, api: RawBot, anna: Person) -> None:
    bob = telegram.person("Bob")
    bob.say("/start")
    by_chat = telegram.faults.add(Fault("500", chat_id=bob.id, times=None))
    telegram.faults.add(Fault("502", method="editmessagetext"))
    assert (await _send(api, anna))["ok"]
    assert (await _send(api, bob))["error_code"] == 500
    assert (await _send(api, bob))["error_code"] == 500
    assert by_chat.fired == 2
    edit = await api.call("editMessageText", chat_id=anna.id, message_id=1, text="y")
    assert edit["error_code"] == 502
    telegram.faults.clear()
    assert (await _send(api, bob))["ok"]


async def test_faults_leave_polls_alone_unless_told(telegram: TelegramServer, api: RawBot) -> None:
    fault = telegram.faults.add(Fault("500"))
    assert await api.updates() == []
    assert telegram.faults.armed == [fault]
    telegram.faults.add(Fault("502", method="getUpdates"))
    assert await api.refusal("getUpdates") == "Bad Gateway"


async def test_faults_strike_by_chance(telegram: TelegramServer, api: RawBot, anna: Person) -> None:
    fault = Fault("500", times=None, probability=0.5, rng=random.Random(1))
    telegram.faults.add(fault)
    answers = [(await _send(api, anna))["ok"] for _ in range(40)]
    assert 10 < answers.count(True) < 30
    assert answers.count(False) == fault.fired


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind of fault"):
        Fault("explosion")
