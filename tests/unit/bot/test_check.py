"""`relais check`: a line for each thing, all of them looked at, 1 when one is wrong."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from bot.check import run_checks
from sandbox.telegram import TelegramServer
from storage.database import Database
from storage.feeds import add_feed
from tests.support.database import NOW, make_empty_file
from tests.support.feeds import Answer, FeedServer, feed_server, item, rss
from tests.support.shell import Shell, shell
from tests.support.telegram import telegram

__all__ = ["shell", "telegram"]


@pytest.fixture
async def publisher() -> AsyncIterator[FeedServer]:
    async with feed_server() as server:
        server.answers["/flux"] = Answer(rss(item(title="Une"), item(title="Deux")))
        yield server


def settings(telegram: TelegramServer, publisher: FeedServer, **more: object) -> dict[str, object]:
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "ALLOW_PRIVATE_NETWORKS": "true",
        "FEED_URLS": publisher.url("/flux"),
        **more,
    }


async def test_all_is_well(shell: Shell, telegram: TelegramServer, publisher: FeedServer) -> None:
    moderators = telegram.group("Moderators", [telegram.person("Mia")])
    shell.set(**settings(telegram, publisher, MODERATION_CHAT_ID=moderators.id))
    database = await Database.open(shell.database)
    async with database.transaction() as tx:
        await add_feed(tx, publisher.url("/flux"), now=NOW)
    await database.close()
    code, output = await shell.run(run_checks())
    assert code == 0, output
    assert output.splitlines() == [
        "✓ settings    all set",
        "✓ database    relais.db, sound",
        f"✓ token       @{telegram.bot.username} at {telegram.url}",
        f"✓ feeds       {publisher.url('/flux')}, 2 articles",
        "✓ moderation  Moderators",
    ]


async def test_everything_wrong_is_told_at_once(
    shell: Shell, telegram: TelegramServer, publisher: FeedServer
) -> None:
    with closing(sqlite3.connect(make_empty_file(shell.database))) as connection:
        connection.execute("PRAGMA user_version = 999")
    shell.set(**settings(telegram, publisher, TELEGRAM_BOT_TOKEN="9:wrong", MODERATION_CHAT_ID=-4))
    code, output = await shell.run(run_checks())
    assert code == 1
    lines = output.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["✓", "settings"],
        ["✗", "database"],
        ["✗", "token"],
        ["✗", "feeds"],
        ["✗", "moderation"],
    ]
    assert "newer Relais" in lines[1]
    assert "TELEGRAM_BOT_TOKEN" in lines[2]
    assert "9:wrong" not in output


async def test_a_feed_that_cannot_be_read_and_a_chat_that_is_not_there(
    shell: Shell, telegram: TelegramServer, publisher: FeedServer
) -> None:
    urls = f"{publisher.url('/flux')} {publisher.url('/none')}"
    shell.set(**settings(telegram, publisher, FEED_URLS=urls, MODERATION_CHAT_ID=-4))
    code, output = await shell.run(run_checks())
    assert code == 1
    assert f"✓ feeds       {publisher.url('/flux')}, 2 articles" in output
    assert f"✗ feeds       {publisher.url('/none')}: The server answered with error 404." in output
    assert "✗ moderation  MODERATION_CHAT_ID -4: Telegram says “Chat not found”" in output


async def test_wrong_settings_are_all_there_is_to_say(shell: Shell) -> None:
    shell.set(ADMIN_IDS="anne", WEB_PORT="x")
    code, output = await shell.run(run_checks())
    assert code == 1
    assert [line.split()[2] for line in output.splitlines()] == [
        "TELEGRAM_BOT_TOKEN", "ADMIN_IDS", "WEB_PORT",
    ]  # fmt: skip
    assert not shell.database.exists()
