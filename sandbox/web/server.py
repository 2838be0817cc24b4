"""Serves the page: static files, a stream of events, and what the person at a seat does.

Invariant: every stream begins with the whole state, so that a page which reconnects is right; the
events after it may repeat what the state holds and never contradict it.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.newsroom import Article, Newsroom
from sandbox.newsroom.articles import make_slug
from sandbox.telegram import TelegramServer
from sandbox.web.desk import ACTIONS, edit_newsroom
from sandbox.web.seats import Seat, chats_of
from sandbox.web.views import (
    Json,
    view_article,
    view_change,
    view_draft,
    view_message,
    view_seat,
)

STATIC = Path(__file__).parent / "static"
PING_SECONDS = 15.0
STATE_MESSAGES = 200

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class WebPage:
    """The page of one demo. Use as `async with WebPage(telegram, newsroom, seats) as page:`."""

    def __init__(
        self,
        telegram: TelegramServer,
        newsroom: Newsroom,
        seats: Iterable[Seat],
        drafts: Sequence[Article] = (),
    ) -> None:
        self._telegram = telegram
        self._newsroom = newsroom
        self._seats = {seat.key: seat for seat in seats}
        self._chats = chats_of(self._seats.values())
        self._drafts = drafts
        self._streams: set[asyncio.Queue[bytes | None]] = set()
        self._runner: web.AppRunner | None = None
        self._pump: asyncio.Task[None] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        return f"http://127.0.0.1:{self._port}/"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; OSError when the port is taken."""
        application = web.Application(middlewares=[self._guard])
        application.router.add_get("/", _send_index)
        application.router.add_get("/events", self._stream)
        application.router.add_get("/picture", self._send_picture)
        application.router.add_get("/files/{file_id}", self._send_file)
        application.router.add_post("/api/{action}", self._act)
        application.router.add_static("/static/", STATIC)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self._port = self._runner.addresses[0][1]
        self._newsroom.listeners.append(self._tell_article)
        self._pump = asyncio.create_task(self._tell_changes())

    async def stop(self) -> None:
        """End every stream and close the listener."""
        if self._pump is not None:
            self._newsroom.listeners.remove(self._tell_article)
            self._pump.cancel()
            with suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None
        for stream in self._streams:
            stream.put_nowait(None)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Let only pages of this address in: no other site may drive the demo."""
        name = (request.host or "").rpartition(":")[0]
        origin = request.headers.get("Origin")
        foreign = origin is not None and urlsplit(origin).netloc != request.host
        if name not in ("127.0.0.1", "localhost") or foreign:
            raise web.HTTPForbidden(text="This page is only for this machine.")
        response: web.StreamResponse = await handler(request)
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _state(self) -> Json:
        find_preview = self._newsroom.find_preview
        messages = [
            view_message(message, find_preview)
            for chat in self._chats.values()
            for message in chat.visible()[-STATE_MESSAGES:]
        ]
        return {
            "bot": {"id": self._telegram.bot.id, "name": self._telegram.bot.first_name},
            "seats": self._view_seats(),
            "messages": messages,
            "papers": [
                {
                    "key": paper.key,
                    "title": paper.title,
                    "language": paper.language,
                    "authors": list(paper.authors),
                }
                for paper in self._newsroom.publications.values()
            ],
            "drafts": [view_draft(article) for article in self._drafts],
            "articles": [
                view_article(article, self._newsroom) for article in self._newsroom.list_articles()
            ],
        }

    def _view_seats(self) -> list[Json]:
        return [view_seat(seat, self._telegram.commands) for seat in self._seats.values()]

    def _tell(self, event: str, data: Json) -> None:
        frame = _frame(event, data)
        for stream in self._streams:
            stream.put_nowait(frame)

    def _tell_article(self, kind: str, article: Article) -> None:
        if kind == "withdrawn":
            self._tell("withdrawn", {"id": article.id})
        else:
            self._tell(kind, view_article(article, self._newsroom))

    async def _tell_changes(self) -> None:
        with self._telegram.subscribe() as changes:
            async for change in changes:
                if change.kind in ("commands", "chat"):
                    self._tell("seats", {"seats": self._view_seats()})
                chat = change.press.message.chat if change.press else change.chat
                if chat is None or chat.id not in self._chats:
                    continue
                event = view_change(change, self._newsroom.find_preview)
                if event is not None:
                    self._tell(*event)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._streams.add(queue)
        frame: bytes | None = _frame("state", self._state())
        try:
            while frame is not None:
                await response.write(frame)
                try:
                    frame = await asyncio.wait_for(queue.get(), PING_SECONDS)
                except TimeoutError:
                    frame = b": still here\n\n"
        except ConnectionError:
            pass  # The page was closed.
        finally:
            self._streams.discard(queue)
        return response

    async def _send_picture(self, request: web.Request) -> web.Response:
        preview = self._newsroom.find_preview(request.query.get("url", ""))
        if preview is None:
            raise web.HTTPNotFound
        return web.Response(body=preview.picture, content_type="image/svg+xml")

    async def _send_file(self, request: web.Request) -> web.Response:
        file_id = request.match_info["file_id"]
        for chat in self._chats.values():
            for message in chat.visible():
                file = message.attachment
                if file is not None and file.file_id == file_id:
                    disposition = f"attachment; filename*=UTF-8''{make_slug(file.name)}"
                    return web.Response(
                        body=file.content,
                        content_type="application/octet-stream",
                        headers={"Content-Disposition": disposition},
                    )
        raise web.HTTPNotFound

    async def _act(self, request: web.Request) -> web.Response:
        """Do what the page asks; 400 with a reason when it cannot be done."""
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            asked = await request.json()
            action = request.match_info["action"]
            if action in ACTIONS:
                return web.json_response(edit_newsroom(self._newsroom, action, asked))
            return web.json_response(_play(self._seats[asked["seat"]], action, asked))
        except (KeyError, TypeError, ValueError, LookupError, RuntimeError) as error:
            return web.json_response({"error": str(error)}, status=400)


def _play(seat: Seat, action: str, asked: Json) -> Json:
    """Say, edit, delete or press as the person at a seat."""
    match action:
        case "say":
            parent = seat.find(int(asked["reply_to"])) if asked.get("reply_to") else None
            message = seat.person.say(str(asked["text"]), seat.chat, reply_to=parent)
            return {"id": message.message_id}
        case "edit":
            seat.person.edit(seat.find(int(asked["message"])), str(asked["text"]))
        case "delete":
            message = seat.find(int(asked["message"]))
            if message.sender is not seat.person.user:
                raise ValueError("only own messages can be deleted")
            seat.person.delete(message)
        case "press":
            message = seat.find(int(asked["message"]))
            button = message.keyboard[int(asked["row"])][int(asked["column"])]
            seat.person.press(message, button.get("callback_data") or button["text"])
        case _:
            raise ValueError(f"nothing is called {action}")
    return {}


async def _send_index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


def _frame(event: str, data: Json) -> bytes:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
