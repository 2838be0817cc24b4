"""What is asked of a parse worker and answered by it, and how that is framed.

The parsers are imported where they answer: the process that asks does without them.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.news.parsed import Entry, ParsedFeed
from storage.errors import FeedError
from storage.model import NewArticle

if TYPE_CHECKING:
    from bot.news.page import Page

LENGTH = struct.Struct("!Q")
HEAD = struct.Struct("!QQ")  # the length of a request and its room


@dataclass(frozen=True, slots=True)
class ParseRequest:
    body: bytes
    headers: Mapping[str, str]
    url: str
    now: float

    def answer(self) -> "ParsedFeed | Failure":
        from bot.news.feed import read_feed

        try:
            return read_feed(self.body, self.headers, self.url, self.now)
        except FeedError as error:
            return Failure(type(error), error.url, error.code, error.detail)


@dataclass(frozen=True, slots=True)
class CleanRequest:
    entries: Sequence[Entry]

    def answer(self) -> list[NewArticle]:
        from bot.news.entries import to_article

        return [to_article(entry) for entry in self.entries]


@dataclass(frozen=True, slots=True)
class PageRequest:
    body: bytes
    headers: Mapping[str, str]
    url: str

    def answer(self) -> "Page":
        from bot.news.page import read_page

        return read_page(self.body, self.headers, self.url)


@dataclass(frozen=True, slots=True)
class Failure:
    """A FeedError on its way through the pipe, where exceptions do not travel well."""

    kind: type[FeedError]
    url: str
    code: str
    detail: str

    def error(self) -> FeedError:
        return self.kind(self.url, self.code, self.detail)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; None where its room did not do."""

    result: object
    has_grown: bool  # memory was kept, as parsers do: the worker should be replaced
