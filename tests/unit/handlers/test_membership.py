"""Blocked and unblocked, added and removed, moved."""

from __future__ import annotations

from typing import Any

from storage.database import Database
from storage.model import Draft, Lane, OutboxRow
from storage.outbox import enqueue, find_row
from storage.subscribers import find_subscriber, list_subscriptions
from tests.support.turn import NOW, Desk, Reader, text

GROUP = Reader(1, "fr", "Voisins", chat_id=-4000, chat_type="group")
CHANNEL = Reader(1, "en", "News", chat_id=-5000, chat_type="channel")


async def change(desk: Desk, reader: Reader, old: str, new: str) -> list[OutboxRow]:
    """Let the bot's own membership of a chat change."""

    def member(status: str) -> dict[str, Any]:
        user = {"id": 1, "is_bot": True, "first_name": "Relais"}
        return {"user": user, "status": status, "until_date": 0, **_RIGHTS}

    return await desk.handle(
        {
            "my_chat_member": {
                "chat": reader.chat(),
                "from": reader.user(),
                "date": NOW,
                "old_chat_member": member(old),
                "new_chat_member": member(new),
            }
        }
    )


_RIGHTS = dict.fromkeys(
    "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
    " can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories"
    " can_edit_stories can_delete_stories".split(),
    False,
)


async def state(db: Database, chat_id: int) -> str | None:
    async with db.read() as tx:
        found = await find_subscriber(tx, chat_id)
    return None if found is None else found.state


async def test_a_reader_who_blocks_is_unreachable_until_back(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    async with db.transaction() as tx:
        waiting = await enqueue(tx, Draft(1001, Lane.POST), now_ms=NOW * 1000)
    assert await change(desk, desk.reader, "member", "kicked") == []
    assert await state(db, 1001) == "unreachable"
    async with db.read() as tx:
        assert await find_row(tx, waiting) is None
    assert await change(desk, desk.reader, "kicked", "member") == []
    assert await state(db, 1001) == "active"
    async with db.read() as tx:
        assert len(await list_subscriptions(tx, 1001)) == 1


async def test_start_brings_a_reader_back(desk: Desk, db: Database) -> None:
    await desk.say("/start")
    await change(desk, desk.reader, "member", "kicked")
    await desk.say("/start")
    assert await state(db, 1001) == "active"


async def test_a_stranger_who_unblocks_is_no_subscriber(desk: Desk, db: Database) -> None:
    assert await change(desk, desk.reader, "kicked", "member") == []
    assert await state(db, 1001) is None


async def test_a_paused_reader_who_never_blocked_stays_paused(desk: Desk, db: Database) -> None:
    await desk.say("/stop")
    await change(desk, desk.reader, "kicked", "member")
    assert await state(db, 1001) == "paused"


async def test_a_group_is_greeted_once(desk: Desk, db: Database) -> None:
    (hello,) = await change(desk, GROUP, "left", "member")
    assert hello.chat_id == -4000
    assert "Bonjour à tous" in text(hello)
    assert await state(db, -4000) == "active"
    assert await change(desk, GROUP, "member", "administrator") == []
    await change(desk, GROUP, "administrator", "kicked")
    assert await state(db, -4000) == "unreachable"
    assert await change(desk, GROUP, "kicked", "member") == []
    assert await state(db, -4000) == "active"


async def test_a_channel_is_greeted_and_follows_by_its_posts(desk: Desk, db: Database) -> None:
    (hello,) = await change(desk, CHANNEL, "left", "administrator")
    assert hello.chat_id == -5000
    message = {
        "text": "/follow 5G",
        "entities": [{"type": "bot_command", "offset": 0, "length": 7}],
    }
    (reply,) = await desk.send(message, CHANNEL, kind="channel_post")
    assert "You now follow" in text(reply)
    async with db.read() as tx:
        assert [s.tag.label for s in await list_subscriptions(tx, -5000)] == ["5G"]


async def test_a_group_that_becomes_a_supergroup_keeps_all(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G", GROUP)
    async with db.transaction() as tx:
        waiting = await enqueue(tx, Draft(-4000, Lane.POST), now_ms=NOW * 1000)
    assert await desk.send({"migrate_to_chat_id": -100400}, GROUP) == []
    assert await state(db, -4000) is None
    assert await state(db, -100400) == "active"
    async with db.read() as tx:
        assert len(await list_subscriptions(tx, -100400)) == 1
        row = await find_row(tx, waiting)
    assert row is not None
    assert row.chat_id == -100400
    supergroup = Reader(1, "fr", "Voisins", chat_id=-100400, chat_type="supergroup")
    assert await desk.send({"migrate_from_chat_id": -4000}, supergroup) == []
    assert await state(db, -100400) == "active"


async def test_the_supergroup_may_tell_of_the_move_first(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G", GROUP)
    supergroup = Reader(1, "fr", "Voisins", chat_id=-100400, chat_type="supergroup")
    await desk.say("/follow Vélo", supergroup)
    await desk.send({"migrate_from_chat_id": -4000}, supergroup)
    await desk.send({"migrate_to_chat_id": -100400}, GROUP)
    assert await state(db, -4000) is None
    async with db.read() as tx:
        followed = await list_subscriptions(tx, -100400)
    assert [s.tag.label for s in followed] == ["5G", "Vélo"]
