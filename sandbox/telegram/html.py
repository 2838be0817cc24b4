"""Telegram's HTML: the grammar of parse_mode HTML with its exact errors.

Only parsing happens here; cleaning, trimming and automatic entities come after (formatting.py).
Offsets in errors are byte offsets of the input, offsets of entities are UTF-16 units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.links import LinkError, check_link, user_of_link
from sandbox.telegram.render import utf16_length

_KINDS = {
    "i": "italic",
    "em": "italic",
    "b": "bold",
    "strong": "bold",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_ORDER = {"blockquote": 0, "expandable_blockquote": 0, "pre": 11, "code": 20, "text_link": 49}
_ORDER |= {"text_mention": 49, "bold": 90, "italic": 91, "underline": 92, "strikethrough": 93}
_ORDER |= {"spoiler": 94, "custom_emoji": 99, "date_time": 50}

_SPACE = " \t\r\n\v\0"
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]+))")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG_END = re.compile(r"[ \t\r\n\v\0>]")
_ATTRIBUTE = re.compile(r"[^ \t\r\n\v\0=>/\"']*")
_NAME_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_DATE_FORMAT = re.compile(r"r?|[tTdDwW]*")


class HtmlError(Exception):
    """Why a text is no HTML to Telegram, in its words."""


@dataclass(slots=True)
class Entity:
    """A formatted piece of the parsed text."""

    kind: str
    offset: int
    length: int
    extra: dict[str, Any] = field(default_factory=dict)
    language: str = ""
    """What a `code` tag said, until a `pre` around the same text takes it."""

    @property
    def end(self) -> int:
        """The offset behind it."""
        return self.offset + self.length

    def as_json(self) -> dict[str, Any]:
        """Return the `MessageEntity` object of the Bot API."""
        return {"type": self.kind, "offset": self.offset, "length": self.length, **self.extra}


@dataclass(slots=True)
class _Tag:
    name: str
    argument: str
    offset: int
    chunk: int
    """Where its text begins among the chunks."""


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the text and the entities, outer ones first; raise HtmlError."""
    text, entities = _Parser(source).parse()
    entities.sort(key=sort_key)
    return text, entities


def sort_key(entity: Entity) -> tuple[int, int, int]:
    """Order entities as Telegram does: by offset, longer first, then by type."""
    return entity.offset, -entity.length, _ORDER.get(entity.kind, 50)


class _Parser:
    """One pass over a source; `at` is the position in characters."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.offset = 0
        self.chunks: list[str] = []
        self.open: list[_Tag] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        source = self.source
        while True:
            tag = source.find("<", self.at)
            self._add(_decode(source[self.at : None if tag < 0 else tag]))
            if tag < 0:
                break
            self.at = tag + 1
            if self.at >= len(source):
                raise self._error("Unclosed start tag", tag)
            if source[self.at] == "/":
                self._end_tag(tag)
            else:
                self._start_tag(tag)
        if self.open:
            name = self.open[-1].name
            raise HtmlError(f'Can\'t find end tag corresponding to start tag "{name}"')
        text = "".join(self.chunks)
        if _SURROGATE.search(text):
            raise HtmlError(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        return text, self.entities

    def _add(self, text: str) -> None:
        if text:
            self.chunks.append(text)
            self.offset += utf16_length(text)

    def _error(self, message: str, position: int, rest: str = "") -> HtmlError:
        byte = len(self.source[:position].encode("utf-8", "surrogatepass"))
        return HtmlError(f"{message} at byte offset {byte}{rest}")

    def _start_tag(self, begin: int) -> None:
        end = _TAG_END.search(self.source, self.at)
        if end is None:
            raise self._error("Unclosed start tag", begin)
        name = self.source[self.at : end.start()].lower()
        if name not in _KINDS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        self.at = end.start()
        argument = ""
        while attribute := self._attribute(name, begin):
            argument = self._argument(name, argument, *attribute)
        if name == "span" and argument != "tg-spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Tag(name, argument, self.offset, len(self.chunks)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str | None] | None:
        """Read one attribute; None at the end of the tag, a None value when it has none."""
        source = self.source
        self._skip_space()
        if self._peek() == ">":
            self.at += 1
            return None
        name = _ATTRIBUTE.match(source, self.at)
        self.at = name.end() if name else self.at
        if name is None or not name[0]:
            if self.at >= len(source):
                raise self._error("Unclosed start tag", begin)
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._skip_space()
        if not self._peek():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        if self._peek() != "=":
            return name[0].lower(), None
        self.at += 1
        self._skip_space()
        if not self._peek():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        value = self._value(begin)
        return name[0].lower(), value

    def _value(self, begin: int) -> str:
        source, quote = self.source, self._peek()
        if quote not in "\"'":
            token = _NAME_TOKEN.match(source, self.at)
            start, self.at = self.at, token.end() if token else self.at
            if self._peek() != ">" and (not self._peek() or self._peek() not in _SPACE):
                raise self._error("Unexpected end of name token", start)
            return source[start : self.at].lower()
        end = source.find(quote, self.at + 1)
        if end < 0 or end + 1 >= len(source):
            raise self._error("Unclosed start tag", begin)
        value = _decode(source[self.at + 1 : end])
        self.at = end + 1
        return value

    def _argument(self, tag: str, argument: str, name: str, value: str | None) -> str:
        """Fold one attribute into what its tag needs to know."""
        if tag == "blockquote" and name == "expandable":
            return "expandable"
        if value is None:
            return argument
        if tag == "a" and name == "href":
            return value
        if tag == "code" and name == "class" and value.startswith("language-"):
            return value.removeprefix("language-")
        if tag == "span" and name == "class" and value.startswith("tg-"):
            return value
        if tag == "tg-emoji" and name == "emoji-id":
            return value
        if tag == "tg-time" and name in ("unix", "format"):
            unix, _, shape = argument.partition("\n")
            return f"{value}\n{shape}" if name == "unix" else f"{unix}\n{value}"
        return argument

    def _end_tag(self, begin: int) -> None:
        source = self.source
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        end = _TAG_END.search(source, self.at + 1)
        name = source[self.at + 1 : end.start() if end else None].lower()
        self.at = end.start() if end else len(source)
        self._skip_space()
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            found = f', expected "</{tag.name}>", found "</{name}>"'
            raise self._error("Unmatched end tag", begin, found)
        if self.offset > tag.offset:
            self._close(tag)

    def _close(self, tag: _Tag) -> None:
        """Make the entity of a tag that holds some text, if it is a usable one."""
        entity = Entity(_KINDS[tag.name], tag.offset, self.offset - tag.offset)
        match tag.name:
            case "a":
                link = tag.argument or "".join(self.chunks[tag.chunk :])
                if not _link(entity, link):
                    return
            case "tg-emoji":
                if not (tag.argument.isascii() and tag.argument.isdecimal()):
                    raise HtmlError("Invalid custom emoji identifier specified")
                entity.extra["custom_emoji_id"] = tag.argument
            case "tg-time":
                _date(entity, tag.argument)
            case "blockquote" if tag.argument:
                entity.kind = "expandable_blockquote"
            case "pre" | "code":
                self._close_code(entity, tag.argument)
                return
        self.entities.append(entity)

    def _close_code(self, entity: Entity, language: str) -> None:
        """Join `pre` and `code class=language-x` around the very same text into one."""
        last = self.entities[-1] if self.entities else None
        other = "code" if entity.kind == "pre" else "pre"
        if last and (last.kind, last.offset, last.length) == (other, entity.offset, entity.length):
            language = language or last.language
            if language and "language" not in last.extra:
                last.kind, last.extra = "pre", {"language": language}
                return
        entity.language = language
        self.entities.append(entity)

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in _SPACE:
            self.at += 1


def _link(entity: Entity, link: str) -> bool:
    """Turn an entity into a link or a mention; False when the link is unusable."""
    user_id = user_of_link(link)
    if user_id is not None:
        entity.kind, entity.extra = "text_mention", {"user": {"id": user_id}}
        return True
    try:
        entity.extra["url"] = check_link(link)
    except LinkError:
        return False
    return True


def _date(entity: Entity, argument: str) -> None:
    unix, _, shape = argument.partition("\n")
    if not (unix.isascii() and unix.isdecimal()) or not _DATE_FORMAT.fullmatch(shape):
        raise HtmlError("Invalid date format used")
    entity.extra["unix_time"] = int(unix)
    if shape:
        entity.extra["date_time_format"] = shape


def _decode(text: str) -> str:
    """Decode the references that Telegram knows; all others stay as they are written."""
    if "&" not in text:
        return text
    chunks, at = [], 0
    while (start := text.find("&", at)) >= 0:
        match = _REFERENCE.match(text, start)
        character = _character(match) if match else None
        if match is None or character is None:
            chunks.append(text[at : start + 1])
            at = start + 1
            continue
        chunks += [text[at:start], character]
        at = match.end() + (text[match.end() : match.end() + 1] == ";")
    chunks.append(text[at:])
    return "".join(chunks)


def _character(match: re.Match[str]) -> str | None:
    """Return what one reference stands for, None when it stands for itself."""
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return _NAMED.get(name)
    digits = hexadecimal if hexadecimal is not None else decimal
    if not digits or match.end() - match.start() >= 10:
        return None
    number = int(digits, 16 if hexadecimal is not None else 10)
    return chr(number) if 0 < number < 0x10FFFF else None
