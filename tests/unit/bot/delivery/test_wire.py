"""Requests over kept connections: each gets its own answer or none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.delivery.wire import NotConnected, Wire

SECONDS = 5.0
Serve = Callable[[int, bytes, asyncio.StreamWriter], Awaitable[None]]


class Post:
    """A server of one line of bytes a request; `serve(number of the connection, body, writer)`."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.connections = 0
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await self._serve(number, await reader.readexactly(length), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def _serving(serve: Serve) -> AsyncIterator[Post]:
    post = Post(serve)
    server = await asyncio.start_server(post.handle, "127.0.0.1", 0)
    post.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot1:A/sendMessage"
    async with server:
        yield post


@asynccontextmanager
async def _wire(*, keep: float = 15.0) -> AsyncIterator[Wire]:
    wire = Wire(connect=5.0, keep=keep)
    try:
        yield wire
    finally:
        await wire.close()


def _answer(body: bytes, *, head: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)


async def _echo(_: int, body: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(_answer(body))


async def test_a_connection_serves_one_after_the_other() -> None:
    async with _serving(_echo) as post, _wire() as wire:
        for number in range(5):
            assert await wire.post(post.url, b"%d" % number, SECONDS) == (200, b"%d" % number)
        assert post.connections == 1


async def test_many_at_once_get_each_their_own_answer() -> None:
    async with _serving(_echo) as post, _wire() as wire:
        bodies = [b"%d" % number for number in range(40)]
        answers = await asyncio.gather(*(wire.post(post.url, body, SECONDS) for body in bodies))
    assert answers == [(200, body) for body in bodies]


async def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    async def once(_: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(_answer(body, head=b"Connection: close\r\n"))

    async with _serving(once) as post, _wire() as wire:
        assert [(await wire.post(post.url, b"x", SECONDS))[0] for _ in range(3)] == [200] * 3
        assert post.connections == 3


async def test_one_that_is_idle_for_long_is_not_used_again() -> None:
    async with _serving(_echo) as post, _wire(keep=-1.0) as wire:
        await wire.post(post.url, b"1", SECONDS)
        await wire.post(post.url, b"2", SECONDS)
        assert post.connections == 2


async def test_a_late_answer_is_nobody_elses() -> None:
    asked = asyncio.Event()
    late: list[asyncio.StreamWriter] = []

    async def serve(number: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if number == 1:
            late.append(writer)
            asked.set()
        else:
            late[0].write(_answer(b"late"))
            writer.write(_answer(body))

    async with _serving(serve) as post, _wire() as wire:
        first = asyncio.create_task(wire.post(post.url, b"first", SECONDS))
        await asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await wire.post(post.url, b"second", SECONDS) == (200, b"second")


async def test_an_answer_twice_is_nobody_elses() -> None:
    async def twice(_: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(_answer(body) + _answer(b"unasked"))

    async with _serving(twice) as post, _wire() as wire:
        for number in range(3):
            assert await wire.post(post.url, b"%d" % number, SECONDS) == (200, b"%d" % number)


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"220 mail.example ESMTP\r\n\r\n"],
)
async def test_a_lost_answer_is_told_from_what_never_left(answer: bytes) -> None:
    async def lose(_: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with _serving(lose) as post, _wire() as wire:
        with pytest.raises(ConnectionError) as caught:
            await wire.post(post.url, b"x", SECONDS)
        assert not isinstance(caught.value, NotConnected)


async def test_silence_ends_in_time_and_its_connection_with_it() -> None:
    async def serve(number: int, body: bytes, writer: asyncio.StreamWriter) -> None:
        if number > 1:
            writer.write(_answer(body))

    async with _serving(serve) as post, _wire() as wire:
        with pytest.raises(TimeoutError):
            await wire.post(post.url, b"1", 0.05)
        assert await wire.post(post.url, b"2", SECONDS) == (200, b"2")


async def test_a_closed_port_means_that_nothing_left() -> None:
    async with _serving(_echo) as post:
        url = post.url
    async with _wire() as wire:
        with pytest.raises(NotConnected):
            await wire.post(url, b"x", SECONDS)
