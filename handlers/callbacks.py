"""What a button carries: a short code and a few fields, at most 64 bytes.

Buttons live for ever: a code is never given another meaning, and fields are only added at the end,
with a default.
"""

import re
from dataclasses import MISSING, dataclass, fields
from typing import ClassVar, Self

MOST_BYTES = 64
_NUMBER = re.compile(r"-?\d{1,19}")


class NotOurs(ValueError):
    """The text of a press is none that we gave to a button."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Base of every button's payload; its fields are int, bool or str, a str last."""

    code: ClassVar[str]

    def pack(self) -> str:
        """Give the text that the button carries."""
        parts = (_write(getattr(self, field.name)) for field in fields(self))
        data = ":".join((self.code, *parts))
        if len(data.encode()) > MOST_BYTES:
            raise ValueError(f"{type(self).__name__} does not fit into a button")
        return data

    @classmethod
    def parse(cls, data: str) -> Self:
        """Read what `pack` gave; raises NotOurs where it did not."""
        named = fields(cls)
        code, *parts = data.split(":", len(named))
        missing = [field for field in named[len(parts) :] if field.default is MISSING]
        if code != cls.code or missing:
            raise NotOurs(data)
        return cls(*(_read(part, field.type) for part, field in zip(parts, named, strict=False)))


@dataclass(frozen=True, slots=True)
class Kept(Payload):
    """The text of a button that is drawn again as it was."""

    code = ""
    data: str

    def pack(self) -> str:
        """Give that text."""
        return self.data


def _write(value: int | str) -> str:
    return str(int(value)) if isinstance(value, int) else value


def _read(part: str, kind: object) -> int | str:
    if kind is str:
        return part
    if not _NUMBER.fullmatch(part) or not -(2**63) <= int(part) < 2**63:
        raise NotOurs(part)
    if kind is bool:
        return int(part) != 0
    return int(part)


# ---------------------------------------------------------------- under a post


@dataclass(frozen=True, slots=True)
class Summarize(Payload):
    """Give the article in short."""

    code = "sum"
    article_id: int


@dataclass(frozen=True, slots=True)
class WriteComment(Payload):
    """Ask for a comment on the article."""

    code = "com"
    article_id: int


@dataclass(frozen=True, slots=True)
class FollowDiscussion(Payload):
    """Follow the article's discussion, or no longer."""

    code = "dis"
    article_id: int


@dataclass(frozen=True, slots=True)
class ShowTags(Payload):
    """Show the tags of an article, to follow or mute each."""

    code = "tags"
    article_id: int


@dataclass(frozen=True, slots=True)
class ShowPost(Payload):
    """Put the post's own buttons back."""

    code = "post"
    article_id: int


@dataclass(frozen=True, slots=True)
class FollowFromPost(Payload):
    """Follow a tag of an article, or no longer, from the post's menu."""

    code = "pf"
    article_id: int
    tag_id: int


@dataclass(frozen=True, slots=True)
class MuteFromPost(Payload):
    """Mute a tag of an article, or no longer, from the post's menu."""

    code = "pm"
    article_id: int
    tag_id: int


# ---------------------------------------------------------------- lists of tags


@dataclass(frozen=True, slots=True)
class ToggleTag(Payload):
    """Follow a tag of a list, or no longer."""

    code = "tt"
    tag_id: int


@dataclass(frozen=True, slots=True)
class ShowTagPage(Payload):
    """Show a page of all tags; counted from 0."""

    code = "tp"
    page: int = 0


@dataclass(frozen=True, slots=True)
class DropTag(Payload):
    """Drop a tag from the list of what is followed, or take it back; the list stays at its page."""

    code = "dt"
    tag_id: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class ShowFollowing(Payload):
    """Show a page of what the chat follows."""

    code = "fl"
    page: int = 0


@dataclass(frozen=True, slots=True)
class UndoFollow(Payload):
    """Take back what one /follow added."""

    code = "uf"
    tags: str


@dataclass(frozen=True, slots=True)
class FollowAgain(Payload):
    """Follow again what was dropped."""

    code = "fa"
    tags: str


# ---------------------------------------------------------------- lists of articles


@dataclass(frozen=True, slots=True)
class ShowLatest(Payload):
    """Show a page of the newest articles; of followed tags only, or all."""

    code = "la"
    page: int = 0
    followed: bool = False


@dataclass(frozen=True, slots=True)
class ShowFound(Payload):
    """Show a page of what a search found."""

    code = "se"
    page: int
    words: str


@dataclass(frozen=True, slots=True)
class ShowTagArticles(Payload):
    """Show a page of the newest articles that carry a tag."""

    code = "ta"
    tag_id: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class OpenPost(Payload):
    """Send the post of an article of a list."""

    code = "op"
    article_id: int


# ---------------------------------------------------------------- settings and privacy


@dataclass(frozen=True, slots=True)
class ShowSettings(Payload):
    """Show the settings."""

    code = "st"


@dataclass(frozen=True, slots=True)
class ChooseLanguage(Payload):
    """Speak this language from now on."""

    code = "ln"
    language: str


@dataclass(frozen=True, slots=True)
class Pause(Payload):
    """Send no posts until further notice, or send them again."""

    code = "pa"
    paused: bool


@dataclass(frozen=True, slots=True)
class EraseMe(Payload):
    """Erase everything about the person, or keep it."""

    code = "fg"
    sure: bool


# ---------------------------------------------------------------- summaries


@dataclass(frozen=True, slots=True)
class ShowKeyPoints(Payload):
    """Put a summary's key points below it."""

    code = "kp"
    summary_id: int
