"""Words as the full-text index knows them, so that text and query meet.

One rule for every language, since a query tells no language: the French and English plural and a
final e go, so that smartphone finds smartphones, journal finds journaux and battery finds batterie.
"""

import re
from functools import lru_cache

from storage.folding import fold_text

MAX_QUERY_WORDS = 8
_PREFIX_LENGTH = 3  # letters that a last word needs to find longer ones
_LONGEST = 40
# Letters and digits of every script, with the marks that folding leaves on them.
_MARKS = "[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u3099\u309a]"
_WORD = re.compile(rf"[^\W_]+(?:{_MARKS}+[^\W_]*)*")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|(?:lors|puis|jus)?qu)'")


def words_of(text: str) -> list[str]:
    """Give the folded words of a text in order, without French elided ones (l', d', qu')."""
    folded = _ELISION.sub(" ", fold_text(text).replace("’", "'"))
    return [word[:_LONGEST] for word in _WORD.findall(folded)]


def index_words(*texts: str) -> str:
    """Give what is indexed of some texts: each stem once, separated by spaces."""
    stems = dict.fromkeys(_stem(word) for text in texts for word in words_of(text))
    return " ".join(stems)


def match_expression(query: str) -> str | None:
    """Give the FTS5 expression for what a person typed, or None where it holds no word.

    Every word must be there; the last may be the beginning of a longer one.
    """
    words = list(dict.fromkeys(words_of(query)))[:MAX_QUERY_WORDS]
    if not words:
        return None
    *whole, last = words
    terms = [f'"{_stem(word)}"' for word in whole]
    if len(last) >= _PREFIX_LENGTH:
        terms.append(f'("{_stem(last)}" OR "{last}"*)')
    else:
        terms.append(f'"{_stem(last)}"')
    return " AND ".join(terms)


@lru_cache(maxsize=65_536)
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
