"""What an answer's headers say about when to come again (pure)."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})")
_DAY = 86_400


def parse_http_date(text: str | None) -> int | None:
    """Read an HTTP date as UTC seconds; None for what is none ("0", "-1", nonsense)."""
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text.strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return int(moment.timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str], now: float) -> int | None:
    """Give the seconds a Retry-After header asks for, written as seconds or as a date."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and text.isascii():
        return min(int(text[:10]), 366 * _DAY)
    moment = parse_http_date(text)
    return None if moment is None else max(0, int(moment - now))


def fresh_seconds(headers: Mapping[str, str], now: float) -> int | None:
    """Give how long the answer calls itself fresh: max-age less Age, else Expires less Date.

    None when it says nothing; 0 when it forbids caching (no-cache, no-store).
    """
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return 0
    match = _MAX_AGE.search(control)
    if match:
        age = headers.get("age", "0").strip()
        spent = int(age[:10]) if age.isdecimal() and age.isascii() else 0
        return max(0, int(match[1]) - spent)
    if "expires" not in headers:
        return None
    expires = parse_http_date(headers["expires"])
    if expires is None:
        return 0
    sent = parse_http_date(headers.get("date"))
    return max(0, int(expires - (now if sent is None else sent)))


def usable_last_modified(headers: Mapping[str, str], now: float) -> str | None:
    """Give Last-Modified verbatim, but not one from the future: it would answer 304 for ever."""
    text = headers.get("last-modified")
    moment = parse_http_date(text)
    if moment is None or moment > now + _DAY:
        return None
    return text
