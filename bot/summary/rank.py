"""Which sentences make the summary: two regimes, by whether the reader has seen the lead.

Lead unseen and still in the text: the lead paragraph in its order, then place decides, for news
puts its substance first, and content only where two are near; learnt points lose to the plain lead
there. Lead seen, or not in the text: learnt points decide (weights.json), for one sentence alone or
two together. Beyond two, the next best that repeats least.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, combinations

from bot.summary.features import FEATURES, Analysis, describe_pair
from bot.summary.reading import Readability
from bot.summary.weights import Weights

PAIRED = 7  # so many of the best sentences are tried two by two
REPETITION = 0.4  # points lost by a sentence that says the same as one taken
PLACE_REPETITION = 0.8  # the same, where place decides: its points are larger
SAME = 0.6  # likeness of two sentences of which the second is taken only when no other is left
SHOWN = 0.5  # points lost by a sentence whose every word the shown lead has

# Lead unseen: the lead's own sentences first, in order; after them exp(-place / 1.5), which content
# outweighs only where it is far apart.
_LEAD_WEIGHT = 5.0
_PLACE_WEIGHT, _PLACE_DECAY = 2.0, 1.5
_CONTENT_WEIGHT = 0.5
_LENGTH_WEIGHT = 0.1  # a long sentence resembles more of the others by its length alone

_LATER, _TITLE, _PERSONAL, _LENGTH = (
    FEATURES.index(name) for name in ("later_likeness", "title_likeness", "personal", "length")
)


def score_by_content(analysis: Analysis, weights: Weights, language: str) -> list[float]:
    """Give the learnt points of every sentence, for a reader who has seen the lead."""
    points = weights.words.get(language, {})
    known = points.keys()
    return [
        weights.sentence.score(row) + sum(points[word] for word in sorted(known & words))
        for row, words in zip(analysis.rows, analysis.words, strict=True)
    ]


def score_by_place(analysis: Analysis, reading: Readability) -> list[float]:
    """Give points to every sentence, for a reader who has not seen the lead that opens the text.

    Labels, titles and other pieces that cannot be taken have no place: the lead comes after them.
    What the publisher put into the lead comes in its order before all else, whatever it resembles.
    """
    places = accumulate(reading.allowed, initial=0)
    central = [sum(row) for row in analysis.likeness]
    most_central = max(central, default=0.0) or 1.0
    most_elaborated = max((row[_LATER] for row in analysis.rows), default=0.0) or 1.0
    return [
        _PLACE_WEIGHT * math.exp(-place / _PLACE_DECAY)
        + _CONTENT_WEIGHT * central[i] / most_central
        + _CONTENT_WEIGHT * row[_LATER] / most_elaborated
        + _CONTENT_WEIGHT * row[_TITLE]
        - _LENGTH_WEIGHT * row[_LENGTH]
        - (0.1 if row[_PERSONAL] else 0.0)
        + (_LEAD_WEIGHT * (reading.lead.stop - i) if i in reading.lead else 0.0)
        for i, (row, place) in enumerate(zip(analysis.rows, places, strict=False))
    ]


def choose_pair(
    analysis: Analysis, points: Sequence[float], reading: Readability, weights: Weights
) -> tuple[int, ...]:
    """Choose the two sentences that score best together; one, or none, where no two read well."""
    allowed = [i for i in range(len(points)) if reading.allowed[i]]
    best = sorted(allowed, key=lambda i: -points[i])[:PAIRED]
    pairs = sorted(
        combinations(best, 2),
        key=lambda pair: -weights.pair.score(describe_pair(analysis, points, *pair)),
    )
    for one, other in pairs:
        pair = (min(one, other), max(one, other))
        if reading.reads_well(pair):
            return pair
    return choose_more((), 2, analysis, points, reading)


def choose_more(
    chosen: Sequence[int],
    count: int,
    analysis: Analysis,
    points: Sequence[float],
    reading: Readability,
    repetition: float = REPETITION,
) -> tuple[int, ...]:
    """Add the best sentences that repeat least, until there are `count` or none reads well."""
    taken = tuple(chosen)
    while len(taken) < count:
        options = []
        for i in range(len(points)):
            if i not in taken and reading.reads_well(sorted((*taken, i))):
                repeated = max((analysis.likeness[i][j] for j in taken), default=0.0)
                options.append((repeated < SAME, points[i] - repetition * repeated, -i))
        if not options:
            break
        taken = tuple(sorted((*taken, -max(options)[2])))
    return taken
