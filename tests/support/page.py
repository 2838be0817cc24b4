"""The page of the demo with a scripted bot behind it, and a headless Chromium before it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from sandbox.newsroom import Newsroom, load_samples
from sandbox.telegram import Chat, Person, TelegramServer
from sandbox.web import Seat, WebPage
from tests.support.scripted_bot import ScriptedBot, scripted_bot

CHROMIUM_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


PATIENCE_MS = 15_000  # a busy machine draws late


@dataclass(frozen=True)
class Scene:
    """Everything that a test of the page may look at."""

    telegram: TelegramServer
    newsroom: Newsroom
    bot: ScriptedBot
    page: WebPage
    amelie: Person
    jonah: Person
    moderator: Person
    group: Chat


@asynccontextmanager
async def open_scene() -> AsyncIterator[Scene]:
    """Two readers, a moderators' group, a newsroom and a scripted bot, seen through the page."""
    async with TelegramServer() as telegram, Newsroom() as newsroom:
        amelie = telegram.person("Amélie", "fr")
        jonah = telegram.person("Jonah", "en")
        moderator = telegram.person("Sacha", "fr")
        group = telegram.group("Modération", [moderator])
        seats = [
            Seat("amelie", amelie, "reader", amelie.chat),
            Seat("jonah", jonah, "reader", jonah.chat),
            Seat("moderators", moderator, "moderator", group),
        ]
        async with (
            scripted_bot(telegram, newsroom, [amelie, jonah]) as bot,
            WebPage(telegram, newsroom, seats, load_samples()[-2:]) as page,
        ):
            yield Scene(telegram, newsroom, bot, page, amelie, jonah, moderator, group)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A scene of one's own."""
    async with open_scene() as scene:
        yield scene


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, headless; skips where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs the program chromium (Debian package chromium)")
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


async def open_page(browser: Browser, url: str, *, width: int = 1360, height: int = 860) -> Page:
    """Open the page in a context of its own and wait until the first state is drawn.

    An error on the page fails the test that caused it, at its next call.
    """
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="en-GB", reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    await page.wait_for_selector("body[data-ready]")
    return page
