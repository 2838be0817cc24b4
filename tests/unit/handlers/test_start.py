"""/start and /help."""

from __future__ import annotations

from storage.database import Database
from storage.model import Lane
from storage.subscribers import find_subscriber, list_subscriptions, set_subscriber_state
from tests.support.turn import NOW, Desk, Reader, buttons, labels, text, with_features


async def test_start_says_in_two_lines_what_the_bot_does_and_proposes_tags(desk: Desk) -> None:
    await desk.publish(tags=["5G"])
    await desk.publish(tags=["5G", "Marché Smartphones"])
    (reply,) = await desk.say("/start")
    assert reply.lane == Lane.REPLY
    assert len(text(reply).splitlines()) == 2
    assert labels(reply) == ["+ 5G", "+ Marché Smartphones", "All tags"]


async def test_start_without_any_tag_has_no_buttons(desk: Desk) -> None:
    (reply,) = await desk.say("/start")
    assert buttons(reply) == []
    assert "below" not in text(reply)
    assert "/follow 5G" in text(reply)


async def test_start_makes_the_reader_an_active_subscriber(desk: Desk, db: Database) -> None:
    await desk.say("/start", Reader(7, "fr", "Zoé"))
    async with db.transaction() as tx:
        subscriber = await find_subscriber(tx, 7)
        assert subscriber is not None
        assert (subscriber.language, subscriber.name, subscriber.kind) == ("fr", "Zoé", "private")
        await set_subscriber_state(tx, 7, "paused", now=NOW)
    (reply,) = await desk.say("/start", Reader(7, "fr", "Zoé"))
    assert "Vous revoilà" in text(reply)
    async with db.read() as tx:
        subscriber = await find_subscriber(tx, 7)
    assert subscriber is not None
    assert subscriber.state == "active"


async def test_an_operators_menu_comes_with_the_first_start(desk: Desk) -> None:
    *menus, _ = await desk.say("/start", Reader(9001, "fr"))
    own = [row.payload for row in menus if row.chat_id == 9001]
    assert [menu.get("language_code", "") for menu in own] == ["", "fr", "en"]
    assert all(menu["scope"] == {"type": "chat", "chat_id": 9001} for menu in own)
    assert all("addfeed" in str(menu["commands"]) for menu in own)
    (reply,) = await desk.say("/start", Reader(9001, "fr"))  # nothing changed since
    assert reply.method == "sendMessage"


async def test_start_answers_in_the_readers_language(desk: Desk) -> None:
    (french,) = await desk.say("/start", Reader(7, "fr"))
    (canadian,) = await desk.say("/start", Reader(8, "fr-CA"))
    (german,) = await desk.say("/start", Reader(9, "de"))
    assert text(french) == text(canadian)
    assert "Bienvenue" in text(french)
    assert "Welcome" in text(german)


async def test_a_deep_link_follows_its_tag(desk: Desk, db: Database) -> None:
    await desk.publish(tags=["Marché Smartphones"])
    (reply,) = await desk.say("/start tag_marche-smartphones")
    assert "Marché Smartphones" in text(reply)
    async with db.read() as tx:
        followed = await list_subscriptions(tx, desk.reader.id)
    assert [subscription.tag.slug for subscription in followed] == ["marche-smartphones"]


async def test_a_pressed_proposal_is_followed_and_marked(desk: Desk, db: Database) -> None:
    await desk.publish(tags=["5G"])
    await desk.publish(tags=["5G", "Xiaomi"])
    (reply,) = await desk.say("/start")
    edit, answer = sorted(await desk.press("+ 5G", row=reply), key=lambda row: -row.lane)
    assert answer.method == "answerCallbackQuery"
    assert answer.payload["text"] == "You now follow 5G"
    assert edit.method == "editMessageReplyMarkup"
    assert labels(edit) == ["✓ 5G", "+ Xiaomi", "All tags"]
    edit, answer = sorted(await desk.press("✓ 5G", row=edit), key=lambda row: -row.lane)
    assert labels(edit) == labels(reply)
    async with db.read() as tx:
        assert await list_subscriptions(tx, desk.reader.id) == []


async def test_help_lists_the_commands_that_there_are(desk: Desk) -> None:
    (reply,) = await desk.say("/help")
    assert "/follow – " in text(reply)
    assert "/addfeed" not in text(reply)
    assert "/summary" not in text(reply)
    assert "/mydata" in text(reply)


async def test_help_speaks_of_a_model_only_where_one_may_read_articles(db: Database) -> None:
    for chat_model in (False, True):
        desk = with_features(db, chat_model=chat_model)
        (reply,) = await desk.say("/help")
        assert ("language model" in text(reply)) is chat_model
