"""/follow, /unfollow, /following, /tags and the menu under a post."""

from __future__ import annotations

import pytest

from handlers.callbacks import (
    FollowFromPost,
    MuteFromPost,
    ShowPost,
    ShowTags,
    ToggleTag,
    UndoFollow,
)
from handlers.tags import MOST_AT_ONCE, split_labels
from storage.database import Database
from storage.model import Lane, OutboxRow
from storage.subscribers import find_subscriber, list_subscriptions
from storage.tags import find_tag
from tests.support.turn import Desk, Reader, labels, text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("xiaomi", ["xiaomi"]),
        ("#xiaomi #5g", ["#xiaomi", "#5g"]),
        ("Marché Smartphones, 5G", ["Marché Smartphones", "5G"]),
        ("#xiaomi, #5g", ["#xiaomi", "#5g"]),
        ("#xiaomi #5g, Marché Smartphones", ["#xiaomi", "#5g", "Marché Smartphones"]),
        ("Marché #1", ["Marché #1"]),
        ("5G\nXiaomi", ["5G", "Xiaomi"]),
        ("5G,5G, ,", ["5G"]),
        ("# ,#", []),
        ("", []),
    ],
)
def test_the_tags_of_one_command(words: str, expected: list[str]) -> None:
    assert split_labels(words) == expected


async def followed(db: Database, chat_id: int = 1001) -> dict[str, bool]:
    """Give the labels that a chat follows (False) or mutes (True)."""
    async with db.read() as tx:
        return {s.tag.label: s.muted for s in await list_subscriptions(tx, chat_id)}


async def tag_id(db: Database, label: str) -> int:
    async with db.read() as tx:
        tag = await find_tag(tx, label)
    assert tag is not None
    return tag.id


def edits(rows: list[OutboxRow]) -> list[OutboxRow]:
    return [row for row in rows if row.method.startswith("edit")]


def answer_text(rows: list[OutboxRow]) -> str:
    (answer,) = [row for row in rows if row.method == "answerCallbackQuery"]
    assert answer.lane == Lane.ANSWER
    return str(answer.payload.get("text", ""))


async def test_follow_tells_articles_and_the_latest_three_as_links(desk: Desk) -> None:
    for number in range(5):
        await desk.publish(f"Antenna {number}", tags=["5G"])
    (reply,) = await desk.say("/follow 5g")
    assert "You now follow <b>5G</b>" in text(reply)
    assert "5 articles so far" in text(reply)
    assert text(reply).count('<a href="https://lecourrier.example/') == 3
    assert "Antenna 4" in text(reply)
    assert labels(reply) == ["Undo"]


async def test_every_spelling_is_the_same_tag(desk: Desk, db: Database) -> None:
    await desk.publish(tags=["Marché Smartphones"])
    await desk.say("/follow marche-smartphones")
    await desk.say("/follow #MarchéSmartphones")
    (reply,) = await desk.say("/follow MARCHÉ SMARTPHONES")
    assert await followed(db) == {"Marché Smartphones": False}
    assert "already follow" in text(reply)


async def test_undo_takes_back_exactly_what_was_added(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/follow 5G, Xiaomi, Vélo")
    rows = await desk.press("Undo", row=reply)
    assert await followed(db) == {"5G": False}
    (edit,) = edits(rows)
    assert "no longer follow" in text(edit)
    assert "5G" not in text(edit)
    assert answer_text(rows) == ""
    again = await desk.press("Follow again", row=edit)
    assert await followed(db) == {"5G": False, "Vélo": False, "Xiaomi": False}
    assert labels(edits(again)[0]) == ["Undo"]


async def test_an_unknown_tag_is_accepted_and_near_ones_proposed(desk: Desk, db: Database) -> None:
    await desk.publish(tags=["Smartphones"])
    (reply,) = await desk.say("/follow smartfones")
    assert "No article carries <b>smartfones</b> yet" in text(reply)
    assert "Did you mean" in text(reply)
    assert labels(reply) == ["+ Smartphones", "Undo"]
    rows = await desk.press("+ Smartphones", row=reply)
    assert answer_text(rows) == "You now follow Smartphones"
    assert await followed(db) == {"Smartphones": False, "smartfones": False}


async def test_near_tags_that_are_followed_already_are_not_proposed(desk: Desk) -> None:
    await desk.publish(tags=["Smartphones"])
    await desk.say("/follow Smartphones")
    (reply,) = await desk.say("/follow smartfones")
    assert "Did you mean" not in text(reply)
    assert labels(reply) == ["Undo"]


async def test_what_cannot_be_a_tag_is_said(desk: Desk) -> None:
    (reply,) = await desk.say("/follow " + "many words " * 20)
    assert "cannot be a tag" in text(reply)
    (reply,) = await desk.say("/follow <b>!?</b>, ...")
    assert "&lt;b&gt;" in text(reply)


async def test_follow_without_a_tag_says_how(desk: Desk) -> None:
    (reply,) = await desk.say("/follow")
    assert "/follow 5G" in text(reply)
    assert labels(reply) == ["All tags"]


async def test_too_many_tags_at_once_are_refused_and_change_nothing(
    desk: Desk, db: Database
) -> None:
    (reply,) = await desk.say("/follow " + ",".join(f"t{n}" for n in range(MOST_AT_ONCE + 1)))
    assert str(MOST_AT_ONCE) in text(reply)
    assert await followed(db) == {}


async def test_following_while_paused_stays_paused_and_says_so(desk: Desk, db: Database) -> None:
    await desk.say("/stop")
    (reply,) = await desk.say("/follow 5G")
    assert "paused" in text(reply)
    async with db.read() as tx:
        subscriber = await find_subscriber(tx, 1001)
    assert subscriber is not None
    assert subscriber.state == "paused"


async def test_unfollow_drops_and_says_what_was_not_followed(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G, Xiaomi")
    (reply,) = await desk.say("/unfollow #5g #velo")
    assert "no longer follow <b>5G</b>" in text(reply)
    assert "not following: #velo" in text(reply)
    assert await followed(db) == {"Xiaomi": False}
    assert labels(reply) == ["Follow again", "My tags"]


async def test_following_lists_and_drops_in_place(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G, Xiaomi")
    (reply,) = await desk.say("/following")
    assert "2 tags" in text(reply)
    assert labels(reply) == ["✓ 5G", "✓ Xiaomi"]
    rows = await desk.press("✓ 5G", row=reply)
    assert answer_text(rows) == "You no longer follow 5G"
    (edit,) = edits(rows)
    assert edit.payload["message_id"] == 500
    assert "You follow 1 tag:" in text(edit)
    assert labels(edit) == ["+ 5G", "✓ Xiaomi"]
    rows = await desk.press("+ 5G", row=edit)
    assert labels(edits(rows)[0]) == ["✓ 5G", "✓ Xiaomi"]
    assert await followed(db) == {"5G": False, "Xiaomi": False}


async def test_following_turns_pages(desk: Desk) -> None:
    await desk.say("/follow " + ",".join(f"tag{n:02}" for n in range(20)))
    (reply,) = await desk.say("/following")
    assert labels(reply)[-1] == "Next ›"
    assert len(labels(reply)) == 17
    (edit,) = edits(await desk.press("Next ›", row=reply))
    assert labels(edit) == ["✓ tag16", "✓ tag17", "✓ tag18", "✓ tag19", "‹ Previous"]


async def test_following_nothing_has_a_next_step(desk: Desk) -> None:
    (reply,) = await desk.say("/following")
    assert "/follow 5G" in text(reply)


async def test_tags_are_paged_by_popularity_and_marked(desk: Desk) -> None:
    for number in range(18):
        await desk.publish(tags=[f"tag{number:02}"])
    await desk.say("/follow tag17")
    (reply,) = await desk.say("/tags")
    assert "18 tags" in text(reply)
    assert labels(reply)[0] == "✓ tag17"
    assert len(labels(reply)) == 17
    rows = await desk.press("✓ tag17", row=reply)
    (edit,) = edits(rows)
    assert labels(edit)[0] == "+ tag17"
    assert labels(edit)[1:] == labels(reply)[1:]
    (second,) = edits(await desk.press("Next ›", row=reply))
    assert len(labels(second)) == 3


async def test_tags_of_an_empty_newsroom(desk: Desk) -> None:
    (reply,) = await desk.say("/tags")
    assert "no tags yet" in text(reply)


async def test_a_post_offers_its_tags_to_follow_and_mute(desk: Desk, db: Database) -> None:
    article = await desk.publish(tags=["5G", "Xiaomi"])
    five_g = await tag_id(db, "5G")
    (menu,) = edits(await desk.press(ShowTags(article)))
    assert menu.method == "editMessageReplyMarkup"
    assert labels(menu) == ["+ 5G", "🔇 Mute", "+ Xiaomi", "🔇 Mute", "‹ Back"]
    rows = await desk.press(FollowFromPost(article, five_g))
    assert answer_text(rows) == "You now follow 5G"
    assert labels(edits(rows)[0])[0] == "✓ 5G"
    rows = await desk.press(MuteFromPost(article, five_g))
    assert labels(edits(rows)[0])[:2] == ["+ 5G", "Unmute"]
    assert await followed(db) == {"5G": True}
    await desk.press(MuteFromPost(article, five_g))
    assert await followed(db) == {}
    (back,) = edits(await desk.press(ShowPost(article)))
    assert labels(back) == ["Tags"]


@pytest.mark.parametrize(
    "payload", [ToggleTag(77), ShowTags(77), FollowFromPost(77, 1), UndoFollow("zz")]
)
async def test_presses_on_vanished_things_are_answered_kindly(
    desk: Desk, payload: ToggleTag | ShowTags | FollowFromPost | UndoFollow
) -> None:
    (answer,) = await desk.press(payload)
    assert "no longer there" in str(answer.payload["text"])
    assert answer.payload["show_alert"] is True


@pytest.mark.parametrize("data", ["tt:x", "tt:", "uf:!!", "uf:", "zz:1", "tp:99999999999999999999"])
async def test_presses_that_we_never_offered_are_answered_kindly(desk: Desk, data: str) -> None:
    (answer,) = await desk.press(data)
    assert "no longer works" in str(answer.payload["text"])


@pytest.mark.parametrize(("waited", "answers"), [(0, 1), (150, 1), (151, 0)])
async def test_an_old_press_takes_effect_and_is_not_answered(
    desk: Desk, db: Database, waited: int, answers: int
) -> None:
    await desk.publish("An antenna", ("5G",))
    (page,) = await desk.say("/tags")
    rows = await desk.press("+ 5G", row=page, waited=waited)
    assert [row.method for row in rows].count("answerCallbackQuery") == answers
    assert "editMessageReplyMarkup" in [row.method for row in rows]
    async with db.read() as tx:
        assert [one.tag.label for one in await list_subscriptions(tx, 1001)] == ["5G"]


async def test_groups_follow_for_all_their_members(desk: Desk, db: Database) -> None:
    group = Reader(1, "en", "Neighbours", chat_id=-4000, chat_type="supergroup")
    (reply,) = await desk.say(f"/follow@{'relais_bot'} 5G", group)
    assert reply.chat_id == -4000
    assert reply.payload["reply_parameters"]["message_id"] > 0  # type: ignore[index]
    assert await followed(db, -4000) == {"5G": False}
    assert await desk.say("/follow@another_bot 5G", group) == []


async def test_buttons_in_a_channel_change_nothing(desk: Desk, db: Database) -> None:
    channel = Reader(1, "en", "News", chat_id=-5000, chat_type="channel")
    await desk.publish(tags=["5G"])
    five_g = await tag_id(db, "5G")
    (answer,) = await desk.press(ToggleTag(five_g), channel)
    assert "private chat" in str(answer.payload["text"])
    assert await followed(db, -5000) == {}
