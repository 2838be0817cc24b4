"""Pages over the network: limits, one fetch for many askers, and a clear error each."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.news.fetch import Fetcher, Limits
from bot.news.page import Verdict
from bot.news.page_reader import PageReader
from bot.news.parse_pool import ParsePool
from bot.news.politeness import HostLedger
from storage.errors import AddressRefused, FeedTooLarge, FetchFailed

PAGE = (
    "<html lang='en'><body><article><h1>A mast</h1>"
    + "<p>The new mast stands at the harbour and carries calls to every street.</p>"
    + "<p>It was paid for by the town, which hopes to see more visitors next year.</p>"
    + "<p>People on the quay said that they were glad of it, and of the lamp on top.</p>"
    + "</article></body></html>"
)


LADEN = PAGE.replace(
    "<article>",
    "<img src='/a.png'><script src='/b.js'></script><link rel=stylesheet href='/c.css'>"
    "<iframe src='/d'></iframe><video poster='/e.jpg' src='/f.mp4'></video><article>"
    "<img src='/g.png' srcset='/h.png 2x'>",
)


class Site:
    def __init__(self):
        self.paths = []
        self.asked = 0
        self.headers = {}
        self.arrived = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def page(self, _: web.Request) -> web.Response:
        self.asked += 1
        self.arrived.set()
        await self.gate.wait()
        return web.Response(text=PAGE, content_type="text/html", headers=self.headers)

    async def laden(self, _: web.Request) -> web.Response:
        return web.Response(text=LADEN, content_type="text/html")

    async def heavy(self, _: web.Request) -> web.Response:
        return web.Response(body=b"<p>" + b"x" * 300_000, content_type="text/html")

    async def picture(self, _: web.Request) -> web.Response:
        return web.Response(body=b"\x89PNG", content_type="image/png")


@asynccontextmanager
async def reading(site, *, allow_private=True, now=lambda: 0.0, seconds=5.0):
    @web.middleware
    async def note(request, handler):
        site.paths.append(request.path)
        return await handler(request)

    app = web.Application(middlewares=[note])
    app.router.add_get("/page", site.page)
    app.router.add_get("/laden", site.laden)
    app.router.add_get("/heavy", site.heavy)
    app.router.add_get("/picture", site.picture)
    runner = web.AppRunner(app)
    await runner.setup()
    server = web.TCPSite(runner, "127.0.0.1", 0)
    await server.start()
    port = runner.addresses[0][1]
    limits = Limits(seconds=seconds, body_bytes=100_000)
    try:
        async with (
            Fetcher(agent="test", allow_private=allow_private) as fetcher,
            ParsePool(workers=1) as pool,
        ):
            reader = PageReader(fetcher, pool, HostLedger(), now, limits)
            yield reader, f"http://127.0.0.1:{port}"
    finally:
        site.gate.set()
        await runner.cleanup()


async def test_many_who_ask_at_once_cost_one_fetch():
    site = Site()
    site.gate.clear()
    async with reading(site) as (reader, url):
        asking = [asyncio.create_task(reader.read(f"{url}/page")) for _ in range(20)]
        await site.arrived.wait()
        site.gate.set()
        pages = await asyncio.gather(*asking)
        assert {page.verdict for page in pages} == {Verdict.ARTICLE}
        assert site.asked == 1


async def test_a_page_is_fetched_again_once_it_is_old():
    site = Site()
    at = [0.0]
    async with reading(site, now=lambda: at[0]) as (reader, url):
        for at[0] in (0.0, 300.0, 700.0):
            await reader.read(f"{url}/page")
        assert site.asked == 2


async def test_a_page_that_must_not_be_archived_is_not_kept():
    site = Site()
    site.headers = {"X-Robots-Tag": "noarchive"}
    async with reading(site) as (reader, url):
        for _ in range(2):
            assert not (await reader.read(f"{url}/page")).may_keep
        assert site.asked == 2


@pytest.mark.parametrize(
    ("path", "error", "code"),
    [("/heavy", FeedTooLarge, "too_large"), ("/missing", FetchFailed, "http_404")],
)
async def test_what_cannot_be_had_is_a_typed_error(path, error, code):
    async with reading(Site()) as (reader, url):
        with pytest.raises(error) as caught:
            await reader.read(f"{url}{path}")
        assert caught.value.code == code


async def test_nothing_but_the_page_itself_is_asked_for():
    site = Site()
    async with reading(site) as (reader, url):
        assert (await reader.read(f"{url}/laden")).verdict is Verdict.ARTICLE
        assert site.paths == ["/laden"]
        await reader.read(f"{url}/page")  # whatever the first one set off would be here by now
        assert site.paths == ["/laden", "/page"]


async def test_a_page_that_never_comes_is_given_up():
    site = Site()
    site.gate.clear()
    async with reading(site, seconds=0.05) as (reader, url):
        with pytest.raises(FetchFailed) as caught:
            await reader.read(f"{url}/page")
        assert caught.value.code == "timeout"


async def test_what_is_no_page_is_said():
    async with reading(Site()) as (reader, url):
        assert (await reader.read(f"{url}/picture")).verdict is Verdict.NOT_HTML


async def test_private_addresses_are_refused():
    site = Site()
    async with reading(site, allow_private=False) as (reader, url):
        with pytest.raises(AddressRefused):
            await reader.read(f"{url}/page")
        assert site.asked == 0
