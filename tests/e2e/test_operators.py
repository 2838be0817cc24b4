"""What operators do, the whole way: feeds added and closed, what failed tried again."""

import json
import time

from sandbox.newsroom import Fault
from storage.inbox import add_updates, park_update
from tests.support.site import site_in

OPERATOR = 77


async def test_a_site_is_added_after_a_look_and_its_articles_come(tmp_path):
    async with site_in(tmp_path, ADMIN_IDS=OPERATOR, FEED_URLS="") as site:
        site.publish("old", title="What was there before", tags=("5G", "Radio"))
        await site.relais.start()
        noor = site.telegram.person("Noor", "en", user_id=OPERATOR)
        ada = site.telegram.person("Ada", "en")
        await site.ask(noor, "/start")
        await site.ask(ada, "/follow 5G")
        looking = await site.ask(noor, f"/addfeed {site.newsroom.front_url('courrier')}")
        await site.until(lambda: "What was there before" in looking.text)
        assert "5G, Radio" in looking.text
        assert await site.value("SELECT count(*) FROM feeds") == 0
        noor.press(looking, "Add this feed")
        await site.until(lambda: "is added" in looking.text)
        await site.until_stored(1)
        site.publish("new", title="The news", tags=("5G",))
        await site.until(lambda: site.posts_of(ada, "new"))
        assert site.posts_of(ada, "old") == []


async def test_a_closed_feed_is_told_of_at_once_and_once(tmp_path):
    async with site_in(tmp_path, ADMIN_IDS=OPERATOR) as site:
        noor = site.telegram.person("Noor", "en", user_id=OPERATOR)
        site.publish("old")
        await site.relais.start()
        await site.ask(noor, "/start")
        await site.until_stored(1)
        feed = site.newsroom.feed_url("courrier")
        site.newsroom.set_fault(feed, Fault.gone())
        told = "was closed by its publisher"
        await site.until(lambda: told in noor.chat.last.text, 10)
        answer = await site.ask(noor, "/feeds")
        assert "no longer read" in answer.text
        asked = len(site.newsroom.requests_to(feed))
        await site.relais.restart()
        await site.ask(noor, "/stats")
        assert len(site.newsroom.requests_to(feed)) == asked
        assert sum(told in message.text for message in noor.chat.from_bot()) == 1


async def test_a_parked_update_is_tried_again_from_the_chat_and_from_the_shell(tmp_path):
    async with site_in(tmp_path, ADMIN_IDS=OPERATOR) as site:
        noor = site.telegram.person("Noor", "en", user_id=OPERATOR)
        ada = site.telegram.person("Ada", "en")
        await site.enrol([noor, ada])
        async with site.storage() as db, db.transaction() as tx:
            for update_id, words in ((7, "/follow Radio"), (8, "/follow Vinyl")):
                raw = said(update_id, ada.id, words)
                await add_updates(tx, [(update_id, ada.id, raw)], now=int(time.time()))
                await park_update(tx, update_id, "KeyError at follow:12")
        await site.relais.start()
        listed = await site.ask(noor, "/parked")
        assert f"Update 8 from chat {ada.id}" in listed.text
        await site.press(noor, listed, "↻ 1")
        await site.until(lambda: "Vinyl" in ada.chat.last.text)
        code, output = await site.relais.command("parked", "retry", "update:7")
        assert code == 0, output
        await site.until(lambda: "Radio" in ada.chat.last.text, 60)
        assert await site.value("SELECT count(*) FROM inbox WHERE state = 2") == 0


def said(update_id, chat_id, words):
    """Give the raw update of a command."""
    message = {
        "message_id": update_id,
        "date": int(time.time()),
        "chat": {"id": chat_id, "type": "private", "first_name": "Ada"},
        "from": {"id": chat_id, "is_bot": False, "first_name": "Ada", "language_code": "en"},
        "text": words,
        "entities": [{"type": "bot_command", "offset": 0, "length": len(words.split()[0])}],
    }
    return json.dumps({"update_id": update_id, "message": message})
