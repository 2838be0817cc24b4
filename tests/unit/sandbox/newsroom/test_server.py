"""What HTTP promises: validators, changes, faults, redirects and the request log."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import ClientSession

from sandbox.newsroom import Fault, Newsroom, load_samples
from tests.support.newsroom import make_article, newsroom

__all__ = ["newsroom"]


@pytest.fixture
async def client():
    async with ClientSession() as session:
        yield session


async def get(client, url, **headers):
    async with client.get(url, headers=headers, allow_redirects=False) as response:
        return response.status, response.headers, await response.text()


async def test_both_validators_give_304_without_a_body(newsroom, client):
    newsroom.publish(make_article("one"))
    feed = newsroom.feed_url("courrier")
    _, headers, _ = await get(client, feed)
    for validator in (
        {"If-None-Match": headers["ETag"]},
        {"If-None-Match": f'"other", W/{headers["ETag"]}'},
        {"If-Modified-Since": headers["Last-Modified"]},
    ):
        status, again, body = await get(client, feed, **validator)
        assert (status, body) == (304, "")
        assert again["ETag"] == headers["ETag"]


async def test_if_none_match_decides_over_the_date(newsroom, client):
    newsroom.publish(make_article("one"))
    feed = newsroom.feed_url("courrier")
    _, headers, _ = await get(client, feed)
    stale = {"If-None-Match": '"x"', "If-Modified-Since": headers["Last-Modified"]}
    status, _, _ = await get(client, feed, **stale)
    assert status == 200


async def test_every_change_within_one_second_has_its_own_date(newsroom, client):
    feed, seen = newsroom.feed_url("courrier"), set()
    for change in (
        lambda: newsroom.publish(make_article("one")),
        lambda: newsroom.correct("one", title="Autre titre"),
        lambda: newsroom.withdraw("one"),
    ):
        change()
        _, headers, _ = await get(client, feed)
        seen.add((headers["ETag"], headers["Last-Modified"]))
    assert len({etag for etag, _ in seen}) == 3
    assert len({date for _, date in seen}) == 3


async def test_another_paper_is_unchanged(newsroom, client):
    _, headers, _ = await get(client, newsroom.feed_url("signal"))
    newsroom.publish(make_article("one"))
    status, _, _ = await get(
        client, newsroom.feed_url("signal"), **{"If-None-Match": headers["ETag"]}
    )
    assert status == 304


async def test_correction_and_withdrawal_show_at_once(newsroom, client):
    url = newsroom.publish(make_article("one", title="Premier titre"))
    newsroom.correct("one", title="Titre corrigé")
    _, _, page = await get(client, url)
    _, _, feed = await get(client, newsroom.feed_url("courrier"))
    assert "Titre corrigé" in page
    assert "Corrigé le" in page
    assert "Titre corrigé" in feed
    assert "Premier titre" not in page + feed
    newsroom.withdraw("one")
    assert (await get(client, url))[0] == 410
    assert "Titre corrigé" not in (await get(client, newsroom.feed_url("courrier")))[2]


async def test_an_id_is_used_once_and_a_paper_must_exist(newsroom):
    newsroom.publish(make_article("one"))
    with pytest.raises(ValueError, match="published before"):
        newsroom.publish(make_article("one"))
    newsroom.withdraw("one")
    with pytest.raises(ValueError, match="published before"):
        newsroom.publish(make_article("one"))
    with pytest.raises(ValueError, match="no publication"):
        newsroom.publish(make_article("two", publication="nowhere"))
    with pytest.raises(KeyError):
        newsroom.correct("two", title="x")


async def test_an_article_page_has_all_its_parts(newsroom, client):
    newsroom.publish(make_article("older", title="Plus ancien"))
    article = next(a for a in load_samples() if a.id == "orvella-lance-le-brin")
    url = newsroom.publish(replace(article, published=None))
    _, headers, page = await get(client, url)
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    for part in (
        '<nav class="breadcrumb">',
        'rel="category"',
        'rel="tag"',
        '<meta property="article:tag" content="Marché Smartphones">',
        "application/ld+json",
        article.lead,
        article.body[-1],
        "Source : Orvella",
        "Plus ancien",
        "Collectionne les modes d’emploi",
        "Cliquez ici pour poster un commentaire",
    ):
        assert part in page


async def test_hostile_titles_are_escaped_on_the_page(newsroom, client):
    url = newsroom.publish(make_article("x", title="</script><script>alert(1)</script>"))
    _, _, page = await get(client, url)
    assert "<script>alert" not in page


async def test_the_front_page_announces_the_feed(newsroom, client):
    newsroom.publish(make_article("one"))
    _, _, page = await get(client, newsroom.front_url("courrier"))
    assert 'rel="alternate" type="application/rss+xml"' in page
    assert newsroom.feed_url("courrier") in page
    assert newsroom.article_url("one") in page


async def test_pictures_are_svg_and_differ(newsroom, client):
    pictures = [await get(client, f"{newsroom.url}/pictures/{name}.svg") for name in ("a", "b")]
    assert all(headers["Content-Type"] == "image/svg+xml" for _, headers, _ in pictures)
    assert pictures[0][2] != pictures[1][2]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.server_error(), 500),
        (Fault.server_error(503), 503),
        (Fault.too_many(7), 429),
        (Fault.gone(), 410),
        (Fault.not_a_feed(), 200),
        (Fault.redirect("/elsewhere"), 302),
        (Fault.redirect("/elsewhere", permanent=True), 301),
        (Fault.answer(b"%PDF-1.7", "application/pdf"), 200),
    ],
)
async def test_faults_last_as_long_as_asked(newsroom, client, fault, status):
    feed = newsroom.feed_url("courrier")
    newsroom.set_fault(feed, fault, times=2)
    for _ in range(2):
        got, headers, body = await get(client, feed)
        assert got == status
        assert body == fault.body.decode()
        assert headers.items() >= fault.headers.items()
    assert "<rss" in (await get(client, feed))[2]


async def test_a_lasting_fault_ends_when_cleared(newsroom, client):
    feed = newsroom.feed_url("courrier")
    newsroom.set_fault(feed, Fault.gone())
    assert [(await get(client, feed))[0] for _ in range(3)] == [410] * 3
    newsroom.clear_fault(feed)
    assert (await get(client, feed))[0] == 200


async def test_a_slow_answer_comes_and_does_not_hold_up_stopping(client):
    newsroom = Newsroom()
    await newsroom.start()
    feed = newsroom.feed_url("courrier")
    newsroom.set_fault(feed, Fault.slow(3600), times=1)
    waiting = asyncio.create_task(get(client, feed))
    await newsroom.until(lambda: not newsroom.has_fault(feed))
    assert (await get(client, feed))[0] == 200
    await newsroom.stop()
    with pytest.raises(aiohttp.ClientError):
        await waiting


async def test_an_answer_cut_short_is_noticed(newsroom, client):
    newsroom.set_fault(newsroom.feed_url("courrier"), Fault.cut_short())
    with pytest.raises(aiohttp.ClientError):
        await get(client, newsroom.feed_url("courrier"))


@pytest.mark.parametrize("permanent", [True, False])
async def test_a_moved_feed_is_served_at_its_new_place(newsroom, client, permanent):
    old = newsroom.feed_url("signal")
    new = newsroom.move_feed("signal", "/signal/v2.xml", permanent=permanent)
    status, headers, _ = await get(client, old)
    assert (status, headers["Location"]) == (301 if permanent else 302, new)
    assert (await get(client, new))[0] == 200
    assert newsroom.feed_url("signal") == new


async def test_requests_are_logged_and_can_be_waited_for(newsroom, client):
    feed = newsroom.feed_url("courrier")
    waiting = asyncio.create_task(newsroom.until(lambda: len(newsroom.requests_to(feed)) == 2))
    await get(client, feed, **{"User-Agent": "Reader/1"})
    await get(client, f"{newsroom.url}/nothing")
    assert not waiting.done()
    await get(client, feed)
    await waiting
    first = newsroom.requests_to(feed)[0]
    assert (first.status, first.headers["user-agent"]) == (200, "Reader/1")
    assert newsroom.requests[1].status == 404


async def test_waiting_in_vain_ends(newsroom):
    with pytest.raises(TimeoutError):
        await newsroom.until(lambda: False, timeout=0)


async def test_previews_know_articles_and_pictures(newsroom):
    url = newsroom.publish(make_article("one", title="Titre", lead="Chapeau"))
    preview = newsroom.find_preview(url)
    assert (preview.title, preview.description, preview.site) == (
        "Titre",
        "Chapeau",
        "Le Courrier des Ondes",
    )
    picture = newsroom.find_preview(f"{newsroom.url}/pictures/one.svg")
    assert (picture.title, picture.picture) == ("", preview.picture)
    assert picture.article_id == preview.article_id == "one"
    assert newsroom.find_preview(f"{newsroom.url}/courrier/") is None
    assert newsroom.find_preview("https://elsewhere.example/courrier/one/") is None


async def test_listeners_hear_of_each_change(newsroom):
    heard = []
    newsroom.listeners.append(lambda kind, article: heard.append((kind, article.title)))
    newsroom.publish(make_article("one", title="Un"))
    newsroom.correct("one", title="Deux")
    newsroom.withdraw("one")
    assert heard == [("published", "Un"), ("corrected", "Deux"), ("withdrawn", "Deux")]
    assert newsroom.knows("one")
    assert not newsroom.knows("two")
