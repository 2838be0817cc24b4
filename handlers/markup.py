"""Telegram's HTML: what is safe to put in a message, and how much of it. Pure.

Text from outside becomes Markup through `escape` only.
"""

import html
import re
import unicodedata
from collections.abc import Iterable

MOST_CHARACTERS = 4096  # code points, counted after parsing
MOST_ENTITIES = 100
MOST_TAG_BYTES = 12_000  # Telegram refuses 32,768 bytes; escaped text takes up to 20,480
MOST_URL = 2_000

_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x0D])
_BREAKS = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
_CONTROLS = dict.fromkeys([*range(9), 9, *range(14, 32), *range(127, 160)], " ")
_CLEANING = {**_CONTROLS, **_OVERRIDES, **_BREAKS}
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_TOKEN = re.compile(r"<[^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-z]+);|[^<&]+|[<&]")
_TAG = re.compile(r"</?[a-z-]+[^>]*>")
_NAME = re.compile(r"[a-z-]+")
# A host of the characters that Telegram takes, perhaps a user and a port.
_HTTP = re.compile(
    r"https?://(?:[^\s/?#]*@)?(?P<host>[0-9A-Za-z.\-_~!$&'()*+,;=%\u0080-\U0010ffff]+)"
    r"(?::(?P<port>[0-9]{1,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)


class Markup(str):
    """Text in Telegram's HTML, whose special characters are meant."""

    __slots__ = ()


def clean(text: str) -> str:
    """Drop what disturbs or disguises: control characters, direction overrides, half characters."""
    return _SURROGATES.sub("\ufffd", text).translate(_CLEANING)


def one_line(text: str) -> str:
    """Give clean text on one line with single spaces."""
    return " ".join(clean(text).split())


def is_blank(text: str) -> bool:
    """Say whether a text shows nothing."""
    return all(unicodedata.category(c) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn") for c in text)


def cut(text: str, length: int) -> str:
    """Give at most that many characters, at a word's end where one is near."""
    if len(text) <= length:
        return text
    start = text[: length - 1]
    space = start.rfind(" ")
    return (start[:space] if space > length // 2 else start).rstrip() + "…"


def escape(value: object) -> Markup:
    """Make a value safe to put in a message; Markup stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(clean(str(value)).translate(_ESCAPES))


def join(separator: str, parts: Iterable[str]) -> Markup:
    """Put the parts that are not empty one after another."""
    return Markup(escape(separator).join(escape(part) for part in parts if part))


def bold(text: str) -> Markup:
    """Give bold text."""
    return Markup(f"<b>{escape(text)}</b>")


def link(text: str, url: str | None) -> Markup:
    """Give a linked text, or the text alone where the address is none to follow."""
    if url is None or not is_web_address(url):
        return escape(text)
    return Markup(f'<a href="{html.escape(url)}">{escape(text)}</a>')


def is_web_address(url: str) -> bool:
    """Say whether a text is an address of the web, on whatever host.

    Telegram shows the text alone where it does not link the host (localhost has no dot).
    """
    return _host_of(url) is not None


def is_button_address(url: str) -> bool:
    """Say whether a button may lead to an address: its host must have a dot, else it is refused."""
    return "." in (_host_of(url) or "")


def _host_of(url: str) -> str | None:
    """Give the host of an address of the web; None where the text is none."""
    match = _HTTP.fullmatch(url) if len(url) <= MOST_URL and clean(url) == url else None
    if match is None or (match["port"] is not None and not 0 < int(match["port"]) < 65_536):
        return None
    return match["host"]


def plain(text: str) -> str:
    """Give what a person sees of a text: for buttons and answers, which have no formatting."""
    return html.unescape(_TAG.sub("", text)) if isinstance(text, Markup) else clean(text)


def fit(text: Markup, most: int = MOST_CHARACTERS) -> Markup:
    """Cut what Telegram would refuse: characters, entities and bytes above its limits."""
    tokens = _TOKEN.findall(text)
    is_long = sum(map(_length, tokens)) > most
    room = most - 1 if is_long else most  # the last one is the ellipsis
    written: list[str] = []
    opened: list[str] = []  # end tags; empty where the tag itself was left out
    entities = tag_bytes = 0
    for token in tokens:
        if token.startswith("</"):
            written.append(opened.pop())
        elif _TAG.fullmatch(token):
            tag_bytes += 2 * len(token.encode())
            entities += 1
            is_kept = entities <= MOST_ENTITIES and tag_bytes <= MOST_TAG_BYTES
            opened.append(f"</{_NAME.match(token, 1)[0]}>" if is_kept else "")  # type: ignore[index]
            written.append(token if is_kept else "")
        elif _length(token) <= room:
            room -= _length(token)
            written.append(token)
        else:
            written.append(token[:room] if len(token) == _length(token) else "")
            break
    if is_long:
        written += ["…", *reversed(opened)]
    return Markup("".join(written))


def _length(token: str) -> int:
    """Count the characters that a token shows."""
    if _TAG.fullmatch(token):
        return 0
    return 1 if token[0] == "&" else len(token)
