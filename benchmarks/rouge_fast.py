"""ROUGE-1, ROUGE-2 and ROUGE-L F1 as rouge-score has them without stemming, fast enough to train.

The benchmark itself reports what rouge-score says; a test holds the two together.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

KINDS = ("rouge1", "rouge2", "rougeL")
_SEPARATORS = re.compile(r"[^a-z0-9]+")


def tokenize(text: str) -> list[str]:
    """List the tokens; accented letters separate, as in the papers' setting."""
    return _SEPARATORS.sub(" ", text.lower()).split()


def score(candidate: Sequence[str], ref: Sequence[str]) -> tuple[float, float, float]:
    """Give the three F1 of tokens against tokens, from 0 to 1."""
    ones = (Counter(candidate) & Counter(ref)).total()
    twos = (Counter(pairwise(candidate)) & Counter(pairwise(ref))).total()
    return (
        _f1(ones, len(candidate), len(ref)),
        _f1(twos, len(candidate) - 1, len(ref) - 1),
        _f1(_longest_common(candidate, ref), len(candidate), len(ref)),
    )


def _f1(shared: int, candidate: int, ref: int) -> float:
    return 2 * shared / (candidate + ref) if shared else 0.0


def _longest_common(a: Sequence[str], b: Sequence[str]) -> int:
    """Give the length of the longest common subsequence (bit-parallel: Hyyrö 2004)."""
    places: dict[str, int] = {}
    for i, token in enumerate(a):
        places[token] = places.get(token, 0) | 1 << i
    full = (1 << len(a)) - 1
    row = full
    for token in b:
        matches = row & places.get(token, 0)
        row = ((row + matches) | (row - matches)) & full
    return len(a) - row.bit_count()
