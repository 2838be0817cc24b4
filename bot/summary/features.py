"""What the ranking sees of each sentence: place, length, words, likeness to title and others.

Pure and deterministic. `FEATURES` names the columns of `Analysis.rows`; weights.json is trained on
exactly these, so a change here asks for a new training (benchmarks/train_summary_weights.py).
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from bot.summary.words import list_stems, list_words

FEATURES = (
    "index",  # sentences before it
    "place",  # the same, as a share of the article
    "left",  # sentences after it
    "count",  # sentences in the article
    "words",
    "length",  # words, relative to the article's mean
    "letters",  # letters a word
    "title_cover",  # share of the title's words found in it
    "title_likeness",
    "title_rank",  # 0: no sentence covers the title better
    "later_likeness",  # mean likeness to what follows: a sentence that the rest elaborates
    "later_rank",
    "likeness_rank",  # rank by likeness to all other sentences
    "first_likeness",
    "shared_words",  # its words that the article uses again
    "weight",  # share of the article's words that are words of it
    "weight_rank",
    "quoted",  # share of it between quotation marks
    "commas",
    "numbers",
    "personal",  # words of the first and second person
)
PAIR_FEATURES = (
    "best",  # points of the better sentence
    "both",  # points of both
    "words",
    "first_words",  # words of the better one
    "length",
    "likeness",
    "index_best",
    "index_other",
    "first",  # index of the one that comes first
    "count",
    "title_cover",
    "numbers",
    "quoted",
)
_INDEX, _COUNT, _WORDS, _LENGTH, _TITLE_COVER, _QUOTED, _NUMBERS = (
    FEATURES.index(name)
    for name in ("index", "count", "words", "length", "title_cover", "quoted", "numbers")
)

_QUOTATION = re.compile(r'"[^"]*"|«[^»]*»|“[^”]*”')
_NUMBER = re.compile(r"\d(?<!\w.)")
_PERSONAL = {
    "fr": frozenset("je j nous vous me m mon ma mes notre nos votre vos tu".split()),
    "en": frozenset("i we you my our your me us".split()),
}
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The sentences of one article as numbers; `likeness[i][j]` is a cosine between 0 and 1."""

    rows: list[list[float]]
    likeness: list[list[float]]
    words: list[set[str]]
    stems: list[set[str]]
    rarity: dict[str, float]


def analyse(sentences: Sequence[str], title: str, language: str) -> Analysis:
    """Measure every sentence of an article, in order."""
    words = [list_words(sentence) for sentence in sentences]
    stems = [list_stems(each, language) for each in words]
    sets = [set(each) for each in stems]
    uses = Counter(chain.from_iterable(stems))
    repeated = {stem for stem, times in uses.items() if times > 1}
    vocabularies = [set(each) for each in words]
    rarity = _weigh_by_rarity(sets)
    squares = {stem: weight * weight for stem, weight in rarity.items()}
    norms = [math.sqrt(sum(map(squares.__getitem__, each))) or 1.0 for each in sets]
    likeness = _compare(sets, squares, norms)
    titled = _compare_with_title(set(list_stems(list_words(title), language)), sets, rarity, norms)
    total = uses.total() or 1
    weights = [sum(map(uses.__getitem__, each)) / total for each in sets]
    count = len(sentences)
    mean = sum(map(len, words)) / (count or 1) or 1.0
    personal = _PERSONAL.get(language, _NOBODY)
    rows = []
    for i, sentence in enumerate(sentences):
        length = len(words[i]) or 1
        later = likeness[i][i + 1 :]
        rows.append(
            [
                float(min(i, 40)),
                i / count,
                float(count - 1 - i),
                float(min(count, 60)),
                float(length),
                length / mean,
                len(sentence) / length,
                titled[i][0],
                titled[i][1],
                0.0,
                sum(later) / count,
                0.0,
                0.0,
                likeness[i][0],
                float(len(sets[i] & repeated)),
                weights[i],
                0.0,
                sum(map(len, _QUOTATION.findall(sentence))) / len(sentence),
                float(sentence.count(",")),
                float(len(_NUMBER.findall(sentence))),
                float(len(vocabularies[i] & personal)),
            ]
        )
    _rank(rows, "title_rank", [row[7] for row in rows])
    _rank(rows, "later_rank", [row[10] for row in rows])
    _rank(rows, "likeness_rank", [sum(row) for row in likeness])
    _rank(rows, "weight_rank", weights)
    return Analysis(rows, likeness, vocabularies, sets, rarity)


def describe_pair(
    analysis: Analysis, points: Sequence[float], best: int, other: int
) -> list[float]:
    """Give the row of two sentences together, the better one first; order as in PAIR_FEATURES."""
    a, b = analysis.rows[best], analysis.rows[other]
    return [
        points[best],
        points[best] + points[other],
        a[_WORDS] + b[_WORDS],
        a[_WORDS],
        a[_LENGTH] + b[_LENGTH],
        analysis.likeness[best][other],
        a[_INDEX],
        b[_INDEX],
        min(a[_INDEX], b[_INDEX]),
        a[_COUNT],
        a[_TITLE_COVER] + b[_TITLE_COVER],
        a[_NUMBERS] + b[_NUMBERS],
        a[_QUOTED] + b[_QUOTED],
    ]


def measure_overlap(stems: set[str], analysis: Analysis) -> list[float]:
    """Tell for every sentence which share of its words, weighed by rarity, is among these."""
    rarity = analysis.rarity
    return [
        sum(rarity[stem] for stem in each & stems) / (sum(rarity[stem] for stem in each) or 1.0)
        for each in analysis.stems
    ]


def _weigh_by_rarity(sets: list[set[str]]) -> dict[str, float]:
    spread = Counter(chain.from_iterable(sets))
    by_spread = {found: math.log(1 + len(sets) / found) for found in set(spread.values())}
    return {stem: by_spread[found] for stem, found in spread.items()}


def _compare(
    sets: list[set[str]], squares: dict[str, float], norms: list[float]
) -> list[list[float]]:
    """Give the cosine of every pair, through the list of the sentences that hold each word."""
    count = len(sets)
    holders: dict[str, list[int]] = {}
    for i, each in enumerate(sets):
        for stem in each:
            holders.setdefault(stem, []).append(i)
    likeness = [[0.0] * count for _ in range(count)]
    for stem, places in holders.items():
        if len(places) > 1:
            weight = squares[stem]
            for position, i in enumerate(places):
                row = likeness[i]
                for j in places[position + 1 :]:
                    row[j] += weight
    for i in range(count):
        for j in range(i + 1, count):
            if likeness[i][j]:
                likeness[i][j] /= norms[i] * norms[j]
                likeness[j][i] = likeness[i][j]
    return likeness


def _compare_with_title(
    title: set[str], sets: list[set[str]], rarity: dict[str, float], norms: list[float]
) -> list[tuple[float, float]]:
    """Give (share of the title that is covered, cosine with the title) for every sentence."""
    unseen = math.log(1 + len(sets))
    whole = sum(rarity.get(stem, unseen) for stem in title) or 1.0
    title_norm = math.sqrt(sum(rarity[stem] ** 2 for stem in title & rarity.keys())) or 1.0
    pairs = []
    for each, norm in zip(sets, norms, strict=True):
        shared = [rarity[stem] for stem in each & title]
        pairs.append((sum(shared) / whole, sum(r * r for r in shared) / (norm * title_norm)))
    return pairs


def _rank(rows: list[list[float]], feature: str, values: list[float]) -> None:
    column = FEATURES.index(feature)
    order = sorted(range(len(rows)), key=lambda i: -values[i])
    for rank, i in enumerate(order):
        rows[i][column] = float(rank)
