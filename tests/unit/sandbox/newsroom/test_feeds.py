"""Each feed format can be read by feedparser (or json) and gives back what was published."""

import json
from datetime import UTC, datetime

import feedparser
import pytest
from aiohttp import ClientSession

from tests.support.newsroom import make_article, newsroom

__all__ = ["newsroom"]

HOSTILE = "Tom & <Jerry> ]]> « œuf » 🥚"


async def fetch(url):
    async with ClientSession() as session, session.get(url) as response:
        return response, await response.read()


@pytest.mark.parametrize("paper", ["courrier", "vauclaire", "signal"])
async def test_feedparser_reads_the_xml_feeds(newsroom, paper):
    when = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    article = make_article(
        "one", publication=paper, title=HOSTILE, lead=HOSTILE, tags=("A & B", "5G"), published=when
    )
    url = newsroom.publish(article)
    response, body = await fetch(newsroom.feed_url(paper))
    feed = feedparser.parse(
        body, response_headers={"content-type": response.headers["Content-Type"]}
    )
    assert not feed.bozo
    assert feed.feed.title == newsroom.publications[paper].title
    assert feed.feed.language == newsroom.publications[paper].language
    (entry,) = feed.entries
    assert entry.link == url
    assert entry.author == article.author
    assert [tag.term for tag in entry.tags][-2:] == ["A & B", "5G"]
    assert tuple(entry.published_parsed)[:6] == (2026, 3, 4, 5, 6, 7)
    assert "Tom &amp; &lt;Jerry&gt;" in entry.title or entry.title == HOSTILE


async def test_wordpress_feed_has_its_marks(newsroom):
    newsroom.publish(make_article("first"))
    newsroom.publish(make_article("second"))
    _, body = await fetch(newsroom.feed_url("courrier"))
    entry = feedparser.parse(body).entries[0]
    assert entry.id == f"{newsroom.url}/?p=2"
    assert entry.slash_comments == "0"
    assert entry.wfw_commentrss.startswith(newsroom.article_url("second"))
    assert [tag.term for tag in entry.tags] == ["Smartphones", "5G"]
    assert "<p>Un second.</p>" in entry.content[0].value


async def test_json_feed_gives_everything(newsroom):
    article = make_article("one", publication="northmoor", title=HOSTILE)
    url = newsroom.publish(article)
    response, body = await fetch(newsroom.feed_url("northmoor"))
    assert response.headers["Content-Type"].startswith("application/feed+json")
    (item,) = json.loads(body)["items"]
    assert item["title"] == HOSTILE
    assert item["url"] == url
    assert item["tags"] == ["5G"]
    assert item["authors"] == [{"name": article.author}]


async def test_newest_come_first_and_old_ones_leave(newsroom):
    for number in range(25):
        newsroom.publish(make_article(f"a{number}"))
    _, body = await fetch(newsroom.feed_url("courrier"))
    titles = [entry.title for entry in feedparser.parse(body).entries]
    assert titles == [f"Article a{number}" for number in range(24, 4, -1)]
