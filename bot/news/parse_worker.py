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
import sys
from pathlib import Path

from bot.news.parse_requests import HEAD, LENGTH, Answer, PageRequest

_ADDRESS_BYTES = 1 << 30
_GROWN_BYTES = 6 << 20
_STATM = Path("/proc/self/statm")


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
    for module in ("bot.news.feed", "bot.news.page"):
        importlib.import_module(module)
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
