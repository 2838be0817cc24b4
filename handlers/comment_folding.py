"""Seeing through disguises: look-alike letters, accents, case, invisible characters, leet digits.

Folding is for comparing only; no folded text is ever shown or stored. Pure.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Letters of other scripts that a reader takes for Latin ones (NFKD does not join them).
_LOOKALIKES = str.maketrans(
    {
        **dict(
            zip("авекмнорстухіјѕԁɡһԛԝӏьѵпгиқүһҽ", "abekmhopctyxijsdghqwlbvnrukyhe", strict=True)
        ),
        **dict(zip("αβγδεζηικνορστυχωϲϳμ", "abydeznikvopctuxwcju", strict=True)),
        **dict(zip("ıłøđħŧʟɩʀɴɪʏʙɢʜƅƨƽɑɛɔʋ", "ilodhtlirniybghbssaeov", strict=True)),
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "€": "e",
        "£": "l",
        "¢": "c",
        "©": "c",
        "®": "r",
    }
)
# What stands for a letter between letters: 1d10t, m3rde, a$$.
_STAND_INS = {
    "a": "a4@",
    "b": "b8",
    "e": "e3",
    "g": "g9",
    "i": "i1!|",
    "l": "l1|",
    "o": "o0",
    "s": "s5$",
    "t": "t7+",
    "z": "z2",
}
_SPELLED_OUT = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,2}[^\W_]){2,}(?![^\W_])")
_LETTERS_ONLY = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, for each of its characters, the place it came from."""

    text: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WordMatch:
    """A listed term and the words of the text that matched it, as they were written."""

    term: str
    written: str


def fold(text: str) -> Folded:
    """Fold a text character by character, keeping where each one came from."""
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for piece in fold_character(character):
            folded.append(piece)
            places.append(place)
    return Folded("".join(folded), tuple(places))


def fold_character(character: str) -> str:
    """Give what is left of a character: '' for marks and invisible ones."""
    if unicodedata.category(character) in ("Cf", "Mn", "Me", "Cs", "Co", "Cn"):
        return ""
    lowered = character.casefold().translate(_LOOKALIKES)
    decomposed = unicodedata.normalize("NFKD", lowered).casefold().translate(_LOOKALIKES)
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Cf", "Mn", "Me"))


def text_key(text: str) -> str:
    """Give the digest that two texts share when they say the same; '' for no letters at all."""
    letters = _LETTERS_ONLY.sub("", fold(text).text)
    if not letters:
        letters = "".join(text.split())
    return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()[:32] if letters else ""


class WordList:
    """Terms to look for; `*` at an end of a term stands for the rest of a word."""

    def __init__(self, terms: Iterable[str]) -> None:
        self.terms = tuple(term.strip() for term in terms if _LETTERS_ONLY.sub("", term))
        self._patterns = [(term, _pattern(term)) for term in self.terms]

    def find(self, text: str) -> list[WordMatch]:
        """List each term that occurs in the text, once, with the words that matched."""
        plain = fold(text)
        joined = _join_spelled_out(plain)
        found = []
        for term, pattern in self._patterns:
            match = _search(pattern, plain) or _search(pattern, joined)
            if match is not None:
                start, end = match
                found.append(WordMatch(term, text[start:end]))
        return found


def _pattern(term: str) -> re.Pattern[str]:
    """Build what finds a term: stand-ins for letters, letters drawn out, whole words only."""
    words = [_word_pattern(word) for word in fold(term.strip("*")).text.split()]
    before = "[^\\W_]*" if term.startswith("*") else ""
    after = "[^\\W_]*" if term.endswith("*") else ""
    body = r"[\W_]+".join(words)
    return re.compile(rf"(?<![^\W_]){before}{body}{after}(?![^\W_])")


def _word_pattern(word: str) -> str:
    """Allow each letter its stand-ins and any number of repeats (idiiiot), never fewer."""
    parts = []
    for run in re.finditer(r"(.)\1*", word):
        letter = run[1]
        choices = re.escape(_STAND_INS.get(letter, letter))
        group = f"[{choices}]" if letter in _STAND_INS else choices
        parts.append(f"{group}{{{len(run[0])},}}")
    return "".join(parts)


def _search(pattern: re.Pattern[str], folded: Folded) -> tuple[int, int] | None:
    """Give the span in the original text of the first match that holds a letter."""
    for match in pattern.finditer(folded.text):
        if any(c.isalpha() for c in match[0]):
            return folded.places[match.start()], folded.places[match.end() - 1] + 1
    return None


def _join_spelled_out(folded: Folded) -> Folded:
    """Close up letters written apart: `i d i o t`, `i.d.i.o.t`."""
    kept: list[int] = []
    position = 0
    for run in _SPELLED_OUT.finditer(folded.text):
        kept.extend(range(position, run.start()))
        kept.extend(_letters(folded.text, range(run.start(), run.end())))
        position = run.end()
    kept.extend(range(position, len(folded.text)))
    return Folded("".join(folded.text[i] for i in kept), tuple(folded.places[i] for i in kept))


def _letters(text: str, places: Sequence[int]) -> list[int]:
    return [i for i in places if text[i].isalnum()]
