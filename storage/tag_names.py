"""One tag under its many spellings: key, slug, label and hashtag of what people write.

"Marché Smartphones", marche-smartphones and #MarchéSmartphones have one key. The key of a label
is also the key of its slug and, where it has one, of its hashtag.
"""

import re
import unicodedata

from storage.folding import fold_text, is_accent

MAX_KEY = 64  # code points; what is longer is a sentence, not a topic
_MAX_LABEL = 4 * MAX_KEY

# Signs that make a name another one are spelled out, as people do when they cannot type them.
_PLUS = re.compile(r"\+")
_SHARP = re.compile(r"(?<=\w)#(?!\w)")
_TRADE_MARKS = str.maketrans(dict.fromkeys("™®©℠"))


def fold_tag(label: str) -> str | None:
    """Give the key under which a label is the same tag, or None where it names none.

    Letters and digits of every script count; "C++", "C#" and "C" differ; a label of nothing but
    emoji or signs is its own key.
    """
    if len(label) > _MAX_LABEL and len(clean_label(label)) > _MAX_LABEL:
        return None
    key = "".join(_folded_words(label))
    return key if 0 < len(key) <= MAX_KEY else None


def slug_of(label: str) -> str:
    """Give a label's folded words joined by hyphens."""
    return "-".join(_folded_words(label))


def clean_label(label: str) -> str:
    """Give a label as it is shown: one line, single spaces, no leading '#'."""
    shown = "".join(" " if character < " " else character for character in label)
    visible = "".join(character for character in shown if not _is_invisible(character))
    return " ".join(visible.split()).lstrip("# ")


def hashtag(label: str) -> str:
    """Give the hashtag that Telegram links for a label, without '#'; "" where it would link none.

    Several words are joined, each with a capital.
    """
    words = ["".join(c for c in word if not is_accent(c)) for word in _words(label)]
    joined = ""
    for word in filter(None, words):
        if joined[-1:].isdigit() and word[0].isdigit():
            joined += "_"  # Android 4.4 is not Android 44
        joined += _capitalised(word) if len(words) > 1 else word
    return joined if _is_linked(joined) else ""


def _folded_words(label: str) -> list[str]:
    folded = [fold_text(word) for word in _words(label)]
    return [word for word in folded if word] or _signs(label)


def _words(label: str) -> list[str]:
    """Split a label into runs of letters, digits and the marks that they carry."""
    text = unicodedata.normalize("NFKC", clean_label(label).translate(_TRADE_MARKS)).lstrip("# ")
    text = _SHARP.sub(" sharp ", _PLUS.sub(" plus ", text))
    return "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in text).split()


def _signs(label: str) -> list[str]:
    """Give what identifies a label that has neither letter nor digit: its emoji and signs."""
    signs = "".join(c for c in fold_text(clean_label(label)) if _is_sign(c))
    return [signs] if signs else []


def _is_sign(character: str) -> bool:
    # Cn: emoji that are younger than Python's tables. Sk: skin tones among others.
    return unicodedata.category(character) in ("So", "Sc", "Sm", "Sk", "Cn")


def _is_invisible(character: str) -> bool:
    # The joiner stays: it holds family emoji together.
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") and character != "\u200d"


def _capitalised(word: str) -> str:
    capital = word[0].upper()
    return (capital if len(capital) == 1 else word[0]) + word[1:]


def _is_linked(text: str) -> bool:
    """Say whether Telegram links the whole of '#' + text: letters, digits, '_', one letter."""
    letters = [unicodedata.category(c)[0] == "L" for c in text]
    digits = [unicodedata.category(c) == "Nd" for c in text]
    return any(letters) and all(
        letter or digit or c == "_" for c, letter, digit in zip(text, letters, digits, strict=True)
    )
