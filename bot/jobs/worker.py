"""The loop that does jobs: work that a handler asked for and that outlives a restart.

A job is done at least once; what it changes commits together with its end.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from bot.clock import Clock, wait_until_rung
from storage.database import Database
from storage.errors import StorageError
from storage.jobs import claim_jobs, find_next_due, park_job, release_jobs, retry_job
from storage.model import Job

log = logging.getLogger(__name__)

Act = Callable[[Job], Awaitable[None]]
OnParked = Callable[[int, str], Awaitable[None]]

AT_ONCE = 4
ATTEMPTS = 3
RETRY_SECONDS = 5.0
LONGEST_REST = 60.0
PAUSE_SECONDS = 1.0


class JobWorker:
    """Does the jobs of the kinds in `acts`; an act finishes its job in its own transaction.

    `on_parked` tells the operators of a job given up on.
    """

    def __init__(
        self, db: Database, acts: Mapping[str, Act], clock: Clock, *, on_parked: OnParked
    ) -> None:
        self._db = db
        self._acts = acts
        self._clock = clock
        self._on_parked = on_parked
        self._wake = asyncio.Event()
        self._slots = asyncio.Semaphore(AT_ONCE)

    def wake(self) -> None:
        """Look for due jobs again."""
        self._wake.set()

    async def run(self) -> None:
        """Do jobs until cancelled; those that an earlier process left half done first."""
        async with self._db.transaction() as tx:
            await release_jobs(tx)
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                try:
                    for job in await self._claim():
                        await self._slots.acquire()
                        group.create_task(self._do(job))
                    await self._rest()
                except StorageError as error:
                    log.error("jobs_wait", extra={"reason": str(error)})
                    await self._clock.sleep(PAUSE_SECONDS)

    async def _claim(self) -> list[Job]:
        now_ms = self._now_ms()
        async with self._db.transaction() as tx:
            claimed = [
                await claim_jobs(tx, kind, now_ms=now_ms, limit=AT_ONCE) for kind in self._acts
            ]
        return [job for jobs in claimed for job in jobs]

    async def _rest(self) -> None:
        """Wait for a wake or for the next job to be due."""
        async with self._db.read() as tx:
            due_ms = await find_next_due(tx, list(self._acts))
        seconds = LONGEST_REST if due_ms is None else max(0.0, (due_ms - self._now_ms()) / 1000)
        await wait_until_rung(self._wake, min(seconds, LONGEST_REST))

    async def _do(self, job: Job) -> None:
        try:
            await self._acts[job.kind](job)
        except Exception as error:
            name = type(error).__name__
            log.error("job_failed", extra={"kind": job.kind, "id": job.id, "error": name})
            log.debug("job_failed", exc_info=error)
            await self._put_back(job, name)
        finally:
            self._slots.release()

    async def _put_back(self, job: Job, error: str) -> None:
        """Let a failed job be tried later, or park it."""
        is_over = job.attempts >= ATTEMPTS
        due_ms = self._now_ms() + round(RETRY_SECONDS * 1000 * job.attempts)
        try:
            async with self._db.transaction() as tx:
                if is_over:
                    await park_job(tx, job.id, error)
                else:
                    await retry_job(tx, job.id, due_ms=due_ms, error=error)
            if is_over:
                await self._on_parked(job.id, f"{job.kind}: {error}")
        except StorageError as trouble:
            # It stays claimed; the next start lets it wait again.
            log.error("job_left", extra={"kind": job.kind, "reason": str(trouble)})

    def _now_ms(self) -> int:
        return round(self._clock.now() * 1000)
