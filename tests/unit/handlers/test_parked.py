"""/parked: operators see what was given up on and let it be tried again."""

from __future__ import annotations

from storage.database import Database
from storage.inbox import add_updates, list_waiting, park_update
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.outbox_outcomes import park_row
from storage.parked import count_parked
from tests.support.turn import NOW, Desk, Reader, labels, text

OPERATOR = Reader(9001, "en", "Olga")


async def park(db: Database, count: int) -> None:
    """Park some updates, the lowest id the oldest."""
    async with db.transaction() as tx:
        for number in range(1, count + 1):
            await add_updates(tx, [(number, 1_000_007, "{}")], now=NOW - 7200 + number)
            await park_update(tx, number, f"KeyError at <follow>:{number}")


async def test_nothing_given_up_on(desk: Desk) -> None:
    (reply,) = await desk.say("/parked", OPERATOR)
    assert text(reply) == "Nothing has been given up on."
    (reply,) = await desk.say("/parked", Reader(9001, "fr"))
    assert text(reply) == "Rien n’a été abandonné."


async def test_it_is_listed_in_pages_and_tried_again_by_a_button(desk: Desk, db: Database) -> None:
    await park(db, 7)
    (page,) = await desk.say("/parked", OPERATOR)
    assert "7 things given up on</b> (page 1 of 2)" in text(page)
    assert "1. Update 7 from chat 1000007, 2 hours ago\nKeyError at &lt;follow&gt;:7" in text(page)
    assert labels(page) == ["↻ 1", "↻ 2", "↻ 3", "↻ 4", "↻ 5", "Try all again", "Next ›"]
    second, _ = await desk.press("Next ›", OPERATOR, row=page)
    assert labels(second) == ["↻ 6", "↻ 7", "Try all again", "‹ Previous"]
    answer, edit = await desk.press("↻ 7", OPERATOR, row=second)
    assert answer.payload["text"] == "Trying 1 again."
    assert "6 things" in text(edit)
    async with db.read() as tx:
        assert [update.update_id for update in await list_waiting(tx, after=-1, limit=9)] == [1]
    gone, *_ = await desk.press("↻ 7", OPERATOR, row=second)
    assert gone.payload["text"] == "There is nothing left to try again."


async def test_everything_is_tried_again_at_once(desk: Desk, db: Database) -> None:
    await park(db, 6)
    (page,) = await desk.say("/parked", OPERATOR)
    answer, edit = await desk.press("Try all again", OPERATOR, row=page)
    assert answer.payload["text"] == "Trying 6 again."
    assert text(edit) == "Nothing has been given up on."
    async with db.read() as tx:
        assert await count_parked(tx) == 0


async def test_what_would_do_harm_has_no_button(desk: Desk, db: Database) -> None:
    async with db.transaction() as tx:
        draft = Draft(7, Lane.REPLY, "editMessageText", {"text": "x", "message_id": 3})
        row_id = await enqueue(tx, draft, now_ms=NOW * 1000)
        await park_row(tx, row_id, "Bad Request: message can't be edited")
    (page,) = await desk.say("/parked", OPERATOR)
    assert f"Message {row_id} to chat 7 (editMessageText)" in text(page)
    assert "Not to be tried again" in text(page)
    assert labels(page) == []


async def test_it_is_for_operators_only(desk: Desk, db: Database) -> None:
    await park(db, 1)
    (reply,) = await desk.say("/parked")
    assert "Update" not in text(reply)
    (page,) = await desk.say("/parked", OPERATOR)
    await desk.press("↻ 1", row=page)
    async with db.read() as tx:
        assert await count_parked(tx) == 1
