"""Serves the newsroom over HTTP on this machine, with validators, faults and a request log.

Invariant: a 304 is given only for exactly the state that the client holds: If-None-Match decides
where it is sent, else If-Modified-Since must repeat Last-Modified to the second.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.newsroom.archive import Archive, Published
from sandbox.newsroom.articles import Article, Publication, load_publications
from sandbox.newsroom.faults import Fault
from sandbox.newsroom.feeds import CONTENT_TYPES, Item, render_feed
from sandbox.newsroom.pages import render_article, render_front
from sandbox.newsroom.pictures import draw_picture

FEED_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was answered; header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    status: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What a link to the newsroom looks like in a chat; `picture` is SVG.

    The texts of a link to a mere picture are empty.
    """

    article_id: str
    url: str
    site: str
    title: str
    description: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    body: bytes
    content_type: str
    modified: datetime | None = None
    status: int = 200


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Newsroom:
    """A few papers on 127.0.0.1; publish, correct and withdraw while it runs.

    Use as `async with Newsroom() as newsroom:`. Addresses exist from then on.
    """

    def __init__(
        self,
        publications: Iterable[Publication] | None = None,
        *,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        papers = load_publications() if publications is None else tuple(publications)
        self.publications = {paper.key: paper for paper in papers}
        self.requests: list[Request] = []
        self.listeners: list[Callable[[str, Article], None]] = []
        """Called with "published", "corrected" or "withdrawn" and the article, once it is so."""
        self._clock = clock
        self._archive = Archive(self.publications, clock)
        self._feed_paths = {paper.key: paper.path for paper in papers}
        self._faults: dict[str, tuple[Fault, int | None]] = {}
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 lets the kernel choose."""
        application = web.Application()
        application.router.add_get("/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the listener and every connection."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The address of the newsroom, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    def feed_url(self, publication: str) -> str:
        """The address of a paper's feed, where it is now."""
        return self.url + self._feed_paths[publication]

    def front_url(self, publication: str) -> str:
        """The address of a paper's front page."""
        return f"{self.url}/{publication}/"

    def article_url(self, article_id: str) -> str:
        """The address of a published article; KeyError when there is none."""
        entry = self._archive.find(article_id)
        if entry is None:
            raise KeyError(article_id)
        return self._make_item(entry).url

    def publish(self, article: Article) -> str:
        """Publish an article and give its address; ValueError when its id was used before."""
        entry = self._archive.publish(article)
        self._tell("published", entry.article)
        return self._make_item(entry).url

    def correct(self, article_id: str, **changes: Any) -> Article:
        """Change fields of a published article, as `correct("tram", title="…")`."""
        article = self._archive.correct(article_id, **changes).article
        self._tell("corrected", article)
        return article

    def withdraw(self, article_id: str) -> None:
        """Take an article back: it leaves its feed, and its page answers 410."""
        self._tell("withdrawn", self._archive.withdraw(article_id).article)

    def knows(self, article_id: str) -> bool:
        """Tell whether an id is taken, by a published or by a withdrawn article."""
        return self._archive.knows(article_id)

    def list_articles(self, limit: int = FEED_LENGTH) -> list[Article]:
        """The articles of all papers in the order of their publishing, the latest last."""
        return [one.article for one in self._archive.list_latest(limit)]

    def set_fault(self, path_or_url: str, fault: Fault, *, times: int | None = None) -> None:
        """Make an address go wrong, for the next `times` requests or until it is cleared."""
        self._faults[urlsplit(path_or_url).path] = (fault, times)

    def clear_fault(self, path_or_url: str) -> None:
        """Let an address answer rightly again."""
        self._faults.pop(urlsplit(path_or_url).path, None)

    def has_fault(self, path_or_url: str) -> bool:
        """Tell whether an address will still go wrong at its next request."""
        return urlsplit(path_or_url).path in self._faults

    def move_feed(self, publication: str, path: str, *, permanent: bool = True) -> str:
        """Serve a feed at a new path, redirect the old one to it, and give the new address."""
        old, self._feed_paths[publication] = self._feed_paths[publication], path
        self.clear_fault(path)
        self.set_fault(old, Fault.redirect(self.url + path, permanent=permanent))
        return self.url + path

    def requests_to(self, path_or_url: str) -> list[Request]:
        """The answered requests to one address, oldest first."""
        path = urlsplit(path_or_url).path
        return [request for request in self.requests if request.path == path]

    async def until(self, ready: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait for a condition on requests or faults; TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(ready)

    def find_preview(self, url: str) -> Preview | None:
        """What a chat shows of an address of this newsroom: an article's page or its picture."""
        if not url.startswith(self.url + "/"):
            return None
        parts = urlsplit(url).path.strip("/").removesuffix(".svg").split("/")
        entry = self._archive.find(parts[-1])
        if entry is None:
            return None
        article, item = entry.article, self._make_item(entry)
        picture = draw_picture(article.id)
        if url == item.picture:
            return Preview(article.id, url, "", "", "", picture)
        site = self.publications[article.publication].title
        return Preview(article.id, item.url, site, article.title, article.lead, picture)

    def _tell(self, kind: str, article: Article) -> None:
        for listener in self.listeners:
            listener(kind, article)

    def _make_item(self, entry: Published) -> Item:
        article = entry.article
        url = f"{self.front_url(article.publication)}{article.id}/"
        picture = f"{self.url}/pictures/{article.id}.svg"
        return Item(entry.number, url, picture, entry.published, article)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        fault = await self._take_fault(request.path)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status is not None:
            response = web.Response(
                status=fault.status,
                body=fault.body,
                content_type=fault.content_type,
                headers=fault.headers,
            )
        else:
            response = _respond(request, self._answer(request.path))
        await self._log(request, response.status)
        if fault.cut:
            return await _send_half(request, response)
        return response

    async def _take_fault(self, path: str) -> Fault:
        fault, times = self._faults.get(path, (Fault(), None))
        if times is not None:
            self._faults[path] = (fault, times - 1)
            if times <= 1:
                del self._faults[path]
            async with self._changed:
                self._changed.notify_all()
        return fault

    async def _log(self, request: web.Request, status: int) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        async with self._changed:
            self.requests.append(Request(request.path, headers, status, self._clock()))
            self._changed.notify_all()

    def _answer(self, path: str) -> _Answer:
        for key, feed_path in self._feed_paths.items():
            if path == feed_path:
                return self._answer_feed(key)
        match path.strip("/").split("/"):
            case ["pictures", name] if name.endswith(".svg"):
                return _Answer(draw_picture(name.removesuffix(".svg")), "image/svg+xml")
            case [key] if key in self.publications:
                return self._answer_front(key)
            case [key, article_id] if key in self.publications:
                return self._answer_article(article_id)
            case _:
                return _Answer(b"Not found.", "text/plain", status=404)

    def _answer_feed(self, key: str) -> _Answer:
        paper = self.publications[key]
        items = [self._make_item(one) for one in self._archive.list_newest(key, FEED_LENGTH)]
        changed = self._archive.last_modified(key)
        body = render_feed(
            paper,
            items,
            home=self.front_url(key),
            feed_url=self.feed_url(key),
            changed=changed,
        )
        return _Answer(body, CONTENT_TYPES[paper.format], changed)

    def _answer_front(self, key: str) -> _Answer:
        items = [self._make_item(one) for one in self._archive.list_newest(key, FEED_LENGTH)]
        body = render_front(
            self.publications[key],
            items,
            home=self.front_url(key),
            feed_url=self.feed_url(key),
        )
        return _Answer(body, "text/html; charset=utf-8", self._archive.last_modified(key))

    def _answer_article(self, article_id: str) -> _Answer:
        entry = self._archive.find(article_id)
        if entry is None:
            if self._archive.was_withdrawn(article_id):
                return _Answer(b"This article was withdrawn.", "text/plain", status=410)
            return _Answer(b"Not found.", "text/plain", status=404)
        key = entry.article.publication
        others = [one for one in self._archive.list_newest(key, 2) if one is not entry]
        body = render_article(
            self.publications[key],
            self._make_item(entry),
            home=self.front_url(key),
            related=self._make_item(others[0]) if others else None,
        )
        return _Answer(body, "text/html; charset=utf-8", self._archive.last_modified(key))


def _respond(request: web.Request, answer: _Answer) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body)
    response.headers["Content-Type"] = answer.content_type
    if answer.status != 200:
        return response
    response.etag = hashlib.sha256(answer.body).hexdigest()[:24]
    response.headers["Cache-Control"] = "no-cache"
    if answer.modified is not None:
        response.last_modified = answer.modified
    if _is_unchanged(request, response):
        response = web.Response(status=304, headers=response.headers)
        response.headers.popall("Content-Type")
    return response


def _is_unchanged(request: web.Request, response: web.Response) -> bool:
    tags = request.if_none_match
    if tags is not None:
        return any(tag.value in ("*", response.etag and response.etag.value) for tag in tags)
    since = request.if_modified_since
    return since is not None and since == response.last_modified


async def _send_half(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Announce the whole body, send half of it and close the connection."""
    body = response.body if isinstance(response.body, bytes) else b""
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = max(len(body), 2)
    stream.force_close()
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.abort()
    return stream
