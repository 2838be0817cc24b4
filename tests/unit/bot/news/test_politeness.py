import pytest

from bot.news.politeness import (
    DAY,
    HostLedger,
    is_loopback,
    own_wish,
    wait_after_failure,
    wait_after_success,
)

HOST = "port.example"


def test_requests_to_one_host_keep_their_gap() -> None:
    ledger = HostLedger(gap_seconds=2, at_once=2)
    assert ledger.admit(HOST, 100) == 0
    assert ledger.admit("other.example", 100) == 0
    assert ledger.admit(HOST, 101) > 0
    assert ledger.admit(HOST, 102) == 0


def test_the_gap_counts_from_the_end_of_a_request_too() -> None:
    ledger = HostLedger(gap_seconds=2)
    ledger.admit(HOST, 100)
    ledger.finish(HOST, 110)
    assert ledger.admit(HOST, 111) > 0
    assert ledger.admit(HOST, 112) == 0


def test_no_more_at_once_than_allowed() -> None:
    ledger = HostLedger(gap_seconds=0, at_once=2)
    assert [ledger.admit(HOST, 100) for _ in range(2)] == [0, 0]
    assert ledger.admit(HOST, 100) >= 0
    ledger = HostLedger(gap_seconds=1, at_once=1)
    ledger.admit(HOST, 100)
    assert ledger.admit(HOST, 200) > 0
    ledger.finish(HOST, 200)
    assert ledger.admit(HOST, 201) == 0


def test_those_sent_away_are_spread() -> None:
    ledger = HostLedger(gap_seconds=1)
    ledger.admit(HOST, 100)
    assert [ledger.admit(HOST, 100) for _ in range(4)] == [2, 3, 4, 5]


def test_a_wish_for_patience_holds_for_the_whole_host() -> None:
    ledger = HostLedger(gap_seconds=1)
    ledger.admit(HOST, 100)
    ledger.hold_off(HOST, 400)
    ledger.finish(HOST, 101)
    assert ledger.admit(HOST, 399) > 0
    assert ledger.admit(HOST, 400) == 0
    ledger.hold_off("fresh.example", 500)
    assert ledger.admit("fresh.example", 450) >= 50


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", "news.localhost"])
def test_this_machine_is_not_waited_for(host: str) -> None:
    ledger = HostLedger(gap_seconds=10, at_once=1)
    assert is_loopback(host)
    assert [ledger.admit(host, 100) for _ in range(5)] == [0] * 5
    ledger.finish(host, 100)
    ledger.hold_off(host, 200)
    assert ledger.admit(host, 150) >= 50
    assert ledger.admit(host, 200) == 0


def test_hosts_that_are_idle_are_forgotten() -> None:
    ledger = HostLedger(gap_seconds=1)
    for number in range(10_050):
        ledger.admit(f"h{number}.example", number)
        ledger.finish(f"h{number}.example", number)
    assert len(ledger._hosts) < 10_050


@pytest.mark.parametrize(
    ("wishes", "seconds"),
    [([], 600), ([None, 0, 300], 600), ([1800, 900], 1800), ([10 * DAY], DAY)],
)
def test_the_longest_wish_counts(wishes: list[int | None], seconds: int) -> None:
    assert wait_after_success(600, wishes, spread=0) == seconds


@pytest.mark.parametrize(
    ("ttl", "period", "wish"),
    [
        (None, None, None),
        (5400, None, 5400),
        (None, 3600, None),  # WordPress says "hourly" without meaning it
        (None, DAY, DAY),
        (7200, 6 * 3600, 6 * 3600),
    ],
)
def test_what_a_feed_itself_asks_for(ttl: int | None, period: int | None, wish: int | None) -> None:
    assert own_wish(ttl, period) == wish


def test_an_interval_of_a_second_stays_one() -> None:
    assert wait_after_success(1, [None, 0], spread=0.99) == 1


def test_jitter_adds_up_to_a_tenth() -> None:
    waits = [wait_after_success(600, [], spread=s / 10) for s in range(10)]
    assert min(waits) == 600
    assert 640 < max(waits) <= 660


def test_failures_in_a_row_double_the_wait_up_to_a_day() -> None:
    waits = [wait_after_failure(600, n, retry_after=None, spread=0) for n in range(1, 30)]
    assert waits[:4] == [600, 1200, 2400, 4800]
    assert waits == sorted(waits)
    assert waits[-1] == DAY


def test_a_wish_after_a_failure_is_heeded_up_to_a_week() -> None:
    assert wait_after_failure(600, 1, retry_after=3600, spread=0) == 3600
    assert wait_after_failure(600, 1, retry_after=60, spread=0) == 600
    assert wait_after_failure(600, 1, retry_after=99 * DAY, spread=0) == 7 * DAY


def test_walls_are_tried_more_slowly() -> None:
    assert wait_after_failure(600, 1, retry_after=None, slow=True, spread=0) == 4800
