from collections.abc import AsyncIterator

import pytest

from bot.news.fetch import Fetcher
from bot.news.parse_pool import ParsePool
from bot.news.probe import Prober, probe_address
from storage.errors import AddressRefused, FeedError, FetchFailed, NotAFeed
from tests.support.feeds import Answer, FeedServer, feed_server, item, rss

FEED = rss(
    item(title="Vieux", pubDate="Sun, 01 Feb 2026 10:00:00 GMT", category=["Port", "Quai"]),
    item(title="Neuf", pubDate="Sun, 01 Mar 2026 10:00:00 GMT", category=["Port"]),
    extra="<language>fr</language>",
)
LINK = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as server:
        server.answers["/flux"] = Answer(FEED)
        yield server


@pytest.fixture
async def prober() -> AsyncIterator[Prober]:
    async with Fetcher(agent="t", allow_private=True) as fetcher, ParsePool(workers=1) as pool:
        yield Prober(fetcher, pool)


async def test_a_feed_is_described(server: FeedServer, prober: Prober) -> None:
    probe = await prober.probe(server.url("/flux"))
    assert [choice.url for choice in probe.choices] == [server.url("/flux")]
    assert (probe.title, probe.language, probe.articles) == ("Le Courrier du Port", "fr", 2)
    assert (probe.latest, probe.latest_at) == ("Neuf", 1_772_359_200)
    assert probe.tags == ("Port", "Quai")


async def test_a_page_leads_to_its_only_feed(server: FeedServer, prober: Prober) -> None:
    server.answers["/"] = Answer(f"<html><head>{LINK.format('Tout', '/flux')}</head>")
    probe = await prober.probe(server.url("/"))
    assert probe.choices[0].url == server.url("/flux")
    assert probe.articles == 2


async def test_a_page_with_several_feeds_gives_the_choice(
    server: FeedServer, prober: Prober
) -> None:
    links = LINK.format("Tout", "/flux") + LINK.format("Sport", "/sport")
    server.answers["/"] = Answer(f"<html><head>{links}</head>")
    probe = await prober.probe(server.url("/"))
    assert [choice.title for choice in probe.choices] == ["Tout", "Sport"]
    assert (probe.title, probe.articles) == (None, 0)


async def test_a_page_that_names_none_is_tried_at_the_usual_places(
    server: FeedServer, prober: Prober
) -> None:
    server.answers["/blog/"] = Answer("<html><body>bonjour</body></html>")
    server.answers["/feed"] = Answer("<html>not here</html>")
    server.answers["/atom.xml"] = Answer(FEED)
    probe = await prober.probe(server.url("/blog/"))
    assert probe.choices[0].url == server.url("/atom.xml")


async def test_no_feed_anywhere(server: FeedServer, prober: Prober) -> None:
    server.answers["/"] = Answer("<html><body>bonjour</body></html>")
    with pytest.raises(NotAFeed) as told:
        await prober.probe(server.url("/"))
    assert told.value.code == "no_feed"


@pytest.mark.parametrize("prefix", ["", "feed:http://", "feed://", "FEED:http://"])
async def test_addresses_as_people_type_them(
    server: FeedServer, prober: Prober, prefix: str
) -> None:
    address = f" {prefix}127.0.0.1:{server.port}/flux "
    assert (await prober.probe(address)).articles == 2


async def test_a_permanent_redirect_is_taken_at_once(server: FeedServer, prober: Prober) -> None:
    server.answers["/old"] = Answer(status=301, headers={"Location": "/flux"})
    server.answers["/away"] = Answer(status=302, headers={"Location": "/flux"})
    assert (await prober.probe(server.url("/old"))).choices[0].url == server.url("/flux")
    assert (await prober.probe(server.url("/away"))).choices[0].url == server.url("/away")


async def test_what_fails_says_why(server: FeedServer, prober: Prober) -> None:
    with pytest.raises(FetchFailed) as told:
        await prober.probe(server.url("/missing"))
    assert told.value.code == "http_404"
    with pytest.raises(AddressRefused):
        await probe_address(server.url("/flux"), allow_private=False)
    with pytest.raises(FeedError):
        await prober.probe("not an address")


async def test_one_address_with_tools_of_its_own(server: FeedServer) -> None:
    assert (await probe_address(server.url("/flux"), allow_private=True)).articles == 2
