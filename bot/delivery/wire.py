"""POST over kept connections, and nothing more: for many small requests to one server.

A client for all of HTTP spends three times as much on each. A connection serves one request at a
time and is kept only after an answer that was read whole: no answer can be taken for another's.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.delivery.answers import AnswerReader, BadAnswer

_ADDRESS_DELAY = 0.25  # before a name's next address is tried beside the first


class NotConnected(OSError):
    """No connection was made: nothing left."""


class _Connection(asyncio.Protocol):
    """One connection with the request that is under way on it, if any."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader = AnswerReader()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.is_usable = True
        """Whether another request may be made on it."""
        self.idle_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what writes."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    async def ask(self, request: bytes, seconds: float) -> tuple[int, bytes]:
        """Send a request; raises TimeoutError, or OSError when the answer is lost."""
        assert self._transport is not None
        self._reader = AnswerReader()
        self.is_usable = False
        answer: asyncio.Future[tuple[int, bytes]] = self._loop.create_future()
        self._answer = answer
        late = self._loop.call_later(seconds, self._fail, TimeoutError())
        try:
            self._transport.write(request)
            return await answer
        finally:
            late.cancel()
            self._answer = None

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for ends the connection."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        try:
            body = self._reader.feed(data)
        except BadAnswer as error:
            self._fail(ConnectionAbortedError(str(error)))
            return
        if body is not None:
            self.is_usable = self._reader.keeps_open
            self._answer.set_result((self._reader.status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the answer that the end completes, or its loss."""
        self.is_usable = False
        body = self._reader.end() if exc is None else None
        if body is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result((self._reader.status, body))
        self._fail(ConnectionResetError())

    def close(self) -> None:
        """End the connection at once."""
        self.is_usable = False
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


@dataclass(slots=True)
class _Place:
    """A server with its idle connections, the one used last at the end."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    idle: list[_Connection] = field(default_factory=list)


class Wire:
    """A pool of connections to each server that was asked. Times are in seconds."""

    def __init__(self, *, connect: float, keep: float) -> None:
        self._connect_seconds = connect
        self._keep_seconds = keep
        self._places: dict[tuple[str, str], _Place] = {}
        self._heads: dict[str, tuple[_Place, bytes]] = {}

    async def post(self, url: str, body: bytes, seconds: float) -> tuple[int, bytes]:
        """Post JSON; gives status and body, which may take so many seconds.

        Raises NotConnected when nothing left; TimeoutError or another OSError when it may have.
        """
        known = self._heads.get(url)
        if known is None:
            known = self._heads[url] = self._prepare(url)
        place, head = known
        connection = self._take_idle(place) or await self._connect(place)
        try:
            return await connection.ask(b"%b%d\r\n\r\n%b" % (head, len(body), body), seconds)
        finally:
            if connection.is_usable:
                connection.idle_since = asyncio.get_running_loop().time()
                place.idle.append(connection)
            else:
                connection.close()

    async def close(self) -> None:
        """Close what is idle; requests under way close theirs."""
        for place in self._places.values():
            while place.idle:
                place.idle.pop().close()
        await asyncio.sleep(0)  # for the sockets to be closed

    def _take_idle(self, place: _Place) -> _Connection | None:
        """Give the connection used last, while the server can be expected to keep it open."""
        oldest = asyncio.get_running_loop().time() - self._keep_seconds
        while place.idle and place.idle[0].idle_since < oldest:
            place.idle.pop(0).close()
        while place.idle:
            connection = place.idle.pop()
            if connection.is_usable:
                return connection
        return None

    async def _connect(self, place: _Place) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(
                    _Connection,
                    place.host,
                    place.port,
                    ssl=place.tls,
                    happy_eyeballs_delay=_ADDRESS_DELAY,
                )
        except (OSError, UnicodeError) as error:
            raise NotConnected(type(error).__name__) from None
        return connection

    def _prepare(self, url: str) -> tuple[_Place, bytes]:
        """Give a URL's server and the beginning of every request to it, up to the length."""
        parts = urlsplit(url)
        key = (parts.scheme, parts.netloc)
        if key not in self._places:
            tls = ssl.create_default_context() if parts.scheme == "https" else None
            port = parts.port or (443 if tls else 80)
            self._places[key] = _Place(parts.hostname or "", port, tls)
        host = parts.netloc.rpartition("@")[2]
        head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {host}\r\n"
            "Content-Type: application/json\r\nAccept-Encoding: identity\r\nContent-Length: "
        )
        return self._places[key], head.encode()
