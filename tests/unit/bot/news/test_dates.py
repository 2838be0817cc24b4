import time
from datetime import UTC, datetime

import pytest

from bot.news.dates import clamp, entry_date, parse_iso, parse_written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("lun., 24 sept. 2018 10:30:00 +0200", "2018-09-24T10:30:00+02:00"),
        ("Lundi 24 septembre 2018 à 10h30", "2018-09-24T10:30:00+00:00"),
        ("mar. 3 févr. 2026 08:00 GMT", "2026-02-03T08:00:00+00:00"),
        ("1er août 2025", "2025-08-01T00:00:00+00:00"),
        ("31 décembre 2024 23h", "2024-12-31T23:00:00+00:00"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T19:42:40-03:00"),
        ("Ter, 4 de fevereiro de 2025 07:05:00 -03:00", "2025-02-04T07:05:00-03:00"),
        ("Qui, 01 Mai 2025 00:00:00 Z", "2025-05-01T00:00:00+00:00"),
        ("Sáb, 13 Dez 2025 10:00:60 +0000", "2025-12-13T10:00:59+00:00"),
    ],
)
def test_french_and_portuguese_dates(written: str, iso: str) -> None:
    assert parse_written(written, NOW) == seconds(iso)
    assert entry_date(None, written, NOW) == seconds(iso)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hier",
        "24 brumaire 2018",
        "32 janvier 2020",
        "31 juin 2020",
        "05/03/2019 - 15:21",
        "12 mars 2020 25h00",
        "1 janvier 0001",
        "3 mars 2099",
        "9" * 1000,
    ],
)
def test_what_is_no_usable_date(written: str) -> None:
    assert parse_written(written, NOW) is None


def test_dates_are_kept_within_what_can_be_true() -> None:
    assert clamp(seconds("2000-01-01T00:00:00+00:00"), NOW) is not None
    assert clamp(seconds("1999-12-31T23:59:59+00:00"), NOW) is None
    assert clamp(NOW + 3600, NOW) is not None
    assert clamp(NOW + 3601, NOW) is None


@pytest.mark.parametrize(
    "parsed",
    [
        (1, 1, 1, 0, 0, 0, 0, 1, 0),  # Go's zero time
        (0, 0, 0, 0, 0, 0, 0, 0, 0),
        (-1, 11, 30, 0, 0, 0, 0, 1, 0),
        (1970, 1, 1, 0, 0, 0, 3, 1, 0),
        (2099, 1, 1, 0, 0, 0, 3, 1, 0),
        (10**9, 1, 1, 0, 0, 0, 0, 1, 0),
    ],
)
def test_impossible_dates_are_none(parsed: tuple[int, ...]) -> None:
    assert entry_date(time.struct_time(parsed), "x", NOW) is None


def test_feedparsers_reading_wins() -> None:
    parsed = time.struct_time((2026, 2, 1, 8, 0, 0, 6, 32, 0))
    assert entry_date(parsed, "24 septembre 2018", NOW) == seconds("2026-02-01T08:00:00+00:00")


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-02-07T14:04:00-05:00", "2026-02-07T14:04:00-05:00"),
        ("2026-02-07T14:04:00Z", "2026-02-07T14:04:00+00:00"),
        ("2026-02-07", "2026-02-07T00:00:00+00:00"),
    ],
)
def test_iso_dates(text: str, iso: str) -> None:
    assert parse_iso(text, NOW) == seconds(iso)


@pytest.mark.parametrize("text", [None, "", "soon", "2099-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_iso_dates_that_are_none(text: str | None) -> None:
    assert parse_iso(text, NOW) is None
