"""What the demo is made of fits together, and a bot that cannot start is reported in its words."""

import pytest
from rich.console import Console

from sandbox.demo_bot import BotProcess
from sandbox.demo_stage import (
    BACKLOG,
    COMING,
    DRAFTS,
    FOLLOWED,
    BotFailed,
    Stage,
    ask,
    take_samples,
)
from sandbox.newsroom import load_samples
from sandbox.tour_acts import is_in
from sandbox.tour_script import Script, StepFailed
from tests.support.page import scene

__all__ = ["scene"]


@pytest.fixture
def stage(scene, tmp_path):
    """The stage of the tour, with the scripted bot in the place of the real one."""
    return Stage(
        scene.telegram,
        scene.newsroom,
        BotProcess(tmp_path, {}),
        scene.amelie,
        scene.jonah,
        scene.jonah,
        scene.moderator,
        scene.group,
    )


@pytest.fixture
def script(stage):
    return Script(stage, Console(record=True, width=120))


def test_every_sample_has_one_place():
    assert sorted(BACKLOG + COMING + DRAFTS) == [article.id for article in sorted_samples()]


def sorted_samples():
    return sorted(load_samples(), key=lambda article: article.id)


@pytest.mark.parametrize("article", take_samples(COMING), ids=lambda article: article.id)
def test_every_coming_article_reaches_somebody(article):
    followed = {tag.strip() for tags in FOLLOWED.values() for tag in tags.split(",")}
    assert followed & set(article.tags)


def test_each_reader_gets_several_and_some_are_shared():
    reached = {
        name: {article.id for article in take_samples(COMING) if set(article.tags) & set(tags)}
        for name, tags in ((name, tags.split(", ")) for name, tags in FOLLOWED.items())
    }
    assert all(len(articles) >= 5 for articles in reached.values())
    assert set.intersection(*reached.values())


async def test_a_bot_that_refuses_to_start_is_quoted(stage):
    await stage.bot.start()
    with pytest.raises(BotFailed, match="TELEGRAM_BOT_TOKEN"):
        await stage.until_ready()
    await stage.bot.stop()


async def test_stopping_what_was_never_started_is_nothing(stage):
    await stage.bot.stop()
    with pytest.raises(RuntimeError):
        await stage.bot.wait()


async def test_asking_gives_the_answer(stage):
    answer = await ask(stage, stage.amelie, "/start")
    assert answer.text == "Welcome to Relais."


async def test_a_step_waits_shows_and_counts(script, stage):
    said = script.say(stage.amelie, "/start")
    hello = await script.answer(stage.amelie.chat, "a welcome", lambda m: m.keyboard, after=said)
    await script.toast(script.press(stage.amelie, hello, "Nothing", "follow"), "an answer")
    assert script.checks == 2
    printed = script._console.export_text()
    for words in ("/start", "Welcome to Relais.", "[Follow 5G]", "✓ a welcome", "Followed"):
        assert words in printed


async def test_a_step_that_fails_names_what_was_expected(script, stage, monkeypatch):
    monkeypatch.setattr("sandbox.tour_script.WAIT_SECONDS", 0.3)
    said = script.say(stage.amelie, "/start")
    await script.answer(stage.amelie.chat, "a welcome", after=said)
    with pytest.raises(StepFailed, match=r"Expected a unicorn.*Welcome to Relais"):
        await script.answer(stage.amelie.chat, "a unicorn", lambda m: "unicorn" in m.text)
    assert script.checks == 1


async def test_a_missing_button_names_those_there_are(script, stage):
    said = script.say(stage.amelie, "/start")
    hello = await script.answer(stage.amelie.chat, "a welcome", after=said)
    with pytest.raises(StepFailed, match=r"“Approve” or “Approuver”.*Follow 5G"):
        script.press(stage.amelie, hello, "Approve", "Approuver")


def test_languages_are_told_apart():
    assert is_in("fr", "Vous suivez maintenant les tags 5G et Xiaomi.")
    assert is_in("en", "You now follow the tags 5G and Xiaomi.")
    assert not is_in("fr", "You now follow the tags.")
    assert not is_in("en", "Vous suivez les tags.")
