"""What the machine does to us: disk, locks, clocks, signals, file descriptors."""

import asyncio
import resource
import signal
import sqlite3
import time

import pytest

from sandbox.telegram import Limits
from tests.support.killing import Killer, ask_many, assert_answered_once
from tests.support.shifted_clock import ShiftedClock
from tests.support.site import site_in
from tests.support.small_disk import small_disk

DAY = 86_400
HANGING = 12  # feeds; at most 16 are polled at once


async def test_a_full_disk_stops_nothing_for_good_and_loses_nothing(tmp_path, figures):
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        async with site_in(disk.folder) as site:
            people = site.people(20)
            await site.enrol(people, "5G")
            life = await site.relais.start()
            await site.until_read()
            disk.fill()
            words = ask_many(people, 5)
            site.publish("mast")
            await life.until(lambda life: any("full" in line for line in life.lines), 60)
            handled = site.telegram.confirmed_offset
            disk.make_room()
            await site.until(lambda: all(site.posts_of(p, "mast") for p in people), 120)
            await site.until_quiet()
            assert life.is_running
            assert_answered_once(people, words)
            assert {len(site.posts_of(p, "mast")) for p in people} == {1}
            assert site.telegram.confirmed_offset > handled
            figures["full disk: updates lost of 100, posts doubled of 20"] = "0, 0"


async def test_a_disk_that_is_full_at_the_start_is_one_sentence(tmp_path):
    with small_disk(tmp_path / "disk", megabytes=2) as disk:
        async with site_in(disk.folder) as site:
            disk.fill()
            assert "full" in await site.relais.refuse()
            disk.make_room()
            await site.relais.start()


async def test_a_read_only_disk_is_one_sentence(tmp_path):
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        async with site_in(disk.folder) as site:
            await site.enrol(site.people(1), "5G")
            disk.make_read_only()
            assert "written" in await site.relais.refuse()
            disk.make_writable()
            await site.relais.start()


@pytest.mark.parametrize("damage", ["head", "middle", "text"])
async def test_a_damaged_database_is_one_sentence(tmp_path, damage):
    async with site_in(tmp_path) as site:
        await site.enrol(site.people(50), "5G", "Réseaux")
        content = bytearray(site.relais.database.read_bytes())
        for log in tmp_path.glob("relais.db-*"):
            log.unlink()
        if damage == "head":
            content[:4096] = bytes(4096)
        elif damage == "middle":
            content[4096:] = b"\xa5" * (len(content) - 4096)
        else:
            content = bytearray(b"This was a database once.\n")
        site.relais.database.write_bytes(content)
        assert "damaged" in await site.relais.refuse()
        assert site.relais.database.read_bytes() == content, "what was left of it was changed"


async def test_a_lock_held_by_another_process_is_waited_for(tmp_path):
    async with site_in(tmp_path) as site:
        people = site.people(20)
        await site.enrol(people, "5G")
        life = await site.relais.start()
        await site.until_read()
        other = sqlite3.connect(site.relais.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        words = ask_many(people, 3)
        site.publish("mast")
        for event in ("polling_waits", "inbox_unwritable", "outbox_unwritable"):
            await life.until(lambda life, event=event: life.events_of(event), 60)
        other.execute("ROLLBACK")
        other.close()
        await site.until(lambda: all(site.posts_of(p, "mast") for p in people), 120)
        await site.until_quiet()
        assert_answered_once(people, words)
        assert {len(site.posts_of(p, "mast")) for p in people} == {1}
        assert life.is_running


@pytest.mark.parametrize("jump", [DAY, -DAY, 400 * DAY, -400 * DAY])
async def test_a_wall_clock_that_jumps_neither_stops_nor_doubles(tmp_path, jump):
    clock = ShiftedClock(tmp_path)
    async with site_in(tmp_path) as site:
        people = site.people(10)
        await site.enrol(people, "5G")
        life = await site.relais.start(**clock.environment)
        await site.until_read()
        site.publish("before")
        await site.until(lambda: all(site.posts_of(p, "before") for p in people))
        clock.shift(jump)
        site.publish("after")
        words = ask_many(people, 2)
        await site.until(lambda: all(site.posts_of(p, "after") for p in people), 90)
        clock.shift(0)
        site.publish("back")
        await site.until(lambda: all(site.posts_of(p, "back") for p in people), 90)
        await site.until_quiet()
        assert_answered_once(people, words)
        for article in ("before", "after", "back"):
            assert {len(site.posts_of(p, article)) for p in people} == {1}, article
        assert life.is_running


async def test_sigterm_in_the_middle_of_everything(tmp_path, figures):
    async with site_in(tmp_path, limits=Limits(overall_burst=4), latency=0.3) as site:
        people = site.people(100)
        await site.enrol(people, "5G")
        killer = Killer(site)
        await site.relais.start()
        await site.until_read()
        slowest = 0.0
        words = []
        for number in range(5):
            site.publish(f"a{number}")
            words += ask_many(people[:20], 2, f"n{number}mot")
            await killer.wait_midway(40)
            begin = time.monotonic()
            assert await site.relais.life.stop(20) == 0
            slowest = max(slowest, time.monotonic() - begin)
            await site.relais.start()
        await site.until_polled("courrier", times=2)
        await site.until_quiet()
        figures["SIGTERM under load: slowest end, s"] = round(slowest, 1)
        assert slowest < 15
        assert_answered_once(people, words)
        for number in range(5):
            assert {len(site.posts_of(p, f"a{number}")) for p in people} == {1}


async def test_a_minute_asleep_changes_nothing(tmp_path):
    async with site_in(tmp_path, limits=Limits(overall_burst=4), latency=0.3) as site:
        people = site.people(60)
        await site.enrol(people, "5G")
        life = await site.relais.start()
        await site.until_read()
        site.publish("mast")
        words = ask_many(people, 1)
        await site.until(lambda: len(site.sends_of("mast")) > 10)
        life.send(signal.SIGSTOP)
        await asyncio.sleep(60)  # the very thing that is tested
        life.send(signal.SIGCONT)
        await site.until(lambda: all(site.posts_of(p, "mast") for p in people), 120)
        await site.until_quiet()
        assert_answered_once(people, words)
        assert {len(site.posts_of(p, "mast")) for p in people} == {1}
        assert life.is_running


@pytest.mark.parametrize("allowed", [1000, 100])
async def test_few_file_descriptors_are_enough(tmp_path, figures, allowed):
    async with site_in(tmp_path, latency=0.2) as site:
        people = site.people(300)
        await site.enrol(people, "5G")
        hanging = await asyncio.start_server(_hang, "127.0.0.1", 0)
        port = hanging.sockets[0].getsockname()[1]
        feeds = [f"http://127.0.0.1:{port}/{number}" for number in range(HANGING)]
        good = site.relais.settings["FEED_URLS"]
        life = await site.relais.begin(
            "run",
            FEED_URLS=" ".join([*feeds, good]),
            PAID_BROADCAST="true",
            MESSAGES_PER_SECOND=1000,
        )
        resource.prlimit(life.pid, resource.RLIMIT_NOFILE, (allowed, allowed))
        await life.until_event("started")
        read = "SELECT count(*) FROM feeds WHERE backlog_at IS NOT NULL"
        await site.until_value(read, lambda count: count == 1)
        site.publish("mast")
        most = 0
        while not all(site.posts_of(p, "mast") for p in people):
            most = max(most, life.open_files)
            seen = len(site.sends_of("mast"))
            await site.until(lambda n=seen: len(site.sends_of("mast")) > n, 90)
        figures[f"file descriptors: most, of {allowed} allowed"] = most
        assert life.is_running
        assert {len(site.posts_of(p, "mast")) for p in people} == {1}
        assert allowed < 1000 or "Too many open files" not in life.output
        hanging.close()


async def _hang(_reader, writer):
    """Take a request and never answer."""
    try:
        await asyncio.sleep(600)
    finally:
        writer.close()
