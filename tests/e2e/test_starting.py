"""Starting and stopping: wrong settings, a bad token, a second instance, signals."""

import re
import signal

import pytest

from sandbox.telegram import Fault
from tests.support.site import TOKEN, site_in


async def test_wrong_settings_are_all_named_at_once(tmp_path):
    async with site_in(tmp_path) as site:
        code, output = await site.relais.command(
            "run",
            TELEGRAM_BOT_TOKEN="not-a-token",
            FEED_URLS="ftp://example.org/feed",
            POLL_INTERVAL_SECONDS="soon",
            ADMIN_IDS="alice",
            DEFAULT_LANGUAGE="de",
            WEB_PORT="99999",
            COMMENT_RULES_PATH="no-such.toml",
        )
        assert code == 2
        lines = output.splitlines()
        named = [line.split()[0] for line in lines]
        assert sorted(named) == [
            "ADMIN_IDS",
            "COMMENT_RULES_PATH:",
            "DEFAULT_LANGUAGE",
            "FEED_URLS",
            "POLL_INTERVAL_SECONDS",
            "TELEGRAM_BOT_TOKEN",
            "WEB_PORT",
        ]
        assert "not-a-token" not in output
        assert "Traceback" not in output
        assert not site.relais.database.exists()
        assert not site.telegram.calls


async def test_a_missing_token_is_one_sentence(tmp_path):
    async with site_in(tmp_path) as site:
        code, output = await site.relais.command("run", TELEGRAM_BOT_TOKEN="")
        assert (code, output) == (2, "TELEGRAM_BOT_TOKEN is not set (BotFather gives it).")


async def test_a_token_that_telegram_refuses_ends_with_one_sentence(tmp_path):
    async with site_in(tmp_path) as site:
        sentence = await site.relais.refuse(code=2, TELEGRAM_BOT_TOKEN="999:other-token")
        assert "TELEGRAM_BOT_TOKEN" in sentence
        assert "other-token" not in site.relais.output


async def test_a_token_revoked_while_running_ends_the_process_the_same_way(tmp_path):
    async with site_in(tmp_path) as site:
        life = await site.relais.start()
        site.telegram.faults.add(Fault("401", method="getUpdates", times=None))
        site.telegram.person("Ada").say("/start")
        assert await life.end() == 2
        assert "TELEGRAM_BOT_TOKEN" in life.lines[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_with_0(tmp_path, number):
    async with site_in(tmp_path) as site:
        life = await site.relais.start()
        await site.until(lambda: site.telegram.is_polled)
        life.send(number)
        assert await life.end(15) == 0
        assert life.events_of("stopped")
        assert "Traceback" not in life.output


async def test_a_signal_before_telegram_answers_ends_it_too(tmp_path):
    async with site_in(tmp_path) as site:
        site.telegram.faults.add(Fault("hang", method="getMe"))
        life = await site.relais.begin("run")
        await site.until(lambda: site.telegram.calls_of("getMe"), 60)
        assert await life.stop(15) == 0


async def test_telegram_may_be_away_at_the_start(tmp_path):
    async with site_in(tmp_path) as site:
        await site.telegram.stop()
        life = await site.relais.begin("run")
        await life.until(lambda life: life.events, 60)
        await site.telegram.start()
        await life.until_event("started")
        await site.ask(site.telegram.person("Ada", "en"), "/start")


async def test_a_second_process_on_the_same_database_is_refused(tmp_path):
    async with site_in(tmp_path) as site:
        first = await site.relais.start()
        assert await site.relais.refuse() == (
            "Another `relais run` uses relais.db; stop it first, or set DATABASE_PATH."
        )
        assert first.is_running
        await site.ask(site.telegram.person("Ada", "en"), "/start")


async def test_a_killed_process_leaves_neither_a_lock_nor_a_child(tmp_path):
    async with site_in(tmp_path) as site:
        site.publish("old")
        life = await site.relais.start()
        await site.until_stored(1)
        assert life.children, "the feed was read in no process of its own"
        await life.kill()
        await site.relais.start()


async def test_a_second_instance_on_another_database_is_told_of_once(tmp_path):
    async with site_in(tmp_path) as site:
        first = await site.relais.start()
        await site.until(lambda: site.telegram.is_polled)
        second = await site.relais.start(DATABASE_PATH="second.db")
        conflicts = len(site.telegram.calls_of("getUpdates"))
        await site.until(
            lambda: (
                len(
                    [c for c in site.telegram.calls_of("getUpdates")[conflicts:] if c.status == 409]
                )
                >= 2
            ),
            60,
        )
        told = first.events_of("second_instance") + second.events_of("second_instance")
        assert told
        assert len(first.events_of("second_instance")) <= 1
        assert len(second.events_of("second_instance")) <= 1
        assert all("stop one of the two" in entry["reason"] for entry in told)
        assert await second.stop() == 0
        await site.ask(site.telegram.person("Ada", "en"), "/start")


async def test_the_text_log_has_one_event_a_line(tmp_path):
    async with site_in(tmp_path, LOG_FORMAT="text") as site:
        life = await site.relais.begin("run")
        await life.until(lambda life: any(line.endswith(" started") for line in life.lines), 60)
        assert await life.stop() == 0
        line = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (info|warning|error) +[a-z_]+( .*)?")
        assert [found for found in life.lines if not line.fullmatch(found)] == []
        assert TOKEN not in life.output
