"""What was given up on: listed, and tried again where that can do no harm."""

from typing import Any

import pytest

from storage.database import Database, Transaction
from storage.inbox import add_updates, list_waiting, park_update, record_failure
from storage.jobs import add_job, claim_jobs, park_job
from storage.model import Draft, Lane, OutboxState
from storage.outbox import enqueue, find_row
from storage.outbox_outcomes import park_row
from storage.parked import count_parked, list_parked, retry_all_parked, retry_parked
from storage.subscribers import set_subscriber_state
from tests.support.database import NOW, db, make_subscriber

__all__ = ["db"]

NOW_MS = NOW * 1000


async def park_message(tx: Transaction, chat_id: int = 7, **fields: Any) -> int:
    draft = Draft(chat_id, fields.pop("lane", Lane.REPLY), payload={"text": "x"}, **fields)
    row_id = await enqueue(tx, draft, now_ms=NOW_MS)
    await park_row(tx, row_id, "Bad Request: chat not found")
    return row_id


async def park_everything(tx: Transaction) -> tuple[int, int, int]:
    """Park an update, a message and a job, in this order of age."""
    await add_updates(tx, [(5, 7, "{}")], now=NOW - 30)
    for _ in range(3):
        await record_failure(tx, 5, "KeyError at follow:12")
    await park_update(tx, 5, "KeyError at follow:12")
    job_id = await add_job(tx, "summarize", {"article_id": 1}, now=NOW - 10)
    await claim_jobs(tx, "summarize", now_ms=NOW_MS)
    await park_job(tx, job_id, "RuntimeError")
    return 5, await park_message(tx), job_id


async def test_everything_given_up_on_is_listed_the_latest_first(db: Database) -> None:
    async with db.transaction() as tx:
        update_id, row_id, job_id = await park_everything(tx)
        await add_updates(tx, [(6, 7, "{}")], now=NOW)  # it waits
        items = await list_parked(tx, limit=10)
        assert await count_parked(tx) == 3
        assert await list_parked(tx, limit=1, offset=2) == items[2:]
    assert [(item.kind, item.id, item.chat_id, item.what, item.at) for item in items] == [
        ("message", row_id, 7, "sendMessage", NOW),
        ("job", job_id, None, "summarize", NOW - 10),
        ("update", update_id, 7, "", NOW - 30),
    ]
    assert [item.reason for item in items] == [
        "Bad Request: chat not found",
        "RuntimeError",
        "KeyError at follow:12",
    ]
    assert all(item.can_retry for item in items)


async def test_each_is_tried_again_with_no_failure_counted(db: Database) -> None:
    async with db.transaction() as tx:
        update_id, row_id, job_id = await park_everything(tx)
        assert await retry_parked(tx, "update", update_id, now_ms=NOW_MS + 1)
        assert await retry_parked(tx, "message", row_id, now_ms=NOW_MS + 1)
        assert await retry_parked(tx, "job", job_id, now_ms=NOW_MS + 1)
        assert await count_parked(tx) == 0
        (update,) = await list_waiting(tx, after=-1, limit=9)
        assert (update.update_id, update.attempts) == (update_id, 0)
        row = await find_row(tx, row_id)
        assert row is not None
        assert (row.state, row.attempts, row.due_ms) == (OutboxState.WAITING, 0, NOW_MS + 1)
        (job,) = await claim_jobs(tx, "summarize", now_ms=NOW_MS + 1)
        assert (job.id, job.attempts) == (job_id, 1)
        assert not await retry_parked(tx, "message", row_id, now_ms=NOW_MS)


async def test_only_what_is_named_is_tried_again_or_everything(db: Database) -> None:
    async with db.transaction() as tx:
        first, second = await park_message(tx, 7), await park_message(tx, 8)
        assert await retry_parked(tx, "message", second, now_ms=NOW_MS)
        assert [item.id for item in await list_parked(tx, limit=9)] == [first]
        await park_everything(tx)
        assert await retry_all_parked(tx, now_ms=NOW_MS) == 4
        assert await count_parked(tx) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"method": "editMessageText"},
        {"method": "answerCallbackQuery"},
        {"comment_id": 4, "lane": Lane.RELAY},
        {"lane": Lane.POST},  # of a reader who paused
    ],
)
async def test_what_would_do_harm_late_stays(db: Database, fields: dict[str, Any]) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7)
        await set_subscriber_state(tx, 7, "paused", now=NOW)
        row_id = await park_message(tx, **fields)
        (item,) = await list_parked(tx, limit=9)
        assert not item.can_retry
        assert not await retry_parked(tx, "message", row_id, now_ms=NOW_MS)
        assert await retry_all_parked(tx, now_ms=NOW_MS) == 0
        assert await count_parked(tx) == 1


async def test_a_post_to_an_active_reader_is_tried_again(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7)
        assert await retry_parked(
            tx, "message", await park_message(tx, lane=Lane.POST), now_ms=NOW_MS
        )
