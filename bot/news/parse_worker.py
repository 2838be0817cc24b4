"""The child process that parses and cleans feeds and pages.

It reads requests from its standard input and writes answers to its standard output, each a
pickle behind its length. It imports neither aiohttp nor telegram, and ends with its parent:
at the end of its input. No request takes more memory than the room it came with.
"""

import importlib
import logging
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.news.entries import Entry, ParsedFeed, to_article
from bot.news.feed import read_feed
from bot.news.page import Page, read_page
from storage.errors import FeedError
from storage.model import NewArticle

LENGTH = struct.Struct("!Q")
HEAD = struct.Struct("!QQ")  # the length of a request and its room
_ADDRESS_BYTES = 1 << 30
_GROWN_BYTES = 6 << 20
_STATM = Path("/proc/self/statm")


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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request; None where its room did not do."""

    result: object
    has_grown: bool  # memory was kept, as parsers do: the worker should be replaced


class _Memory:
    """The private memory of this process, above what it needs anyway."""

    def __init__(self) -> None:
        self._base = self._used()

    def allow(self, room: int) -> None:
        """Let it grow so far; no limit where the system has no /proc."""
        if self._base:
            resource.setrlimit(resource.RLIMIT_DATA, (self._base + room, resource.RLIM_INFINITY))

    def load(self, module: str) -> None:
        """Import what is needed from now on, if it is not there yet: it takes no request's room."""
        if module not in sys.modules:
            before = self._used()
            self.allow(_ADDRESS_BYTES)
            importlib.import_module(module)
            self._base += self._used() - before

    @property
    def has_grown(self) -> bool:
        return self._used() > self._base + _GROWN_BYTES

    def _used(self) -> int:
        if not _STATM.exists():
            return 0
        return int(_STATM.read_text().split()[5]) * resource.getpagesize()


def main() -> None:
    """Serve until the input ends; a request that breaks the process is the parent's to notice."""
    # Ctrl-C and a supervisor's SIGTERM reach the whole group; they are for the parent.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it tells of every odd page
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_BYTES, _ADDRESS_BYTES))
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not break the frames
    memory = _Memory()
    while len(head := requests.read(HEAD.size)) == HEAD.size:
        length, room = HEAD.unpack(head)
        payload = _answer(requests.read(length), room, memory)
        answers.write(LENGTH.pack(len(payload)) + payload)
        answers.flush()


def _answer(frame: bytes, room: int, memory: _Memory) -> bytes:
    request = pickle.loads(frame)
    if isinstance(request, PageRequest):
        memory.load("trafilatura")  # slow and large, and few workers read pages
    memory.allow(room)
    try:
        result = request.answer()
        return pickle.dumps(Answer(result, memory.has_grown), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        memory.allow(_ADDRESS_BYTES)
        return pickle.dumps(Answer(None, has_grown=True), pickle.HIGHEST_PROTOCOL)
