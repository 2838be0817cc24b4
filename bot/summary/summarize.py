"""An article's text to a summary of its own sentences, in article order.

Pure; nothing is written that the article does not say. The regime follows from `lead_shown`.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.summary.features import Analysis, analyse, measure_overlap
from bot.summary.prepare import prepare_sentences
from bot.summary.rank import (
    PLACE_REPETITION,
    REPETITION,
    SHOWN,
    choose_more,
    choose_pair,
    score_by_content,
    score_by_place,
)
from bot.summary.reading import Readability
from bot.summary.sentences import Sentence
from bot.summary.weights import Weights, load_weights
from bot.summary.words import has_unspaced_script, list_stems, list_words

SHORT_SENTENCES = 4
SHORT_WORDS = 80
KEY_POINTS = 4


class Method(StrEnum):
    """How a summary was made."""

    EXTRACT = "extract"
    LEAD = "lead"  # the first sentences: scripts without spaces
    WHOLE = "whole"  # the article is short and given as it is
    NOTHING = "nothing"  # nothing is left beside what the reader has seen


@dataclass(frozen=True, slots=True)
class Summary:
    """Sentences of the article in its order; key points are further ones, on request."""

    sentences: tuple[str, ...]
    key_points: tuple[str, ...]
    method: Method
    language: str

    @property
    def short(self) -> bool:
        """Tell whether the article was too short to be summarised."""
        return self.method in (Method.WHOLE, Method.NOTHING)

    @property
    def text(self) -> str:
        """Give the sentences as one paragraph."""
        return " ".join(self.sentences)


def summarize(
    text: str,
    *,
    title: str = "",
    lead_shown: str | None = None,
    language: str = "fr",
    sentences: int = 2,
    weights: Weights | None = None,
) -> Summary:
    """Summarise an article.

    `lead_shown`: the lead that the reader has before them already; "" where the text has lost its
    lead and it is not known; None where the text still opens with its lead, unseen.
    """
    lead = unicodedata.normalize("NFC", lead_shown or "")
    language = language.lower().split("-")[0].split("_")[0]
    title = unicodedata.normalize("NFC", title)
    kept = prepare_sentences(text, language, lead, title)
    if has_unspaced_script(text):
        return _give_lead(kept, sentences, language)
    if len(kept) < SHORT_SENTENCES or sum(_count_words(each) for each in kept) < SHORT_WORDS:
        return _give_whole(kept, language)
    analysis = analyse([each.text for each in kept], title, language)
    reading = Readability(kept, language, whole=lead_shown is None)
    weights = weights or load_weights()
    content = score_by_content(analysis, weights, language)
    if lead_shown is None:
        points = score_by_place(analysis, reading)
        chosen = reading.list_inseparable() if sentences >= 2 else ()
        chosen = choose_more(chosen, sentences, analysis, points, reading, PLACE_REPETITION)
    else:
        points = _score_beside_lead(content, analysis, lead, language)
        chosen = choose_pair(analysis, points, reading, weights) if sentences >= 2 else ()
        chosen = choose_more(chosen, sentences, analysis, points, reading)
    chosen = chosen or (0,)
    return Summary(
        tuple(kept[i].text for i in chosen),
        tuple(kept[i].text for i in _choose_key_points(chosen, content, analysis, reading)),
        Method.EXTRACT,
        language,
    )


def _score_beside_lead(
    content: list[float], analysis: Analysis, lead: str, language: str
) -> list[float]:
    if not lead:
        return content
    overlap = measure_overlap(set(list_stems(list_words(lead), language)), analysis)
    return [points - SHOWN * shared for points, shared in zip(content, overlap, strict=True)]


def _choose_key_points(
    chosen: tuple[int, ...], points: list[float], analysis: Analysis, reading: Readability
) -> list[int]:
    """Choose the next best sentences that stand alone and repeat least, in article order."""
    likest = [max(row[j] for j in chosen) for row in analysis.likeness]
    options = {i for i in range(len(points)) if i not in chosen and reading.can_open(i)}
    added: list[int] = []
    while options and len(added) < KEY_POINTS:
        best = max(options, key=lambda i: (points[i] - REPETITION * likest[i], -i))
        options.remove(best)
        added.append(best)
        likest = [max(pair) for pair in zip(likest, analysis.likeness[best], strict=True)]
    return sorted(added)


def _give_lead(kept: list[Sentence], sentences: int, language: str) -> Summary:
    texts = [each.text for each in kept]
    if len(texts) <= sentences:
        return Summary(tuple(texts), (), Method.WHOLE if texts else Method.NOTHING, language)
    taken = tuple(texts[:sentences])
    return Summary(taken, tuple(texts[sentences : sentences + KEY_POINTS]), Method.LEAD, language)


def _give_whole(kept: list[Sentence], language: str) -> Summary:
    """Give a short article as it is; where the lead said it all, nothing."""
    method = Method.WHOLE if kept else Method.NOTHING
    return Summary(tuple(each.text for each in kept), (), method, language)


def _count_words(sentence: Sentence) -> int:
    return sentence.text.count(" ") + 1
