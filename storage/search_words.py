"""Words as the full-text index knows them, so that text and query meet.

One rule for every language, since a query tells no language: the French and English plural and a
final e go, so that smartphone finds smartphones, journal finds journaux and battery finds batterie.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from storage.folding import fold_text

MAX_QUERY_WORDS = 8
SHORTEST_BEGINNING = 3  # letters that a last word needs to find longer ones
LONGEST_BEGINNING = 5  # letters of the longest beginnings that the index knows
_LONGEST = 40
# Letters and digits of every script, with the marks that folding leaves on them.
_MARKS = "[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u3099\u309a]"
_WORD = re.compile(rf"[^\W_]+(?:{_MARKS}+[^\W_]*)*")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|(?:lors|puis|jus)?qu)'")


@dataclass(frozen=True, slots=True)
class Query:
    """What a person typed: stems that must all be there, and the last word as it was typed."""

    stems: tuple[str, ...]
    beginning: str | None  # None where the last word can only be meant whole

    @property
    def whole(self) -> list[str]:
        """The FTS5 expressions for whole words, all of which must hold."""
        return [_quoted(stem) for stem in self.stems]

    def without(self, common: Collection[str]) -> "Query":
        """Give the query without some stems, or as it is where nothing would be left."""
        stems = tuple(stem for stem in self.stems if stem not in common)
        if not stems:
            return self
        return Query(stems, self.beginning if stems[-1] == self.stems[-1] else None)

    def begun(self, longer: Sequence[str] | None) -> list[str]:
        """The same, where the last word may also be one of some longer ones; None: all there are.

        All there are can only be asked for where the index knows the beginning.
        """
        *whole, last = self.whole
        if self.beginning is None:
            return [*whole, last]
        others = [f"{_quoted(self.beginning)}*"] if longer is None else map(_quoted, longer)
        return [*whole, f"({' OR '.join([last, *others])})"]


def words_of(text: str) -> list[str]:
    """Give the folded words of a text in order, without French elided ones (l', d', qu')."""
    folded = _ELISION.sub(" ", fold_text(text).replace("’", "'"))
    return [word[:_LONGEST] for word in _WORD.findall(folded)]


def index_words(*texts: str) -> str:
    """Give what is indexed of some texts: each stem once, separated by spaces.

    What stands between spaces is folded alone, and once: that changes nothing, and words recur.
    """
    pieces = dict.fromkeys(piece for text in texts for piece in text.split())
    return " ".join(dict.fromkeys(stem for piece in pieces for stem in _stems_of(piece)))


def parse_query(query: str) -> Query | None:
    """Give what a person's words ask for, or None where there is no word."""
    words = list(dict.fromkeys(words_of(query)))[:MAX_QUERY_WORDS]
    if not words:
        return None
    *others, last = [_stem(word) for word in words]
    is_open = len(words[-1]) >= SHORTEST_BEGINNING and last not in others
    return Query(tuple(dict.fromkeys([*others, last])), words[-1] if is_open else None)


def _quoted(word: str) -> str:
    return f'"{word}"'  # no word holds a quotation mark


def _stems_of(piece: str) -> Sequence[str]:
    return _kept_stems_of(piece) if len(piece) <= _LONGEST else _find_stems(piece)


@lru_cache(maxsize=32_768)
def _kept_stems_of(piece: str) -> Sequence[str]:
    return _find_stems(piece)


def _find_stems(piece: str) -> Sequence[str]:
    if piece.isascii() and piece.isalnum():
        return (_stem(piece.lower()[:_LONGEST]),)
    return tuple(_stem(word) for word in words_of(piece))


def _stem(word: str) -> str:
    """Give a folded word without plural and final e; short ones and numbers stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith(("eaux", "eux", "oux")):
        word = word[:-1]  # niveaux, jeux, bijoux
    elif word.endswith("aux") and len(word) > 4:
        word = word[:-3] + "al"  # journaux
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    while len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    return word[:-1] + "i" if word.endswith("y") and len(word) > 3 else word
