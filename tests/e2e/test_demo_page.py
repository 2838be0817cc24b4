"""The page in a real browser: live, by keyboard, on a phone, and never a word taken for markup."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.newsroom import make_article
from tests.support.page import open_browser, open_page, open_scene

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def chromium():
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def browser(chromium):
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def scene():
    async with open_scene() as scene:
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser, scene):
    page = await open_page(browser, scene.page.url)
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    assert not errors


async def say(page, text):
    """Write a text and wait until it stands in the chat."""
    own = page.locator(".mine")
    before = await own.count()
    await page.fill("#text", text)
    await page.press("#text", "Enter")
    await expect(own).to_have_count(before + 1)


async def test_a_talk_goes_on_without_reloading(page, scene):
    await say(page, "/start")
    bubble = page.locator(".theirs").last
    await expect(bubble.locator(".text")).to_have_text("Welcome to Relais.")
    await expect(bubble.locator("strong")).to_have_text("Relais")
    await bubble.get_by_role("button", name="Follow 5G").click()
    await expect(bubble.locator(".text")).to_have_text("You follow #5G now.")
    await expect(bubble.locator(".edited")).to_be_visible()
    await expect(page.locator("#toasts")).to_contain_text("Followed")
    await expect(bubble.locator(".key[aria-busy]")).to_have_count(0)
    await expect(page.locator("#announce")).to_contain_text("You follow #5G now.")


async def test_who_reads_above_is_told_of_what_comes_below(page, scene):
    await say(page, "x\n" * 60)
    await expect(page.locator(".mine")).to_be_visible()
    await page.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    await scene.bot.call("sendChatAction", chat_id=scene.amelie.id, action="typing")
    await expect(page.locator("#subtitle")).to_have_text("Relais is typing…")
    await scene.bot.say(scene.amelie.id, "News")
    await expect(page.locator("#subtitle")).not_to_contain_text("typing")
    await expect(page.locator(".theirs").last).not_to_be_in_viewport()
    await page.get_by_role("button", name="New messages").click()
    await expect(page.locator(".theirs").last).to_be_in_viewport(ratio=1)
    await expect(page.locator("#latest")).to_be_hidden()


async def test_an_alert_waits_to_be_read(page, scene):
    await say(page, "/start")
    await page.get_by_role("button", name="Alert").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Mind!")
    await page.get_by_role("button", name="OK").press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_an_article_published_in_the_panel_arrives_at_both_readers(page, scene):
    for person in (scene.amelie, scene.jonah):
        person.say("Bonjour")
    await page.locator("#article [name=title]").fill("Le phare rallumé : « enfin »")
    await page.get_by_role("button", name="Publish", exact=True).click()
    post = page.locator(".theirs").last
    await expect(post.locator(".text")).to_contain_text("Le phare rallumé : « enfin »")
    await expect(post.locator(".card img")).to_be_visible()
    card, text = (
        await post.locator(".card").bounding_box(),
        await post.locator(".text").bounding_box(),
    )
    assert card["y"] < text["y"]
    await expect(page.locator("#articles li").first).to_contain_text("Arrived: Amélie, Jonah")
    await expect(page.locator('[data-seat="jonah"] .badge')).to_have_text(re.compile(r"\d"))
    await page.locator('[data-seat="jonah"]').click()
    await expect(page.locator('[data-seat="jonah"] .badge')).to_have_count(0)
    await expect(page.locator(".theirs").last.locator(".text")).to_contain_text("Le phare rallumé")


async def test_a_link_in_a_list_is_no_arrival(page, scene):
    url = scene.newsroom.publish(make_article("one"))
    await say(page, "Bonjour")
    await scene.bot.call(
        "sendMessage",
        chat_id=scene.amelie.id,
        text=f'<a href="{url}">The latest</a>',
        parse_mode="HTML",
        link_preview_options={"is_disabled": True},
    )
    await expect(page.locator(".theirs")).to_be_visible()
    await expect(page.locator("#articles li")).to_contain_text("Nobody has it yet")


async def test_an_article_is_corrected_and_withdrawn_in_the_panel(page, scene):
    scene.newsroom.publish(make_article("one", title="Faux titre"))
    row = page.locator("#articles li").first
    await row.get_by_role("button", name=re.compile("^Correct")).click()
    await page.locator("#article [name=title]").fill("Titre juste")
    await page.get_by_role("button", name="Publish the correction").click()
    await expect(row).to_contain_text("Titre juste")
    await row.get_by_role("button", name=re.compile("^Withdraw")).click()
    await expect(page.locator("#articles li")).to_have_count(0)


async def test_a_deletion_is_seen_as_it_happens(page, scene):
    await say(page, "/go")
    await expect(page.locator(".note.gone")).to_have_text("A message was deleted")
    await expect(page.locator("#messages")).not_to_contain_text("This will go.")


async def test_a_prompt_is_answered_by_just_typing(page, scene):
    await say(page, "/ask")
    await expect(page.locator("#context")).to_contain_text("What do you think?")
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Your comment")
    await expect(page.locator(".theirs").last).to_be_in_viewport(ratio=1)
    await say(page, "Good news")
    answer = page.locator(".theirs").last
    await expect(answer.locator(".text")).to_have_text("Heard: Good news")
    await expect(answer.locator(".quote")).to_contain_text("Good news")
    await expect(page.locator("#context")).to_be_hidden()
    said = next(message for message in scene.amelie.chat.messages if message.text == "Good news")
    assert said.reply_to.text == "What do you think?"


async def test_everything_can_be_done_with_the_keyboard(page, scene):
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator('[data-seat="amelie"]')).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-seat="jonah"]')).to_have_attribute("aria-current", "true")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("/start")
    await page.keyboard.press("Enter")
    await expect(page.locator(".theirs .key")).to_have_count(2)
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".theirs").last).to_be_focused()
    outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("ArrowUp")
    await expect(page.locator(".mine").last).to_be_focused()
    await page.keyboard.press("End")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Follow 5G")).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Enter")
    await expect(page.locator(".theirs .text").last).to_have_text("You follow #5G now.")
    await expect(page.get_by_role("button", name="Follow 5G")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#context")).to_contain_text("Reply to Relais")
    await page.keyboard.press("Escape")
    await expect(page.locator("#context")).to_be_hidden()


async def test_commands_are_offered_while_typing(page, scene):
    commands = [
        {"command": "follow", "description": "Follow tags"},
        {"command": "following", "description": "What you follow"},
        {"command": "help", "description": "Help"},
    ]
    await scene.bot.call("setMyCommands", commands=commands)
    options = page.locator("#menu").get_by_role("option")
    await page.locator("#open-menu").click()
    await expect(options).to_have_count(3)
    await page.keyboard.press("Escape")
    await page.locator("#text").press_sequentially("/fo")
    await expect(options).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_have_value("/following ")
    await expect(options).to_have_count(0)


async def test_own_words_are_edited_and_deleted(page, scene):
    await say(page, "Bonjur")
    mine = page.locator(".mine").last
    await mine.hover()
    await mine.get_by_role("button", name="Edit").click()
    await page.fill("#text", "Bonjour")
    await page.press("#text", "Enter")
    await expect(mine.locator(".text")).to_have_text("Bonjour")
    await mine.hover()
    await mine.get_by_role("button", name="Delete").click()
    await expect(page.locator(".mine")).to_have_count(0)


async def test_nothing_that_is_said_becomes_markup(page, scene):
    hostile = (
        "<img src=x onerror=alert(1)> & <b>x</b> 👩‍👩‍👧 \u202eabc https://example.org/?a=1&b=2"
    )
    await say(page, hostile)
    mine = page.locator(".mine .text").last
    await expect(mine).to_contain_text("<img src=x onerror=alert(1)> & <b>x</b>")
    await expect(mine.locator("img, b")).to_have_count(0)
    link = mine.locator("a")
    await expect(link).to_have_text("https://example.org/?a=1&b=2")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")


async def test_every_format_is_drawn(page, scene):
    await say(page, "Bonjour")
    await scene.bot.say(
        scene.amelie.id,
        "<b>bold <i>both</i></b> <u>under</u> <s>gone</s> <code>code</code> "
        "<tg-spoiler>hidden</tg-spoiler> <blockquote>said</blockquote>"
        '<a href="https://example.org/x">there</a> 🎉 #5G /help',
    )
    text = page.locator(".theirs .text").last
    await expect(text.locator("strong em")).to_have_text("both")
    for selector, words in {
        "u": "under",
        "s": "gone",
        "code": "code",
        "blockquote": "said",
        "a": "there",
        ".entity.hashtag": "#5G",
    }.items():
        await expect(text.locator(selector)).to_have_text(words)
    cover = text.locator(".spoiler")
    await cover.click()
    await expect(cover).to_have_class(re.compile("shown"))
    await text.get_by_role("button", name="/help").click()
    await expect(page.locator(".mine .text").last).to_have_text("/help")


async def test_a_page_that_comes_back_is_right(page, scene):
    await say(page, "/start")
    await expect(page.locator(".theirs")).to_have_count(1)
    await page.context.set_offline(True)
    await scene.bot.say(scene.amelie.id, "While you were away")
    await page.context.set_offline(False)
    await page.reload()
    await expect(page.locator(".theirs .text").last).to_have_text("While you were away")
    await expect(page.locator(".theirs")).to_have_count(2)


async def test_the_page_speaks_french(page, scene):
    await page.get_by_role("button", name="Français").click()
    await expect(page.get_by_role("heading", name="Rédaction")).to_be_visible()
    await expect(page.locator("#text")).to_have_attribute("placeholder", "Écrire un message")
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await page.reload()
    await expect(page.get_by_role("button", name="Publier", exact=True)).to_be_visible()


async def test_no_width_scrolls_sideways(browser, scene):
    for person in (scene.amelie, scene.jonah):
        person.say("/start " + "x" * 300)
    await scene.telegram.wait_until(lambda: scene.telegram.confirmed_offset)
    title = "Uneligneinsécable" * 20
    scene.newsroom.publish(make_article("one", title=title))
    measure = "[document.documentElement.scrollWidth, document.getElementById('log').scrollWidth]"
    for width in (320, 360, 768, 1024):
        page = await open_page(browser, scene.page.url, width=width, height=740)
        for step in ('[data-seat="amelie"]', "#toggle-news"):
            await page.locator(step).click()
            await expect(page.locator(".theirs .card").last).to_be_attached()
            document, log = await page.evaluate(measure)
            assert max(document, log) <= width


async def test_a_phone_shows_one_thing_at_a_time(browser, scene):
    page = await open_page(browser, scene.page.url, width=360, height=740)
    await expect(page.locator("#chats")).to_be_visible()
    await expect(page.locator("#composer")).to_be_hidden()
    await page.locator('[data-seat="amelie"]').click()
    await expect(page.locator("#chats")).to_be_hidden()
    await say(page, "/start")
    await page.get_by_role("button", name="Follow 5G").click()
    await expect(page.locator(".theirs .text")).to_have_text("You follow #5G now.")
    await page.locator("#toggle-news").click()
    await expect(page.locator("#article")).to_be_in_viewport()
    await page.keyboard.press("Escape")
    await expect(page.locator("#article")).to_be_hidden()
    await page.get_by_role("button", name="Back to the chats").click()
    await expect(page.locator("#chats")).to_be_visible()


async def test_nothing_comes_from_elsewhere(browser, scene):
    page = await (await browser.new_context()).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(scene.page.url)
    await page.wait_for_selector("body[data-ready]")
    assert len(asked) > 5
    assert all(url.startswith((scene.page.url, "data:")) for url in asked)
