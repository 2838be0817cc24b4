"""Parsing in child processes with a hard time limit.

Invariant: a feed that hangs or breaks its worker costs that worker and nothing else: it is
killed, the next request starts another, and the event loop never waits for a parser.
"""

import asyncio
import pickle
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from bot.news.parse_requests import (
    HEAD,
    LENGTH,
    Answer,
    CleanRequest,
    Failure,
    PageRequest,
    ParseRequest,
)
from bot.news.parsed import Entry, ParsedFeed
from storage.errors import FeedTooLarge, FetchFailed
from storage.model import NewArticle

if TYPE_CHECKING:
    from bot.news.page import Page

Request = ParseRequest | CleanRequest | PageRequest

# The largest of 277 feeds, 2.5 MB, takes 30 MB to parse and clean; guessing at a charset takes 28.
# Feeds of 1 to 2 MB that are all odd markup were refused with a large room of 36 MB.
SMALL_REQUEST, SMALL_ROOM, LARGE_ROOM = 256 << 10, 10 << 20, 128 << 20
ROOM_FOR_EACH_BYTE = 12

_PIECE = 256 << 10


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.requests = 0

    @classmethod
    async def start(cls) -> "_Worker":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                # Not -m: what is pickled must be of the module's name, not of __main__.
                "from bot.news.parse_worker import main; main()",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def ask(self, payload: bytes, room: int) -> Answer:
        """Send a request with the memory it may take, and give its answer.

        Raises OSError or EOFError when the child died.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests += 1
        self._process.stdin.write(HEAD.pack(len(payload), room))
        for start in range(0, len(payload), _PIECE):  # what is written at once is copied
            self._process.stdin.write(payload[start : start + _PIECE])
            await self._process.stdin.drain()
        head = await self._process.stdout.readexactly(LENGTH.size)
        answer = pickle.loads(await self._process.stdout.readexactly(LENGTH.unpack(head)[0]))
        return cast(Answer, answer)

    async def kill(self) -> None:
        """End the child at once and wait until it is gone."""
        if self._process.returncode is None:
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


class ParsePool:
    """A few parse workers, started when first needed; use it as an async context manager.

    A second worker starts only when the first is busy, and only one at a time may take much
    memory: for a large request, or one that did not do with the room of a small one. Each is
    replaced after `recycle_after` requests, or when it kept memory after one.
    """

    def __init__(
        self, *, workers: int = 2, seconds: float = 15.0, recycle_after: int = 500
    ) -> None:
        self._seconds = seconds
        self._recycle_after = recycle_after
        self._places = asyncio.Semaphore(workers)
        self._large = asyncio.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in [*self._idle, *self._busy]:
            await worker.kill()
        self._idle.clear()

    async def parse(
        self, body: bytes, headers: Mapping[str, str], url: str, *, now: float
    ) -> ParsedFeed:
        """Read a feed; raises NotAFeed, FeedTooLarge, or FetchFailed("parse_timeout" and so on)."""
        answer = await self._ask(ParseRequest(body, dict(headers), url, now), url)
        if isinstance(answer, Failure):
            raise answer.error()
        return cast(ParsedFeed, answer)

    async def clean(self, entries: Sequence[Entry], url: str) -> list[NewArticle]:
        """Clean entries into articles, in their order; raises like `parse`."""
        if not entries:
            return []
        return cast(list[NewArticle], await self._ask(CleanRequest(entries), url))

    async def read_page(self, body: bytes, headers: Mapping[str, str], url: str) -> "Page":
        """Read an article's page; raises like `parse`."""
        return cast("Page", await self._ask(PageRequest(body, dict(headers), url), url))

    async def _ask(self, request: Request, url: str) -> object:
        payload = pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        if len(payload) <= SMALL_REQUEST:
            answer = await self._ask_worker(payload, SMALL_ROOM, url)
            if answer.result is not None:
                return answer.result
        room = max(LARGE_ROOM, len(payload) * ROOM_FOR_EACH_BYTE)
        async with self._large:
            answer = await self._ask_worker(payload, room, url)
        if answer.result is None:
            raise FeedTooLarge(url, "too_large", f"takes over {room >> 20} MB to parse")
        return answer.result

    async def _ask_worker(self, payload: bytes, room: int, url: str) -> Answer:
        async with self._places:
            worker = await self._take(fresh=room > SMALL_ROOM)
            self._busy.add(worker)
            done = False
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.ask(payload, room)
                done = not answer.has_grown and worker.requests < self._recycle_after
                return answer
            except TimeoutError:
                raise FetchFailed(url, "parse_timeout", f"{self._seconds:g} s") from None
            except (OSError, EOFError) as error:
                raise FetchFailed(url, "parse_failed", "the parser ended") from error
            finally:
                if done:
                    self._idle.append(worker)
                else:
                    # Also when cancelled: the child may be in the middle of a request.
                    await asyncio.shield(worker.kill())
                self._busy.discard(worker)

    async def _take(self, *, fresh: bool) -> _Worker:
        """Give an idle worker or a new one; what another request left takes none of the room."""
        if self._idle and not fresh:
            return self._idle.pop()
        if self._idle:
            await self._idle.pop().kill()
        return await _Worker.start()
