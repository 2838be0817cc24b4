"""Jobs: claimed when due, done at least once, parked in the end."""

from storage.database import Database
from storage.jobs import (
    add_job,
    claim_jobs,
    find_next_due,
    finish_job,
    park_job,
    release_jobs,
    retry_job,
)
from storage.parked import retry_parked
from storage.privacy import erase_person
from tests.support.database import NOW, db

__all__ = ["db"]

MS = NOW * 1000


async def test_a_job_is_claimed_once_with_its_payload(db: Database) -> None:
    async with db.transaction() as tx:
        job_id = await add_job(tx, "summarize", {"url": "https://é.example", "n": [1]}, now=NOW)
        (job,) = await claim_jobs(tx, "summarize", now_ms=MS)
        assert (job.id, job.kind, job.attempts, job.created_at) == (job_id, "summarize", 1, NOW)
        assert job.payload == {"url": "https://é.example", "n": [1]}
        assert await claim_jobs(tx, "summarize", now_ms=MS) == []
        assert await finish_job(tx, job_id)
        assert not await finish_job(tx, job_id)


async def test_jobs_of_a_kind_come_when_due_longest_due_first(db: Database) -> None:
    async with db.transaction() as tx:
        later = await add_job(tx, "probe", {}, now=NOW, due_ms=MS + 500)
        second = await add_job(tx, "probe", {}, now=NOW, due_ms=MS - 10)
        first = await add_job(tx, "probe", {}, now=NOW, due_ms=MS - 20)
        await add_job(tx, "summarize", {}, now=NOW)
        assert await find_next_due(tx, ["probe"]) == MS - 20
        assert await find_next_due(tx, ["probe", "summarize"]) == MS - 20
        claimed = await claim_jobs(tx, "probe", now_ms=MS, limit=9)
        assert [job.id for job in claimed] == [first, second]
        assert await find_next_due(tx, ["probe"]) == MS + 500
        assert await find_next_due(tx, ["other"]) is None
        assert await claim_jobs(tx, "probe", now_ms=MS + 499) == []
        assert [job.id for job in await claim_jobs(tx, "probe", now_ms=MS + 500)] == [later]


async def test_a_failed_job_waits_and_counts_its_attempts(db: Database) -> None:
    async with db.transaction() as tx:
        job_id = await add_job(tx, "probe", {}, now=NOW)
        await claim_jobs(tx, "probe", now_ms=MS)
        await retry_job(tx, job_id, due_ms=MS + 100, error="timeout")
        assert await claim_jobs(tx, "probe", now_ms=MS) == []
        (job,) = await claim_jobs(tx, "probe", now_ms=MS + 100)
        assert (job.id, job.attempts) == (job_id, 2)
        await park_job(tx, job_id, "timeout")
        assert await claim_jobs(tx, "probe", now_ms=MS + 9999) == []
        assert await find_next_due(tx, ["probe"]) is None
        await retry_job(tx, job_id, due_ms=MS, error="too late")  # parked stays parked
        assert await claim_jobs(tx, "probe", now_ms=MS + 9999) == []


async def test_a_job_erased_while_at_work_is_not_taken_for_the_next_one(db: Database) -> None:
    async with db.transaction() as tx:
        payload = {"chat_id": 70, "person_id": 70}
        erased = await add_job(tx, "summarize", payload, now=NOW)
        await claim_jobs(tx, "summarize", now_ms=MS)
        await erase_person(tx, 70, 70)
        following = await add_job(tx, "checkpoint", {}, now=NOW)
        assert not await finish_job(tx, erased)
        await park_job(tx, erased, "timeout")
        assert not await retry_parked(tx, "job", erased, now_ms=MS)
        assert [job.id for job in await claim_jobs(tx, "checkpoint", now_ms=MS)] == [following]


async def test_what_a_dead_process_was_doing_waits_again(db: Database) -> None:
    async with db.transaction() as tx:
        job_id = await add_job(tx, "probe", {}, now=NOW)
        parked = await add_job(tx, "probe", {}, now=NOW)
        await claim_jobs(tx, "probe", now_ms=MS, limit=2)
        await park_job(tx, parked, "timeout")
        assert await release_jobs(tx) == 1
        assert [job.id for job in await claim_jobs(tx, "probe", now_ms=MS, limit=9)] == [job_id]
