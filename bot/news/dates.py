"""Dates of entries → UTC seconds (pure).

Invariant: a date that is given is between 2000 and an hour from now; anything else is None, and
the article then counts from when it was first seen.
"""

import calendar
import re
import time
from datetime import UTC, datetime, timedelta, timezone

from storage.folding import fold_text

_EARLIEST = 946_684_800  # 2000-01-01
_TOLERANCE = 3600
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            # French, Portuguese, English; folded, so without accents
            "janvier janv jan janeiro january",
            "fevrier fevr fev fevereiro feb february",
            "mars mar marco march",
            "avril avr abril abr apr april",
            "mai maio may",
            "juin junho jun june",
            "juillet juil jui julho jul july",
            "aout aou agosto ago aug august",
            "septembre sept sep set setembro september",
            "octobre oct outubro out october",
            "novembre nov novembro november",
            "decembre dec dezembro dez december",
        ),
        start=1,
    )
    for name in names.split()
}
_WRITTEN = re.compile(
    r"(?<!\d)(\d{1,2})(?:er)?\.?\s+(?:de\s+)?([a-z]{3,10})\.?,?\s+(?:de\s+)?(\d{4})(?!\d)"
    r"(?:\D{1,8}?(\d{1,2})\s*[:h]\s*(\d{2})?(?::(\d{2}))?"
    r"(?:\.\d+)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2})?)?"
)


def entry_date(parsed: time.struct_time | None, written: str | None, now: float) -> int | None:
    """Give the date of an entry: as feedparser read it in UTC, else from French or Portuguese."""
    if parsed is not None:
        try:
            return clamp(calendar.timegm(parsed), now)
        except (ValueError, OverflowError, TypeError):
            return None
    return parse_written(written, now) if written else None


def parse_written(text: str, now: float) -> int | None:
    """Read "lun., 24 sept. 2018 10:30:00 +0200" or "Seg, 24 Set 2018 19:42:40 -0300"."""
    found = _WRITTEN.search(fold_text(text[:100]))
    month = _MONTHS.get(found[2]) if found else None
    if not found or month is None:
        return None
    day, year = int(found[1]), int(found[3])
    hour, minute, second = (int(part or 0) for part in found.group(4, 5, 6))
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found[7]))
        return clamp(moment.timestamp(), now)
    except (ValueError, OverflowError):
        return None


def parse_iso(text: str | None, now: float) -> int | None:
    """Read an RFC 3339 date, as JSON Feed has them."""
    try:
        moment = datetime.fromisoformat((text or "").strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return clamp(moment.timestamp(), now)
    except (ValueError, OverflowError):
        return None


def clamp(seconds: float, now: float) -> int | None:
    """Give the date if it can be true."""
    return int(seconds) if _EARLIEST <= seconds <= now + _TOLERANCE else None


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
