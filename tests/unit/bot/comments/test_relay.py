"""The relay against a Telegram that refuses: it ends, tells what stands, tries nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.comment_model import Comment
from storage.comment_reach import get_reach
from storage.comment_threads import follow_discussion
from storage.comments import find_comment
from storage.model import Lane, OutboxState
from storage.outbox import find_row
from storage.outbox_outcomes import park_row
from tests.support.chat_model import Shown
from tests.support.counts import count_messages
from tests.support.discussion import Discussion, with_rules
from tests.support.discussions.people import ANNE, MODERATORS

ZOE, ROB = 1001, 1002
SUPERGROUP = -1_000_000_000_500
HOUR = 3600


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Discussion]:
    world = await Discussion.open(tmp_path / "relais.db", rules=with_rules(most_cards=2))
    await world.add_reader(ZOE, "fr", "Zoé")
    await world.add_reader(ROB, "en", "Rob")
    yield world
    await world.db.close()


async def write(world: Discussion, article: int, text: str) -> Comment:
    """Let Zoé answer her post, and give the comment that waits."""
    post = next(m for m in world.chats.standing(ZOE) if m.text == f"Article {article}")
    await world.say(ZOE, text, reply_to=post.message_id)
    async with world.db.read() as tx:
        last = await tx.value("SELECT max(id) FROM comments")
        comment = await find_comment(tx, last)
    assert comment is not None
    return comment


async def begin(world: Discussion) -> int:
    """Publish an article that Zoé and Rob receive, and whose discussion Rob follows."""
    article = await world.publish()
    for reader in (ZOE, ROB):
        await world.post(reader, article)
    async with world.db.transaction() as tx:
        await follow_discussion(tx, article, ROB, now_ms=world.now_ms)
    world.advance(2)
    return article


async def publish(world: Discussion, text: str = "Bien dit.") -> tuple[Comment, Shown]:
    """Let a comment of Zoé's reach Rob; gives it with Rob's copy."""
    comment = await write(world, await begin(world), text)
    await world.settle()
    await world.press(ANNE, card(world), f"ma:{comment.id}:{comment.version}")
    await world.settle()
    return comment, world.chats.standing(ROB)[-1]


def card(world: Discussion, chat: int = MODERATORS) -> Shown:
    return next(
        message
        for message in reversed(world.chats.standing(chat))
        if any(b.get("callback_data", "").startswith("ma:") for r in message.keyboard for b in r)
    )


def attempts(world: Discussion, message_id: int) -> list[str]:
    """List the calls that were made about a message of ours."""
    return [method for method, about in world.chats.calls if about == message_id]


async def withdraw(world: Discussion, comment: Comment) -> None:
    status = next(
        message
        for message in world.chats.standing(ZOE)
        for row in message.keyboard
        for button in row
        if button.get("callback_data") == f"cwd:{comment.id}"
    )
    await world.press(ZOE, status, f"cwd:{comment.id}")


async def test_a_copy_too_old_to_delete_becomes_a_notice(world: Discussion) -> None:
    comment, copy = await publish(world)
    world.advance(49 * HOUR)
    await withdraw(world, comment)
    await world.settle()
    assert attempts(world, copy.message_id) == ["editMessageText"]
    assert not copy.deleted
    assert "Bien dit." not in copy.text
    assert copy.keyboard == []


@pytest.mark.parametrize("hours", [1, 47.5, 49])
async def test_where_even_the_notice_is_refused_nothing_loops(
    world: Discussion, hours: float
) -> None:
    comment, copy = await publish(world)
    world.chats.stubborn.add(copy.message_id)
    world.advance(hours * HOUR)
    await withdraw(world, comment)
    await world.settle()
    tried = attempts(world, copy.message_id)
    assert tried in (["deleteMessage", "editMessageText"], ["editMessageText"])
    async with world.db.read() as tx:
        reach = await get_reach(tx, comment.id)
    assert (reach.removed, reach.lost, reach.to_remove) == (0, 1, 1)
    for _ in range(3):
        world.advance(HOUR)
        await world.upkeep.tidy()
        await world.settle()
    assert attempts(world, copy.message_id) == tried


async def test_a_wording_that_is_refused_is_not_tried_again(world: Discussion) -> None:
    comment, copy = await publish(world)
    world.chats.stubborn.add(copy.message_id)
    async with world.db.read() as tx:
        source = await tx.value("SELECT source_id FROM comments")
    await world.reword(ZOE, source, "Mieux dit.")
    await world.settle()
    await world.press(ANNE, card(world), f"ma:{comment.id}:{await version(world, comment)}")
    await world.settle()
    assert attempts(world, copy.message_id) == ["editMessageText"]
    world.chats.stubborn.clear()
    await withdraw(world, comment)
    await world.settle()
    assert copy.deleted


async def version(world: Discussion, comment: Comment) -> int:
    async with world.db.read() as tx:
        found = await find_comment(tx, comment.id)
    assert found is not None
    return found.version


async def test_a_copy_out_of_reach_is_removed_once_its_chat_is_back(world: Discussion) -> None:
    comment, copy = await publish(world)
    world.chats.blocked.add(ROB)
    await withdraw(world, comment)
    await world.settle()
    await world.upkeep.tidy()
    await world.settle()
    assert not copy.deleted
    world.chats.blocked.clear()
    await world.block(ROB, is_blocked=False)
    await world.upkeep.tidy()
    await world.settle()
    assert copy.deleted


@pytest.mark.parametrize("hours", [0, 49])
@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("withdrawn", ["before", "meanwhile", "after"])
async def test_a_copy_of_unknown_fate_is_not_forgotten_with_its_chat(
    world: Discussion, hours: int, arrived: bool, withdrawn: str
) -> None:
    comment = await write(world, await begin(world), "Bien dit.")
    await world.settle()
    await world.press(ANNE, card(world), f"ma:{comment.id}:{comment.version}")
    world.advance(61)
    await world.deliver_all()
    while await world.step_relay():
        pass
    await world.deliver("after" if arrived else "before", lanes=(Lane.RELAY,))
    await world.deliver_all()
    if withdrawn == "before":
        await withdraw(world, comment)
    world.chats.blocked.add(ROB)
    await world.block(ROB, is_blocked=True)
    if withdrawn == "meanwhile":
        await withdraw(world, comment)
    await world.settle()
    world.advance(hours * HOUR)
    world.chats.blocked.clear()
    await world.block(ROB, is_blocked=False)
    await world.upkeep.tidy()
    await world.settle()
    if withdrawn == "after":
        assert [m.text for m in world.chats.standing(ROB) if "Bien dit." in m.text]
        await withdraw(world, comment)
        await world.settle()
    assert not [m.text for m in world.chats.standing(ROB) if "Bien dit." in m.text]
    async with world.db.read() as tx:
        counts = await count_messages(tx)
    assert counts[OutboxState.UNKNOWN] == counts[OutboxState.STRANDED] == 0


async def test_a_message_for_rolled_up_cards_is_taken_away_or_emptied(world: Discussion) -> None:
    article = await begin(world)
    comments = [await write(world, article, f"Avis no {n}") for n in range(3)]
    await world.settle()
    (rollup,) = (m for m in world.chats.standing(MODERATORS) if "mn" in str(m.keyboard))
    world.advance(49 * HOUR)
    for comment in comments[:2]:
        await withdraw(world, comment)
    await world.settle()
    assert "deleteMessage" not in attempts(world, rollup.message_id)
    assert rollup.keyboard == []


async def test_a_message_for_rolled_up_cards_that_grew_too_old_to_delete_is_emptied(
    world: Discussion,
) -> None:
    article = await begin(world)
    comments = [await write(world, article, f"Avis no {n}") for n in range(3)]
    await world.settle()
    (rollup,) = (m for m in world.chats.standing(MODERATORS) if "mn" in str(m.keyboard))
    for comment in comments[:2]:
        await withdraw(world, comment)
    world.advance(49 * HOUR)  # nothing leaves meanwhile
    await world.settle()
    assert attempts(world, rollup.message_id)[-1] == "deleteMessage"
    await world.upkeep.tidy()
    await world.settle()
    assert rollup.keyboard == []
    async with world.db.read() as tx:
        assert (await count_messages(tx))[OutboxState.PARKED] == 0


async def test_cards_come_again_where_the_moderators_chat_moved(world: Discussion) -> None:
    article = await begin(world)
    comments = [await write(world, article, f"Avis no {n}") for n in range(3)]
    await world.settle()
    await world.migrate(MODERATORS, SUPERGROUP)
    await world.settle()
    standing = world.chats.standing(SUPERGROUP)
    assert len([m for m in standing if "ma:" in str(m.keyboard)]) == 2
    assert len([m for m in standing if "'mn" in str(m.keyboard)]) == 1
    chosen = card(world, SUPERGROUP)
    told = await world.press(ANNE, chosen, f"ma:{comments[1].id}:{comments[1].version}")
    assert told
    await world.settle()
    async with world.db.read() as tx:
        found = await find_comment(tx, comments[1].id)
        counts = await count_messages(tx)
    assert found is not None
    assert found.shown == 1
    assert counts[OutboxState.PARKED] == 0


async def test_a_page_given_up_on_is_not_kept_with_words_withdrawn(world: Discussion) -> None:
    comment, copy = await publish(world)
    await world.press(ROB, copy, f"cth:{comment.article_id}:0:0")
    async with world.db.transaction() as tx:
        page = await tx.value("SELECT outbox_id FROM comment_views WHERE kind = 'thread'")
        await park_row(tx, page, "400 nope")
    await withdraw(world, comment)
    async with world.db.read() as tx:
        assert await find_row(tx, page) is None
