"""One bounded HTTP GET: conditional, guarded at every hop, capped in bytes and in time.

Feeds and article pages both go through it. Invariant: whatever the other side does, a call ends
by its deadline with a Response or a FeedError, and holds no more than its limit in memory.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from bot.news.caching import fresh_seconds, retry_after, usable_last_modified
from bot.news.guard import RefusedAddress, check_url, socket_factory
from bot.news.inflate import InflateError, make_inflater
from storage.errors import AddressRefused, FeedError, FeedGone, FeedTooLarge, FetchFailed

FEED_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.2"
)
PAGE_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_SMALL_BODY = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may cost; the seconds cover everything from DNS to the last byte."""

    seconds: float = 30.0
    connect_seconds: float = 10.0
    silent_seconds: float = 15.0  # without a byte
    body_bytes: int = 15 * 1024 * 1024  # once decompressed
    redirects: int = 8


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that can be used: 2xx with its whole body, or 304."""

    status: int
    url: str  # where the answer came from, after redirects
    permanent_url: str | None  # the same, if every redirect on the way was permanent
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # decompressed; empty on 304
    not_modified: bool
    etag: str | None
    last_modified: str | None
    fresh_for: int | None  # seconds; None when the answer does not say


def user_agent(contact: str | None = None) -> str:
    """Give the User-Agent; `contact` is an address where publishers find out about us."""
    return f"Relais/{version('relais')}" + (f" (+{contact})" if contact else " (feed reader)")


class Hold:
    """The right of one body to be in memory; large bodies share a few places."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def grow_to(self, size: int) -> None:
        """Wait for a place once a body is no longer small."""
        if size > _SMALL_BODY and not self._taken:
            await self._places.acquire()
            self._taken = True

    def release(self) -> None:
        """Give the place back."""
        if self._taken:
            self._taken = False
            self._places.release()


@dataclass(frozen=True, slots=True)
class _Ask:
    """The parts of a request that stay the same from hop to hop."""

    url: URL
    headers: Mapping[str, str]
    validators: Mapping[str, str]
    limits: Limits
    hold: Hold

    def headers_for(self, url: URL) -> dict[str, str]:
        """Give the headers for one hop: validators go to the site they came from only."""
        return (
            {**self.headers, **self.validators} if _same_site(self.url, url) else {**self.headers}
        )


class Fetcher:
    """Owns the HTTP session for feeds and pages; use it as an async context manager."""

    def __init__(
        self,
        *,
        agent: str,
        allow_private: bool = False,
        clock: Callable[[], float] = time.time,
        connections: int = 64,
        large_bodies: int = 2,
    ) -> None:
        self._agent = agent
        self._allow_private = allow_private
        self._clock = clock
        self._connections = connections
        self._places = asyncio.Semaphore(large_bodies)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                socket_factory=socket_factory(allow_private=self._allow_private),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, deflate, br"},
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Hold]:
        """Keep the memory place of a body beyond the call, until it has been parsed and stored."""
        hold = Hold(self._places)
        try:
            yield hold
        finally:
            hold.release()

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        limits: Limits | None = None,
        accept: str = FEED_ACCEPT,
        hold: Hold | None = None,
    ) -> Response:
        """Fetch a URL, following redirects; raises a FeedError for every answer but 2xx and 304.

        `etag` and `last_modified` go back verbatim, as an earlier Response gave them.
        """
        limits = limits or Limits()
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        async with nullcontext(hold) if hold else self.hold() as own:
            ask = _Ask(
                url=check_url(url, allow_private=self._allow_private),
                headers={"Accept": accept},
                validators={name: value for name, value in validators.items() if value},
                limits=limits,
                hold=own,
            )
            try:
                async with asyncio.timeout(limits.seconds):
                    return await self._follow(ask)
            except TimeoutError as error:
                raise FetchFailed(url, "timeout") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise _translate(url, error) from error

    async def _follow(self, ask: _Ask) -> Response:
        url, permanent = ask.url, True
        seen = {url}
        for _ in range(ask.limits.redirects + 1):
            answer = await self._hop(ask, url, permanent=permanent and url != ask.url)
            if isinstance(answer, Response):
                return answer
            status, url = answer
            permanent = permanent and status in _PERMANENT
            if url in seen:
                raise FetchFailed(str(ask.url), "redirect_loop", str(url))
            seen.add(url)
        raise FetchFailed(str(ask.url), "too_many_redirects", str(url))

    async def _hop(self, ask: _Ask, url: URL, *, permanent: bool) -> Response | tuple[int, URL]:
        """Ask one server; gives its answer, or the status and target of its redirect."""
        if self._session is None:
            raise RuntimeError("a Fetcher works inside `async with` only")
        timeout = aiohttp.ClientTimeout(
            total=None,
            sock_connect=ask.limits.connect_seconds,
            sock_read=ask.limits.silent_seconds,
        )
        async with self._session.get(
            url, headers=ask.headers_for(url), allow_redirects=False, timeout=timeout
        ) as answer:
            headers = _lower_case(answer)
            if answer.status in _REDIRECTS and headers.get("location"):
                return answer.status, self._target(url, headers["location"])
            now = self._clock()
            _check_status(ask, url, answer.status, headers, now)
            return Response(
                status=answer.status,
                url=str(url),
                permanent_url=str(url) if permanent else None,
                headers=headers,
                body=b"" if answer.status == 304 else await _read(answer, headers, ask),
                not_modified=answer.status == 304,
                etag=headers.get("etag") if _same_site(ask.url, url) else None,
                last_modified=(
                    usable_last_modified(headers, now) if _same_site(ask.url, url) else None
                ),
                fresh_for=fresh_seconds(headers, now),
            )

    def _target(self, url: URL, location: str) -> URL:
        try:
            target = url.join(URL(location)).with_fragment(None)
        except ValueError as error:
            raise FetchFailed(str(url), "bad_redirect") from error
        return check_url(target, allow_private=self._allow_private)


async def _read(answer: aiohttp.ClientResponse, headers: Mapping[str, str], ask: _Ask) -> bytes:
    limit, url = ask.limits.body_bytes, str(ask.url)
    body = bytearray()
    try:
        inflater = make_inflater(headers.get("content-encoding", ""))
        async for chunk in answer.content.iter_any():
            for piece in inflater.feed(chunk):
                if len(body) + len(piece) > limit:
                    raise FeedTooLarge(url, "too_large", f"more than {limit} bytes")
                await ask.hold.grow_to(len(body) + len(piece))
                body += piece
        inflater.close()
    except InflateError as error:
        raise FetchFailed(url, "bad_encoding", str(error)) from error
    return bytes(body)


def _check_status(ask: _Ask, url: URL, status: int, headers: Mapping[str, str], now: float) -> None:
    if 200 <= status < 300 or (status == 304 and ask.validators and _same_site(ask.url, url)):
        return
    wish = retry_after(headers, now)
    if status == 410:
        raise FeedGone(str(ask.url), "gone")
    if headers.get("cf-mitigated", "").lower() == "challenge":
        raise FetchFailed(str(ask.url), "cloudflare", f"status {status}", retry_after=wish)
    raise FetchFailed(str(ask.url), f"http_{status}", retry_after=wish)


def _lower_case(answer: aiohttp.ClientResponse) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in answer.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return headers


def _same_site(one: URL, other: URL) -> bool:
    """Tell whether validators of one URL may go to the other: same origin, or its https."""
    if one.origin() == other.origin():
        return True
    return (
        one.raw_host == other.raw_host
        and (one.scheme, other.scheme) == ("http", "https")
        and one.is_default_port()
        and other.is_default_port()
    )


def _translate(url: str, error: Exception) -> FeedError:
    """Say in our words what aiohttp and the system said."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            code = "dns"
        case aiohttp.ClientSSLError():
            code = "tls"
        case aiohttp.ClientConnectorError(os_error=RefusedAddress()):
            return AddressRefused(url, "private_address", error.host)
        case aiohttp.ClientConnectorError(os_error=ConnectionRefusedError()):
            code = "refused"
        case aiohttp.ClientConnectorError():
            code = "unreachable"
        case aiohttp.ClientPayloadError():
            code = "truncated"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientOSError():
            code = "disconnected"
        case aiohttp.ClientResponseError():
            code = "bad_answer"
        case ValueError():  # a host or URL that cannot be encoded
            code = "bad_url"
        case _:
            code = "failed"
    return FetchFailed(url, code, f"{type(error).__name__}: {error}"[:200])
