import asyncio
import os
import signal
from pathlib import Path

import pytest

from bot.news import parse_pool
from bot.news.feed import read_feed
from bot.news.parse_pool import ParsePool
from storage.errors import FeedError, FeedTooLarge, NotAFeed
from tests.support.feeds import item, rss

NOW = 1_772_366_400.0
URL = "https://port.example/flux"
SOUND = rss(item(title="Un", guid="1", description="<p>Bonjour</p>"), item(title="Deux")).encode()
# Quadratic in the parser: half a minute of work, and not too much memory.
HANGING = b"<rss " + b" ".join(b'a%d="1"' % n for n in range(40_000)) + b"><channel/></rss>"


async def test_a_worker_gives_what_the_function_gives() -> None:
    async with ParsePool(workers=1) as pool:
        parsed = await pool.parse(SOUND, {"content-type": "text/xml"}, URL, now=NOW)
        assert parsed == read_feed(SOUND, {"content-type": "text/xml"}, URL, NOW)
        cleaned = await pool.clean(parsed.entries, URL)
        assert [article.title for article in cleaned] == ["Un", "Deux"]
        assert cleaned[0].lead == "Bonjour"
        assert await pool.clean([], URL) == []


async def test_feed_errors_come_through_whole() -> None:
    async with ParsePool(workers=1) as pool:
        with pytest.raises(NotAFeed) as told:
            await pool.parse(b"<html></html>", {}, URL, now=NOW)
        assert (told.value.code, told.value.url) == ("html", URL)
        assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2


async def test_a_hanging_feed_is_killed_while_others_go_on() -> None:
    async with ParsePool(workers=2, seconds=4) as pool:
        hanging = asyncio.create_task(pool.parse(HANGING, {}, URL, now=NOW))
        for _ in range(5):
            assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2
        assert not hanging.done()
        with pytest.raises(FeedError) as told:
            await hanging
        assert told.value.code == "parse_timeout"
        both = await asyncio.gather(*(pool.parse(SOUND, {}, URL, now=NOW) for _ in range(2)))
        assert [len(parsed.entries) for parsed in both] == [2, 2]


async def test_a_feed_that_takes_too_much_memory_is_told_and_others_go_on() -> None:
    deep = b"<rss>" + b"<a>" * 300_000
    async with ParsePool() as pool:
        hungry = asyncio.create_task(pool.parse(deep, {}, URL, now=NOW))
        for _ in range(3):
            assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2
        with pytest.raises(FeedTooLarge) as told:
            await hungry
        assert told.value.code == "too_large"
        assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2


async def test_what_does_not_fit_in_a_small_room_gets_a_large_one() -> None:
    # What declares no charset and is not Latin is guessed at, which takes 28 MB.
    body = rss(item(title="Новости города", description="Сегодня тепло. " * 9)).encode("cp1251")
    async with ParsePool(workers=1) as pool:
        for _ in range(2):
            (entry,) = (await pool.parse(body, {}, URL, now=NOW)).entries
            assert entry.raw.title == "Новости города"


async def test_a_feed_gets_room_by_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse_pool, "LARGE_ROOM", parse_pool.SMALL_ROOM + 1)
    words = "<p>Une phrase de plus.</p>" * 400
    body = rss(
        *(item(title=f"No {n}", guid=str(n), description=words) for n in range(600))
    ).encode()
    async with ParsePool(workers=1) as pool:
        parsed = await pool.parse(body, {"content-type": "text/xml"}, URL, now=NOW)
        assert len(await pool.clean(parsed.entries, URL)) == 600


def _children() -> set[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return {int(pid) for pid in listed.split()}


async def test_a_worker_that_dies_costs_its_feed_only() -> None:
    async with ParsePool(workers=1, seconds=60) as pool:
        before = _children()
        hanging = asyncio.create_task(pool.parse(HANGING, {}, URL, now=NOW))
        workers: set[int] = set()
        while not workers:
            await asyncio.sleep(0.01)
            workers = _children() - before
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(FeedError) as told:
            await hanging
        assert told.value.code == "parse_failed"
        assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2


async def test_signals_to_the_whole_group_are_the_parents() -> None:
    before = _children()
    async with ParsePool(workers=1) as pool:
        await pool.parse(SOUND, {}, URL, now=NOW)
        workers = _children() - before
        for pid in workers:
            os.kill(pid, signal.SIGTERM)
            os.kill(pid, signal.SIGINT)
        assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2
        assert _children() - before == workers
    assert _children() == before


async def test_workers_start_when_needed_and_are_replaced_in_time() -> None:
    before = _children()
    async with ParsePool(workers=2, recycle_after=2) as pool:
        assert _children() == before
        await pool.parse(SOUND, {}, URL, now=NOW)
        first = _children() - before
        assert len(first) == 1
        await pool.parse(SOUND, {}, URL, now=NOW)
        await pool.parse(SOUND, {}, URL, now=NOW)
        second = _children() - before
        assert len(second) == 1
        assert second != first
    assert _children() == before


async def test_a_cancelled_request_leaves_no_half_answer_behind() -> None:
    async with ParsePool(workers=1) as pool:
        await pool.parse(SOUND, {}, URL, now=NOW)
        task = asyncio.create_task(pool.parse(HANGING, {}, URL, now=NOW))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len((await pool.parse(SOUND, {}, URL, now=NOW)).entries) == 2


async def test_closing_the_pool_ends_what_is_under_way() -> None:
    async with ParsePool(workers=1) as pool:
        task = asyncio.create_task(pool.parse(HANGING, {}, URL, now=NOW))
        await asyncio.sleep(0.05)
    with pytest.raises(FeedError):
        await task
