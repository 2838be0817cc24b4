"""Pacing never exceeds its rates, and an answer never waits behind posts for longer than a slot."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.delivery.pacing import GROUP_MINUTE_MOST, Pacing, Rates, is_bulk
from bot.delivery.waiting import Waiting
from storage.model import Lane, OutboxRow, OutboxState

EPSILON = 1e-6
CHATS = [1, 2, 3, -5, -1_001_000_000_001]
LANES = st.sampled_from(list(Lane))
RATES = st.builds(
    Rates,
    overall=st.floats(1.0, 50.0),
    burst=st.integers(1, 4),
    bulk=st.one_of(st.none(), st.floats(1.0, 200.0)),
    bulk_burst=st.integers(1, 10),
    private_gap=st.floats(0.0, 2.0),
    group_gap=st.floats(0.0, 4.0),
    group_minute=st.floats(0.0, 60.0),
    quick_burst=st.integers(1, 3),
    group_burst=st.integers(1, 8),
)
MESSAGES = st.lists(
    st.tuples(st.floats(0.0, 0.3), st.sampled_from(CHATS), LANES), min_size=1, max_size=80
)


def row(row_id: int, chat_id: int, lane: Lane) -> OutboxRow:
    return OutboxRow(
        id=row_id,
        chat_id=chat_id,
        lane=lane,
        method="sendMessage",
        payload={},
        article_id=None,
        comment_id=None,
        revision=None,
        tracked=False,
        state=OutboxState.WAITING,
        due_ms=0,
        attempts=0,
        floor_id=None,
    )


def run(rates: Rates, messages: list[tuple[float, int, Lane]]) -> list[tuple[float, OutboxRow]]:
    """Let messages arrive and leave as the sender would; every attempt takes no time."""
    waiting = Waiting(Pacing(rates))
    arrivals = list(itertools.accumulate((gap for gap, _, _ in messages)))
    left: list[tuple[float, OutboxRow]] = []
    now, index = 0.0, 0
    while index < len(messages) or len(waiting):
        while index < len(messages) and arrivals[index] <= now:
            _, chat_id, lane = messages[index]
            waiting.add([row(index, chat_id, lane)], now)
            index += 1
        while (taken := waiting.take(now, posts=True)) is not None:
            left.append((now, taken))
            waiting.finish(taken, now)
        times = [arrivals[index]] if index < len(messages) else []
        times += [at for at in [waiting.next_at(posts=True)] if at is not None]
        assert times or not len(waiting)
        now = max(now, min(times, default=now))
    return left


def assert_rate(times: list[float], interval: float, burst: int) -> None:
    """In any window the number of messages is at most the burst and what the rate gives."""
    for first, last in itertools.combinations(range(len(times)), 2):
        allowed = burst + (times[last] - times[first] + EPSILON) / max(interval, 1e-9)
        assert last - first + 1 <= allowed + EPSILON


@given(RATES, MESSAGES)
@settings(deadline=None)
def test_no_window_holds_more_than_the_rates_allow(
    rates: Rates, messages: list[tuple[float, int, Lane]]
) -> None:
    left = run(rates, messages)
    assert sorted(taken.id for _, taken in left) == list(range(len(messages)))
    quick = [at for at, taken in left if rates.bulk is None or not is_bulk(taken.lane)]
    assert_rate(quick, 1 / rates.overall, rates.burst)
    if rates.bulk is not None:
        bulk = [at for at, taken in left if is_bulk(taken.lane)]
        assert_rate(bulk, 1 / rates.bulk, rates.bulk_burst)
    for chat_id in CHATS:
        times = [at for at, taken in left if taken.chat_id == chat_id]
        if chat_id > 0:
            assert_rate(times, rates.private_gap, rates.quick_burst)
        else:
            assert_rate(times, rates.group_gap, rates.group_burst)
            most = zip(times, times[GROUP_MINUTE_MOST:], strict=False)
            assert all(later - at >= rates.group_minute - EPSILON for at, later in most)


@given(
    st.lists(st.floats(0.0, 0.2), max_size=20),
    st.lists(st.floats(0.0, 0.03), min_size=1, max_size=200),
)
@example(pauses=[], delays=[0.03] + [0.0] * 199)
@settings(deadline=None, max_examples=50)
def test_a_paid_broadcast_is_not_too_fast_for_1000_a_second_though_its_way_stalls_for_30_ms(
    pauses: list[float], delays: list[float]
) -> None:
    """Whatever pauses of ours are made up for: a server with a burst of 60 takes it all at once."""
    waiting = Waiting(Pacing(Rates.of(1000, paid=True)))
    waiting.add((row(n, 100 + n, Lane.POST) for n in range(200)), 0.0)
    now, stalls = 0.0, iter(pauses)
    left: list[float] = []
    while (at := waiting.next_at(posts=True)) is not None:
        now = max(now, at) + next(stalls, 0.0)
        while (taken := waiting.take(now, posts=True)) is not None:
            waiting.finish(taken, now)
            left.append(now)
    assert len(left) == 200
    arrivals = (at + delay for at, delay in zip(left, itertools.cycle(delays), strict=False))
    assert_rate(list(itertools.accumulate(arrivals, max)), 1 / 1000, 60)


@given(RATES, MESSAGES)
@settings(deadline=None)
def test_lanes_come_in_order_within_a_chat(
    rates: Rates, messages: list[tuple[float, int, Lane]]
) -> None:
    left = run(rates, [(0.0, chat_id, lane) for _, chat_id, lane in messages])
    for chat_id in CHATS:
        order = [(taken.lane, taken.id) for _, taken in left if taken.chat_id == chat_id]
        assert order == sorted(order)


@given(
    st.integers(1, 200),
    st.floats(0.0, 5.0),
    st.sampled_from([lane for lane in Lane if not is_bulk(lane)]),
)
@settings(deadline=None)
def test_an_answer_waits_for_one_slot_at_most(posts: int, at: float, lane: Lane) -> None:
    rates = Rates()
    waiting = Waiting(Pacing(rates))
    waiting.add((row(n, 100 + n, Lane.POST) for n in range(posts)), 0.0)
    now, sent_answer = 0.0, None
    added = False
    while sent_answer is None:
        if now >= at and not added:
            waiting.add([row(10_000, 7, lane)], now)
            added = True
        while (taken := waiting.take(now, posts=True)) is not None:
            waiting.finish(taken, now)
            if taken.chat_id == 7:
                sent_answer = now
        times = [time for time in [waiting.next_at(posts=True)] if time is not None]
        times += [] if added else [at]
        now = max(now, min(times, default=now))
    assert sent_answer <= at + 1 / rates.overall + EPSILON


@given(
    st.lists(
        st.tuples(st.floats(0.0, 3.0), st.sampled_from([1, 2, 3]), st.floats(0.5, 5.0)),
        max_size=30,
    )
)
def test_refusals_block_their_chat_and_together_slow_the_posts(
    refusals: list[tuple[float, int, float]],
) -> None:
    pacing = Pacing(Rates())
    now = 0.0
    seen: list[tuple[float, int]] = []
    for gap, chat_id, seconds in refusals:
        now += gap
        before = pacing.lane_free_at(Lane.POST)
        pacing.refused(chat_id, seconds, now)
        seen.append((now, chat_id))
        assert pacing.chat_free_at(chat_id, Lane.REPLY) >= now + seconds
        if len({chat for at, chat in seen if at >= now - 1.0}) >= 2:
            assert pacing.lane_free_at(Lane.POST) >= now + seconds
            assert pacing.share < 1.0
        else:
            assert pacing.lane_free_at(Lane.POST) == before
        assert 0.3 <= pacing.share <= 1.0


def test_moderators_see_what_they_pressed_at_once() -> None:
    pacing = Pacing(Rates())
    for pressed in range(8):
        assert pacing.chat_free_at(-5, Lane.REPLY) <= 0.1 * pressed
        pacing.take(-5, Lane.REPLY, 0.1 * pressed)
    assert pacing.chat_free_at(-5, Lane.REPLY) > 2.0


def test_a_post_follows_an_answer_at_once_and_leaves_room_for_the_next() -> None:
    pacing = Pacing(Rates())
    for chat_id, answers, posts in ((7, 1, 1), (-5, 1, 3)):
        for _ in range(answers):
            pacing.take(chat_id, Lane.REPLY, 0.0)
        for _ in range(posts):
            assert pacing.chat_free_at(chat_id, Lane.POST) <= 0.0
            pacing.take(chat_id, Lane.POST, 0.0)
        assert pacing.chat_free_at(chat_id, Lane.POST) > 0.0
        assert pacing.chat_free_at(chat_id, Lane.REPLY) <= 0.0


def test_menus_take_no_slot_from_messages() -> None:
    waiting = Waiting(Pacing(Rates()))
    menus = [replace(row(n, -5, Lane.REPLY), method="setMyCommands") for n in range(9)]
    waiting.add([*menus, row(10, -5, Lane.REPLY)], 0.0)
    assert [waiting.take(0.0, posts=True) is not None for _ in range(10)] == [True] * 10


def test_what_leaves_late_counts_from_then() -> None:
    pacing = Pacing(Rates(overall=10.0, burst=1))
    pacing.take(1, Lane.POST, 0.0)
    pacing.departed([row(1, 1, Lane.POST)], 0.5)
    assert pacing.lane_free_at(Lane.POST) == pytest.approx(0.6)
    pacing.departed([], 9.0)
    assert pacing.lane_free_at(Lane.POST) == pytest.approx(0.6)


def test_the_rate_recovers_by_one_percent_in_ten_seconds() -> None:
    pacing = Pacing(Rates())
    pacing.refused(1, 1.0, 0.0)
    pacing.refused(2, 1.0, 0.5)
    assert pacing.share == pytest.approx(0.9)
    pacing.take(3, Lane.POST, 10.5)
    assert pacing.share == pytest.approx(0.91)
    pacing.take(3, Lane.POST, 500.0)
    assert pacing.share == 1.0


def test_chats_that_are_free_are_forgotten() -> None:
    pacing = Pacing(replace(Rates.unlimited(), private_gap=1.0))
    for chat_id in range(1, 30_001):
        pacing.take(chat_id, Lane.POST, chat_id / 100)
    assert len(pacing._chats) <= 10_001


@pytest.mark.parametrize(
    ("per_second", "paid", "overall", "bulk", "bulk_burst"),
    [(30, False, 29.9, None, 3), (10, False, 9.967, None, 3), (1000, True, 29.9, 990.0, 30)],
)
def test_rates_follow_the_settings(
    per_second: int, paid: bool, overall: float, bulk: float | None, bulk_burst: int
) -> None:
    rates = Rates.of(per_second, paid=paid)
    assert rates.overall == pytest.approx(overall, abs=0.001)
    assert rates.bulk == bulk
    assert rates.bulk_burst == bulk_burst
