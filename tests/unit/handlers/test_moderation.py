"""What moderators decide: by a card's buttons and by commands, bound to what the card showed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from handlers import comment_buttons
from handlers.callbacks import Payload
from handlers.comment_rules import Rate, ReasonChoice
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, BASILE, LINA, MODERATORS, ROB, ZOE, Newsdesk

RULES = with_rules(
    reader_rate=Rate(100, 600),
    reasons=(
        ReasonChoice("off_topic", "Hors sujet", "Off topic"),
        ReasonChoice("dull", "Sans intérêt", "Dull"),
    ),
)
MINUTE = 60


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """A newsroom where an approval can be undone for a minute; Rob follows the discussion."""
    desk = await Newsdesk.open(tmp_path / "relais.db", rules=RULES, undo_seconds=MINUTE)
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    yield desk
    await desk.close()


async def decide(desk: Newsdesk, number: int, how: str, label: str, command: str) -> str:
    """Decide by a press, a command with the number, or a command that answers the card."""
    card = await desk.card(number)
    match how:
        case "press":
            return await desk.press(ANNE, card, label)
        case "number":
            return (await desk.order(ANNE, f"/{command} {number}"))[-1].text
    return (await desk.order(ANNE, f"/{command}", to=card))[-1].text


EVERY_WAY = pytest.mark.parametrize("how", ["press", "number", "answer"])


# ---------------------------------------------------------------- cards


async def test_a_card_tells_all_that_a_decision_needs(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Voyez ce casino : exemple.org")
    card = await desk.card(number)
    for part in ("Le pont de Saint-Elvin", "Prénom1001", "approved 0, rejected 0"):
        assert part in card.text
    assert "suspect word “casino”" in card.text
    assert "first comment" in card.text
    assert "links (1)" in card.text
    assert card.text.endswith("Voyez ce casino : exemple.org")
    for label in ("Approve", "Reject", "Return", "Ban", "More"):
        assert card.press_data(label)


@EVERY_WAY
async def test_an_approval_goes_out_after_the_minute(desk: Newsdesk, how: str) -> None:
    number = await desk.write(ZOE, "Bientôt en ligne.")
    assert await decide(desk, number, how, "Approve", "approve") == "Approuvé."
    await desk.pass_time(MINUTE - 1)
    assert not desk.seen(ROB, "Bientôt en ligne.")
    assert "Approved by Anne" in (await desk.card(number)).text
    await desk.pass_time(2)
    desk.copy(ROB, "Bientôt en ligne.")
    assert (await desk.card(number)).press_data("Undo") is None
    assert len(desk.seen(ZOE, "est publié")) == 1


@EVERY_WAY
async def test_an_approval_is_undone_within_the_minute(desk: Newsdesk, how: str) -> None:
    number = await desk.write(ZOE, "Pas si vite.")
    await desk.press(ANNE, await desk.card(number), "Approve")
    (other,) = await desk.order(BASILE, f"/undo {number}")
    assert "n’est pas la vôtre" in other.text
    assert await decide(desk, number, how, "Undo", "undo") == "Annulé."
    await desk.pass_time(10 * MINUTE)
    assert (await desk.comment(number)).state is State.PENDING
    assert not desk.seen(ROB, "Pas si vite.")
    await desk.press(ANNE, await desk.card(number), "Approve")
    await desk.pass_time(MINUTE + 1)
    assert "Trop tard" in (await desk.order(ANNE, f"/undo {number}"))[0].text
    desk.copy(ROB, "Pas si vite.")


async def test_of_two_presses_one_wins_and_the_other_is_told(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "À qui la décision ?")
    card = await desk.card(number)
    old = (card.press_data("Approve"), card.press_data("Reject"))
    await desk.press(ANNE, card, "Approve")
    for data in old:
        assert data is not None
        answer = await desk.bot.press(BASILE, card, data)
        assert "Trop tard. ✅ Approuvé par Anne" in answer
    (told,) = await desk.order(BASILE, f"/reject {number} dull")
    assert "Approuvé par Anne" in told.text
    assert (await desk.comment(number)).state is State.APPROVED


async def test_a_decision_is_bound_to_the_wording_that_was_on_the_card(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Vélos.")
    card = await desk.card(number)
    data = card.press_data("Approve")
    before = [row.copy() for row in card.keyboard]
    await desk.say(ZOE, f"/edit {number} Trottinettes.")
    assert data is not None
    assert "a changé" in await desk.bot.press(ANNE, card, data)
    (told,) = await desk.order(ANNE, f"/approve {number}")
    assert f"n°\u202f{number}.2" in told.text
    now, card.keyboard = card.keyboard, before
    (told,) = await desk.order(ANNE, "/approve", to=card)  # as it was when the command was written
    assert "a changé" in told.text
    card.keyboard = now
    assert (await desk.comment(number)).state is State.PENDING
    assert f"no. {number}.2" in card.text
    assert (await desk.order(ANNE, f"/approve {number}.2"))[0].text == "Approuvé."


# ---------------------------------------------------------------- reasons


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("dull", "sans intérêt"),
        ("Sans intérêt.", "sans intérêt"),
        ("off topic", "hors sujet"),
        ("<i>Trop</i> de  colère", "<i>Trop</i> de colère"),
    ],
)
async def test_a_reason_is_one_of_the_list_or_typed(desk: Newsdesk, given: str, told: str) -> None:
    number = await desk.write(ZOE, "À refuser.")
    (asked,) = await desk.order(ANNE, f"/reject {number}")
    assert "Hors sujet, Sans intérêt" in asked.text
    await desk.order(ANNE, f"/reject {number} {given}")
    assert f"Non publié\u202f: {told}." in (await desk.status(number)).text
    assert len(desk.seen(ZOE, "n’est pas publié")) == 1
    assert "Rejected by Anne" in (await desk.card(number)).text


async def test_the_card_offers_the_operator_s_reasons_and_a_typed_one(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Voyons les raisons.")
    card = await desk.card(number)
    await desk.press(ANNE, card, "Reject")
    assert card.press_data("Off topic")
    assert card.press_data("Dull")
    await desk.press(BASILE, card, "Back")
    assert card.press_data("Dull") is None
    await desk.press(ANNE, card, "Reject")
    await desk.press(ANNE, card, "Another reason")
    prompt = desk.last(MODERATORS)
    assert prompt.is_prompt
    await desk.order(ANNE, "Le ton n’y est pas.", to=prompt)
    assert "Le ton n’y est pas" in (await desk.status(number)).text


@pytest.mark.parametrize("how", ["press", "number"])
async def test_a_return_asks_its_author_for_changes(desk: Newsdesk, how: str) -> None:
    number = await desk.write(ZOE, "Brouillon.")
    card = await desk.card(number)
    if how == "press":
        await desk.press(ANNE, card, "Return")
        await desk.press(ANNE, card, "Dull")
    else:
        await desk.order(ANNE, f"/return {number} dull")
    assert (await desk.comment(number)).state is State.RETURNED
    notice = desk.last(ZOE)
    assert "à revoir" in notice.text
    assert notice.press_data("Modifier")
    await desk.say(ZOE, "Propre.", to=await desk.status(number))
    assert (await desk.comment(number)).state is State.PENDING
    assert "Propre." in (await desk.card(number)).text


async def test_an_edit_is_rejected_alone_or_with_all_that_is_published(desk: Newsdesk) -> None:
    number = await desk.publish(ZOE, "Le texte d’abord.")
    await desk.pass_time(MINUTE + 1)
    await desk.say(ZOE, f"/edit {number} Le texte gâché.")
    await desk.order(ANNE, f"/reject {number}.2 dull")
    assert "La version publiée reste" in desk.last(ZOE).text
    desk.copy(ROB, "Le texte d’abord.")
    await desk.order(BASILE, f"/remove {number} dull")
    await desk.pass_time(1)
    assert not desk.seen(ROB, "Le texte d’abord.")
    assert "a été retiré" in desk.last(ZOE).text


# ---------------------------------------------------------------- who may


async def test_only_the_moderators_chat_decides(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "À l’abri.")
    data = (await desk.card(number)).press_data("Approve")
    assert data is not None
    assert "salon des modérateurs" in await desk.bot.press(ROB, desk.posts[ROB], data)
    for command in ("approve", "ban", "queue", "trust", "premod", "modlog", "close", "next"):
        (told,) = await desk.say(ROB, f"/{command} {number}")
        assert "salon des modérateurs" in told.text
    assert (await desk.comment(number)).state is State.PENDING


async def test_who_left_the_chat_decides_nothing_until_back(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Sans elle.")
    await desk.bot.leave(ANNE)
    assert "n’êtes plus" in await desk.press(ANNE, await desk.card(number), "Approve")
    assert (await desk.comment(number)).state is State.PENDING
    await desk.bot.leave(ANNE, back=True)
    assert await desk.press(ANNE, await desk.card(number), "Approve") == "Approuvé."


async def test_nobody_decides_on_an_own_comment(desk: Newsdesk) -> None:
    await desk.bot.add_reader(ANNE, "fr", "Anne")
    desk.posts[ANNE] = await desk.post(ANNE, desk.article)
    number = await desk.write(ANNE, "De la maison.")
    card = await desk.card(number)
    for label in ("Approve", "Reject", "Return", "Ban"):
        assert "un autre modérateur" in await desk.press(ANNE, card, label)
    for command in ("approve", "reject", "return"):
        (told,) = await desk.order(ANNE, f"/{command} {number} dull")
        assert "un autre modérateur" in told.text
    for command in ("ban", "trust"):
        (told,) = await desk.order(ANNE, f"/{command} {number}")
        assert "votre propre cas" in told.text
    assert await desk.press(BASILE, card, "Approve") == "Approuvé."


async def test_an_appeal_is_for_another_moderator_where_there_is_one(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "À revoir de près.")
    await desk.order(ANNE, f"/reject {number} dull")
    await desk.say(ZOE, f"/appeal {number} Lisez mieux.")
    await desk.order(BASILE, "/queue")  # now there are two
    assert "un autre modérateur" in await desk.press(ANNE, await desk.card(number), "Approve")
    assert await desk.press(BASILE, await desk.card(number), "Approve") == "Approuvé."
    await desk.pass_time(MINUTE + 1)
    desk.copy(ROB, "À revoir de près.")


async def test_a_lone_moderator_decides_appeals_too(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Seule à lire.")
    await desk.order(ANNE, f"/reject {number} dull")
    await desk.say(ZOE, f"/appeal {number} Lisez mieux.")
    assert await desk.press(ANNE, await desk.card(number), "Approve") == "Approuvé."


async def test_every_button_is_answered_once_whatever_it_names(desk: Newsdesk) -> None:
    kinds = [
        kind for kind in Payload.__subclasses__() if kind.__module__ == comment_buttons.__name__
    ]
    assert len(kinds) > 25
    for kind in kinds:
        values: list[Any] = ["odd" if field.type is str else 99 for field in fields(kind)]
        data = ":".join([kind.code, *map(str, values)])
        for person, message in ((ROB, desk.posts[ROB]), (ANNE, desk.posts[LINA])):
            place = MODERATORS if person == ANNE else None
            before = len(desk.bot.answers)
            await desk.bot.press(person, message, data, chat=place)
            assert len(desk.bot.answers) == before + 1, kind
            await desk.rest()


def test_every_button_of_comments_has_a_command() -> None:
    """A new kind of button belongs here, with the command that does the same."""
    commands = {
        "AnswerComment": "comment", "ReportComment": "report", "GiveReport": "report",
        "MuteAuthor": "mute", "ShowThread": "discussion", "StopFollowing": "leave",
        "EditComment": "edit", "WithdrawComment": "withdraw", "AppealComment": "appeal",
        "ChoosePseudonym": "name", "CancelQuestion": "cancel", "Approve": "approve",
        "AskReason": "reject", "RejectFor": "reject", "AskReturn": "return", "ReturnFor": "return",
        "AskBan": "ban", "BanFor": "ban", "ShowMore": "card", "ShowCard": "card",
        "BringCard": "card", "Undo": "undo", "Keep": "keep", "Trust": "trust", "Unban": "unban",
        "OpenDiscussion": "open", "ShowQueue": "queue", "ShowNext": "next",
    }  # fmt: skip
    kinds = {
        k.__name__ for k in Payload.__subclasses__() if k.__module__ == comment_buttons.__name__
    }
    assert kinds == set(commands)


async def test_one_person_s_chat_can_be_where_moderators_decide(tmp_path: Path) -> None:
    desk = await Newsdesk.open(tmp_path / "x.db", rules=RULES, moderation_chat_id=ANNE)
    number = await desk.write(ZOE, "À Anne seule.")
    card = await desk.card(number)
    assert card.chat_id == ANNE
    await desk.press(ANNE, card, "Reject")
    await desk.press(ANNE, card, "Another reason")
    await desk.say(ANNE, "Trop vague.", to=desk.last(ANNE))
    assert "Trop vague" in (await desk.status(number)).text
    (queue,) = await desk.say(ANNE, "/queue")
    assert "rejected 1" in queue.text
    (told,) = await desk.say(BASILE, f"/approve {number}")
    assert "salon des modérateurs" in told.text
    await desk.close()


async def test_help_tells_moderators_every_command_in_one_message(desk: Newsdesk) -> None:
    (answer,) = await desk.order(ANNE, "/help")
    for command in ("/approve", "/return", "/premod", "/modlog", "/withdraw"):
        assert command in answer.text
    assert len(answer.text) < 4096
    (answer,) = await desk.say(ROB, "/help")
    assert "/approve" not in answer.text
