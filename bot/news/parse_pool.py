"""Parsing in child processes with a hard time limit.

Invariant: a feed that hangs or breaks its worker costs that worker and nothing else: it is
killed, the next request starts another, and the event loop never waits for a parser.
"""

import asyncio
import pickle
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self, cast

from bot.news.entries import Entry, ParsedFeed
from bot.news.page import Page
from bot.news.parse_worker import LENGTH, CleanRequest, Failure, PageRequest, ParseRequest
from storage.errors import FetchFailed
from storage.model import NewArticle

Request = ParseRequest | CleanRequest | PageRequest


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.requests = 0

    @classmethod
    async def start(cls) -> "_Worker":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.news.parse_worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def ask(self, request: Request) -> object:
        """Send one request and give its answer; raises OSError or EOFError when the child died."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.requests += 1
        payload = pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.write(LENGTH.pack(len(payload)) + payload)
        await self._process.stdin.drain()
        head = await self._process.stdout.readexactly(LENGTH.size)
        return pickle.loads(await self._process.stdout.readexactly(LENGTH.unpack(head)[0]))

    async def kill(self) -> None:
        """End the child at once and wait until it is gone."""
        if self._process.returncode is None:
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


class ParsePool:
    """A few parse workers, started when first needed; use it as an async context manager.

    A second worker starts only when the first is busy. Each is replaced after `recycle_after`
    requests, since parsers do not give all memory back.
    """

    def __init__(
        self, *, workers: int = 2, seconds: float = 15.0, recycle_after: int = 500
    ) -> None:
        self._seconds = seconds
        self._recycle_after = recycle_after
        self._places = asyncio.Semaphore(workers)
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
        """Read a feed; raises NotAFeed, or FetchFailed("parse_timeout" and the like)."""
        answer = await self._ask(ParseRequest(body, dict(headers), url, now), url)
        if isinstance(answer, Failure):
            raise answer.error()
        return cast(ParsedFeed, answer)

    async def clean(self, entries: Sequence[Entry], url: str) -> list[NewArticle]:
        """Clean entries into articles, in their order; raises FetchFailed like `parse`."""
        if not entries:
            return []
        return cast(list[NewArticle], await self._ask(CleanRequest(entries), url))

    async def read_page(self, body: bytes, headers: Mapping[str, str], url: str) -> Page:
        """Read an article's page; raises FetchFailed like `parse`."""
        return cast(Page, await self._ask(PageRequest(body, dict(headers), url), url))

    async def _ask(self, request: Request, url: str) -> object:
        async with self._places:
            worker = self._idle.pop() if self._idle else await _Worker.start()
            self._busy.add(worker)
            done = False
            try:
                async with asyncio.timeout(self._seconds):
                    answer = await worker.ask(request)
                done = True
                return answer
            except TimeoutError:
                raise FetchFailed(url, "parse_timeout", f"{self._seconds:g} s") from None
            except (OSError, EOFError) as error:
                raise FetchFailed(url, "parse_failed", "the parser ended") from error
            finally:
                if done and worker.requests < self._recycle_after:
                    self._idle.append(worker)
                else:
                    # Also when cancelled: the child may be in the middle of a request.
                    await asyncio.shield(worker.kill())
                self._busy.discard(worker)
