"""The lead of an article: its first lines as text, without the marks that feeds leave (pure)."""

import re
from dataclasses import dataclass

LEAD_LENGTH = 300
_TAIL = 800  # marks stand at the end; looking no further keeps this linear

# How WordPress, and those who imitate it, mark a text that was cut.
_CUT = re.compile(r"\s*(?:\[\s*(?:…|\.{3})\s*\]|\(\s*(?:…|\.{3})\s*\))$")
_ELLIPSIS = re.compile(r"\s*(?:…|\.{3})$")
# A link to the whole text, on a line of its own or behind the mark of a cut.
_MORE = re.compile(
    r"(?:(?P<cut>…|\.{3}|[\[(]\s*(?:…|\.{3})\s*[\])])\s*|\n\s*|^)"
    r"[\[(]?(?:lire la suite|continuer la lecture|lire l[’']article|en savoir plus|la suite|"
    r"read more|continue reading|read the (?:rest|full story|full article)|more)\b"
    r"[^\n.!?]{0,120}(?:…|\.{3}|[\])→»›.])*$",
    re.IGNORECASE,
)
# What WordPress adds below each entry of a feed.
_APPEARED = re.compile(
    r"(?:\n|^|(?<=[…\])] ))"
    r"(?:the post\b[^\n]{0,400}?\b(?:appeared first on|first appeared on)\b|"
    r"(?:l[’']article|cet article)\b[^\n]{0,400}?\best apparu en premier (?:sur|dans)\b)"
    r"[^\n]{0,200}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead, and whether the feed itself gave only the beginning of its text."""

    text: str
    excerpt: bool


def strip_marks(text: str) -> tuple[str, bool]:
    """Drop "appeared first on", "read more" and "[…]" from the end of a text.

    Gives the text and whether a mark said that it had been cut.
    """
    text = _drop(_APPEARED, text)
    shorter = _drop(_MORE, text)
    cut = shorter != text
    text = _drop(_CUT, shorter)
    return text, cut or text != shorter


def _drop(mark: re.Pattern[str], text: str) -> str:
    start = max(0, len(text) - _TAIL)
    found = mark.search(text[start:].rstrip())
    return text[: start + found.start()].rstrip() if found else text.rstrip()


def make_lead(text: str, limit: int = LEAD_LENGTH) -> Lead:
    """Give the beginning of a plain text on one line, cut at a word's end.

    What was cut, by us or by the publisher, ends in an ellipsis that counts within `limit`.
    """
    text, excerpt = strip_marks(text)
    line = " ".join(text.split())
    if len(line) > limit:
        return Lead(_cut(line, limit - 1) + "…", excerpt)
    if excerpt and line and line[-1] not in '.!?…»”"':
        return Lead(_cut(line, limit - 1) + "…" if len(line) == limit else line + "…", excerpt)
    return Lead(line, excerpt)


def _cut(line: str, limit: int) -> str:
    """Cut at the last word's end within `limit`; a single endless word is cut anywhere."""
    head = line[: limit + 1]
    at = head.rfind(" ")
    head = head[:at] if at > limit // 2 else line[:limit]
    return _ELLIPSIS.sub("", head).rstrip(" ,;:-–—([«“\u202f")
