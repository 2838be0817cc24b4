"""What readers do with comments: write, edit, withdraw, appeal; by button, reply and command."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.callbacks import WriteComment
from handlers.comment_rules import Rate
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, LINA, MODERATORS, ROB, ZOE, Newsdesk

HOUR, DAY = 3600, 86_400


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


# ---------------------------------------------------------------- own comments


@pytest.mark.parametrize("how", ["button", "command", "words", "message"])
async def test_an_edit_waits_while_readers_keep_what_was_approved(desk: Newsdesk, how: str) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    number = await desk.publish(ZOE, "Avant.")
    status, source = await desk.status(number), (await desk.comment(number)).source_id
    assert source is not None
    match how:
        case "button":
            await desk.press(ZOE, status, "Modifier")
            await desk.say(ZOE, "Après.", to=desk.last(ZOE))
        case "command":
            await desk.say(ZOE, "/edit", to=status)
            await desk.say(ZOE, "Après.")
        case "words":
            await desk.say(ZOE, f"/edit {number} Après.")
        case _:
            await desk.bot.reword(ZOE, source, "Après.")
            await desk.rest()
    assert "gardent la précédente" in status.text
    assert "Avant." in desk.copy(ROB, "Avant.").text
    assert "Avant." in (await desk.card(number)).text
    await desk.press(ANNE, await desk.card(number), "Approve")
    await desk.pass_time(1)
    assert not desk.seen(ROB, "Avant.")
    desk.copy(ROB, "Après.")


async def test_an_edit_is_too_late_after_a_quarter_of_an_hour_or_an_answer(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    first = await desk.publish(ZOE, "Un quart d’heure.")
    await desk.pass_time(14 * 60)
    await desk.say(ZOE, f"/edit {first} Encore à temps.")
    assert (await desk.comment(first)).revision == 2
    await desk.press(ANNE, await desk.card(first), "Approve")
    await desk.pass_time(15 * 60 + 1)
    (answer,) = await desk.say(ZOE, f"/edit {first} Trop tard.")
    assert "pendant 15 min," in answer.text
    assert "Trop tard." in answer.text
    second = await desk.publish(ZOE, "On y répond.")
    await desk.publish(ROB, "Voilà.", to=desk.copy(ROB, "On y répond."))
    (answer,) = await desk.say(ZOE, f"/edit {second} Autre chose.")
    assert "tant que personne n’y a répondu" in answer.text
    before = desk.last(ZOE)
    words = await desk.press(ZOE, await desk.status(second), "Modifier")
    assert "tant que personne n’y a répondu" in words
    assert desk.last(ZOE) is before  # nothing is asked for that would not be taken


async def test_only_its_author_edits_withdraws_and_appeals(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    number = await desk.publish(ZOE, "À Zoé.")
    for command in ("/edit", "/withdraw", "/appeal", "/edit x"):
        (answer,) = await desk.say(ROB, command, to=desk.copy(ROB, "À Zoé."))
        assert "n’est plus là" in answer.text
    assert (await desk.comment(number)).state is State.APPROVED
    (answer,) = await desk.say(ROB, "/withdraw")
    assert "De quel commentaire" in answer.text


async def test_a_withdrawal_is_final_and_its_progress_is_told(desk: Newsdesk) -> None:
    for reader in (ROB, LINA):
        await desk.press(reader, desk.posts[reader], "Suivre")
    number = await desk.publish(ZOE, "À reprendre.")
    await desk.pass_time(1)
    assert "2 personnes" in (await desk.status(number)).text
    (answer,) = await desk.say(ZOE, "/withdraw", to=await desk.status(number))
    assert "Retiré" in answer.text
    await desk.pass_time(60)
    assert "Retiré de 2 conversations sur 2" in (await desk.status(number)).text
    assert not desk.seen(ROB, "À reprendre.")
    assert not desk.seen(LINA, "À reprendre.")
    (answer,) = await desk.say(ZOE, f"/withdraw {number}")
    assert "Trop tard" in answer.text


async def test_after_two_days_a_notice_takes_the_place(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    number = await desk.publish(ZOE, "Vieille histoire.")
    copy = desk.copy(ROB, "Vieille histoire.")
    await desk.pass_time(2 * DAY)
    await desk.say(ZOE, f"/withdraw {number}")
    await desk.pass_time(60)
    assert not copy.deleted
    assert copy.text == "Ce commentaire a été retiré."
    assert not copy.keyboard


async def test_what_is_stored_about_comments_is_given_out(desk: Newsdesk) -> None:
    number = await desk.publish(ZOE, "Ce que je pense.")
    await desk.say(ZOE, f"/edit {number} Ce que je pense encore.")
    await desk.bot.say(ZOE, "/mydata")
    async with desk.bot.db.read() as tx:
        data = json.loads(await tx.value("SELECT content FROM outbox_files"))
    await desk.rest()
    (comment,) = data["discussions"]["comments"]
    assert [one["text"] for one in comment["revisions"]] == [
        "Ce que je pense.",
        "Ce que je pense encore.",
    ]
    assert data["discussions"]["discussions_followed"]
    assert str(ANNE) not in json.dumps(data)  # who decided is nobody's business


async def test_an_appeal_is_heard_once(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Un avis tranché.")
    await desk.order(ANNE, f"/reject {number} insult")
    status = await desk.status(number)
    assert "attaque ou insulte" in status.text
    await desk.press(ZOE, status, "Faire appel")
    (answer,) = await desk.say(ZOE, "x" * 501)
    assert "500" in answer.text
    await desk.say(ZOE, "Je ne visais personne.")
    assert "sera revue" in status.text
    assert "Je ne visais personne." in (await desk.card(number)).text
    await desk.order(ANNE, f"/reject {number} insult")
    assert status.press_data("Faire appel") is None
    (answer,) = await desk.say(ZOE, f"/appeal {number} Encore.")
    assert "ne peut pas être revue" in answer.text


async def test_an_appeal_comes_too_late_after_a_week_and_never_after_a_ban(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Vieux rejet.")
    await desk.order(ANNE, f"/reject {number} spam")
    await desk.pass_time(7 * DAY + 1)
    (answer,) = await desk.say(ZOE, f"/appeal {number} Pourquoi ?")
    assert "ne peut pas être revue" in answer.text
    banned = await desk.write(ROB, "De trop.")
    await desk.order(ANNE, f"/ban {banned}")
    assert (await desk.status(banned)).press_data("Faire appel") is None


async def test_the_name_that_signs_is_the_first_name_or_the_chosen_one(desk: Newsdesk) -> None:
    first = await desk.write(ZOE, "Avec le prénom.")
    assert "Prénom1001" in (await desk.card(first)).text
    (answer,) = await desk.say(ZOE, "/name Hirondelle")
    assert "Hirondelle" in answer.text
    second = await desk.write(ZOE, "Avec le nom choisi.")
    assert "Hirondelle" in (await desk.card(second)).text
    assert "Prénom1001" in (await desk.card(first)).text  # what is written keeps its name
    (prompt,) = await desk.say(ZOE, "/name")
    assert "Hirondelle" in prompt.text
    for name in ("x" * 33, "viagra", "\u2060"):
        (answer,) = await desk.say(ZOE, name, to=prompt)
        assert "ne convient pas" in answer.text
    page = (await desk.say(ZOE, "/settings"))[0]
    await desk.press(ZOE, page, "Nom")
    await desk.say(ZOE, "Mésange", to=desk.last(ZOE))
    third = await desk.write(ZOE, "Encore un autre.")
    assert "Mésange" in (await desk.card(third)).text
