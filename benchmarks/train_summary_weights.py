"""Train bot/summary/weights.json: python -m benchmarks.train_summary_weights --data TRAIN.jsonl

Data: a jsonl of title, text and ref (a human lead that the text does not hold); OrangeSum's
training split made the committed file. Two ridge regressions in closed form, so the result is the
same each time: points of a sentence towards what it shares with the lead (ROUGE-1 + 1.5 ROUGE-2 +
ROUGE-L, F1, against the article's mean), then points of two sentences together, on the points that
the first gave to articles it had not seen. Needs numpy (the `bench` extra); run time does not.
"""

import argparse
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rouge_fast import score, tokenize
from bot.summary.features import FEATURES, PAIR_FEATURES, Analysis, analyse, describe_pair
from bot.summary.prepare import prepare_sentences
from bot.summary.rank import PAIRED
from bot.summary.weights import WEIGHTS_FILE

Array = NDArray[np.float64]
Marks = NDArray[np.float32]

GAINS = np.array([1.0, 1.5, 1.0])  # ROUGE-1, ROUGE-2, ROUGE-L
BANDS = 10
RIDGE = 200.0
WORDS = 150
FOLDS = 5


@dataclass
class Article:
    """One article measured: its analysis, the tokens of its sentences and of the human lead."""

    analysis: Analysis
    tokens: list[list[str]]
    ref: list[str]


@dataclass
class Card:
    """A scorecard being fitted: bounds of the bands, and the points of all bands in one row."""

    bounds: list[Array]
    points: Array

    def export(self, names: Sequence[str]) -> dict[str, Any]:
        """Give bounds and points by feature, as weights.json has them."""
        content, start = {}, 0
        for name, bounds in zip(names, self.bounds, strict=True):
            points = self.points[start : start + len(bounds) + 1]
            start += len(bounds) + 1
            content[name] = {
                "bounds": [float(f"{bound:.4g}") for bound in bounds],
                "points": [round(float(point), 4) for point in points],
            }
        return content


def read_articles(path: Path, language: str) -> Iterator[Article]:
    """Read and measure the articles that have enough sentences to choose from."""
    for line in path.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        sentences = [each.text for each in prepare_sentences(item["text"], language, "")]
        if len(sentences) < 3:
            continue
        title = unicodedata.normalize("NFC", item.get("title", ""))
        yield Article(
            analyse(sentences, title, language),
            [tokenize(sentence) for sentence in sentences],
            tokenize(item["ref"]),
        )


def find_bounds(rows: Array) -> list[Array]:
    """Cut each feature into bands that hold about as many rows each."""
    at = np.linspace(0, 1, BANDS + 1)[1:-1]
    return [
        np.array([float(f"{bound:.4g}") for bound in np.unique(np.quantile(column, at))])
        for column in rows.T
    ]


def mark_bands(rows: Array, bounds: list[Array]) -> Marks:
    """Give one column for each band of each feature: 1 where the row lies in it."""
    starts = np.cumsum([0, *(len(each) + 1 for each in bounds)])
    marks = np.zeros((len(rows), starts[-1]), dtype=np.float32)
    for column, each in enumerate(bounds):
        marks[np.arange(len(rows)), starts[column] + np.searchsorted(each, rows[:, column])] = 1
    return marks


def mark_words(articles: list[Article], vocabulary: list[str]) -> Marks:
    """Give one column for each word: 1 where the sentence holds it."""
    places = {word: column for column, word in enumerate(vocabulary)}
    sentences = [words for article in articles for words in article.analysis.words]
    marks = np.zeros((len(sentences), len(vocabulary)), dtype=np.float32)
    for row, words in enumerate(sentences):
        for word in words:
            if word in places:
                marks[row, places[word]] = 1
    return marks


def fit(marks: Marks, gains: Array) -> Array:
    """Solve the ridge regression."""
    gram = (marks.T @ marks).astype(np.float64) + RIDGE * np.eye(marks.shape[1])
    points: Array = np.asarray(np.linalg.solve(gram, marks.T @ gains), dtype=np.float64)
    return points


def centre(gains: Array, owner: NDArray[np.int64]) -> Array:
    """Take from each gain the mean of its article: only choices inside an article count."""
    counts = np.maximum(np.bincount(owner), 1)
    means: Array = np.bincount(owner, gains) / counts
    return gains - means[owner]


def fit_sentences(articles: list[Article]) -> tuple[Card, dict[str, float], Array]:
    """Fit sentences and words; also give each sentence the points of a fit without it."""
    owner = np.repeat(np.arange(len(articles)), [len(each.tokens) for each in articles])
    gains = np.array([score(t, each.ref) for each in articles for t in each.tokens]) @ GAINS
    gains = centre(gains, owner)
    rows = np.array([row for each in articles for row in each.analysis.rows])
    holders = Counter(w for each in articles for words in each.analysis.words for w in words)
    vocabulary = sorted(holders, key=lambda word: (-holders[word], word))[:WORDS]
    bounds = find_bounds(rows)
    marks = np.hstack([mark_bands(rows, bounds), mark_words(articles, vocabulary)])
    unseen = np.zeros(len(gains))
    for fold in range(FOLDS):
        inside = owner % FOLDS == fold
        unseen[inside] = marks[inside] @ fit(marks[~inside], gains[~inside])
    points = fit(marks, gains)
    words = {word: round(float(p), 4) for word, p in zip(vocabulary, points[-WORDS:], strict=True)}
    return Card(bounds, points[:-WORDS]), words, unseen


def fit_pairs(articles: list[Article], unseen: Array) -> Card:
    """Fit the points of two sentences together, among the best of each article."""
    rows, gains, owner, start = [], [], [], 0
    for number, article in enumerate(articles):
        points = unseen[start : start + len(article.tokens)].tolist()
        start += len(article.tokens)
        best = sorted(range(len(points)), key=lambda i: -points[i])[:PAIRED]
        for one, other in combinations(best, 2):
            first, second = sorted((one, other))
            rows.append(describe_pair(article.analysis, points, one, other))
            gains.append(score(article.tokens[first] + article.tokens[second], article.ref))
            owner.append(number)
    table = np.array(rows)
    bounds = find_bounds(table)
    target = centre(np.array(gains) @ GAINS, np.array(owner))
    return Card(bounds, fit(mark_bands(table, bounds), target))


def main() -> None:
    """Train on a file and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--language", default="fr")
    parser.add_argument("--out", type=Path, default=WEIGHTS_FILE)
    options = parser.parse_args()
    articles = list(read_articles(options.data, options.language))
    card, words, unseen = fit_sentences(articles)
    pair = fit_pairs(articles, unseen)
    content = {
        "made": (
            f"python -m benchmarks.train_summary_weights --data {options.data.name}"
            f" --language {options.language}: {len(articles)} articles, ridge {RIDGE:g},"
            f" {BANDS} bands, {WORDS} words. OrangeSum (Tixierae/OrangeSum, CC BY-SA 4.0);"
            " the data are not kept here."
        ),
        "sentence": card.export(FEATURES),
        "pair": pair.export(PAIR_FEATURES),
        "words": {options.language: words},
    }
    lines = json.dumps(content, ensure_ascii=False, indent=1)
    options.out.write_text(lines + "\n", encoding="utf-8")
    print(f"{len(articles)} articles, {len(unseen)} sentences: {options.out.name} written")


if __name__ == "__main__":
    main()
