import pytest

from bot.news.caching import fresh_seconds, parse_http_date, retry_after, usable_last_modified

NOW = 1_767_225_600  # Thu, 01 Jan 2026 00:00:00 GMT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Thu, 01 Jan 2026 00:05:00 GMT", 300),
        ("Wed, 31 Dec 2025 23:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("٣", None),
        ("9" * 40, 366 * 86_400),
    ],
)
def test_retry_after(text: str, seconds: int | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=600", "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "s-maxage=9999"}, None),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "NO-STORE"}, 0),
        ({"expires": "Thu, 01 Jan 2026 01:00:00 GMT"}, 3600),
        (
            {
                "expires": "Thu, 01 Jan 2026 03:00:00 GMT",
                "date": "Thu, 01 Jan 2026 02:00:00 GMT",
            },
            3600,
        ),
        ({"expires": "0"}, 0),
        ({"cache-control": "max-age=60", "expires": "Thu, 01 Jan 2026 01:00:00 GMT"}, 60),
    ],
)
def test_how_long_an_answer_is_fresh(headers: dict[str, str], seconds: int | None) -> None:
    assert fresh_seconds(headers, NOW) == seconds


def test_last_modified_is_kept_verbatim_unless_it_is_in_the_future() -> None:
    odd = "Thursday, 01-Jan-26 00:00:00 GMT"
    assert usable_last_modified({"last-modified": odd}, NOW) == odd
    assert usable_last_modified({"last-modified": "Fri, 01 Jan 2041 00:00:00 GMT"}, NOW) is None
    assert usable_last_modified({"last-modified": "yesterday"}, NOW) is None
    assert usable_last_modified({}, NOW) is None


@pytest.mark.parametrize("text", ["", None, "0", "-1", "Mon, 99 Foo 2026", "\udcff"])
def test_nonsense_is_no_date(text: str | None) -> None:
    assert parse_http_date(text) is None
