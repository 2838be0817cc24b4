"""/alias: one topic under two names becomes one tag, with what was followed under either."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.subscribers import list_subscriptions
from storage.tags import find_tag
from tests.support.turn import Desk, Reader, labels, text

OPERATOR = Reader(9001, "en", "Olga")
ADA, BOB = Reader(1001), Reader(1002)


async def followed_by(db: Database, reader: Reader) -> list[str]:
    async with db.read() as tx:
        return [one.tag.label for one in await list_subscriptions(tx, reader.id)]


async def test_who_followed_the_old_tag_follows_the_new_one(desk: Desk, db: Database) -> None:
    await desk.publish("A set", ("Smart TV",))
    await desk.publish("A screen", ("Televisions",))
    await desk.say("/follow Smart TV", ADA)
    await desk.say("/follow Televisions", BOB)
    (asked,) = await desk.say("/alias smart-tv, #Televisions", OPERATOR)
    assert "Make <b>Smart TV</b> another name for <b>Televisions</b>" in text(asked)
    assert "articles (1) and followers (1)" in text(asked)
    assert labels(asked) == ["Make it one tag", "Leave them"]
    assert await followed_by(db, ADA) == ["Smart TV"]
    done, _ = await desk.press("Make it one tag", OPERATOR, row=asked)
    assert "followers moved: 1" in text(done)
    assert await followed_by(db, ADA) == await followed_by(db, BOB) == ["Televisions"]
    async with db.read() as tx:
        tag = await find_tag(tx, "Smart TV")
    assert tag is not None
    assert (tag.label, tag.articles, tag.followers) == ("Televisions", 2, 2)
    (reply,) = await desk.say("/unfollow smart tv", ADA)
    assert "Televisions" in text(reply)
    (listed,) = await desk.say("/alias", OPERATOR)
    assert "So far: Smart TV → Televisions" in text(listed)


async def test_a_name_that_no_article_has_yet_may_become_an_alias(desk: Desk, db: Database) -> None:
    await desk.publish("A screen", ("Televisions",))
    (asked,) = await desk.say("/alias #TVs #Televisions", OPERATOR)
    await desk.press("Make it one tag", OPERATOR, row=asked)
    await desk.publish("Another", ("TVs",))
    async with db.read() as tx:
        tag = await find_tag(tx, "Televisions")
    assert tag is not None
    assert tag.articles == 2


async def test_both_may_stay_as_they_are(desk: Desk, db: Database) -> None:
    await desk.publish("A set", ("Smart TV", "Televisions"))
    (asked,) = await desk.say("/alias Smart TV, Televisions", OPERATOR)
    left, _ = await desk.press("Leave them", OPERATOR, row=asked)
    assert text(left) == "Both tags stay as they are."
    async with db.read() as tx:
        tag = await find_tag(tx, "Smart TV")
    assert tag is not None
    assert tag.label == "Smart TV"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "<code>/alias Smart TV, Televisions</code>"),
        (" Televisions", "<code>/alias Smart TV, Televisions</code>"),
        (" a, b, c", "<code>/alias Smart TV, Televisions</code>"),
        (" Televisions, Wireless", "No tag is called <b>Wireless</b>"),
        (" televisions, #Televisions", "That is one tag already"),
    ],
)
async def test_anything_else_is_told(desk: Desk, words: str, said: str) -> None:
    await desk.publish("A screen", ("Televisions",))
    (reply,) = await desk.say(f"/alias{words}", OPERATOR)
    assert said in text(reply)


async def test_a_second_press_changes_nothing(desk: Desk) -> None:
    await desk.publish("A set", ("Smart TV", "Televisions"))
    (asked,) = await desk.say("/alias Smart TV, Televisions", OPERATOR)
    await desk.press("Make it one tag", OPERATOR, row=asked)
    (answer,) = await desk.press("Make it one tag", OPERATOR, row=asked)
    assert "one tag already" in str(answer.payload["text"])


async def test_it_is_for_operators_only(desk: Desk) -> None:
    await desk.publish("A set", ("Smart TV", "Televisions"))
    (reply,) = await desk.say("/alias Smart TV, Televisions", ADA)
    assert labels(reply) == []
