"""A server of bad feeds: each path goes wrong in its own way, below what HTTP libraries allow."""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_FEED = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Bad news</title><link>http://bad.example/</link>
<item><title>One</title><link>http://bad.example/1</link><guid>1</guid></item>
</channel></rss>"""
_BOMB_BYTES = 400 * 1024 * 1024
_ATTRIBUTES = 200_000
# Not 127.0.0.1, where the good feeds are: a site that asks for patience is left alone as a whole.
_HOST, _HOST_THAT_WANTS_PATIENCE = "127.0.0.2", "127.0.0.3"

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def _head(status: str = "200 OK", *lines: str, kind: str = "application/rss+xml") -> bytes:
    fields = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", "Connection: close", *lines, "", ""]
    return "\r\n".join(fields).encode("latin-1")


def _whole(body: bytes, *lines: str, status: str = "200 OK", kind: str = "text/xml") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(_head(status, *lines, kind=kind) + body)
        await writer.drain()

    return answer


def _make_bomb(encoding: str) -> bytes:
    window = 31 if encoding == "gzip" else 15
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    parts = [packer.compress(_FEED)]
    parts += [packer.compress(bytes(1 << 20)) for _ in range(_BOMB_BYTES >> 20)]
    return b"".join([*parts, packer.flush()])


async def _hang(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def _hang_in_body(writer: asyncio.StreamWriter) -> None:
    writer.write(_head() + _FEED[:60])
    await writer.drain()
    await asyncio.sleep(3600)


async def _one_byte_a_second(writer: asyncio.StreamWriter) -> None:
    writer.write(_head())
    for byte in _FEED * 100:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(1)


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(_head() + _FEED[:-20])
    while True:
        writer.write(b"<item><title>more</title></item>" * 2000)
        await writer.drain()


async def _endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 4000 + b"\r\n")
        await writer.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    pass


async def _nonsense(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01\x00nonsense\r\n\r\n" * 10)
    await writer.drain()


def _answers() -> dict[str, Answer]:
    slow_root = b" ".join(b'a%d="v"' % number for number in range(_ATTRIBUTES))
    packed = gzip.compress(_FEED)
    return {
        "/gzip-bomb": _whole(_make_bomb("gzip"), "Content-Encoding: gzip"),
        "/deflate-bomb": _whole(_make_bomb("deflate"), "Content-Encoding: deflate"),
        "/double-gzip": _whole(gzip.compress(packed), "Content-Encoding: gzip"),
        "/broken-gzip": _whole(packed[:-9] + b"garbage", "Content-Encoding: gzip"),
        "/hang": _hang,
        "/hang-in-body": _hang_in_body,
        "/one-byte-a-second": _one_byte_a_second,
        "/endless": _endless,
        "/endless-headers": _endless_headers,
        "/close": _close,
        "/nonsense": _nonsense,
        "/loop": _whole(b"", "Location: /loop", status="302 Found"),
        "/ping": _whole(b"", "Location: /pong", status="301 Moved Permanently"),
        "/pong": _whole(b"", "Location: /ping", status="307 Temporary Redirect"),
        "/to-file": _whole(b"", "Location: file:///etc/passwd", status="302 Found"),
        "/to-nowhere": _whole(b"", "Location: http://", status="302 Found"),
        "/short": _whole(_FEED[:100], f"Content-Length: {len(_FEED)}"),
        "/cut": _whole(_FEED[:-70]),
        "/empty": _whole(b""),
        "/html": _whole(b"<!doctype html><title>Sorry</title>", kind="text/html"),
        "/wrong-charset": _whole(
            _FEED.replace(b"One", "\u00c9t\u00e9".encode("cp1252")), kind="text/xml; charset=utf-8"
        ),
        "/unknown-charset": _whole(_FEED, kind="text/xml; charset=x-klingon"),
        "/utf-16": _whole(_FEED.decode().encode("utf-16"), kind="text/xml; charset=utf-8"),
        "/entities": _whole(_make_entity_bomb()),
        "/deep": _whole(b"<rss>" + b"<a>" * 100_000),
        "/attributes": _whole(b'<rss version="2.0" ' + slow_root + b"></rss>"),
        "/500": _whole(b"", status="500 Internal Server Error"),
        "/429": _whole(b"", "Retry-After: 86400", status="429 Too Many Requests"),
        "/410": _whole(b"", status="410 Gone"),
        "/204": _whole(b"", status="204 No Content"),
        "/304": _whole(b"", status="304 Not Modified"),
    }


def _make_entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{levels}]>'
    return f"{head}<rss><channel><title>&l9;</title></channel></rss>".encode()


def _host(path: str) -> str:
    return _HOST_THAT_WANTS_PATIENCE if path == "/429" else _HOST


@dataclass
class BadFeeds:
    """The running server; `asked` are the paths of all requests."""

    answers: dict[str, Answer] = field(default_factory=_answers)
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def urls(self) -> list[str]:
        """The addresses of all bad feeds."""
        return [f"http://{_host(path)}:{self.port}{path}" for path in self.answers]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request as its path wants, and close."""
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split()[1].decode("latin-1")
            self.asked.append(path)
            await self.answers.get(path, _close)(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def bad_feeds() -> AsyncIterator[BadFeeds]:
    """Serve bad feeds on a port of the kernel's choice."""
    feeds = BadFeeds()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await feeds.serve(reader, writer)
        except asyncio.CancelledError:
            pass  # only the end of the test cancels it
        finally:
            tasks.discard(task)

    with socket.socket() as first, socket.socket() as second:
        first.bind((_HOST, 0))
        feeds.port = first.getsockname()[1]
        second.bind((_HOST_THAT_WANTS_PATIENCE, feeds.port))
        servers = [await asyncio.start_server(serve, sock=one.dup()) for one in (first, second)]
    try:
        yield feeds
    finally:
        for server in servers:
            server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks)
