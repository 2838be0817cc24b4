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
_INDEX, _COUNT, _WORDS, _LENGTH = map(FEATURES.index, ("index", "count", "words", "length"))
_TITLE_COVER, _LATER, _WEIGHT = map(FEATURES.index, ("title_cover", "later_likeness", "weight"))
_QUOTED, _NUMBERS = map(FEATURES.index, ("quoted", "numbers"))

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
    holders = _find_holders(stems)
    rarity = _weigh_by_rarity(holders, len(sentences))
    norms, likeness = _compare(holders, rarity, len(sentences))
    titled = _compare_with_title(list_stems(list_words(title), language), holders, rarity, norms)
    rows = _describe(sentences, words, stems, titled, likeness, _PERSONAL.get(language, _NOBODY))
    for rank, values in (
        ("title_rank", [row[_TITLE_COVER] for row in rows]),
        ("later_rank", [row[_LATER] for row in rows]),
        ("likeness_rank", list(map(sum, likeness))),
        ("weight_rank", [row[_WEIGHT] for row in rows]),
    ):
        _rank(rows, rank, values)
    return Analysis(rows, likeness, [set(each) for each in words], [set(e) for e in stems], rarity)


def _describe(
    sentences: Sequence[str],
    words: list[list[str]],
    stems: list[list[str]],
    titled: list[tuple[float, float]],
    likeness: list[list[float]],
    personal: frozenset[str],
) -> list[list[float]]:
    """Give the row of every sentence, in the order of FEATURES; ranks are still 0."""
    uses = Counter(chain.from_iterable(stems))
    repeated = {stem for stem, times in uses.items() if times > 1}
    total = uses.total() or 1
    count = len(sentences)
    mean = sum(map(len, words)) / (count or 1) or 1.0
    rows: list[list[float]] = []
    for i, sentence in enumerate(sentences):
        length = len(words[i]) or 1
        held = set(stems[i])
        rows.append(
            [
                min(i, 40),
                i / count,
                count - 1 - i,
                min(count, 60),
                length,
                length / mean,
                len(sentence) / length,
                *titled[i],
                0.0,
                sum(likeness[i][i + 1 :]) / count,
                0.0,
                0.0,
                likeness[i][0],
                len(held & repeated),
                sum(map(uses.__getitem__, held)) / total,
                0.0,
                sum(map(len, _QUOTATION.findall(sentence))) / len(sentence),
                sentence.count(","),
                len(_NUMBER.findall(sentence)),
                len(personal.intersection(words[i])),
            ]
        )
    return rows


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


def _find_holders(stems: list[list[str]]) -> dict[str, list[int]]:
    """Give for each word the sentences that hold it, in order."""
    holders: dict[str, list[int]] = {}
    for i, each in enumerate(stems):
        for stem in dict.fromkeys(each):
            holders.setdefault(stem, []).append(i)
    return holders


def _weigh_by_rarity(holders: dict[str, list[int]], count: int) -> dict[str, float]:
    by_spread = [math.log(1 + count / spread) for spread in range(1, count + 1)]
    return {stem: by_spread[len(places) - 1] for stem, places in holders.items()}


def _compare(
    holders: dict[str, list[int]], rarity: dict[str, float], count: int
) -> tuple[list[float], list[list[float]]]:
    """Give the norm of every sentence and the cosine of every pair."""
    norms = [0.0] * count
    likeness = [[0.0] * count for _ in range(count)]
    for stem, places in holders.items():
        square = rarity[stem] ** 2
        if len(places) == 1:
            norms[places[0]] += square
            continue
        for position, i in enumerate(places):
            norms[i] += square
            row = likeness[i]
            for j in places[position + 1 :]:
                row[j] += square
    norms = [math.sqrt(norm) or 1.0 for norm in norms]
    for i, row in enumerate(likeness):
        norm = norms[i]
        for j in range(i + 1, count):
            if row[j]:
                row[j] /= norm * norms[j]
                likeness[j][i] = row[j]
    return norms, likeness


def _compare_with_title(
    title: list[str], holders: dict[str, list[int]], rarity: dict[str, float], norms: list[float]
) -> list[tuple[float, float]]:
    """Give (share of the title that is covered, cosine with the title) for every sentence."""
    unseen = math.log(1 + len(norms))
    whole = square = 0.0
    covers, products = [0.0] * len(norms), [0.0] * len(norms)
    for stem in dict.fromkeys(title):
        weight = rarity.get(stem, unseen)
        whole += weight
        square += weight**2 if stem in rarity else 0.0
        for i in holders.get(stem, ()):
            covers[i] += weight
            products[i] += weight**2
    whole, title_norm = whole or 1.0, math.sqrt(square) or 1.0
    return [
        (cover / whole, product / (norm * title_norm))
        for cover, product, norm in zip(covers, products, norms, strict=True)
    ]


def _rank(rows: list[list[float]], feature: str, values: list[float]) -> None:
    column = FEATURES.index(feature)
    order = sorted(range(len(rows)), key=values.__getitem__, reverse=True)
    for rank, i in enumerate(order):
        rows[i][column] = rank
