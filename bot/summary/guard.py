"""What a written summary says that its article does not: numbers, names, another subject.

Pure. A gate, not a proof: what passes has only names and numbers of the article.
"""

import re
import unicodedata

from bot.summary.words import list_stems, list_words

_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*")
# A capitalised word that does not open a sentence or a quotation.
_NAME = re.compile(
    r"(?<![.!?…:«“\"—–-] )(?<![«“\"(\n])(?<!^)(?:(?<=\s)|(?<=['’(/-]))"
    r"([A-ZÀ-ÖØ-Þ][\w’'-]*\w|[A-ZÀ-ÖØ-Þ])"
)
# Capitalised in English whatever the article's language.
_CALENDAR = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june"
    " july august september october november december i".split()
)
_STEM = 4


def find_unsupported(summary: str, source: str) -> list[str]:
    """List the numbers and names of a summary that its source does not hold, in order."""
    numbers = {_digits(number) for number in _NUMBER.findall(source)}
    numbers |= {part for number in _NUMBER.findall(source) for part in re.findall(r"\d+", number)}
    words = set(re.findall(r"[^\W\d_]+", _fold(source)))
    stems = {word[:_STEM] for word in words if len(word) > _STEM}
    wrong = [number for number in _NUMBER.findall(summary) if _digits(number) not in numbers]
    names = [match[1] for match in _NAME.finditer(summary)]
    return wrong + [name for name in names if not _is_supported(name, words, stems)]


def measure_support(summary: str, source: str, language: str) -> float:
    """Give the share of a summary's words that its source has; both are in the language."""
    said = set(list_stems(list_words(summary), language))
    known = set(list_stems(list_words(source), language))
    return len(said & known) / (len(said) or 1)


def _is_supported(name: str, words: set[str], stems: set[str]) -> bool:
    """Tell whether every part of a name is in the source, in the same or in another form."""
    return all(
        part in words or part in _CALENDAR or (len(part) > _STEM and part[:_STEM] in stems)
        for part in re.findall(r"[^\W\d_]+", _fold(name))
    )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in plain if not unicodedata.combining(char))
