"""The flood model: what is admitted, held in silence, refused, and punished for insisting."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from sandbox.telegram import FakeClock, Limits, TelegramServer
from sandbox.telegram.errors import ApiError
from sandbox.telegram.flood import FloodControl
from tests.support.telegram import RawBot

PLAIN = Limits(hold_seconds=0)
READER, OTHER, GROUP = 7, 8, -7


class Flood:
    """A flood control on a clock of ours."""

    def __init__(self, limits: Limits) -> None:
        self.clock = FakeClock()
        self.control = FloodControl(limits, self.clock, self.clock.sleep, lambda: None)
        self.admit: Callable[..., Awaitable[None]] = self.control.admit

    async def refusal(self, chat_id: int, **more: bool) -> int:
        """Return the retry_after of a request that must be refused."""
        with pytest.raises(ApiError) as caught:
            await self.admit(chat_id, **more)
        seconds: int = caught.value.parameters["retry_after"]
        assert caught.value.description == f"Too Many Requests: retry after {seconds}"
        return seconds


async def test_private_chat_takes_its_burst_and_then_one_per_second() -> None:
    flood = Flood(PLAIN)
    for _ in range(3):
        await flood.admit(READER)
    assert await flood.refusal(READER) == 1
    await flood.admit(OTHER)
    for _ in range(3):
        flood.clock.advance(1)
        await flood.admit(READER)


async def test_group_takes_twenty_a_minute() -> None:
    flood = Flood(PLAIN)
    for _ in range(20):
        await flood.admit(GROUP)
    assert await flood.refusal(GROUP) == 3
    flood.clock.advance(3)
    await flood.admit(GROUP)


async def test_overall_rate_holds_for_all_chats_together() -> None:
    flood = Flood(Limits(hold_seconds=0, overall_burst=4))
    for chat_id in range(1, 5):
        await flood.admit(chat_id)
    assert await flood.refusal(5) == 1
    flood.clock.advance(1)
    for chat_id in range(5, 9):
        await flood.admit(chat_id)
    await flood.refusal(9)


async def test_overflow_does_not_shut_out_other_chats_unless_it_happens_again() -> None:
    flood = Flood(Limits(hold_seconds=0, overall_burst=4))
    for chat_id in range(1, 5):
        await flood.admit(chat_id)
    assert await flood.refusal(5) == 1
    flood.clock.advance(0.1)
    for chat_id in range(6, 9):
        await flood.admit(chat_id)
    assert await flood.refusal(9) == 1
    flood.clock.advance(0.5)
    for chat_id in range(9, 13):
        await flood.admit(chat_id)
    assert await flood.refusal(13) == 2
    flood.clock.advance(0.4)
    assert await flood.refusal(14) == 2
    flood.clock.advance(1.6)
    await flood.admit(14)


async def test_paid_sends_have_a_bucket_of_their_own() -> None:
    flood = Flood(Limits(hold_seconds=0, overall_burst=1, paid_burst=50))
    await flood.admit(1)
    for chat_id in range(2, 52):
        await flood.admit(chat_id, paid=True)
    await flood.refusal(52, paid=True)


async def test_edits_take_from_the_chat_but_not_from_the_whole() -> None:
    flood = Flood(Limits(hold_seconds=0, overall_burst=1))
    await flood.admit(READER)
    await flood.admit(READER, is_send=False)
    await flood.admit(READER, is_send=False)
    assert await flood.refusal(READER, is_send=False) == 1


async def test_refused_request_takes_nothing() -> None:
    flood = Flood(Limits(hold_seconds=0, overall_burst=4))
    for _ in range(3):
        await flood.admit(READER)
    await flood.refusal(READER)
    await flood.admit(OTHER)


async def test_album_costs_each_of_its_items() -> None:
    flood = Flood(PLAIN)
    await flood.control.admit(READER, cost=10)
    assert await flood.refusal(READER) == 8


async def test_ignoring_a_refusal_doubles_it_up_to_a_minute() -> None:
    flood = Flood(PLAIN)
    for _ in range(3):
        await flood.admit(READER)
    waits = [await flood.refusal(READER)]
    for _ in range(7):
        flood.clock.advance(0.6)
        waits.append(await flood.refusal(READER))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    flood.clock.advance(60)
    await flood.admit(READER)


async def test_requests_under_way_do_not_count_as_ignoring() -> None:
    flood = Flood(PLAIN)
    for _ in range(3):
        await flood.admit(READER)
    assert [await flood.refusal(READER) for _ in range(5)] == [1] * 5


async def test_request_is_held_in_silence_and_then_admitted() -> None:
    flood = Flood(Limits())
    for _ in range(3):
        await flood.admit(READER)
    held = asyncio.ensure_future(flood.admit(READER))
    await flood.clock.until_sleeping(1)
    assert not held.done()
    flood.clock.advance(1)
    await held
    assert (flood.control.held, flood.control.ever_held) == (0, 1)


async def test_held_requests_are_refused_after_eight_seconds_in_sum() -> None:
    flood = Flood(Limits())
    for _ in range(3):
        await flood.admit(READER)
    held = [asyncio.ensure_future(flood.admit(READER)) for _ in range(10)]
    for still_held in range(10, 2, -1):
        await flood.clock.until_sleeping(still_held)
        flood.clock.advance(1)
    results = await asyncio.gather(*held, return_exceptions=True)
    assert [type(r) for r in results].count(ApiError) == 2
    assert results.count(None) == 8
    assert flood.control.ever_held == 10


async def test_limits_can_be_off() -> None:
    flood = Flood(Limits.off())
    for _ in range(500):
        await flood.admit(READER)


async def test_server_answers_429_with_the_header() -> None:
    clock = FakeClock()
    limits = Limits(hold_seconds=0, private_burst=1)
    async with (
        TelegramServer(limits=limits, clock=clock) as server,
        aiohttp.ClientSession() as session,
    ):
        api, anna = RawBot(server, session), server.person("Anna")
        anna.say("/start")
        await api.result("sendMessage", chat_id=anna.id, text="un")
        body = {"chat_id": anna.id, "text": "deux"}
        async with session.post(f"{api.base}/sendMessage", json=body) as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "1")
            assert (await response.json())["parameters"] == {"retry_after": 1}
        await api.result("sendChatAction", chat_id=anna.id, action="typing")
        assert [m.text for m in anna.chat.from_bot()] == ["un"]
        call = server.calls_of("sendMessage")[-1]
        assert (call.status, call.applied) == (429, False)


async def test_message_of_a_client_that_gave_up_arrives_all_the_same() -> None:
    clock = FakeClock()
    async with TelegramServer(
        limits=Limits(private_burst=1), clock=clock, sleep=clock.sleep
    ) as server:
        anna = server.person("Anna")
        anna.say("/start")
        async with aiohttp.ClientSession() as session:
            api = RawBot(server, session)
            await api.result("sendMessage", chat_id=anna.id, text="un")
            second = asyncio.create_task(api.call("sendMessage", chat_id=anna.id, text="deux"))
            await server.wait_until(lambda: server.flood.held == 1)
            second.cancel()
            await asyncio.wait([second])
        clock.advance(1)
        await server.wait_until(lambda: anna.chat.last.text == "deux")


async def test_held_message_is_refused_when_the_reader_blocks_meanwhile() -> None:
    clock = FakeClock()
    async with (
        TelegramServer(limits=Limits(private_burst=1), clock=clock, sleep=clock.sleep) as server,
        aiohttp.ClientSession() as session,
    ):
        api, anna = RawBot(server, session), server.person("Anna")
        anna.say("/start")
        await api.result("sendMessage", chat_id=anna.id, text="un")
        second = asyncio.create_task(api.refusal("sendMessage", chat_id=anna.id, text="deux"))
        await server.wait_until(lambda: server.flood.held == 1)
        anna.block()
        clock.advance(1)
        assert await second == "Forbidden: bot was blocked by the user"


async def test_too_many_held_requests_of_a_chat_are_sent_away_for_a_minute() -> None:
    flood = Flood(Limits(private_burst=1))
    await flood.admit(READER)
    held = [asyncio.ensure_future(flood.admit(READER)) for _ in range(311)]
    await flood.clock.until_sleeping(311)
    flood.clock.advance(3)
    with pytest.raises(ApiError, match="retry after 60"):
        await held[-1]
    for request in held:
        request.cancel()
    await asyncio.wait(held)
