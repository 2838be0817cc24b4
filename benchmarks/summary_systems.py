"""The summarisers that benchmarks.summaries compares: ours, the plain lead, and two of sumy's.

Each takes the same sentences, so that only the choice differs. sumy's tokenizer wants NLTK's data,
which would be downloaded; its document is built from our sentences instead.
"""

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.summary.prepare import prepare_sentences
from bot.summary.reading import Readability
from bot.summary.sentences import split_sentences
from bot.summary.summarize import summarize
from bot.summary.words import list_words


@dataclass(frozen=True)
class Task:
    """One article to summarise; `lead_shown` as summarize() takes it."""

    title: str
    text: str
    language: str
    lead_shown: str | None


System = Callable[[Task, int], list[str]]


def run_ours(task: Task, count: int) -> list[str]:
    """Summarise as the bot does."""
    made = summarize(
        task.text,
        title=task.title,
        lead_shown=task.lead_shown,
        language=task.language,
        sentences=count,
    )
    return list(made.sentences[:count])


def run_lead(task: Task, count: int) -> list[str]:
    """Take the first sentences, labels and headings counted."""
    return [each.text for each in split_sentences(task.text, task.language)[:count]]


def run_prepared_lead(task: Task, count: int) -> list[str]:
    """Take the first sentences of what ours chooses from: no noise, label, heading or stub."""
    kept = prepare_sentences(task.text, task.language, "", task.title)
    if not kept:
        return []
    allowed = Readability(kept, task.language, whole=True).allowed
    standing = [each.text for each, may_stand in zip(kept, allowed, strict=True) if may_stand]
    return (standing or [each.text for each in kept])[:count]


def make_sumy(name: str, language: str) -> System:
    """Make sumy's "textrank" or "lexrank", with its stemmer and stop words for the language."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.nlp.stemmers import Stemmer
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer
    from sumy.utils import get_stop_words

    speech = {"fr": "french", "en": "english"}[language]
    kinds = {"textrank": TextRankSummarizer, "lexrank": LexRankSummarizer}
    summarizer = kinds[name](Stemmer(speech))
    summarizer.stop_words = get_stop_words(speech)
    logging.getLogger("sumy").setLevel(logging.ERROR)

    def run(task: Task, count: int) -> list[str]:
        sentences = [each.text for each in split_sentences(task.text, task.language)]
        document = ObjectDocumentModel([Paragraph([Sentence(text, _Words) for text in sentences])])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # LexRank divides by zero on degenerate texts
            return [str(sentence) for sentence in summarizer(document, count)]

    return run


class _Words:
    """What sumy asks of a tokenizer."""

    @staticmethod
    def to_words(text: str) -> Sequence[str]:
        return tuple(list_words(text))


def cut_to_words(system: System, task: Task, words: int) -> list[str]:
    """Let a system give as many sentences as fill so many words, cut at exactly that many."""
    count = 1
    while True:
        sentences = system(task, count)
        taken = " ".join(sentences).split()
        if len(taken) >= words or len(sentences) < count:
            return [" ".join(taken[:words])]
        count += 1
