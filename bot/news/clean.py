"""HTML of a feed entry → plain text (pure, linear in its input).

Invariant: the result is text, never markup: blocks stay apart, scripts and styles are gone, and
no control character or lone surrogate is left.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

_PARAGRAPHS = frozenset(
    "address article aside blockquote center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section summary "
    "table ul".split()
)
_LINES = frozenset({"br", "tr", "caption"})
_CELLS = frozenset({"td", "th", "option"})
_SILENT = frozenset(
    "applet audio button canvas iframe math noembed noframes noscript object script select style "
    "svg template textarea title video".split()
)
# Controls, lone surrogates, byte order marks, soft hyphens, characters that are none.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
_ODD_SPACE = r"\t\r\n\u00a0\u2000-\u200a\u2028\u2029\u205f\u3000"
# Runs of white space but for the single space, which stays as it is: most are.
_SPACES = re.compile(rf"[{_ODD_SPACE}][ {_ODD_SPACE}]*| [ {_ODD_SPACE}]+")
_MARKUP = re.compile(r"</?[a-zA-Z!][^<>]*>")
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|mark|p|q|s|small|span|"
    r"strike|strong|sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)
_STANDS_ALONE = re.compile(r"</|<(?:br|img|wbr)\b|.*/>$", re.IGNORECASE | re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SCRIPT = re.compile(r"<(script|style)\b", re.IGNORECASE)


_COUNTING_HOST = re.compile(
    r"feedburner\.com/|feedsportal\.com/|doubleclick\.net/|gravatar\.com/|//(?:pixel|stats?)\.|"
    r"/(?:tracking-?)?pixel\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CleanHtml:
    """What a reader would see of a piece of HTML."""

    text: str  # paragraphs apart by an empty line
    image: str | None  # address of the first picture, as written


class _Reader:
    """SAX target that gathers text; keeps no tree, so depth and size cost nothing."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.image: str | None = None
        self._silent: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif not self._silent:
            self._break(tag)
            if tag in _LINES:
                self.pieces.append("\n")
            elif tag == "img":
                self._see_image(attributes)

    def end(self, tag: str) -> None:
        if not self._silent:
            self._break(tag)
        elif tag == self._silent[-1]:
            self._silent.pop()

    def data(self, text: str) -> None:
        if not self._silent:
            # What ends a line of ours is a block's end; _tidy sees to the other spaces.
            self.pieces.append(text.replace("\n", " "))

    def comment(self, text: str) -> None:
        """Skip; without the method the parser would gather comments as text."""

    def pi(self, target: str, text: str | None = None) -> None:
        """Skip; without the method the parser would gather instructions as text."""

    def close(self) -> "_Reader":
        return self

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in _CELLS:
            self.pieces.append(" ")

    def _see_image(self, attributes: Mapping[str, str]) -> None:
        kind = attributes.get("class", "")
        if "emoji" in kind or "wp-smiley" in kind:
            self.pieces.append(attributes.get("alt", ""))
            return
        source = attributes.get("src", "").strip()
        if self.image is None and source and not _is_pixel(attributes, source):
            self.image = source


def _is_pixel(attributes: Mapping[str, str], source: str) -> bool:
    """Tell whether a picture only counts readers, or cannot be linked to."""
    tiny = ("0", "1", "2", "0px", "1px", "2px")
    return (
        attributes.get("width") in tiny
        or attributes.get("height") in tiny
        or source.startswith("data:")
        or _COUNTING_HOST.search(source) is not None
    )


def clean_html(markup: str) -> CleanHtml:
    """Give the visible text and first picture of a piece of HTML, whole or broken."""
    if "<" not in markup:
        return CleanHtml(_tidy(html.unescape(markup)), None)
    parser = etree.HTMLParser(target=_Reader(), huge_tree=True)
    parser.feed(_CONTROLS.sub("", markup))
    reader: _Reader = parser.close()
    return CleanHtml(_tidy("".join(reader.pieces)), reader.image)


def clean_line(text: str, *, is_html: bool = False) -> str:
    """Give a title, name or label as one line of plain text.

    `is_html` says that the format declares markup. Without it, only what is plainly markup or an
    entity escaped once too often is undone, so that "a < b & c" stays as written.
    """
    if is_html or looks_like_html(text):
        text = clean_html(text).text
    if _ENTITY.search(text):
        text = html.unescape(text)
    return _SPACES.sub(" ", _CONTROLS.sub("", text)).strip()


def looks_like_html(text: str) -> bool:
    """Tell markup from words about markup: every tag is an inline one and something closes."""
    found = _MARKUP.findall(text)
    return all(_INLINE_TAG.fullmatch(tag) for tag in found) and any(
        _STANDS_ALONE.match(tag) for tag in found
    )


def _tidy(text: str) -> str:
    lines = (_SPACES.sub(" ", line).strip() for line in _CONTROLS.sub("", text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def rough_text(markup: str) -> str:
    """Give a cheap, rough form of the visible text: good for comparing, not for reading."""
    if "<" in markup:
        markup = _MARKUP.sub(" ", _without_scripts(markup))
    return " ".join(html.unescape(markup).split())


def _without_scripts(markup: str) -> str:
    kept: list[str] = []
    start, lower = 0, markup.lower() if _SCRIPT.search(markup) else ""
    while lower and (found := _SCRIPT.search(markup, start)):
        kept.append(markup[start : found.start()])
        start = lower.find(f"</{found[1].lower()}", found.end())
        if start < 0:
            return "".join(kept)
    return "".join([*kept, markup[start:]])
