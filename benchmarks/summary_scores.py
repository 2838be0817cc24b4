"""ROUGE as papers on French report it, and as French asks for; means with bootstrap intervals.

"paper" is rouge-score's own tokenizer without stemming: it splits at every accented letter, and is
here because published figures are made so. "fr" takes whole words, stemmed (Snowball). For English,
"paper" stems, as is the custom there.
"""

import unicodedata
from collections.abc import Sequence

import numpy as np
import snowballstemmer
from numpy.typing import NDArray
from rouge_score.rouge_scorer import RougeScorer

from benchmarks.rouge_fast import KINDS
from bot.summary.words import list_words

ROUNDS = 1000

Scores = NDArray[np.float64]


class FrenchTokenizer:
    """Words in lower case, composed, stemmed."""

    def __init__(self) -> None:
        self._stemmer = snowballstemmer.stemmer("french")

    def tokenize(self, text: str) -> list[str]:
        """List the stems of a text."""
        words = list_words(unicodedata.normalize("NFC", text))
        return [str(word) for word in self._stemmer.stemWords(words)]


def make_scorers(language: str) -> dict[str, RougeScorer]:
    """Make the scorers by name for a language."""
    scorers = {"paper": RougeScorer(list(KINDS), use_stemmer=language == "en")}
    if language == "fr":
        scorers["fr"] = RougeScorer(list(KINDS), tokenizer=FrenchTokenizer())
    return scorers


def score_all(
    scorer: RougeScorer, refs: Sequence[Sequence[str]], candidates: Sequence[str]
) -> Scores:
    """Give 100 x F1 by article and kind; several references count by their mean."""
    rows = []
    for texts, candidate in zip(refs, candidates, strict=True):
        each = [scorer.score(text, candidate) for text in texts]
        rows.append([np.mean([found[kind].fmeasure for found in each]) for kind in KINDS])
    return 100 * np.array(rows)


def find_interval(scores: Scores, seed: int = 0) -> Scores:
    """Give the bounds of the 95 % bootstrap interval of the mean: two rows, one column a kind."""
    chance = np.random.default_rng(seed)
    means = [
        scores[chance.integers(0, len(scores), len(scores))].mean(axis=0) for _ in range(ROUNDS)
    ]
    bounds: Scores = np.percentile(means, [2.5, 97.5], axis=0)
    return bounds
