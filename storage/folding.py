"""Text as it is compared: without case, accents, ligatures and look-alike forms.

Folding what is folded already changes nothing.
"""

import re
import unicodedata

# Letters that NFKD leaves whole, though people type them as two or without their stroke.
_LETTERS = {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ł": "l",
    "ı": "i",
    "þ": "th",
    "ŧ": "t",
    "ŋ": "n",
}
_LETTER = re.compile("[" + "".join(_LETTERS) + "]")
_ACCENTS = re.compile("[\u0300-\u036f]+")  # all of them are left out
# Characters that may be others to leave out: none is in the ranges excepted here.
_MAYBE_ACCENT = re.compile(
    "[^\x00-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u2010-\u2029\u2030-\u205f"
    "\u20a0-\u20cf\u2100-\u2bff\u3030-\u3098\u309b-\ua66e]"
)
_VARIATION_SELECTORS = frozenset(
    map(chr, (0x034F, *range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)


def fold_text(text: str) -> str:
    """Give text without case, accents and ligatures; separators and symbols stay.

    Marks that are a letter's part (vowel signs of Hindi or Thai, the voicing of kana) stay;
    accents and points that people leave out go.
    """
    if text.isascii():
        return text.lower()
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    # Folding case may give characters that decompose again.
    text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    text = _LETTER.sub(lambda match: _LETTERS[match[0]], text)
    text = _MAYBE_ACCENT.sub(lambda match: "" if is_accent(match[0]) else match[0], text)
    return unicodedata.normalize("NFC", text)


def is_accent(character: str) -> bool:
    """Say whether a character of decomposed text is a mark that people leave out."""
    if character in _VARIATION_SELECTORS:
        return True
    category = unicodedata.category(character)
    if category != "Mn":
        return category in ("Me", "Cf")
    # Classes: 1 overlays, 10-36 Hebrew, Arabic and Syriac points, from 200 accents in a place.
    # 0 and 6-9 (vowel signs, kana voicing, viramas) and 84-132 (Thai, Lao, Tibetan) are letters.
    place = unicodedata.combining(character)
    return place == 1 or 10 <= place <= 36 or place >= 200
