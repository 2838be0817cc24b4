"""An article's text before ranking: its sentences without noise, without the shown lead, bounded.

Pure. A live blog is cut to its opening and its newest entries, for its middle is no article.
"""

import re
from dataclasses import replace
from itertools import pairwise

from bot.summary.noise import is_noise, strip_dateline
from bot.summary.sentences import Sentence, split_sentences
from bot.summary.words import list_stems, list_words

MOST_SENTENCES = 120
MOST_CHARS = 60_000
LIVE_STAMPS = 4
LIVE_ENTRIES = 3

_STAMP = re.compile(
    r"^\W*(\d{1,2}) ?(?:h|:|\.) ?(\d{2})?(?: ?(?:[ap]\.?m\.?|GMT|CET|BST))?(?=\W|$)[\s:–—-]*"
)
# The mark of a list, "- Le", "-Le"; a dialogue's dash is longer.
_BULLET = re.compile(r"(?:(?:-|[•·▪►*]) ?)+(?=[^\W\d_]|[«“\"])")
_SAME = 0.75


def prepare_sentences(text: str, language: str, lead: str, title: str = "") -> list[Sentence]:
    """List the sentences that may be taken, in order: neither noise, title nor the shown lead."""
    text = _cut_live_blog(text[:MOST_CHARS])
    sentences = [each for each in split_sentences(text, language) if not is_noise(each.text)]
    sentences = [_strip_bullet(each) for each in sentences]
    sentences = _drop_repeated(sentences, title)[:MOST_SENTENCES]
    if sentences:
        sentences[0] = replace(sentences[0], text=strip_dateline(sentences[0].text))
    return _drop_shown(sentences, lead, language) if lead else sentences


def _cut_live_blog(text: str) -> str:
    """Keep what stands before the first time stamp and the newest entries, stamps removed."""
    lines = text.splitlines()
    stamps = [(number, _minutes(line)) for number, line in enumerate(lines)]
    entries = [(number, at) for number, at in stamps if at is not None]
    if len(entries) < LIVE_STAMPS:
        return text
    rising = entries[-1][1] > entries[0][1]
    newest = entries[-LIVE_ENTRIES:][::-1] if rising else entries[:LIVE_ENTRIES]
    ends = dict(pairwise(number for number, _ in entries))
    kept = lines[: entries[0][0]]
    for number, _ in newest:
        entry = lines[number : ends.get(number, len(lines))]
        kept += ["", _STAMP.sub("", entry[0]), *entry[1:]]
    return "\n".join(kept)


def _minutes(line: str) -> int | None:
    match = _STAMP.match(line)
    if match is None or (match[2] is None and "h" not in match[0]):
        return None
    hours, minutes = int(match[1]), int(match[2] or 0)
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None


def _strip_bullet(sentence: Sentence) -> Sentence:
    match = _BULLET.match(sentence.text)
    return replace(sentence, text=sentence.text[match.end() :]) if match else sentence


def _drop_repeated(sentences: list[Sentence], title: str) -> list[Sentence]:
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        first.setdefault(sentence.text.casefold(), sentence)
    first.pop(title.strip().casefold(), None)
    return list(first.values())


def _drop_shown(sentences: list[Sentence], lead: str, language: str) -> list[Sentence]:
    shown = set(list_stems(list_words(lead), language))
    kept = []
    for sentence in sentences:
        stems = set(list_stems(list_words(sentence.text), language))
        if not stems or len(stems & shown) < _SAME * len(stems):
            kept.append(sentence)
    return kept
