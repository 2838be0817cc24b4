"""From the arguments of a call to the text and entities of a message.

The order is Telegram's: parse, (check the chat,) clean, trim, find automatic entities, measure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.autolinks import find_spans, in_utf16
from sandbox.telegram.errors import bad_request
from sandbox.telegram.html import Entity, HtmlError, parse_html, sort_key
from sandbox.telegram.nesting import nest
from sandbox.telegram.render import cut, utf16_length

Json = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
_BYTES_LIMIT = 32768
_MOST_ENTITIES = 100
_REMOVED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_BLANKED = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_SPLITTABLE = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_EXTRA_FIELDS = ("url", "user", "language", "custom_emoji_id", "unix_time", "date_time_format")


class ParsedText:
    """A text that parsed; its final form is worked out once, for all chats it is sent to."""

    __slots__ = ("_entities", "_fixed", "_text")

    def __init__(self, text: str, entities: list[Entity]) -> None:
        self._text = text
        self._entities = entities
        self._fixed: tuple[str, list[Json]] | None = None

    def fix(self, limit: int = TEXT_LIMIT, *, may_be_empty: bool = False) -> tuple[str, list[Json]]:
        """Clean, trim and measure the text, and add the entities Telegram finds by itself.

        The entities are shared by all messages with this text and never changed.
        """
        if self._fixed is None:
            self._fixed = _fix(self._text, self._entities)
        text, entities = self._fixed
        if not text and not may_be_empty:
            raise bad_request("text must be non-empty")
        if len(text) > limit:
            subject = "message" if limit == TEXT_LIMIT else "message caption"
            raise bad_request(f"{subject} is too long")
        return text, entities


def parse_text(args: Arguments, name: str = "text", entities_name: str = "entities") -> ParsedText:
    """Read a text with its parse mode or explicit entities; refuse what does not parse."""
    text = args.text(name)
    if len(text) > _BYTES_LIMIT // 4 and len(text.encode("utf-8", "replace")) > _BYTES_LIMIT:
        raise bad_request("text is too long")
    mode = args.text("parse_mode").lower()
    if mode == "html":
        try:
            return _parse_html(text)
        except HtmlError as error:
            raise bad_request(f"can't parse entities: {error}") from None
    if mode in ("markdown", "markdownv2"):
        raise bad_request("can't parse entities: this local server reads HTML only")
    if mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    if args.has(entities_name):
        return ParsedText(text, _explicit_entities(text, args.json(entities_name)))
    return ParsedText(text, [])


# A broadcast sends one text to thousands of chats; reading it again each time would make the
# server slower than the bot it measures.
@lru_cache(maxsize=64)
def _parse_html(source: str) -> ParsedText:
    return ParsedText(*parse_html(source))


def _fix(text: str, entities: list[Entity]) -> tuple[str, list[Json]]:
    text, entities = _clean(text, entities)
    text, entities = _trim(text, entities)
    found = [Entity(*span) for span in in_utf16(text, find_spans(text))]
    joined = sorted(nest(_limit(entities), found), key=sort_key) if entities else found
    return text, [entity.as_json() for entity in joined]


def _clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Blank control characters and remove the few that Telegram removes, moving the entities."""
    text = _BLANKED.sub(" ", text)
    removed = [match.start() for match in _REMOVED.finditer(text)]
    if not removed:
        return text, entities
    if entities:
        positions = [utf16_length(text[:position]) for position in removed]
        moved = []
        for entity in entities:
            start = entity.offset - bisect_left(positions, entity.offset)
            end = entity.end - bisect_left(positions, entity.end)
            if end > start:
                moved.append(Entity(entity.kind, start, end - start, entity.extra))
        entities = moved
    return _REMOVED.sub("", text), entities


def _trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Trim spaces and newlines; at the front only up to the first entity."""
    text = text.rstrip(" \n")
    blank = len(text) - len(text.lstrip(" \n"))
    end = utf16_length(text) if entities else 0
    is_plain = end == len(text)
    kept = []
    for entity in entities:
        length = min(entity.end, end) - entity.offset
        if length <= 0:
            continue
        stop = entity.offset + length
        piece = text[entity.offset : stop] if is_plain else cut(text, entity.offset, length)
        # A style that covers nothing but spaces vanishes.
        if entity.kind not in _SPLITTABLE or piece.strip(" \n"):
            kept.append(Entity(entity.kind, entity.offset, length, entity.extra))
    front = min([blank, *(entity.offset for entity in kept)])
    for entity in kept:
        entity.offset -= front
    return text[front:], kept


def _limit(entities: list[Entity]) -> list[Entity]:
    """Drop what exceeds 100 entities, last ones first, links and code before styles."""
    counted = [e for e in entities if e.kind != "custom_emoji"]
    excess = len(counted) - _MOST_ENTITIES
    if excess <= 0:
        return entities
    solid = [e for e in counted if e.kind not in _SPLITTABLE]
    styles = [e for e in counted if e.kind in _SPLITTABLE]
    dropped = {id(e) for e in (solid[::-1] + styles[::-1])[:excess]}
    return [e for e in entities if id(e) not in dropped]


def _explicit_entities(text: str, given: Any) -> list[Entity]:
    """Read the `entities` argument with the server's checks of its offsets."""
    if not isinstance(given, list):
        raise bad_request("can't parse message entities: expected an Array of MessageEntity")
    units = utf16_length(text)
    inside = _inner_positions(text)
    entities = []
    for item in given:
        if not isinstance(item, dict) or not isinstance(item.get("type"), str):
            raise bad_request("can't parse MessageEntity: expected an Object with a type")
        start, length = item.get("offset"), item.get("length")
        if not isinstance(start, int) or not isinstance(length, int):
            raise bad_request("can't parse MessageEntity: offset and length must be integers")
        if length <= 0 or start < 0:
            continue
        end = start + length
        if start > units:
            raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
        if end > units:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends after the end of the text "
                f"at UTF-16 offset {end}"
            )
        if start in inside:
            raise bad_request(
                f"entity begins in a middle of a UTF-16 symbol at byte offset {inside[start]}"
            )
        if end in inside:
            raise bad_request(
                f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol "
                f"at byte offset {inside[end]}"
            )
        extra = {name: item[name] for name in _EXTRA_FIELDS if name in item}
        entities.append(Entity(item["type"], start, length, extra))
    return sorted(entities, key=sort_key)


def _inner_positions(text: str) -> dict[int, int]:
    """Map UTF-16 offsets that fall inside a character to its byte offset."""
    inner: dict[int, int] = {}
    units = size = 0
    for character in text:
        if character > "\uffff":
            inner[units + 1] = size
            units += 1
        units += 1
        size += len(character.encode("utf-8", "surrogatepass"))
    return inner
