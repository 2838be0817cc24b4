"""Polls: what is stored, when the next one is due, and what trouble comes to."""

import asyncio

import pytest
from aiohttp import web

from bot.news.politeness import DAY
from bot.news.poller import PollRules
from storage.database import Database, Transaction
from storage.errors import DiskFull
from storage.feeds import claim_due_feeds, remove_feed
from storage.latest import list_latest
from storage.model import Spread
from tests.support.database import NOW, db
from tests.support.feeds import Answer, FeedServer, item, rss
from tests.support.polling import ONE, TWO, Newsstand, newsstand, server, stand

__all__ = ["db", "server", "stand"]


async def test_the_first_poll_is_backlog_and_later_articles_wait_to_be_sent(
    stand: Newsstand,
) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE))
    feed = await stand.poll((await stand.add("/feed")).id)
    assert await stand.articles() == [("Un", Spread.BACKLOG)]
    assert (feed.title, feed.site_url) == ("Le Courrier du Port", "https://port.example/")
    assert (feed.backlog_at, feed.next_poll_at) == (NOW, NOW + 600)
    assert stand.stored == 0
    stand.server.answers["/feed"] = Answer(rss(TWO, ONE))
    feed = await stand.poll(feed.id)
    assert await stand.articles() == [("Un", Spread.BACKLOG), ("Deux", Spread.WAITING)]
    assert (stand.stored, feed.last_new_at) == (1, NOW + 600)


async def test_undated_articles_are_as_old_as_they_are_low_in_the_feed(stand: Newsstand) -> None:
    three = item(title="Trois", guid="3", link="https://port.example/3", description="Troisième")
    stand.server.answers["/feed"] = Answer(rss(three, TWO, ONE))
    await stand.poll((await stand.add("/feed")).id)
    assert [title for title, _ in await stand.articles()] == ["Un", "Deux", "Trois"]
    async with stand.db.read() as tx:
        latest = await list_latest(tx, limit=3)
    assert [article.title for article in latest] == ["Trois", "Deux", "Un"]


async def test_a_changed_text_corrects_its_article(stand: Newsstand) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE, TWO))
    feed = await stand.poll((await stand.add("/feed")).id)
    changed = ONE.replace("Un<", "Un, corrigé<")
    stand.server.answers["/feed"] = Answer(rss(changed, TWO))
    await stand.poll(feed.id)
    titles = {title for title, _ in await stand.articles()}
    assert titles == {"Un, corrigé", "Deux"}
    async with stand.db.read() as tx:
        corrected = await tx.all("SELECT title FROM articles WHERE corrections = 1")
    assert [row[0] for row in corrected] == ["Un, corrigé"]


async def test_validators_go_back_verbatim_and_304_changes_nothing(stand: Newsstand) -> None:
    def answer(request: web.Request) -> Answer:
        if request.headers.get("If-None-Match") == 'W/"1"':
            return Answer(status=304)
        modified = "Thu, 14 Jan 2027 08:00:00 GMT"
        return Answer(rss(ONE), headers={"ETag": 'W/"1"', "Last-Modified": modified})

    stand.server.answers["/feed"] = answer
    feed = await stand.poll((await stand.add("/feed")).id)
    after = await stand.poll(feed.id)
    assert stand.server.seen[1].headers["if-modified-since"] == "Thu, 14 Jan 2027 08:00:00 GMT"
    assert (after.etag, after.last_success_at) == ('W/"1"', NOW + 600)
    assert after.body_hash == feed.body_hash
    assert len(await stand.articles()) == 1


async def test_validators_are_not_trusted_for_ever(stand: Newsstand) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE), headers={"ETag": '"1"'})
    feed = await stand.poll((await stand.add("/feed")).id)
    await stand.poll(feed.id)
    stand.clock.seconds += 8 * DAY
    feed = await stand.poll(feed.id)
    asked = [seen.headers.get("if-none-match") for seen in stand.server.seen]
    assert asked == [None, '"1"', None]
    assert feed.full_poll_at == int(stand.clock.now())


async def test_the_same_bytes_are_not_parsed_again(
    stand: Newsstand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(date: str, text: str = "Un") -> str:
        built = f"<lastBuildDate>{date}</lastBuildDate>"
        return rss(ONE.replace("Un", text), extra=built)

    stand.server.answers["/feed"] = Answer(body("a"))
    feed = await stand.poll((await stand.add("/feed")).id)
    parsed: list[str] = []
    pool = stand.poller._reader._pool
    parse = pool.parse

    async def counted(*args: object, **fields: object) -> object:
        parsed.append("once")
        return await parse(*args, **fields)  # type: ignore[arg-type]

    monkeypatch.setattr(pool, "parse", counted)
    for date in ("a", "b", "c"):
        stand.server.answers["/feed"] = Answer(body(date))
        feed = await stand.poll(feed.id)
    assert parsed == []
    stand.server.answers["/feed"] = Answer(body("c", "Autre"))
    await stand.poll(feed.id)
    assert parsed == ["once"]


async def test_nothing_of_a_poll_is_kept_when_storing_fails(
    stand: Newsstand, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()

    async def full_disk(tx: Transaction, *args: object, **fields: object) -> None:
        failed.set()
        raise DiskFull("no room")

    stand.server.answers["/feed"] = Answer(rss(ONE), headers={"ETag": '"1"'})
    with monkeypatch.context() as patch:
        patch.setattr("bot.news.poller.record_poll", full_disk)
        feed = await stand.add("/feed")
        stand.poller.wake()
        async with asyncio.timeout(30):
            await failed.wait()
        feed = await stand.until(feed.id, lambda _: stand.poller._free == PollRules().at_once)
    assert (feed.etag, feed.body_hash, feed.backlog_at) == (None, None, None)
    assert await stand.articles() == []
    feed = await stand.poll(feed.id)
    assert (feed.etag, len(await stand.articles())) == ('"1"', 1)
    assert "if-none-match" not in stand.server.seen[-1].headers


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer("<html>maintenance</html>"), "html"),
        (Answer(""), "empty"),
        (Answer("no", status=500), "http_500"),
        (Answer("no", status=404), "http_404"),
    ],
)
async def test_trouble_is_recorded_and_clears_nothing(
    stand: Newsstand, answer: Answer, code: str
) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE), headers={"ETag": '"1"'})
    feed = await stand.poll((await stand.add("/feed")).id)
    stand.server.answers["/feed"] = answer
    for errors in (1, 2, 3):
        feed = await stand.poll(feed.id)
        wait = feed.next_poll_at - int(stand.clock.now())
        assert (feed.errors, feed.error_code, wait) == (errors, code, 600 * 2 ** (errors - 1))
    assert (feed.etag, feed.title, len(await stand.articles())) == ('"1"', "Le Courrier du Port", 1)
    stand.server.answers["/feed"] = Answer(rss(ONE, TWO))
    feed = await stand.poll(feed.id)
    assert (feed.errors, feed.error_code, len(await stand.articles())) == (0, None, 2)


async def test_410_stops_a_feed_and_is_told(stand: Newsstand) -> None:
    stand.server.answers["/feed"] = Answer("gone", status=410)
    feed = await stand.poll((await stand.add("/feed")).id)
    assert (feed.state, feed.error_code) == ("gone", "gone")
    assert stand.told == [("gone", feed.url)]
    assert stand.seen_when_told == [("gone", feed.url)]
    stand.clock.seconds += 30 * DAY
    stand.poller.wake()
    other = await stand.add("/other")
    await stand.poll(other.id)
    assert stand.server.count("/feed") == 1


async def test_a_permanent_redirect_moves_a_feed_at_its_third_sighting(stand: Newsstand) -> None:
    stand.server.answers["/old"] = Answer(status=301, headers={"Location": "/new"})
    stand.server.answers["/new"] = Answer(rss(ONE))
    feed = await stand.add("/old")
    for _ in range(2):
        feed = await stand.poll(feed.id)
        assert feed.url == stand.server.url("/old")
    feed = await stand.poll(feed.id)
    assert feed.url == stand.server.url("/new")
    assert stand.told == [("moved", stand.server.url("/new"))]
    assert stand.seen_when_told == [("active", stand.server.url("/new"))]
    await stand.poll(feed.id)
    assert stand.server.count("/old") == 3
    assert len(await stand.articles()) == 1


async def test_sightings_must_follow_each_other_and_lead_to_a_feed(stand: Newsstand) -> None:
    stand.server.answers["/new"] = Answer(rss(ONE))
    moved = Answer(status=301, headers={"Location": "/new"})
    feed = await stand.add("/old")
    stand.server.answers["/old"] = moved
    for _ in range(2):
        await stand.poll(feed.id)
    stand.server.answers["/old"] = Answer(rss(ONE))
    feed = await stand.poll(feed.id)
    assert feed.redirect_seen == 0
    stand.server.answers["/old"] = moved
    stand.server.answers["/new"] = Answer("<html>portal</html>")
    for _ in range(4):
        feed = await stand.poll(feed.id)
    assert (feed.url, feed.error_code) == (stand.server.url("/old"), "html")


async def test_a_feed_does_not_move_onto_another(stand: Newsstand) -> None:
    stand.server.answers["/old"] = Answer(status=308, headers={"Location": "/new"})
    stand.server.answers["/new"] = Answer(rss(ONE))
    await stand.add("/new")
    feed = await stand.add("/old")
    for _ in range(4):
        feed = await stand.poll(feed.id)
    assert feed.url == stand.server.url("/old")


async def test_a_long_backlog_is_stored_whole(stand: Newsstand) -> None:
    items = [item(title=f"T{n}", guid=f"g{n}") for n in range(230)]
    stand.server.answers["/feed"] = Answer(rss(*items))
    feed = await stand.poll((await stand.add("/feed")).id)
    stored = await stand.articles()
    assert len(stored) == 230
    assert {spread for _, spread in stored} == {Spread.BACKLOG}
    assert feed.backlog_at == NOW


async def test_a_feed_removed_meanwhile_brings_nothing(stand: Newsstand) -> None:
    feed = await stand.add("/feed")

    async def answer(request: web.Request) -> Answer:
        async with stand.db.transaction() as tx:
            await remove_feed(tx, feed.id)
        return Answer(rss(ONE))

    stand.server.answers["/feed"] = answer
    stand.poller.wake()
    await stand.until(
        feed.id, lambda feed: feed.state == "removed" and stand.poller._free == PollRules().at_once
    )
    assert await stand.articles() == []
    assert (await stand.feed(feed.id)).last_polled_at is None


async def test_claims_of_an_earlier_process_end_at_the_start(
    db: Database, server: FeedServer
) -> None:
    server.answers["/feed"] = Answer(rss(ONE))
    async with newsstand(db, server) as stand:
        feed = await stand.add("/feed")
        async with db.transaction() as tx:
            await claim_due_feeds(tx, now=NOW, limit=5, lease_seconds=10_000)
    async with newsstand(db, server) as stand:
        await stand.poll(feed.id)
    assert len(server.seen) == 1


async def test_polls_are_counted(stand: Newsstand) -> None:
    stand.server.answers["/feed"] = Answer(rss(ONE))
    feed = await stand.poll((await stand.add("/feed")).id)
    await stand.poll(feed.id)
    await stand.poll((await stand.add("/missing")).id)
    counted = {
        result: stand.metrics.registry.get_sample_value("relais_polls_total", {"result": result})
        for result in ("read", "unchanged", "failed")
    }
    assert counted == {"read": 1, "unchanged": 1, "failed": 1}
    assert stand.metrics.registry.get_sample_value("relais_articles_total") == 1


async def test_an_odd_failure_stays_in_its_feed(
    stand: Newsstand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def odd(*args: object, **fields: object) -> None:
        raise RuntimeError("a fault in a library")

    stand.server.answers["/feed"] = Answer(rss(ONE))
    with monkeypatch.context() as patch:
        patch.setattr(stand.poller._reader._fetcher, "get", odd)
        feed = await stand.poll((await stand.add("/feed")).id)
    assert feed.error_code == "failed"
    feed = await stand.poll(feed.id)
    assert feed.error_code is None
