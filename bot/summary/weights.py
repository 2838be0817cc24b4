"""The learnt part of the ranking: scorecards, read from weights.json.

A scorecard gives points for the band in which each feature lies, and adds them up. The file says
how it was made; benchmarks/train_summary_weights.py makes it.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.summary.features import FEATURES, PAIR_FEATURES

WEIGHTS_FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """For each feature the upper bounds of its bands, and the points of each band (one more)."""

    bands: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

    def score(self, row: Sequence[float]) -> float:
        """Add up the points of one row of features."""
        banded = zip(row, self.bands, strict=True)
        return sum([points[bisect_left(bounds, value)] for value, (bounds, points) in banded])


@dataclass(frozen=True, slots=True)
class Weights:
    """Scorecards for one sentence and for two together; points of frequent words by language."""

    sentence: Scorecard
    pair: Scorecard
    words: Mapping[str, Mapping[str, float]]


@lru_cache(maxsize=1)
def load_weights(path: Path = WEIGHTS_FILE) -> Weights:
    """Read the weights; the package's own unless told otherwise."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        sentence=_read_scorecard(content["sentence"], FEATURES),
        pair=_read_scorecard(content["pair"], PAIR_FEATURES),
        words=content["words"],
    )


def _read_scorecard(content: Mapping[str, Any], features: Sequence[str]) -> Scorecard:
    if list(content) != list(features):
        raise ValueError("weights.json was made for other features: train it again")
    return Scorecard(
        tuple((tuple(each["bounds"]), tuple(each["points"])) for each in content.values())
    )
