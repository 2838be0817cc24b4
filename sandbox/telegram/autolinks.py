"""The entities that Telegram finds by itself: links, mentions, hashtags, commands and so on.

What is found here is what a reader can tap, so a test can see whether a hashtag really links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sandbox.telegram.render import utf16_length

Span = tuple[str, int, int]

_COMMON_TLDS = frozenset(
    "com org net edu gov mil int info biz name io co me tv cc ly ai app dev xyz online site club "
    "shop store blog news media press tech cloud page link live world today top eu fr be ch ca de "
    "at lu nl uk ie es pt it gr pl cz sk hu ro bg hr si se no dk fi is ee lv lt ru ua by kz us mx "
    "br ar cl in cn jp kr tw hk sg au nz za ma dz tn sn ci re nc pf il tr ir id my th vn ph museum "
    "paris bzh corsica alsace bzh africa asia cat mobi pro tel travel jobs coop aero to".split()
)
_URL = re.compile(
    r"(?<![\w@.\-/])(?:(https?|ftp|tg|ton|tonsite)://)?"
    r"(?:[\w.%+\-]+(?::[^\s@/]+)?@)?"
    r"((?:[\w\-]+\.)+[^\W\d_]{2,}|(?:\d{1,3}\.){3}\d{1,3}|[\w\-]+)(:\d{1,5})?"
    r"((?:[/?#][^\s<>\"«»“”‘’]*)?)",
    re.IGNORECASE,
)
_MAYBE_URL = re.compile(r"\w\.\w|://")
_EMAIL = re.compile(r"(?<![\w.+\-])[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9\-]+\.)+[A-Za-z]{2,}(?!\w)")
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{3,32})(?![\w@])")
_COMMAND = re.compile(
    r"(?<![\w/<>])/([A-Za-z0-9_]{1,64})(?:@([A-Za-z0-9_]{3,32}))?(?![\w/<>])", re.ASCII
)
_HASHTAG = re.compile(r"#([\w·\u200c\u0d80-\u0dff]+)")
_CASHTAG = re.compile(r"(?<![\w$])\$(1INCH|[A-Z]{1,8})(?![\w$])")
_HASHTAG_LONGEST = 256
_TRAILING = ".,:;!?'\"…*_~"
_BRACKETS = {")": "(", "]": "[", "}": "{"}


def find_spans(text: str) -> list[Span]:
    """Return (type, start, end) in characters, in order, none overlapping another."""
    found: list[Span] = []
    for sign, finder in _FINDERS:
        if sign in text:
            found += [s for s in finder(text) if not any(_overlap(s, f) for f in found)]
    found.sort(key=lambda span: span[1])
    return found


def in_utf16(text: str, spans: list[Span]) -> Iterator[Span]:
    """Turn (type, start, end) in characters into (type, offset, length) in UTF-16 units."""
    position = offset = 0
    for kind, start, end in spans:
        offset += utf16_length(text[position:start])
        length = utf16_length(text[start:end])
        yield kind, offset, length
        position, offset = end, offset + length


def _overlap(one: Span, other: Span) -> bool:
    return one[1] < other[2] and other[1] < one[2]


def _urls(text: str) -> Iterator[Span]:
    # Most texts have no dot inside a word; the pattern itself is slow.
    if not _MAYBE_URL.search(text):
        return
    for match in _URL.finditer(text):
        scheme, host, _, path = match.groups()
        if "." not in host:
            if scheme not in ("tg", "ton", "tonsite"):
                continue
        elif scheme is None and host.rpartition(".")[2].lower() not in _COMMON_TLDS:
            continue
        end = match.end() - len(path) + len(_without_trailing(path))
        yield "url", match.start(), end


def _without_trailing(path: str) -> str:
    """Leave off the punctuation that belongs to the sentence around a link."""
    while path:
        last = path[-1]
        if last in _TRAILING or (
            last in _BRACKETS and path.count(last) > path.count(_BRACKETS[last])
        ):
            path = path[:-1]
        else:
            break
    return path


def _hashtags(text: str) -> Iterator[Span]:
    for match in _HASHTAG.finditer(text):
        start = match.start()
        if start and _is_hashtag_letter(text[start - 1]):
            continue
        end = match.end()
        if not match[1].isalpha():
            end = next((i for i in range(start + 1, end) if not _is_hashtag_letter(text[i])), end)
        if end < len(text) and text[end] == "#":
            continue
        end = min(end, start + 1 + _HASHTAG_LONGEST)
        if any(c.isalpha() for c in text[start + 1 : end]):
            yield "hashtag", start, end


def _is_hashtag_letter(character: str) -> bool:
    """Letters, decimal digits and a few signs; combining marks end a hashtag."""
    return (
        character.isalpha()
        or character.isdecimal()
        or character in "_·\u200c"
        or "\u0d80" <= character <= "\u0dff"
    )


def _by(kind: str, pattern: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def find(text: str) -> Iterator[Span]:
        return ((kind, m.start(), m.end()) for m in pattern.finditer(text))

    return find


_FINDERS: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("@", _by("email", _EMAIL)),
    (".", _urls),
    ("tg://", _urls),
    ("#", _hashtags),
    ("@", _by("mention", _MENTION)),
    ("/", _by("bot_command", _COMMAND)),
    ("$", _by("cashtag", _CASHTAG)),
)
