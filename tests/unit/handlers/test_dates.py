"""Dates as people read them."""

import pytest

from handlers.messages.dates import show_distance, show_moment
from storage.model import Language
from tests.support.turn import NOW


@pytest.mark.parametrize(
    ("at", "language", "shown"),
    [
        (NOW, "fr", "il y a 1 seconde"),  # not "dans 0 seconde": it has just happened
        (NOW - 7200, "en", "2 hours ago"),
        (NOW + 120, "fr", "dans 2 minutes"),
    ],
)
def test_distances_have_a_direction(at: int, language: Language, shown: str) -> None:
    assert show_distance(at, NOW, language).replace("\xa0", " ") == shown


def test_moments_name_their_zone() -> None:
    assert show_moment(0, "fr") == "01/01/1970 00:00 UTC"
    assert show_moment(0, "en").replace("\u202f", " ") == "1/1/70, 12:00 AM UTC"
