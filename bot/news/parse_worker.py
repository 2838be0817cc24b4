"""The child process that parses and cleans feeds and pages: `python -m bot.news.parse_worker`.

It reads requests from its standard input and writes answers to its standard output, each a
pickle behind its length. It imports neither aiohttp nor telegram, and ends with its parent:
at the end of its input.
"""

import logging
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from bot.news.entries import Entry, ParsedFeed, to_article
from bot.news.feed import read_feed
from bot.news.page import Page, read_page
from storage.errors import FeedError
from storage.model import NewArticle

LENGTH = struct.Struct("!Q")
_MEMORY_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class ParseRequest:
    body: bytes
    headers: Mapping[str, str]
    url: str
    now: float

    def answer(self) -> "ParsedFeed | Failure":
        try:
            return read_feed(self.body, self.headers, self.url, self.now)
        except FeedError as error:
            return Failure(type(error), error.url, error.code, error.detail)


@dataclass(frozen=True, slots=True)
class CleanRequest:
    entries: Sequence[Entry]

    def answer(self) -> list[NewArticle]:
        return [to_article(entry) for entry in self.entries]


@dataclass(frozen=True, slots=True)
class PageRequest:
    body: bytes
    headers: Mapping[str, str]
    url: str

    def answer(self) -> Page:
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


def main() -> None:
    """Serve until the input ends; a request that breaks the process is the parent's to notice."""
    # Ctrl-C and a supervisor's SIGTERM reach the whole group; they are for the parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it tells of every odd page
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the frames
    while frame := _read_frame(requests):
        payload = pickle.dumps(pickle.loads(frame).answer(), pickle.HIGHEST_PROTOCOL)
        answers.write(LENGTH.pack(len(payload)) + payload)
        answers.flush()


def _read_frame(source: BinaryIO) -> bytes:
    head = source.read(LENGTH.size)
    return source.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


if __name__ == "__main__":
    main()
