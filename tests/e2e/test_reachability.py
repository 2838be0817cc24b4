"""Who can be reached: blocking and coming back, groups that become supergroups, outages."""

from sandbox.telegram import Fault
from tests.support.site import site_in

STATE = "SELECT state FROM subscribers WHERE chat_id = ?"


async def test_who_blocks_the_bot_is_left_alone_and_comes_back_with_start(tmp_path):
    async with site_in(tmp_path) as site:
        silent, other = site.people(2)
        await site.enrol([silent, other], "5G")
        # Telegram tells of a block; the bot may also learn it from a refused send only.
        silent.is_blocking = True
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("first")
        await site.until(lambda: site.posts_of(other, "first"))
        await site.until_quiet()
        assert await site.value(STATE, silent.id) == "unreachable"
        site.publish("second")
        await site.until(lambda: site.posts_of(other, "second"))
        await site.until_quiet()
        tries = [c for c in site.telegram.calls_of("sendMessage") if c.chat_id == silent.id]
        assert len(tries) == 1
        silent.unblock()
        await site.ask(silent, "/start")
        assert await site.value(STATE, silent.id) == "active"
        site.publish("third")
        await site.until(lambda: site.posts_of(silent, "third"))
        assert not site.posts_of(silent, "first")


async def test_a_block_that_telegram_tells_of_drops_what_waits(tmp_path):
    async with site_in(tmp_path) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        await site.relais.start()
        await site.until_polled("courrier")
        reader.block()
        await site.until_quiet()
        assert await site.value(STATE, reader.id) == "unreachable"
        site.publish("first")
        await site.until_polled("courrier", times=2)
        await site.until_quiet()
        assert not [c for c in site.telegram.calls_of("sendMessage") if c.chat_id == reader.id]


async def test_a_group_that_becomes_a_supergroup_keeps_its_follows(tmp_path):
    async with site_in(tmp_path) as site:
        anna, ben = site.people(2)
        group = site.telegram.group("Book club", [anna, ben], "group")
        await site.relais.start()
        await site.until_polled("courrier")
        await site.ask(anna, "/follow 5G", group)
        site.publish("first")
        await site.until(lambda: site.posts_of(group, "first"))
        moved = group.migrate()
        site.publish("second")
        await site.until(lambda: site.posts_of(moved, "second"))
        await site.until_polled("courrier", times=2)
        await site.until_quiet()
        assert len(site.posts_of(moved, "second")) == 1
        assert await site.value("SELECT count(*) FROM subscribers") == 1
        assert await site.value(STATE, moved.id) == "active"


async def test_a_send_that_meets_the_migration_first_goes_to_the_new_chat(tmp_path):
    async with site_in(tmp_path) as site:
        (anna,) = site.people(1)
        group = site.telegram.group("Book club", [anna], "group")
        await site.relais.start()
        await site.until_polled("courrier")
        await site.ask(anna, "/follow 5G", group)
        await site.until_quiet()
        outage = Fault("502", method="getUpdates", times=None)
        site.telegram.faults.add(outage)
        moved = group.migrate()  # the update that tells of it cannot be fetched
        site.publish("second")
        await site.until(lambda: site.posts_of(moved, "second"))
        site.telegram.faults.clear()
        await site.until_quiet()
        assert len(site.posts_of(moved, "second")) == 1
        assert await site.value(STATE, moved.id) == "active"


async def test_an_outage_of_telegram_is_said_once_and_loses_nothing(tmp_path):
    async with site_in(tmp_path) as site:
        readers = site.people(5)
        await site.enrol(readers, "5G")
        life = await site.relais.start()
        await site.until_polled("courrier")
        await site.telegram.stop()
        site.publish("first")
        for reader in readers:
            reader.say("/following")
        await site.until_polled("courrier", times=3)
        await site.telegram.start()
        await site.until(lambda: all(site.posts_of(reader, "first") for reader in readers), 60)
        await site.until_quiet()
        assert all(len(site.posts_of(reader, "first")) == 1 for reader in readers)
        assert all(len(reader.chat.from_bot()) == 2 for reader in readers)
        assert len(life.events_of("telegram_unreachable")) <= 2  # once for each direction
        assert life.events_of("telegram_unreachable")
