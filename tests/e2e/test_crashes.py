"""SIGKILL in the middle of everything: no update lost, no reader without the post."""

import json
import time

from storage.inbox import add_updates
from tests.support.killing import Killer, ask_many, count_words
from tests.support.site import site_in

LATENCY = 0.03


async def test_killed_with_300_updates_pending(tmp_path):
    async with site_in(tmp_path, latency=LATENCY) as site:
        people = site.people(60)
        await site.enrol(people)
        words = ask_many(people, 5)
        assert len(site.telegram.pending_updates) == 300
        await site.relais.begin("run")
        killer = Killer(site)
        for _ in range(5):
            await killer.kill_midway(40)
        await site.until_quiet()
        answers = [m for person in people for m in person.chat.from_bot()]
        killer.tally.count(words, count_words(answers, words))
        assert not killer.tally.lost, killer.tally
        assert not killer.tally.doubled, killer.tally
        assert await site.value("SELECT count(*) FROM inbox WHERE state <> 1") == 0


async def test_killed_in_a_broadcast_to_600_readers(tmp_path):
    settings = {"PAID_BROADCAST": "true", "MESSAGES_PER_SECOND": 200}
    async with site_in(tmp_path, latency=LATENCY, **settings) as site:
        people = site.people(600)
        await site.enrol(people, "5G")
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("mast")
        await site.telegram.wait_until(lambda: site.telegram.calls_of("sendMessage"), 30)
        killer = Killer(site)
        for _ in range(5):
            await killer.kill_midway(120)
        await site.until_quiet()
        seen = {person.name: len(site.posts_of(person, "mast")) for person in people}
        killer.tally.count(seen, seen)
        assert not killer.tally.lost, killer.tally
        assert not killer.tally.doubled, killer.tally


async def test_a_press_that_waited_for_a_restart_takes_effect_once_unanswered(tmp_path):
    async with site_in(tmp_path) as site:
        ada = site.telegram.person("Ada", "en")
        await site.enrol([ada], "5G")
        query = {
            "id": "1",
            "chat_instance": "1",
            "from": {"id": ada.id, "is_bot": False, "first_name": "Ada", "language_code": "en"},
            "message": {"message_id": 1, "date": 1, "chat": {"id": ada.id, "type": "private"}},
            "data": "pa:1",
        }
        raw = json.dumps({"update_id": 7, "callback_query": query})
        async with site.storage() as db, db.transaction() as tx:
            await add_updates(tx, [(7, ada.id, raw)], now=int(time.time()) - 600)
        await site.relais.start()
        paused = "SELECT count(*) FROM subscribers WHERE state = 'paused'"
        await site.until_value(paused, lambda count: count == 1)
        # An edit that a restart finds under way is made again: it changes nothing twice.
        under_way = "SELECT count(*) FROM outbox WHERE state IN (0, 1, 3)"
        await site.until_value(under_way, lambda count: count == 0)
        await site.relais.restart()
        await site.ask(ada, "/following")
        assert await site.value(paused) == 1
        assert site.telegram.calls_of("answerCallbackQuery") == []
        assert len(site.telegram.calls_of("editMessageText")) == 1
