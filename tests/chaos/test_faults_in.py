"""Every fault of a feed at once: the good feeds keep their times, nothing private is reached.

Memory is told of the process and its parse workers together too, the files they share counted once.
"""

import asyncio
import socket
import statistics

import pytest

from tests.support.bad_feeds import bad_feeds
from tests.support.process import Life
from tests.support.site import site_in

MOST_MEMORY = 200 << 20
GOOD = ("courrier", "vauclaire", "signal", "northmoor")
ROUNDS = 20


class Peaks:
    """The most memory that the process and its workers held together, and it alone."""

    def __init__(self) -> None:
        self.all = self.own = 0

    async def watch(self, life: Life) -> None:
        while True:
            self.all = max(self.all, life.held_memory)
            self.own = max(self.own, life.own_memory)
            await asyncio.sleep(0.02)


async def test_the_good_feeds_go_on_among_every_bad_one(tmp_path, figures):
    async with bad_feeds() as bad, site_in(tmp_path, papers=GOOD) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        good = site.relais.settings["FEED_URLS"].split()
        life = await site.relais.start(FEED_URLS=" ".join([*bad.urls, *good]))
        good_read = (
            "SELECT count(*) FROM feeds WHERE last_success_at > 0 AND url LIKE '%127.0.0.1%'"
        )
        await site.until_value(good_read, lambda count: count == len(GOOD))
        peaks = Peaks()
        watching = asyncio.create_task(peaks.watch(life))
        delays = []
        for number in range(ROUNDS):
            published_at = site.telegram.world.clock()
            site.publish(f"good{number}", publication=GOOD[number % len(GOOD)])
            await site.until(lambda n=number: site.posts_of(reader, f"good{n}"), 60)
            delays.append(site.sends_of(f"good{number}")[0].at - published_at)
        watching.cancel()
        assert set(bad.asked) >= set(bad.answers), "some bad feed was never asked"
        polls = {path: bad.asked.count(path) for path in bad.answers}
        figures["bad feeds: kinds, beside 4 good ones"] = len(polls)
        figures["bad feeds: good articles sent after, median and slowest, s"] = (
            f"{statistics.median(delays):.1f}, {max(delays):.1f}"
        )
        figures["bad feeds: peak memory with workers, MB"] = peaks.all >> 20
        figures["bad feeds: peak memory of the process, MB"] = peaks.own >> 20
        assert peaks.own < MOST_MEMORY
        # At first, feeds that hang the parser hold both of its places until their time is over.
        assert statistics.median(delays) < 10
        assert life.is_running
        states = await site.value(
            "SELECT count(*) FROM feeds WHERE errors = 0 AND last_success_at IS NOT NULL"
            " AND url LIKE '%/courrier/%' OR url LIKE '%/signal/%'"
        )
        assert states >= 2
        # 410 was asked once; 429 with a day's Retry-After once.
        assert polls["/410"] == 1
        assert polls["/429"] == 1


@pytest.mark.parametrize("own", ["127.0.0.1", "::1"])
async def test_nothing_private_is_reached_under_any_name(tmp_path, own):
    family = socket.AF_INET6 if ":" in own else socket.AF_INET
    with socket.socket(family) as private:
        try:
            private.bind((own, 0))
        except OSError:
            pytest.skip(f"no {own} on this machine")
        private.listen()
        private.setblocking(False)
        port = private.getsockname()[1]
        hosts = (
            "127.0.0.1",
            "localhost",
            "localhost.",
            "2130706433",
            "0x7f000001",
            "017700000001",
            "127.1",
            "0",
            "0.0.0.0",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[::127.0.0.1]",
            "[2002:7f00:1::]",
            "169.254.169.254",
            "user@127.0.0.1",
            "127.0.0.1%00.example.org",
        )
        urls = " ".join(f"http://{host}:{port}/feed" for host in hosts)
        async with site_in(tmp_path, ALLOW_PRIVATE_NETWORKS="false", FEED_URLS=urls) as site:
            life = await site.relais.start()
            asked = "SELECT count(*) FROM feeds WHERE last_polled_at IS NOT NULL"
            await life.until(lambda life: life.is_running)
            await site.until_value(asked, lambda count: count >= len(hosts) - 3)
            assert await site.value("SELECT count(*) FROM feeds WHERE last_success_at > 0") == 0
            with pytest.raises(BlockingIOError):
                private.accept()
