import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import brotli
import pytest
from aiohttp import web

from bot.news.fetch import Fetcher, Limits, user_agent
from storage.errors import FeedError, FeedGone, FeedTooLarge, FetchFailed
from tests.support.feeds import Answer, FeedServer, feed_server, raw_server

NOW = 1_767_225_600.0
QUICK = Limits(seconds=0.4, connect_seconds=0.4, silent_seconds=5)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as server:
        yield server


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(agent="Relais/test", allow_private=True, clock=lambda: NOW) as fetcher:
        yield fetcher


async def _failure(fetcher: Fetcher, url: str, limits: Limits | None = None) -> FeedError:
    with pytest.raises(FeedError) as caught:
        await fetcher.get(url, limits=limits)
    assert caught.value.url == url
    return caught.value


async def test_an_answer_has_its_body_headers_and_validators(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.answers["/feed"] = Answer(
        "<rss/>",
        headers={
            "ETag": 'W/"abc"',
            "Last-Modified": "Wed, 31 Dec 2025 00:00:00 GMT",
            "Cache-Control": "max-age=900",
            "Content-Type": "application/rss+xml; charset=utf-8",
        },
    )
    response = await fetcher.get(server.url("/feed"))
    assert (response.status, response.body, response.not_modified) == (200, b"<rss/>", False)
    assert response.etag == 'W/"abc"'
    assert response.last_modified == "Wed, 31 Dec 2025 00:00:00 GMT"
    assert response.fresh_for == 900
    assert response.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert (response.url, response.permanent_url) == (server.url("/feed"), None)


async def test_who_asks_says_so_and_keeps_no_cookies(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer("x", headers={"Set-Cookie": "id=1; Path=/"})
    await fetcher.get(server.url("/feed"))
    await fetcher.get(server.url("/feed"))
    for seen in server.seen:
        assert seen.headers["user-agent"] == "Relais/test"
        assert "cookie" not in seen.headers
        assert "if-none-match" not in seen.headers
    assert user_agent("https://news.example/bot").endswith(" (+https://news.example/bot)")


async def test_validators_go_back_verbatim_and_304_has_no_body(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.answers["/feed"] = Answer(status=304, headers={"ETag": '"new"'})
    response = await fetcher.get(
        server.url("/feed"), etag='W/"odd, one"', last_modified="Thursday, 01-Jan-26 00:00:00 GMT"
    )
    assert (response.not_modified, response.body, response.etag) == (True, b"", '"new"')
    assert server.seen[0].headers["if-none-match"] == 'W/"odd, one"'
    assert server.seen[0].headers["if-modified-since"] == "Thursday, 01-Jan-26 00:00:00 GMT"


async def test_304_without_having_asked_is_a_failure(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(status=304)
    assert (await _failure(fetcher, server.url("/feed"))).code == "http_304"


async def test_a_last_modified_in_the_future_is_not_kept(
    server: FeedServer, fetcher: Fetcher
) -> None:
    server.answers["/feed"] = Answer(
        "x", headers={"Last-Modified": "Fri, 01 Jan 2041 00:00:00 GMT"}
    )
    assert (await fetcher.get(server.url("/feed"))).last_modified is None


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli.compress)],
)
async def test_compressed_bodies(
    server: FeedServer, fetcher: Fetcher, coding: str, pack: type[bytes]
) -> None:
    text = "été ".encode() * 100_000
    server.answers["/feed"] = Answer(pack(text), headers={"Content-Encoding": coding})
    assert (await fetcher.get(server.url("/feed"))).body == text
    assert set(server.seen[0].headers["accept-encoding"].split(", ")) == {"gzip", "deflate", "br"}


@pytest.mark.parametrize(
    ("body", "coding"),
    [(gzip.compress(b"x" * 9000)[:-12], "gzip"), (b"\x1f\x8b\xff\xff", "gzip"), (b"x", "zstd")],
)
async def test_damaged_compression_is_a_failure(
    server: FeedServer, fetcher: Fetcher, body: bytes, coding: str
) -> None:
    server.answers["/feed"] = Answer(body, headers={"Content-Encoding": coding})
    assert (await _failure(fetcher, server.url("/feed"))).code == "bad_encoding"


async def test_a_body_passes_up_to_the_limit_and_not_beyond(
    server: FeedServer, fetcher: Fetcher
) -> None:
    limits = Limits(body_bytes=100_000)
    server.answers["/fits"] = Answer(bytes(100_000))
    server.answers["/large"] = Answer(bytes(100_001))
    server.answers["/bomb"] = Answer(
        gzip.compress(bytes(3_000_000)), headers={"Content-Encoding": "gzip"}
    )
    assert len((await fetcher.get(server.url("/fits"), limits=limits)).body) == 100_000
    for path in ("/large", "/bomb"):
        error = await _failure(fetcher, server.url(path), limits)
        assert isinstance(error, FeedTooLarge)
        assert error.code == "too_large"


async def test_large_bodies_share_places_and_small_ones_need_none(server: FeedServer) -> None:
    server.answers["/large"] = Answer(bytes(600_000))
    server.answers["/small"] = Answer(b"small")
    async with Fetcher(agent="t", allow_private=True, large_bodies=1) as fetcher:
        async with fetcher.hold() as hold:
            await fetcher.get(server.url("/large"), hold=hold)
            assert (await fetcher.get(server.url("/small"))).body == b"small"
            assert (await _failure(fetcher, server.url("/large"), QUICK)).code == "timeout"
        assert len((await fetcher.get(server.url("/large"))).body) == 600_000


@pytest.mark.parametrize(
    ("status", "headers", "code", "retry_after"),
    [
        (404, {}, "http_404", None),
        (403, {}, "http_403", None),
        (403, {"cf-mitigated": "challenge"}, "cloudflare", None),
        (429, {"Retry-After": "120"}, "http_429", 120),
        (503, {"Retry-After": "Thu, 01 Jan 2026 00:10:00 GMT"}, "http_503", 600),
        (500, {"Retry-After": "later"}, "http_500", None),
        (302, {}, "http_302", None),
    ],
)
async def test_statuses_are_failures_with_a_code(
    server: FeedServer,
    fetcher: Fetcher,
    status: int,
    headers: dict[str, str],
    code: str,
    retry_after: int | None,
) -> None:
    server.answers["/feed"] = Answer("no", status=status, headers=headers)
    error = await _failure(fetcher, server.url("/feed"))
    assert isinstance(error, FetchFailed)
    assert (error.code, error.retry_after) == (code, retry_after)


async def test_410_is_the_end(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer("gone", status=410)
    assert isinstance(await _failure(fetcher, server.url("/feed")), FeedGone)


def _redirects(server: FeedServer, *statuses: int) -> None:
    for step, status in enumerate(statuses):
        server.answers[f"/{step}"] = Answer(status=status, headers={"Location": f"/{step + 1}"})
    server.answers[f"/{len(statuses)}"] = Answer("end")


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [((301,), True), ((308, 301), True), ((302,), False), ((301, 307), False), ((303, 308), False)],
)
async def test_only_a_wholly_permanent_chain_moves_a_feed(
    server: FeedServer, fetcher: Fetcher, statuses: tuple[int, ...], permanent: bool
) -> None:
    _redirects(server, *statuses)
    response = await fetcher.get(server.url("/0"))
    end = server.url(f"/{len(statuses)}")
    assert (response.body, response.url) == (b"end", end)
    assert response.permanent_url == (end if permanent else None)


async def test_redirects_end(server: FeedServer, fetcher: Fetcher) -> None:
    server.answers["/a"] = Answer(status=302, headers={"Location": "/b#part"})
    server.answers["/b"] = Answer(status=301, headers={"Location": server.url("/a")})
    assert (await _failure(fetcher, server.url("/a"))).code == "redirect_loop"
    assert len(server.seen) == 2
    _redirects(server, *[302] * 12)
    assert (await _failure(fetcher, server.url("/0"))).code == "too_many_redirects"


@pytest.mark.parametrize("location", ["http://[::bad/", "http://a:99999/", "\udce9\x00"])
async def test_a_redirect_to_nowhere_is_a_failure(fetcher: Fetcher, location: str) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        writer.write(head.encode("utf-8", "surrogateescape"))
        await writer.drain()

    async with raw_server(respond) as url:
        error = await _failure(fetcher, url)
    assert isinstance(error, FetchFailed)


async def test_validators_do_not_leave_the_site_they_came_from(
    server: FeedServer, fetcher: Fetcher
) -> None:
    async with feed_server() as other:
        server.answers["/near"] = Answer(status=302, headers={"Location": "/feed"})
        server.answers["/far"] = Answer(status=302, headers={"Location": other.url("/feed")})
        server.answers["/feed"] = other.answers["/feed"] = Answer("x", headers={"ETag": '"e"'})
        near = await fetcher.get(server.url("/near"), etag='"e"')
        far = await fetcher.get(server.url("/far"), etag='"e"')
    assert [seen.headers.get("if-none-match") for seen in server.seen] == ['"e"'] * 3
    assert [seen.headers.get("if-none-match") for seen in other.seen] == [None]
    assert (near.etag, far.etag) == ('"e"', None)


async def test_a_trickle_ends_at_the_deadline(fetcher: Fetcher) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with raw_server(respond) as url:
        assert (await _failure(fetcher, url, QUICK)).code == "timeout"


async def test_a_trickle_of_headers_ends_too(fetcher: Fetcher) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: 1\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with raw_server(respond) as url:
        assert (await _failure(fetcher, url, QUICK)).code == "timeout"


async def test_redirects_share_one_deadline(server: FeedServer, fetcher: Fetcher) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with raw_server(slow) as url:
        server.answers["/feed"] = Answer(status=302, headers={"Location": url})
        assert (await _failure(fetcher, server.url("/feed"), QUICK)).code == "timeout"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "disconnected"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "truncated"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", "bad_answer"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "bad_answer"),
    ],
)
async def test_broken_answers_have_their_codes(fetcher: Fetcher, sent: bytes, code: str) -> None:
    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    async with raw_server(respond) as url:
        assert (await _failure(fetcher, url)).code == code


async def test_nobody_there(fetcher: Fetcher, unused_tcp_port: int) -> None:
    error = await _failure(fetcher, f"http://127.0.0.1:{unused_tcp_port}/feed")
    assert error.code == "refused"


@pytest.mark.parametrize("host", ["name.invalid", "a" * 70 + ".invalid", "x..invalid"])
async def test_no_such_name(fetcher: Fetcher, host: str) -> None:
    error = await _failure(fetcher, f"http://{host}/feed", Limits(seconds=10))
    assert error.code in ("dns", "bad_url")


async def test_plain_http_behind_https_is_a_matter_of_tls(
    server: FeedServer, fetcher: Fetcher
) -> None:
    url = server.url("/feed").replace("http:", "https:")
    assert (await _failure(fetcher, url)).code == "tls"


async def test_passwords_in_addresses_stay_with_their_host(
    server: FeedServer, fetcher: Fetcher
) -> None:
    async with feed_server() as other:
        server.answers["/feed"] = Answer(status=301, headers={"Location": other.url("/feed")})
        other.answers["/feed"] = Answer("x")
        await fetcher.get(server.url("/feed", host="me:secret@127.0.0.1"))
    assert server.seen[0].headers["authorization"].startswith("Basic ")
    assert "authorization" not in other.seen[0].headers


async def test_a_cancelled_call_is_cancelled(server: FeedServer, fetcher: Fetcher) -> None:
    arrived = asyncio.Event()

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.Event().wait()

    async with raw_server(respond) as url:
        task = asyncio.create_task(fetcher.get(url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_answers_may_depend_on_the_request(server: FeedServer, fetcher: Fetcher) -> None:
    def answer(request: web.Request) -> Answer:
        asked = request.headers.get("If-None-Match")
        return Answer(status=304) if asked == '"1"' else Answer("new", headers={"ETag": '"1"'})

    server.answers["/feed"] = answer
    first = await fetcher.get(server.url("/feed"))
    second = await fetcher.get(server.url("/feed"), etag=first.etag)
    assert (first.body, second.not_modified) == (b"new", True)
