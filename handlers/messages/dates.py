"""Dates as people read them, in their language; UTC, since Telegram tells no time zone."""

from datetime import UTC, datetime

from babel.dates import format_date, format_datetime, format_timedelta

from storage.model import Language


def show_date(at: int, language: Language) -> str:
    """Give a day: 24 novembre 2026."""
    return format_date(datetime.fromtimestamp(at, UTC), "long", locale=language)


def show_day(at: int, language: Language) -> str:
    """Give a day in short, for lists: 24 nov. 2026."""
    return format_date(datetime.fromtimestamp(at, UTC), "medium", locale=language)


def show_moment(at: int, language: Language) -> str:
    """Give a day and time, with its zone: readers and moderators have others."""
    shown = format_datetime(datetime.fromtimestamp(at, UTC), "short", tzinfo=UTC, locale=language)
    return f"{shown} UTC"


def show_distance(at: int, now: int, language: Language) -> str:
    """Give how long ago or in how much time a moment is: il y a 3 heures. Now is a second ago."""
    return format_timedelta(at - now or -1, add_direction=True, locale=language)
