"""The job loop: done at least once, tried again, parked, and never in the way of others."""

import asyncio

from bot.clock import SystemClock
from bot.jobs.worker import JobWorker
from storage.jobs import add_job, finish_job

NOW = 1_700_000_000


class MovableClock(SystemClock):
    """A clock that stands until it is moved."""

    def __init__(self):
        super().__init__()
        self.time = float(NOW)

    def now(self):
        return self.time

    async def sleep(self, seconds):
        await asyncio.sleep(0.01)


async def add(db, kind="greet", **payload):
    async with db.transaction() as tx:
        return await add_job(tx, kind, payload, now=NOW)


async def states(db):
    async with db.read() as tx:
        return [tuple(row) for row in await tx.all("SELECT state, attempts FROM jobs ORDER BY id")]


async def until(db, wanted, worker, clock):
    async with asyncio.timeout(10):
        while await states(db) != wanted:
            clock.time += 10
            worker.wake()
            await asyncio.sleep(0.01)


async def run_until(db, acts, wanted, told=None):
    async def on_parked(job_id, reason):
        if told is not None:
            told.append((job_id, reason))

    clock = MovableClock()
    worker = JobWorker(db, acts, clock, on_parked=on_parked)
    task = asyncio.create_task(worker.run())
    try:
        await until(db, wanted, worker, clock)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_job_is_done_and_gone(db):
    done = []

    async def act(job):
        done.append(job.payload)
        async with db.transaction() as tx:
            await finish_job(tx, job.id)

    await add(db, name="Anne")
    await run_until(db, {"greet": act}, [])
    assert done == [{"name": "Anne"}]


async def test_a_job_that_fails_is_tried_again_then_parked(db):
    tries, told = [], []

    async def act(job):
        tries.append(job.attempts)
        raise RuntimeError

    job_id = await add(db)
    await run_until(db, {"greet": act}, [(2, 3)], told)
    assert tries == [1, 2, 3]
    assert told == [(job_id, "greet: RuntimeError")]


async def test_what_a_dead_process_was_doing_is_done_by_the_next(db):
    done = []

    async def act(job):
        done.append(job.id)
        async with db.transaction() as tx:
            await finish_job(tx, job.id)

    job_id = await add(db)
    async with db.transaction() as tx:
        await tx.run("UPDATE jobs SET state = 1")
    await run_until(db, {"greet": act}, [])
    assert done == [job_id]


async def test_a_job_that_hangs_holds_up_no_other(db):
    done = asyncio.Event()

    async def hang(job):
        await asyncio.Event().wait()

    async def act(job):
        async with db.transaction() as tx:
            await finish_job(tx, job.id)
        done.set()

    await add(db, "hang")
    await add(db, "greet")
    await run_until(db, {"hang": hang, "greet": act}, [(1, 1)])
    assert done.is_set()
