"""What readers do with each other's comments: follow, read, answer, report, mute."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.comment_rules import Rate
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, LINA, MODERATORS, ROB, ZOE, Newsdesk

RULES = with_rules(reader_rate=Rate(100, 600), report_threshold=2.0)


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """A newsroom where approvals go out at once and two reports hide a comment."""
    desk = await Newsdesk.open(tmp_path / "relais.db", rules=RULES)
    yield desk
    await desk.close()


@pytest.mark.parametrize("how", ["button", "command", "writing"])
async def test_who_follows_gets_comments_as_replies_to_the_own_post(
    desk: Newsdesk, how: str
) -> None:
    match how:
        case "button":
            answer = await desk.press(ROB, desk.posts[ROB], "Suivre")
            assert "suivez" in answer
            assert desk.posts[ROB].press_data("Ne plus suivre")
        case "command":
            (told,) = await desk.say(ROB, "/join", to=desk.posts[ROB])
            assert "suivez" in told.text
        case _:
            await desk.write(ROB, "J’écris, donc je suis.")
    await desk.publish(ZOE, "Bonjour à qui suit.")
    copy = desk.copy(ROB, "Bonjour à qui suit.")
    assert copy.reply_to == desk.posts[ROB].message_id
    for label in ("Répondre", "Discussion (1)", "Signaler", "Masquer cette personne"):
        assert copy.press_data(label)
    assert not desk.seen(LINA, "Bonjour à qui suit.")  # who does not follow
    assert not [m for m in desk.seen(ZOE, "Bonjour") if m.press_data("Répondre")]  # its author


@pytest.mark.parametrize("how", ["post", "copy", "command"])
async def test_who_follows_no_longer_gets_no_more(desk: Newsdesk, how: str) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    await desk.publish(ZOE, "Le premier.")
    match how:
        case "post":
            await desk.press(ROB, desk.posts[ROB], "Ne plus suivre")
        case "copy":
            answer = await desk.press(ROB, desk.copy(ROB, "Le premier."), "Ne plus suivre")
            assert "ne suivez plus" in answer
        case _:
            (told,) = await desk.say(ROB, "/leave", to=desk.copy(ROB, "Le premier."))
            assert "ne suivez plus" in told.text
    await desk.publish(ZOE, "Le second.")
    assert not desk.seen(ROB, "Le second.")
    assert desk.seen(ROB, "Le premier.")  # what came stays


async def test_the_discussion_is_paged_oldest_or_newest_first(desk: Newsdesk) -> None:
    numbers = [await desk.publish(ZOE, f"Avis numéro {n:02}.") for n in range(12)]
    (page,) = await desk.say(ROB, "/discussion", to=desk.posts[ROB])
    shown = [n for n in range(12) if f"numéro {n:02}" in page.text]
    assert shown == [0, 1, 2, 3, 4]
    assert "12 commentaires" in page.text
    for number in numbers[:5]:
        assert page.press_data(f"Répondre {number}")
        assert page.press_data(f"Signaler {number}")
    await desk.press(ROB, page, "›")
    assert "numéro 05" in page.text
    await desk.press(ROB, page, "›")
    assert "numéro 11" in page.text
    assert page.press_data("›") is None
    await desk.press(ROB, page, "Récents")
    assert page.text.index("numéro 11") < page.text.index("numéro 10")
    await desk.press(ROB, page, "Anciens")
    assert page.text.index("numéro 00") < page.text.index("numéro 01")
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    assert desk.posts[ROB].press_data("Discussion (12)")


async def test_a_post_opened_from_a_list_leads_to_its_discussion(desk: Newsdesk) -> None:
    await desk.publish(ZOE, "On en parle.")
    await desk.write(ROB, "Moi aussi.")
    (page,) = await desk.say(ROB, "/latest")
    await desk.press(ROB, page, "1")
    post = desk.last(ROB)
    assert post.press_data("Ne plus suivre")
    await desk.press(ROB, post, "Discussion (1)")
    assert "On en parle." in desk.last(ROB).text


async def test_a_page_loses_what_is_withdrawn_and_keeps_who_is_muted_away(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    number = await desk.publish(ZOE, "À reprendre.")
    await desk.publish(LINA, "À garder.")
    (page,) = await desk.say(ROB, "/discussion", to=desk.posts[ROB])
    await desk.say(ZOE, f"/withdraw {number}")
    assert "À reprendre." not in page.text
    assert "À garder." in page.text
    await desk.press(ROB, desk.copy(ROB, "À garder."), "Masquer")
    (page,) = await desk.say(ROB, "/discussion", to=desk.posts[ROB])
    assert "À garder." not in page.text
    (empty,) = await desk.say(ROB, "/discussion", to=page)
    assert "Le vôtre" in empty.text


@pytest.mark.parametrize("how", ["reply", "button", "page", "command"])
async def test_every_way_to_answer_leads_below_the_comment(desk: Newsdesk, how: str) -> None:
    for reader in (ROB, LINA):
        await desk.press(reader, desk.posts[reader], "Suivre")
    first = await desk.publish(ZOE, "La question ?")
    copy = desk.copy(ROB, "La question ?")
    match how:
        case "reply":
            await desk.say(ROB, "Ma réponse.", to=copy)
        case "button":
            await desk.press(ROB, copy, "Répondre")
            await desk.say(ROB, "Ma réponse.", to=desk.last(ROB))
        case "page":
            (page,) = await desk.say(ROB, "/discussion", to=copy)
            await desk.press(ROB, page, f"Répondre {first}")
            await desk.say(ROB, "Ma réponse.")
        case _:
            await desk.say(ROB, "/comment Ma réponse.", to=copy)
    assert (await desk.comment(first + 1)).parent_id == first
    card = await desk.card(first + 1)
    assert "La question ?" in card.text
    await desk.press(ANNE, card, "Approve")
    answer = desk.copy(LINA, "Ma réponse.")
    assert answer.reply_to == desk.copy(LINA, "La question ?").message_id
    assert "répond à" in answer.text
    # Its author has no copy: the answer hangs below the status.
    assert desk.copy(ZOE, "Ma réponse.").reply_to == (await desk.status(first)).message_id


async def test_a_reply_to_a_page_asks_which_comment_is_meant(desk: Newsdesk) -> None:
    await desk.publish(ZOE, "Un.")
    (page,) = await desk.say(ROB, "/discussion", to=desk.posts[ROB])
    (answer,) = await desk.say(ROB, "D’accord avec vous.", to=page)
    assert "À quel commentaire" in answer.text
    assert "D’accord avec vous." in answer.text


@pytest.mark.parametrize("how", ["button", "command"])
async def test_mute_and_its_end_name_nobody(desk: Newsdesk, how: str) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    await desk.publish(ZOE, "Avant.")
    copy = desk.copy(ROB, "Avant.")

    async def toggle() -> str:
        if how == "button":
            return await desk.press(ROB, copy, "Masquer")
        return (await desk.say(ROB, "/mute", to=copy))[0].text

    told = await toggle()
    assert "ne recevrez plus" in told
    assert str(ZOE) not in told
    await desk.publish(ZOE, "Pendant.")
    assert not desk.seen(ROB, "Pendant.")
    await desk.publish(LINA, "D’une autre.")
    desk.copy(ROB, "D’une autre.")
    assert "de nouveau" in await toggle()
    await desk.publish(ZOE, "Après.")
    desk.copy(ROB, "Après.")
    (own,) = await desk.say(ZOE, "/mute 1")
    assert "C’est vous" in own.text


async def test_every_mute_can_be_ended_though_no_copy_is_left(desk: Newsdesk) -> None:
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    for author in (ZOE, LINA):
        number = await desk.publish(author, f"De {author}.")
        await desk.press(ROB, desk.copy(ROB, f"De {author}."), "Masquer")
        await desk.say(author, f"/withdraw {number}")
    (told,) = await desk.say(ROB, "/mute off")
    assert "2 personnes" in told.text
    (told,) = await desk.say(ROB, "/mute off")
    assert "personne." in told.text
    await desk.publish(ZOE, "De retour.")
    desk.copy(ROB, "De retour.")


async def report(desk: Newsdesk, reader: int, number: int, reason: str = "Insulte") -> str:
    (question,) = await desk.say(reader, f"/report {number}")
    await desk.press(reader, question, reason)
    return question.text


async def test_one_account_counts_once_and_the_threshold_hides(desk: Newsdesk) -> None:
    for reader in (ROB, LINA):
        await desk.press(reader, desk.posts[reader], "Suivre")
    number = await desk.publish(ZOE, "Une parole blessante.")
    copy = desk.copy(ROB, "blessante")
    await desk.press(ROB, copy, "Signaler")
    question = desk.last(ROB)
    assert question.reply_to == copy.message_id
    await desk.press(ROB, question, "Insulte")
    assert "Merci" in question.text
    card = await desk.card(number)
    assert "Reports: Insult or hatred (1)" in card.text
    assert "déjà signalé" in await report(desk, ROB, number)
    assert (await desk.comment(number)).state is State.APPROVED
    assert "Merci" in await report(desk, LINA, number, "Autre")
    assert (await desk.comment(number)).hidden
    assert copy.deleted
    assert "signalé" in (await desk.status(number)).text or desk.seen(ZOE, "a été signalé")
    assert "Hidden from readers" in (await desk.card(number)).text
    await desk.press(ANNE, await desk.card(number), "Approve")
    desk.copy(ROB, "blessante")  # it is back


async def test_what_moderators_keep_the_same_reason_does_not_hide(desk: Newsdesk) -> None:
    await desk.press(LINA, desk.posts[LINA], "Suivre")
    number = await desk.publish(ZOE, "Une parole franche.")
    await report(desk, ROB, number)
    await desk.press(ANNE, await desk.card(number), "Keep")
    await report(desk, LINA, number)
    assert (await desk.comment(number)).state is State.APPROVED
    desk.copy(LINA, "Une parole franche.")


async def test_reports_of_who_is_often_wrong_weigh_less(desk: Newsdesk) -> None:
    for n in range(4):
        number = await desk.publish(ZOE, f"Rien de mal, {n}.")
        await report(desk, ROB, number)
        await desk.press(ANNE, await desk.card(number), "Keep")
    number = await desk.publish(ZOE, "Rien de mal non plus.")
    await report(desk, ROB, number)
    await report(desk, LINA, number)
    assert not (await desk.comment(number)).hidden


async def test_own_comments_are_not_reported_and_a_question_can_be_dropped(desk: Newsdesk) -> None:
    number = await desk.publish(ZOE, "La mienne.")
    (answer,) = await desk.say(ZOE, f"/report {number}")
    assert "C’est votre commentaire" in answer.text
    (question,) = await desk.say(ROB, f"/report n° {number}")
    await desk.press(ROB, question, "Annuler")
    assert "annulé" in question.text
    assert not question.keyboard
    assert not desk.seen(MODERATORS, "Reports:")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("/discussion", "De quelle discussion"),
        ("/join", "De quelle discussion"),
        ("/leave", "De quelle discussion"),
        ("/report", "De quel commentaire"),
        ("/mute", "De quel commentaire"),
        ("/edit", "De quel commentaire"),
        ("/appeal 99", "n’est plus là"),
        ("/report 99", "n’est plus là"),
    ],
)
async def test_a_command_that_names_nothing_says_how(
    desk: Newsdesk, command: str, told: str
) -> None:
    (answer,) = await desk.say(ROB, command)
    assert told in answer.text
