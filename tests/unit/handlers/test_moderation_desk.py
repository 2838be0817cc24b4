"""What moderators decide about people, discussions and the queue as a whole."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.comment_rules import Rate
from storage.comment_model import State
from tests.support.discussion import with_rules
from tests.support.newsdesk import ANNE, BASILE, LINA, MODERATORS, ROB, ZOE, Newsdesk

RULES = with_rules(reader_rate=Rate(100, 600), most_cards=3)
HOUR, DAY = 3600, 86_400


@pytest_asyncio.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Newsdesk]:
    """A newsroom with at most three cards open, where approvals go out at once; Rob follows."""
    desk = await Newsdesk.open(tmp_path / "relais.db", rules=RULES)
    await desk.press(ROB, desk.posts[ROB], "Suivre")
    yield desk
    await desk.close()


# ---------------------------------------------------------------- bans


@pytest.mark.parametrize("how", ["press", "command"])
async def test_a_ban_empties_the_queue_and_ends_by_itself(desk: Newsdesk, how: str) -> None:
    published = await desk.publish(ZOE, "Déjà en ligne.")
    waiting = [await desk.write(ZOE, f"En attente {n}.") for n in range(2)]
    if how == "press":
        card = await desk.card(waiting[0])
        await desk.press(ANNE, card, "Ban")
        await desk.press(ANNE, card, "24 h")
    else:
        await desk.order(ANNE, f"/ban {waiting[0]} 24h")
    for number in waiting:
        assert (await desk.comment(number)).state is State.REJECTED
        assert "compte exclu" in (await desk.status(number)).text
    assert (await desk.comment(published)).state is State.APPROVED
    desk.copy(ROB, "Déjà en ligne.")
    assert desk.seen(ZOE, "ne sont plus acceptés jusqu’au")
    (again,) = await desk.say(ZOE, "Et maintenant ?", to=desk.posts[ZOE])
    assert "jusqu’au" in again.text
    await desk.pass_time(DAY + 1)
    await desk.write(ZOE, "Me revoilà.")
    assert desk.seen(MODERATORS, "Me revoilà.")


@pytest.mark.parametrize("how", ["press", "command"])
async def test_a_ban_for_good_takes_down_what_is_published_on_choice(
    desk: Newsdesk, how: str
) -> None:
    number = await desk.publish(ZOE, "À faire disparaître.")
    if how == "press":
        card = await desk.card(number)
        await desk.press(ANNE, card, "More")
        await desk.press(ANNE, card, "Ban")
        await desk.press(ANNE, card, "Remove what is published")
        await desk.press(ANNE, card, "For good")
    else:
        await desk.order(ANNE, f"/ban {number} remove for good")
    await desk.pass_time(1)
    assert not desk.seen(ROB, "À faire disparaître.")
    assert "1 commentaire rejeté" in desk.last(MODERATORS).text
    await desk.pass_time(400 * DAY)
    assert "plus acceptés" in await desk.press(ZOE, desk.posts[ZOE], "Commenter")


async def test_bans_are_listed_and_lifted(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Un mot.")
    (none,) = await desk.order(ANNE, "/unban")
    assert "Personne" in none.text
    for wrong in ("0", "x", "99999"):
        assert "Combien de temps" in (await desk.order(ANNE, f"/ban {number} {wrong}"))[-1].text
    await desk.order(ANNE, f"/ban {number}")
    (again,) = await desk.order(BASILE, f"/ban {number}")
    assert "déjà le cas" in again.text
    (listed,) = await desk.order(BASILE, "/unban")
    assert f"n° {number}" in listed.text.replace("\u202f", " ").replace("\u00a0", " ")
    await desk.order(BASILE, f"/unban {number}")
    assert "de nouveau" in desk.last(ZOE).text
    await desk.write(ZOE, "Merci.")
    assert desk.seen(MODERATORS, "Merci.")


async def test_a_ban_is_lifted_from_the_card_too(desk: Newsdesk) -> None:
    number = await desk.write(ZOE, "Un mot.")
    await desk.order(ANNE, f"/ban {number}")
    card = await desk.card(number)
    await desk.press(BASILE, card, "More")
    await desk.press(BASILE, card, "Unban")
    assert "de nouveau" in desk.last(ZOE).text


# ---------------------------------------------------------------- trust, pre-moderation


@pytest.mark.parametrize("how", ["press", "command"])
async def test_trust_is_granted_and_refused_and_told(desk: Newsdesk, how: str) -> None:
    first = await desk.publish(ZOE, "Le premier est lu.")
    if how == "press":
        await desk.press(ANNE, await desk.card(first), "More")
        await desk.press(ANNE, await desk.card(first), "Trust")
    else:
        await desk.order(ANNE, f"/trust {first}")
    assert "vous font confiance" in desk.last(ZOE).text
    second = await desk.write(ZOE, "Le second paraît sans attendre.")
    desk.copy(ROB, "sans attendre.")
    assert "trust" in (await desk.card(second)).text  # who approved it
    held = await desk.write(ZOE, "Sauf pour un casino.")
    assert (await desk.comment(held)).state is State.PENDING
    await desk.order(ANNE, f"/trust {first} off")
    assert "relus" in desk.last(ZOE).text
    third = await desk.write(ZOE, "De nouveau lu.")
    assert (await desk.comment(third)).state is State.PENDING


async def test_trust_is_earned_by_twenty_and_lost_by_rejections(tmp_path: Path) -> None:
    rules = with_rules(reader_rate=Rate(1000, 600), article_rate=Rate(1000, 600))
    desk = await Newsdesk.open(tmp_path / "x.db", rules=rules)
    for n in range(20):
        number = await desk.publish(ZOE, f"Avis posé numéro {n}.")
    number = await desk.write(ZOE, "Le vingt-et-unième.")
    assert (await desk.comment(number)).state is State.APPROVED
    for n in range(9):
        await desk.order(ANNE, "/premod")
        number = await desk.write(ZOE, f"Dérapage {n}.")
        await desk.order(ANNE, f"/reject {number} insult")
    await desk.order(ANNE, "/premod off")
    number = await desk.write(ZOE, "Et maintenant ?")
    assert (await desk.comment(number)).state is State.PENDING
    assert "recent rejections 9/20" in (await desk.card(number)).text
    assert "ont été rejetés" in (await desk.status(number)).text  # and its author is told
    await desk.close()


async def test_premod_holds_everybody_for_a_while(desk: Newsdesk) -> None:
    first = await desk.publish(ZOE, "Un.")
    await desk.order(ANNE, f"/trust {first}")
    (told,) = await desk.order(ANNE, "/premod")
    assert "même ceux des personnes de confiance" in told.text
    held = await desk.write(ZOE, "Pendant l’alerte.")
    assert (await desk.comment(held)).state is State.PENDING
    assert "/premod" in (await desk.card(held)).text
    assert "de tous sont relus" in (await desk.status(held)).text
    await desk.pass_time(HOUR + 1)
    assert (await desk.comment(await desk.write(ZOE, "Après."))).state is State.APPROVED
    await desk.order(ANNE, "/premod 3")
    await desk.pass_time(2 * HOUR)
    assert (await desk.comment(await desk.write(ZOE, "Toujours."))).state is State.PENDING
    await desk.order(ANNE, "/premod off")
    assert (await desk.comment(await desk.write(ZOE, "Fini."))).state is State.APPROVED
    (how,) = await desk.order(ANNE, "/premod longtemps")
    assert "Combien de temps" in how.text


# ---------------------------------------------------------------- discussions


@pytest.mark.parametrize("how", ["press", "number", "answer", "address"])
async def test_a_discussion_is_closed_and_opened(desk: Newsdesk, how: str) -> None:
    number = await desk.write(ZOE, "Un.")
    card = await desk.card(number)
    async with desk.bot.db.read() as tx:
        url = await tx.value("SELECT url FROM articles WHERE id = ?", (desk.article,))
    match how:
        case "press":
            await desk.press(ANNE, card, "More")
            await desk.press(ANNE, card, "Close discussion")
        case "number":
            await desk.order(ANNE, f"/close {number}")
        case "answer":
            await desk.order(ANNE, "/close", to=card)
        case _:
            await desk.order(ANNE, f"/close {url}")
    assert "est close" in desk.last(MODERATORS).text
    assert "close" in await desk.press(ROB, desk.posts[ROB], "Commenter")
    assert "déjà le cas" in (await desk.order(ANNE, f"/close {number}"))[0].text
    await desk.order(ANNE, f"/open {url}")
    await desk.press(ROB, desk.posts[ROB], "Commenter")
    assert desk.last(ROB).is_prompt
    (unknown,) = await desk.order(ANNE, "/close https://ailleurs.example/x")
    assert "n’est plus là" in unknown.text


# ---------------------------------------------------------------- the queue


async def test_the_queue_counts_and_is_filtered_by_article_and_person(desk: Newsdesk) -> None:
    other = await desk.bot.publish("Des champignons au marché")
    post = await desk.post(LINA, other)
    first = await desk.write(ZOE, "Sur le pont.")
    second = await desk.write(LINA, "Sur les champignons.", to=post)
    third = await desk.write(ZOE, "Encore le pont.")
    await desk.order(ANNE, f"/reject {third} spam")
    (everything,) = await desk.order(ANNE, "/queue")
    assert everything.text.index("Prénom1001") < everything.text.index("Prénom1003")
    assert "Waiting 2" in everything.text
    assert "rejected 1" in everything.text
    (about,) = await desk.order(ANNE, "/queue champignons")
    assert f"no. {second}" in about.text
    assert f"no. {first} " not in about.text
    (person,) = await desk.order(ANNE, f"/queue {first}")
    assert f"no. {first}" in person.text
    assert f"no. {second} " not in person.text
    (nobody,) = await desk.order(ANNE, "/queue 99")
    assert "99" in nobody.text


@pytest.mark.parametrize("how", ["press", "command"])
async def test_a_card_is_brought_back_to_the_end_of_the_chat(desk: Newsdesk, how: str) -> None:
    number = await desk.write(ZOE, "Où est ma carte ?")
    old = await desk.card(number)
    if how == "press":
        (queue,) = await desk.order(ANNE, "/queue")
        await desk.press(ANNE, queue, f"no. {number}")
    else:
        await desk.order(ANNE, f"/card {number}")
    assert "further down" in old.text
    assert not old.keyboard
    new = await desk.card(number)
    assert new is desk.last(MODERATORS)
    assert await desk.press(ANNE, new, "Approve") == "Approuvé."


async def test_a_raid_is_rolled_into_one_message_with_a_button_for_the_next(
    desk: Newsdesk,
) -> None:
    numbers = [await desk.write(ZOE, f"Assaut numéro {n:02}.") for n in range(15)]
    cards = desk.seen(MODERATORS, "Assaut")
    assert len(cards) == 3
    (rollup,) = desk.seen(MODERATORS, "12 waiting")
    await desk.press(ANNE, rollup, "next")
    assert len(desk.seen(MODERATORS, "Assaut")) == 4
    assert "11 waiting" in rollup.text
    await desk.order(ANNE, "/next")
    assert "10 waiting" in rollup.text
    for number in numbers[:3]:  # a decision lets the next one in once there is room
        await desk.press(ANNE, await desk.card(number), "Approve")
    assert "Assaut numéro 05." in desk.last(MODERATORS).text
    await desk.order(ANNE, f"/ban {numbers[-1]}")
    assert rollup.deleted
    assert "Rien n’attend" in (await desk.order(ANNE, "/next"))[0].text


async def test_the_log_tells_who_decided_what_as_csv(desk: Newsdesk) -> None:
    number = await desk.publish(ZOE, "Texte secret du commentaire.")
    await desk.order(BASILE, f"/remove {number} =cmd|'/C calc'!A0")
    await desk.order(ANNE, f"/ban {number} 2")
    await desk.bot.say(ANNE, "/modlog", chat=MODERATORS)
    async with desk.bot.db.read() as tx:
        content = await tx.value("SELECT content FROM outbox_files")
    await desk.rest()
    text = bytes(content).decode("utf-8-sig")
    assert "Texte secret" not in text
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["action"] for line in lines] == ["submit", "approve", "reject", "ban"]
    assert lines[1]["moderator"] == "Anne"
    assert lines[2]["moderator"] == "Basile"
    assert lines[2]["reason_text"].startswith("'=cmd")  # no formula
    assert lines[0]["moderator_id"] == ""  # who wrote it is a number of a person, not a name
