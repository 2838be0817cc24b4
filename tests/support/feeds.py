"""A publisher's server under a test's control, over real TCP, and small feeds to serve."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from aiohttp import web


@dataclass(slots=True)
class Answer:
    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]


Script = Callable[[web.Request], "Answer | Awaitable[Answer]"]


class FeedServer:
    """Serves `answers[path]`: an Answer, or a function of the request that gives one."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Script] = {}
        self.seen: list[Seen] = []
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def count(self, path: str) -> int:
        return sum(seen.path == path for seen in self.seen)

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.path, headers))
        answer = self.answers.get(request.path, Answer("nothing here", 404))
        if not isinstance(answer, Answer):
            given = answer(request)
            answer = given if isinstance(given, Answer) else await given
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        return web.Response(body=body, status=answer.status, headers=dict(answer.headers))


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    """Run a publisher's server on a port of the kernel's choice."""
    server = FeedServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()


Responder = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(respond: Responder) -> AsyncIterator[str]:
    """Run a server that speaks bytes of its own choice; gives its address."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await respond(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


def rss(*items: str, title: str = "Le Courrier du Port", extra: str = "") -> str:
    """Give an RSS 2.0 feed around items."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>{escape(title)}</title><link>https://port.example/</link>{extra}"
        f"{''.join(items)}</channel></rss>"
    )


def item(**fields: str | list[str] | None) -> str:
    """Give an RSS item; names are elements (`content__encoded` for content:encoded)."""
    parts = []
    for name, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if value is not None:
                element = name.replace("__", ":")
                parts.append(f"<{element}>{escape(value)}</{element}>")
    return f"<item>{''.join(parts)}</item>"


def atom(*entries: str, extra: str = "", attributes: str = "") -> str:
    """Give an Atom feed around entries."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<feed xmlns="http://www.w3.org/2005/Atom"{attributes}>'
        "<title>The Harbour Post</title><id>tag:harbour.example,2026:feed</id>"
        '<link rel="alternate" href="https://harbour.example/"/>'
        f"<updated>2026-03-01T10:00:00Z</updated>{extra}{''.join(entries)}</feed>"
    )
