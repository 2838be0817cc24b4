"""Writing comments: how the text is asked for and taken, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.callbacks import WriteComment
from handlers.comment_rules import Rate
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, LINA, MODERATORS, ROB, ZOE, Newsdesk

HOUR = 3600


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """A newsroom where approvals go out at once."""
    desk = await Newsdesk.open(tmp_path / "relais.db", rules=with_rules(reader_rate=Rate(30, 600)))
    yield desk
    await desk.close()


# ---------------------------------------------------------------- writing


async def test_the_button_asks_and_the_answer_is_the_comment(desk: Newsdesk) -> None:
    await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    prompt = desk.last(ZOE)
    assert prompt.is_prompt
    assert prompt.reply_to == desk.posts[ZOE].message_id
    (status,) = await desk.say(ZOE, "Un avis.", to=prompt)
    assert "Un avis." in status.text
    assert "Un modérateur va le lire" in status.text
    assert "Un avis." in desk.last(MODERATORS).text


async def test_the_next_message_is_the_comment_without_a_reply_too(desk: Newsdesk) -> None:
    await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    await desk.say(ZOE, "Sans répondre.")
    assert desk.seen(MODERATORS, "Sans répondre.")
    await desk.say(ZOE, "Ceci n’est plus un commentaire.")
    assert not desk.seen(MODERATORS, "plus un commentaire")


async def test_a_question_is_forgotten_after_an_hour_or_by_command(desk: Newsdesk) -> None:
    await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    await desk.pass_time(HOUR + 1)
    await desk.say(ZOE, "Trop tard.")
    await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    (answer,) = await desk.say(ZOE, "/cancel")
    assert "annulé" in answer.text
    await desk.say(ZOE, "Plus rien.")
    assert not desk.bot.chats.standing(MODERATORS)
    (answer,) = await desk.say(ZOE, "/cancel")
    assert "rien à annuler" in answer.text


async def test_a_direct_reply_to_the_post_is_a_comment(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Directement.")
    assert (await desk.comment(number)).state is State.PENDING
    assert (await desk.card(number)).text.count("Directement.") == 1


async def test_the_command_asks_or_takes_its_own_words(desk: Newsdesk) -> None:
    (how,) = await desk.say(ZOE, "/comment")
    assert "/comment" in how.text
    (prompt,) = await desk.say(ZOE, "/comment", to=desk.posts[ZOE])
    assert prompt.is_prompt
    await desk.say(ZOE, "/comment  En une fois.", to=desk.posts[ZOE])
    assert desk.seen(MODERATORS, "En une fois.")
    assert "/comment" not in desk.last(MODERATORS).text


async def test_a_comment_sent_with_its_command_is_edited_with_it(desk: Newsdesk) -> None:
    await desk.say(ZOE, "/comment Première.", to=desk.posts[ZOE])
    async with desk.bot.db.read() as tx:
        source = await tx.value("SELECT source_id FROM comments")
    await desk.bot.reword(ZOE, source, "/comment Seconde.")
    await desk.rest()
    assert "Seconde." in (await desk.card(1)).text
    assert "/comment" not in (await desk.card(1)).text


async def test_in_a_group_it_sends_people_to_the_private_chat(desk: Newsdesk) -> None:
    post = await desk.post(-77, desk.article)
    link = f"https://t.me/relais_bot?start=comment_{desk.article}"
    assert "@relais_bot" in await desk.press(ZOE, post, "Commenter")
    assert desk.bot.opened[-1] == link
    (answer,) = await desk.say(ZOE, "/comment Oui.", to=post, chat=-77)
    assert "@relais_bot" in answer.text
    assert link in str(answer.keyboard)
    assert not await desk.say(ZOE, "Ce que des gens se disent.", to=post, chat=-77)
    assert not desk.bot.chats.standing(MODERATORS)


async def test_from_a_channel_it_is_the_same_way(desk: Newsdesk) -> None:
    query = {
        "id": "1",
        "from": {"id": ZOE, "is_bot": False, "first_name": "Zoé"},
        "chat_instance": "1",
        "message": {
            "message_id": 9,
            "date": 0,
            "chat": {"id": -9, "type": "channel", "title": "C"},
        },
        "data": WriteComment(desk.article).pack(),
    }
    await desk.bot.receive({"callback_query": query})
    await desk.bot.deliver_answers()
    assert desk.bot.opened[-1] == f"https://t.me/relais_bot?start=comment_{desk.article}"
    assert not desk.bot.chats.standing(MODERATORS)


async def test_the_way_from_a_group_leads_to_the_question(desk: Newsdesk) -> None:
    (prompt,) = await desk.say(ZOE, f"/start comment_{desk.article}")
    assert prompt.is_prompt
    await desk.say(ZOE, "Depuis le groupe.", to=prompt)
    assert desk.seen(MODERATORS, "Depuis le groupe.")
    for name in ("99", "x", "²", "9" * 40):
        (answer,) = await desk.say(ZOE, f"/start comment_{name}")
        assert "plus là" in answer.text


async def test_one_status_message_lives_through_everything(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Une vie.")
    status = await desk.status(number)
    assert "⏳" in status.text
    card = await desk.card(number)
    await desk.press(ANNE, card, "Return")
    await desk.press(ANNE, card, "Off topic")
    assert "hors sujet" in status.text
    assert "↩️" in status.text
    await desk.say(ZOE, "Une vie meilleure.", to=status)
    assert "⏳" in status.text
    await desk.press(ANNE, await desk.card(number), "Approve")
    await desk.pass_time(60)
    assert "✅" in status.text
    await desk.press(ZOE, status, "Retirer")
    await desk.pass_time(60)
    assert "🗑" in status.text
    assert await desk.status(number) is status
    assert not status.keyboard


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("x" * 2001, "2\u202f001 caractères"),
        ("un viagra", "viagra"),
        ("a.fr b.fr c.fr", "liens"),
        ("\u2060", "aucun texte"),
    ],
)
async def test_a_refusal_names_its_rule_and_gives_the_text_back(
    desk: Newsdesk, text: str, rule: str
) -> None:
    answers = await desk.say(ZOE, text, to=desk.posts[ZOE])
    assert rule in answers[0].text
    assert text in answers[-1].text
    assert not desk.bot.chats.standing(MODERATORS)


async def test_the_same_again_and_too_much_are_refused(tmp_path: Path) -> None:
    rules = with_rules(reader_rate=Rate(2, 600), article_rate=Rate(3, 600), bot_rate=Rate(4, 600))
    desk = await Newsdesk.open(tmp_path / "x.db", rules=rules)
    await desk.write(ZOE, "Une fois.")
    (answer,) = await desk.say(ZOE, "une FOIS !", to=desk.posts[ZOE])
    assert "déjà écrit" in answer.text
    await desk.write(ZOE, "Deux fois.")
    (answer,) = await desk.say(ZOE, "Trois fois.", to=desk.posts[ZOE])
    assert "10 minutes" in answer.text
    await desk.write(ROB, "Moi aussi.")
    (answer,) = await desk.say(LINA, "Et moi.", to=desk.posts[LINA])
    assert "discussion est très animée" in answer.text
    other = await desk.bot.publish("Autre chose")
    post = await desk.post(LINA, other)
    await desk.write(LINA, "Ailleurs.", to=post)
    (answer,) = await desk.say(LINA, "Encore ailleurs.", to=post)
    assert "Trop de commentaires" in answer.text
    await desk.pass_time(601)
    await desk.write(ZOE, "Quatre fois.")
    assert desk.seen(MODERATORS, "Quatre fois.")
    await desk.close()


async def test_closed_and_banned_are_told_at_the_question_already(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Un.")
    await desk.order(ANNE, f"/close {number}")
    assert "close" in await desk.press(ROB, desk.posts[ROB], "Commenter")
    (answer,) = await desk.say(ROB, "Quand même.", to=desk.posts[ROB])
    assert "close" in answer.text
    assert "Quand même." in answer.text
    await desk.order(ANNE, f"/open {number}")
    await desk.order(ANNE, f"/ban {number} 24")
    assert "jusqu’au" in await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    await desk.pass_time(24 * HOUR + 1)
    await desk.press(ZOE, desk.posts[ZOE], "Commenter")
    assert desk.last(ZOE).is_prompt


async def test_no_answer_to_what_is_no_longer_shown(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    number = await desk.publish(ZOE, "À retirer.")
    copy = desk.copy(ROB, "À retirer.")
    await desk.press(ROB, copy, "Répondre")
    prompt = desk.last(ROB)
    await desk.say(ZOE, "/withdraw", to=await desk.status(number))
    (answer,) = await desk.say(ROB, "Ma réponse.", to=prompt)
    assert "n’est plus publié" in answer.text
    assert "Ma réponse." in answer.text
