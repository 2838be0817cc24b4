import json
from pathlib import Path

import pytest

from bot.inspect import inspect_source
from storage.errors import AddressRefused, FetchFailed, NotAFeed
from tests.support.feeds import Answer, feed_server, item, rss

FEED = rss(
    item(
        title="Le port s'agrandit",
        link="https://port.example/1?utm_source=rss",
        guid="https://port.example/?p=1",
        description="<p>Deux quais &amp; une grue.</p>",
        dc__creator="Awa Diallo",
        pubDate="Sun, 01 Mar 2026 10:00:00 GMT",
        category=["Port", "Marché Smartphones"],
    ),
    item(title="Sans rien"),
)


async def test_a_file_is_shown_as_it_would_be_stored(tmp_path: Path) -> None:
    file = tmp_path / "flux.xml"
    file.write_text(FEED)
    inspection = await inspect_source(str(file), allow_private=False)
    shown = json.loads(json.dumps(inspection.to_json()))
    assert shown["title"] == "Le Courrier du Port"
    first, second = shown["articles"]
    assert first == {
        "identity": "guid:port.example/?p=1",
        "link": "https://port.example/1",
        "title": "Le port s'agrandit",
        "lead": "Deux quais & une grue.",
        "author": "Awa Diallo",
        "published": "2026-03-01T10:00:00Z",
        "tags": ["Port", "Marché Smartphones"],
        "image": None,
        "section": None,
        "language": None,
    }
    assert (second["link"], second["published"], second["tags"]) == (None, None, [])
    text = inspection.to_text()
    for part in ("Le Courrier du Port (2 articles)", "Awa Diallo", "Port, Marché Smartphones"):
        assert part in text


async def test_an_address_is_read_through_the_page_that_names_it() -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in ("flux", "autre")
    )
    async with feed_server() as server:
        server.answers["/flux"] = Answer(FEED)
        server.answers["/"] = Answer(f"<html><head>{links}</head></html>")
        for path in ("/flux", "/"):
            inspection = await inspect_source(server.url(path), allow_private=True)
            assert inspection.source == server.url("/flux")
            assert len(inspection.articles) == 2
        with pytest.raises(AddressRefused):
            await inspect_source(server.url("/flux"), allow_private=False)


async def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(FetchFailed) as told:
        await inspect_source(str(tmp_path / "none.xml"), allow_private=False)
    assert told.value.code == "no_file"
    page = tmp_path / "page.html"
    page.write_text("<html></html>")
    with pytest.raises(NotAFeed):
        await inspect_source(str(page), allow_private=False)
