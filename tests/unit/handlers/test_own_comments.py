"""What authors do with their own comments: edit, withdraw, appeal, sign; by button and command."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.comment_rules import Rate
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, LINA, ROB, ZOE, Newsdesk

DAY = 86_400


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """A newsroom where approvals go out at once."""
    desk = await Newsdesk.open(tmp_path / "relais.db", rules=with_rules(reader_rate=Rate(30, 600)))
    yield desk
    await desk.close()


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
    (answer,) = await desk.say(ROB, f"/appeal {banned}")
    assert "ne peut pas être revue" in answer.text


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
