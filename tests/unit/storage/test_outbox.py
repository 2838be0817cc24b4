"""The enqueuing side of the outbox, on a real file."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from storage.database import Database, Transaction
from storage.model import Draft, Lane, OutboxState
from storage.outbox import (
    add_body,
    cancel,
    cancel_lane,
    drop_chat,
    enqueue,
    erase_chat,
    find_own_copy,
    find_receipt,
    find_row,
    list_own_copies,
    recover_stranded,
)
from tests.support.counts import count_messages

READER, OTHER = 1001, 1002
POST = Draft(READER, Lane.POST, payload={"text": "Bonjour"}, article_id=7, once=7)


@pytest_asyncio.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "relais.db")
    yield database
    await database.close()


@pytest_asyncio.fixture
async def tx(db: Database) -> AsyncIterator[Transaction]:
    async with db.transaction() as transaction:
        yield transaction


async def add_receipt(
    tx: Transaction,
    chat_id: int,
    message_id: int,
    article_id: int | None,
    comment: int | None = None,
) -> None:
    await tx.run(
        "INSERT INTO receipts (chat_id, message_id, article_id, comment_id, sent_at)"
        " VALUES (?, ?, ?, ?, 5)",
        (chat_id, message_id, article_id, comment),
    )


async def add_article(tx: Transaction, article_id: int, story_id: int | None = None) -> None:
    await tx.run(
        "INSERT OR IGNORE INTO feeds (id, url, next_poll_at, added_at) VALUES (1, 'u', 0, 0)"
    )
    await tx.run(
        "INSERT INTO articles (id, feed_id, key, title, published_at, first_seen_at, title_key,"
        " content_hash, story_id) VALUES (?, 1, ?, 't', 0, 0, 't', 'h', ?)",
        (article_id, str(article_id), story_id),
    )


async def set_state(tx: Transaction, row_id: int, state: OutboxState) -> None:
    await tx.run("UPDATE outbox SET state = ?, message_id = 1 WHERE id = ?", (state, row_id))


async def get_states(tx: Transaction, row_ids: list[int]) -> list[OutboxState | None]:
    rows = [await find_row(tx, row_id) for row_id in row_ids]
    return [None if row is None else row.state for row in rows]


async def test_a_draft_becomes_a_waiting_row(tx: Transaction) -> None:
    row_id = await enqueue(tx, replace(POST, file=("data.json", b"{}")), now_ms=5000)
    row = await find_row(tx, row_id)
    assert row is not None
    assert (row.state, row.due_ms, row.payload) == (OutboxState.WAITING, 5000, {"text": "Bonjour"})
    assert (row.article_id, row.lane, row.file) == (7, Lane.POST, ("data.json", b"{}"))


async def test_own_parameters_win_over_those_of_the_body(tx: Transaction) -> None:
    body = await add_body(tx, {"text": "shared", "parse_mode": "HTML"}, now=5)
    draft = Draft(READER, Lane.RELAY, body_id=body, payload={"text": "own"})
    row = await find_row(tx, await enqueue(tx, draft, now_ms=0))
    assert row is not None
    assert row.payload == {"text": "own", "parse_mode": "HTML"}


async def test_once_gives_the_same_row_in_one_chat_only(tx: Transaction) -> None:
    first = await enqueue(tx, POST, now_ms=0)
    assert await enqueue(tx, POST, now_ms=1) == first
    assert await enqueue(tx, replace(POST, chat_id=OTHER), now_ms=1) != first


async def test_a_row_id_is_never_given_twice(tx: Transaction) -> None:
    first = await enqueue(tx, POST, now_ms=0)
    await cancel(tx, first)
    assert await enqueue(tx, POST, now_ms=0) > first


async def test_an_edit_replaces_the_edits_that_it_makes_pointless(tx: Transaction) -> None:
    async def edit(method: str = "editMessageText", message_id: int = 3) -> int:
        draft = Draft(READER, Lane.REPLY, method, {"message_id": message_id})
        return await enqueue(tx, draft, now_ms=0)

    old, markup, elsewhere = (
        await edit(),
        await edit("editMessageReplyMarkup"),
        await edit(message_id=4),
    )
    assert await find_row(tx, old) is not None  # new buttons do not replace an older text
    new = await edit()
    kept = [i for i in (old, markup, elsewhere, new) if await find_row(tx, i)]
    assert kept == [elsewhere, new]


async def test_edits_of_a_row_replace_each_other_but_not_one_that_leaves(tx: Transaction) -> None:
    card = await enqueue(tx, replace(POST, tracked=True), now_ms=0)
    edit = Draft(READER, Lane.MODERATION, "editMessageText", {"text": "x"}, target_id=card)
    leaving = await enqueue(tx, edit, now_ms=0)
    await set_state(tx, leaving, OutboxState.SENDING)
    waiting = await enqueue(tx, edit, now_ms=0)
    await enqueue(tx, edit, now_ms=0)
    assert await find_row(tx, leaving) is not None
    assert await find_row(tx, waiting) is None


@pytest.mark.parametrize("state", [s for s in OutboxState if s != OutboxState.WAITING])
async def test_what_left_cannot_be_cancelled(tx: Transaction, state: OutboxState) -> None:
    row_id = await enqueue(tx, POST, now_ms=0)
    await set_state(tx, row_id, state)
    assert not await cancel(tx, row_id)
    row = await find_row(tx, row_id)
    assert row is not None
    assert row.state == state


async def test_cancelling_a_tracked_row_keeps_it_dropped_and_takes_its_edits_along(
    tx: Transaction,
) -> None:
    copy = await enqueue(tx, replace(POST, tracked=True), now_ms=0)
    edit = await enqueue(tx, Draft(READER, Lane.RELAY, "editMessageText", target_id=copy), now_ms=0)
    assert await cancel(tx, copy)
    row = await find_row(tx, copy)
    assert row is not None
    assert row.state == OutboxState.DROPPED
    assert await find_row(tx, edit) is None


async def test_a_pause_takes_back_only_its_lane(tx: Transaction) -> None:
    post, reply = (
        await enqueue(tx, POST, now_ms=0),
        await enqueue(tx, Draft(READER, Lane.REPLY), now_ms=0),
    )
    assert await cancel_lane(tx, READER, Lane.POST) == 1
    assert await find_row(tx, post) is None
    assert await find_row(tx, reply) is not None


async def test_a_gone_chat_loses_what_waits_but_not_what_is_in_flight(tx: Transaction) -> None:
    ids = {}
    for state in OutboxState:
        ids[state] = await enqueue(tx, Draft(READER, Lane.POST), now_ms=0)
        await set_state(tx, ids[state], state)
    kept_elsewhere = await enqueue(tx, Draft(OTHER, Lane.POST), now_ms=0)
    assert await drop_chat(tx, READER) == 3
    left = {state for state, row_id in ids.items() if await find_row(tx, row_id)}
    assert left == {
        OutboxState.SENDING,
        OutboxState.SENT,
        OutboxState.DROPPED,
        OutboxState.STRANDED,
    }
    assert await find_row(tx, kept_elsewhere) is not None


async def test_a_copy_that_may_have_arrived_is_stranded_until_its_chat_is_back(
    tx: Transaction,
) -> None:
    copy = Draft(READER, Lane.RELAY, comment_id=5, tracked=True)
    ids = [await enqueue(tx, copy, now_ms=0) for _ in range(2)]
    await set_state(tx, ids[0], OutboxState.UNKNOWN)
    assert await drop_chat(tx, READER) == 2
    await recover_stranded(tx, OTHER)
    assert await get_states(tx, ids) == [OutboxState.STRANDED, OutboxState.DROPPED]
    await recover_stranded(tx, READER)
    assert await get_states(tx, ids) == [OutboxState.UNKNOWN, OutboxState.DROPPED]


async def test_erasure_leaves_nothing_of_a_chat(tx: Transaction) -> None:
    card = await enqueue(tx, replace(POST, tracked=True), now_ms=0)
    await enqueue(tx, Draft(READER, Lane.POST, "editMessageText", target_id=card), now_ms=0)
    await add_receipt(tx, READER, 3, 7)
    await erase_chat(tx, READER)
    assert await tx.value("SELECT (SELECT count(*) FROM outbox) + count(*) FROM receipts") == 0


async def test_a_reply_leads_back_through_the_receipt(tx: Transaction) -> None:
    await add_receipt(tx, READER, 12, 7)
    receipt = await find_receipt(tx, READER, 12)
    assert receipt is not None
    assert (receipt.article_id, receipt.sent_at) == (7, 5)
    assert await find_receipt(tx, OTHER, 12) is None


@pytest.mark.parametrize("asked", [7, 8, 9])
async def test_own_copy_is_the_first_message_about_the_story(tx: Transaction, asked: int) -> None:
    await add_article(tx, 7)
    await add_article(tx, 8, story_id=7)
    await add_article(tx, 9, story_id=7)
    await add_receipt(tx, READER, 20, 7, comment=1)  # a comment about it is no copy of it
    await add_receipt(tx, READER, 21, 8)
    await add_receipt(tx, READER, 22, 8)
    copy = await find_own_copy(tx, READER, asked)
    assert copy is not None
    assert copy.message_id == 21
    assert await list_own_copies(tx, asked, [READER, OTHER]) == {READER: 21}


async def test_own_copy_of_an_article_that_was_pruned_is_still_found(tx: Transaction) -> None:
    await add_receipt(tx, READER, 21, 8)
    assert await find_own_copy(tx, READER, 8) is not None
    assert await find_own_copy(tx, READER, 9) is None


async def test_rows_are_counted_by_state(tx: Transaction) -> None:
    for state in (OutboxState.PARKED, OutboxState.PARKED, OutboxState.WAITING):
        await set_state(tx, await enqueue(tx, Draft(READER, Lane.POST), now_ms=0), state)
    counts = await count_messages(tx)
    assert (counts[OutboxState.PARKED], counts[OutboxState.WAITING]) == (2, 1)
    assert counts[OutboxState.UNKNOWN] == 0
