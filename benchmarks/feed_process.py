"""Feeds on this machine from a process of its own: gzip, ETag, 304, as fast as a server can be.

HTTP is spoken by hand, so that no server's speed is measured but the client's.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

from benchmarks.child import Child, child_process, listen, read_wanted, say

LARGEST = 300_000  # of captured feeds
NEW_ITEMS = 5
_LEAD = "Une phrase qui dit l’essentiel de cet article, puis une autre qui le précise. "


@dataclass(slots=True)
class Feeds:
    """The addresses of the feeds; `counts` is filled when asked for."""

    urls: list[str]
    _child: Child

    async def release(self) -> None:
        """Give each feed its new items; returns when they are there."""
        await self._order("release")

    async def count(self) -> dict[str, int]:
        """Give how many requests there were since last asked, by status."""
        return dict(await self._order("count"))

    async def _order(self, word: str) -> Any:
        self._child.tell(word)
        return await self._child.hear()


@asynccontextmanager
async def feed_process(
    feeds: int,
    *,
    items: int = 20,
    captured: Path | None = None,
    hosts: int = 1,
    validators_only: bool = False,
) -> AsyncIterator[Feeds]:
    """Serve feeds beside the block: our own of `items` items, or captured ones, again and again.

    `hosts` is on how many addresses of 127.0.0.0/8 they are.
    `validators_only`: whoever sends an If-None-Match gets a 304, whatever it is.
    """
    wanted = {
        "feeds": feeds,
        "items": items,
        "captured": captured and str(captured),
        "validators_only": validators_only,
    }
    async with child_process(wanted, "-m", "benchmarks.feed_process") as child:
        port = await child.hear()
        yield Feeds([address(number, port, hosts) for number in range(feeds)], child)


def address(number: int, port: int, hosts: int) -> str:
    """Give the address of a feed."""
    place = number % hosts
    host = f"127.{place // 62_500}.{place // 250 % 250}.{1 + place % 250}"
    return f"http://{host}:{port}/{number}"


def render(feed: int, items: range) -> bytes:
    """Write an RSS feed of invented articles, the latest first; all carry the feed's tag."""
    now = time.time()
    parts = [
        "<item>"
        f"<title>Article {item} du journal {feed} sur son sujet</title>"
        f"<link>https://journal{feed}.example/articles/{item}</link>"
        f'<guid isPermaLink="false">{feed}-{item}</guid>'
        f"<pubDate>{formatdate(now - 3600 + item)}</pubDate>"
        f"<author>redaction@journal{feed}.example (Une journaliste)</author>"
        f"<category>Sujet {feed}</category><category>Divers</category>"
        f"<description>&lt;p&gt;{_LEAD * 4}&lt;/p&gt;</description>"
        "</item>"
        for item in reversed(items)
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>Journal {feed}</title><link>https://journal{feed}.example/</link>"
        f"<language>fr</language><description>Tout sur un sujet</description>{''.join(parts)}"
        "</channel></rss>"
    ).encode()


class _Shelf:
    """Ready answers by path."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self._wanted = wanted
        self.validators_only: bool = wanted["validators_only"]
        self.statuses: dict[str, int] = {"200": 0, "304": 0, "404": 0}
        self.answers: dict[str, tuple[bytes, bytes]] = {}
        files = _captured(wanted["captured"]) if wanted["captured"] else None
        for number in range(wanted["feeds"]):
            if self.validators_only:
                break
            if files is None:
                self._put(number, render(number, range(wanted["items"])))
            else:
                self._put(number, _altered(files[number % len(files)], number // len(files)))

    def release(self) -> None:
        items = self._wanted["items"]
        for number in range(self._wanted["feeds"]):
            self._put(number, render(number, range(NEW_ITEMS, items + NEW_ITEMS)))

    def _put(self, number: int, body: bytes) -> None:
        etag = hashlib.sha256(body).hexdigest()[:16].encode()
        packed = gzip.compress(body, 6, mtime=0)
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Encoding: gzip\r\n"
            b'ETag: "%b"\r\nContent-Length: %d\r\n\r\n' % (etag, len(packed))
        )
        self.answers[f"/{number}"] = etag, head + packed

    def answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1].decode()
        lower = head.lower()
        if self.validators_only and b"\r\nif-none-match:" in lower:
            self.statuses["304"] += 1
            return b'HTTP/1.1 304 Not Modified\r\nETag: "always"\r\n\r\n'
        if path not in self.answers:
            self.statuses["404"] += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag, full = self.answers[path]
        if b'"%b"' % etag in lower:
            self.statuses["304"] += 1
            return b'HTTP/1.1 304 Not Modified\r\nETag: "%b"\r\n\r\n' % etag
        self.statuses["200"] += 1
        return full


class _Connection(asyncio.Protocol):
    def __init__(self, shelf: _Shelf) -> None:
        self._shelf = shelf
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._transport.write(self._shelf.answer(head))


def _captured(folder: str) -> list[bytes]:
    files = sorted(path for path in Path(folder).iterdir() if path.suffix != ".csv")
    return [path.read_bytes() for path in files if path.stat().st_size <= LARGEST]


def _altered(body: bytes, copy: int) -> bytes:
    """Give a further copy of a feed other identities, so that it counts as another."""
    if not copy:
        return body
    for end in (b"</guid>", b"</id>", b"</link>"):
        body = body.replace(end, b"-%d%b" % (copy, end))
    return body


async def _serve(wanted: dict[str, Any]) -> None:
    shelf = _Shelf(wanted)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(shelf), "0.0.0.0", backlog=4096)
    say(server.sockets[0].getsockname()[1])
    async with server:
        while line := await listen():
            if line == "release":
                shelf.release()
                say("released")
            else:
                say(shelf.statuses)
                shelf.statuses = dict.fromkeys(shelf.statuses, 0)


if __name__ == "__main__":
    asyncio.run(_serve(read_wanted()))
