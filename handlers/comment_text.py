"""What a reader sent, made safe to show: cleaned text, kept formatting, and its HTML.

The cleaned text is what moderators approve and readers see, letter for letter. Pure.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from handlers.events import TextEntity
from storage.comment_model import Entity

# Formatting that cannot hide or disguise anything.
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
_LONE = ("code", "pre")  # Telegram lets them hold nothing else
_BLOCKS = ("blockquote",)
MOST_ENTITIES = 50
MOST_MARKS = 3  # combining marks in a row; more of them paint over other lines
MOST_NEWLINES = 2
LONGEST_NAME = 32
_SOFT_HYPHEN, _BOM, _ZERO_WIDTH_SPACE = "\u00ad", "\ufeff", "\u200b"
_BIDI_OVERRIDES = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_PLAIN_SPACES = str.maketrans({"\t": " ", "\u2028": "\n", "\u2029": "\n"})
_BLANKS = "\u2800\u115f\u1160\u3164\uffa0"  # letters and signs that show nothing
_BLACK_FLAG = "\U0001f3f4"  # the one legitimate user of tag characters
_LINK = re.compile(
    r"(?:https?|hxxps?|ftp|tg)\s?:\s?//\S+"
    r"|(?<![\w@.])(?:[\w-]+\.)+(?:com|net|org|info|biz|io|me|fr|be|ch|ca|uk|de|es|it|pt|eu|ru|cn"
    r"|xyz|top|club|site|online|shop|live|app|dev|link|click|ly|gg|to|cc|tv|co|ai)(?![\w.])(?:/\S*)?"
    # Written apart to slip past: exemple . com, exemple [point] com
    r"|(?<![\w-])[\w-]+(?:\s\.\s?|\s?[\[(]\s?(?:dot|point|\.)\s?[\])]\s?)(?:com|net|org)\b",
    re.IGNORECASE,
)
_COMMAND = re.compile(r"(?<![\w/<>])/\w{1,32}(?:@\w+)?")  # Telegram finds none in a </tag>


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text that is safe to show, with the formatting that was kept."""

    text: str
    entities: tuple[Entity, ...] = ()
    links: int = 0
    mentions: int = 0


def clean(text: str, sent: Iterable[TextEntity] = ()) -> CleanText:
    """Drop what disguises or disturbs; a hidden link's address becomes visible text."""
    entities = list(sent)[:MOST_ENTITIES]
    starts = _code_points(text)
    pieces = [
        (kind, span[0], span[1], url)
        for kind, span, url in (
            (e.kind, _span(starts, e.offset, e.length), e.url) for e in entities
        )
        if span is not None
    ]
    source, pieces = _reveal_links(text, pieces)
    source = source.translate(_PLAIN_SPACES)
    kept = _kept_places(source)
    cleaned = "".join(source[i] for i in kept)
    moved = _move(pieces, kept, len(source))
    trimmed, moved = _trim(cleaned, moved)
    if not any(map(_is_visible, trimmed)):
        return CleanText("")
    return CleanText(
        trimmed,
        tuple(Entity(kind, start, end - start) for kind, start, end in moved if kind in _TAGS),
        links=count_links(trimmed, [trimmed[s:e] for kind, s, e in moved if kind == "url"]),
        mentions=sum(kind in ("mention", "text_mention") for kind, _, _ in moved),
    )


def count_links(text: str, found: Sequence[str] = ()) -> int:
    """Count addresses, those that Telegram found and those written to slip past it."""
    places = [text.find(url) for url in found]
    spans = [(p, p + len(u)) for p, u in zip(places, found, strict=True) if p >= 0]
    for match in _LINK.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in spans):
            spans.append(match.span())
    return len(spans)


def to_html(text: str, entities: Sequence[Entity] = ()) -> str:
    """Give the text as Telegram HTML: escaped, every tag closed, no command to tap on."""
    spans = [(e.kind, e.offset, e.offset + e.length) for e in entities if e.kind in _TAGS]
    spans += [
        ("code", m.start(), m.end())
        for m in _COMMAND.finditer(text)
        if not any(k in _LONE and s < m.end() and m.start() < e for k, s, e in spans)
    ]
    blocks = [span for span in spans if span[0] in _BLOCKS]
    inner = [span for span in spans if span[0] not in _BLOCKS]
    written = []
    for start, end, active in _segments(len(text), blocks):
        content = _inner_html(text, start, end, inner)
        written.append(f"<blockquote>{content}</blockquote>" if active and content else content)
    return "".join(written)


def excerpt(text: str, length: int) -> str:
    """Give at most that many characters, cut at a word's end."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut).rstrip() + "…"


def clean_name(name: str) -> str:
    """Make a pseudonym that fits one line and disguises nothing; '' when nothing is left."""
    line = "".join(" " if c.isspace() else c for c in clean(name).text)
    visible = "".join(c for c in line if unicodedata.category(c) != "Cf")
    return " ".join(visible.split())[:LONGEST_NAME].strip()


def _inner_html(text: str, start: int, end: int, spans: Sequence[tuple[str, int, int]]) -> str:
    written = []
    local = [(k, max(s, start) - start, min(e, end) - start) for k, s, e in spans]
    for left, right, active in _segments(end - start, [s for s in local if s[1] < s[2]]):
        content = html.escape(text[start + left : start + right], quote=False)
        alone = next((kind for kind in _LONE if kind in active), None)
        for kind in [alone] if alone else sorted(active):
            content = f"<{_TAGS[kind]}>{content}</{_TAGS[kind]}>"
        written.append(content)
    return "".join(written)


def _segments(
    length: int, spans: Sequence[tuple[str, int, int]]
) -> Iterable[tuple[int, int, frozenset[str]]]:
    """Cut [0, length) where any span begins or ends, with the kinds active in each piece."""
    edges = sorted({0, length, *(s for _, s, _ in spans), *(e for _, _, e in spans)})
    edges = [edge for edge in edges if 0 <= edge <= length]
    for left, right in pairwise(edges):
        yield left, right, frozenset(k for k, s, e in spans if s <= left and right <= e)


def _code_points(text: str) -> dict[int, int]:
    """Map each UTF-16 offset at which a character begins to its place in code points."""
    starts, offset = {}, 0
    for place, character in enumerate(text):
        starts[offset] = place
        offset += 2 if ord(character) > 0xFFFF else 1
    starts[offset] = len(text)
    return starts


def _span(starts: dict[int, int], offset: int, length: int) -> tuple[int, int] | None:
    start, end = starts.get(offset), starts.get(offset + length)
    return (start, end) if start is not None and end is not None and start < end else None


Piece = tuple[str, int, int, str | None]


def _reveal_links(text: str, pieces: list[Piece]) -> tuple[str, list[Piece]]:
    """Write the address of each text link behind its words."""
    for index, (kind, start, end, url) in enumerate(pieces):
        if kind != "text_link" or not url or url in text[start:end]:
            continue
        shown = f" ({url})"
        text = text[:end] + shown + text[end:]
        pieces = [
            (k, s + (s >= end) * len(shown), e + (e > end) * len(shown), u) for k, s, e, u in pieces
        ]
        pieces[index] = ("url", end + 2, end + 2 + len(url), None)
    return text, pieces


def _kept_places(text: str) -> list[int]:
    """List the places of the characters that stay."""
    kept: list[int] = []
    marks = newlines = 0
    for place, character in enumerate(text):
        if not _stays(text, place):
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        newlines = newlines + 1 if character == "\n" else newlines * character.isspace()
        if marks <= MOST_MARKS and newlines <= MOST_NEWLINES:
            kept.append(place)
    return kept


def _stays(text: str, place: int) -> bool:
    character = text[place]
    if character == "\n":
        return True
    if character in _BIDI_OVERRIDES or character in (_SOFT_HYPHEN, _BOM, _ZERO_WIDTH_SPACE):
        return False
    if 0xE0000 <= ord(character) <= 0xE007F:
        before = text[:place].rstrip("".join(map(chr, range(0xE0000, 0xE0080))))
        return before.endswith(_BLACK_FLAG)
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn", "Co")


def _is_visible(character: str) -> bool:
    """Say whether a character alone shows anything."""
    category = unicodedata.category(character)
    return character not in _BLANKS and category[0] not in "CMZ"


def _move(pieces: list[Piece], kept: Sequence[int], length: int) -> list[tuple[str, int, int]]:
    """Carry spans over to the places that were kept."""
    new_place = [0] * (length + 1)
    kept_set = set(kept)
    count = 0
    for place in range(length):
        new_place[place] = count
        count += place in kept_set
    new_place[length] = count
    return [(kind, new_place[s], new_place[e]) for kind, s, e, _ in pieces]


def _trim(text: str, spans: list[tuple[str, int, int]]) -> tuple[str, list[tuple[str, int, int]]]:
    trimmed = text.strip()
    lead = len(text) - len(text.lstrip())
    end = len(trimmed)
    moved = [(k, max(s - lead, 0), min(e - lead, end)) for k, s, e in spans]
    return trimmed, [(k, s, e) for k, s, e in moved if s < e]
