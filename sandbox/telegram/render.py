"""Text with entities back into the HTML that would send it, and other uses of UTF-16 offsets."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import Any

Json = dict[str, Any]

_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "blockquote": "blockquote",
}


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 units, the unit of entity offsets."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def cut(text: str, offset: int, length: int) -> str:
    """Return the piece of a text that an entity covers."""
    if text.isascii():
        return text[offset : offset + length]
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "surrogatepass")


def render_html(text: str, entities: list[Json]) -> str:
    """Write the HTML of a text; automatic entities (url, hashtag, ...) need no tags."""
    tagged = [(e, *_tags(e)) for e in entities]
    spans = [(e["offset"], e["offset"] + e["length"], opening, closing)
             for e, opening, closing in tagged if opening]  # fmt: skip
    bounds = sorted({0, utf16_length(text)} | {edge for s in spans for edge in s[:2]})
    out: list[str] = []
    stack: list[tuple[int, int, str, str]] = []
    for start, end in pairwise(bounds):
        active = [s for s in spans if s[0] <= start < s[1]]
        keep = 0
        while keep < len(stack) and keep < len(active) and stack[keep] is active[keep]:
            keep += 1
        out += [span[3] for span in reversed(stack[keep:])]
        out += [span[2] for span in active[keep:]]
        out.append(escape(cut(text, start, end - start), quote=False))
        stack = active
    out += [span[3] for span in reversed(stack)]
    return "".join(out)


def _tags(entity: Json) -> tuple[str, str]:
    """Return the opening and closing tag of an entity, both empty for automatic ones."""
    kind = entity["type"]
    if kind in _TAGS:
        return f"<{_TAGS[kind]}>", f"</{_TAGS[kind]}>"
    if kind == "text_link":
        return f'<a href="{escape(entity["url"])}">', "</a>"
    if kind == "text_mention":
        return f'<a href="tg://user?id={entity["user"]["id"]}">', "</a>"
    if kind == "pre":
        if "language" in entity:
            return f'<pre><code class="language-{escape(entity["language"])}">', "</code></pre>"
        return "<pre>", "</pre>"
    if kind == "expandable_blockquote":
        return "<blockquote expandable>", "</blockquote>"
    if kind == "custom_emoji":
        return f'<tg-emoji emoji-id="{entity["custom_emoji_id"]}">', "</tg-emoji>"
    if kind == "date_time":
        shape = escape(entity.get("date_time_format", ""))
        return f'<tg-time unix="{entity["unix_time"]}" format="{shape}">', "</tg-time>"
    return "", ""
