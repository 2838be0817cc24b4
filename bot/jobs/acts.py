"""What the jobs of the main part do: look at an address, empty the log after an erasure."""

from collections.abc import Callable

from bot.clock import Clock
from bot.news.probe import Probe, Prober
from handlers.offers import Offer
from handlers.probes import ProbedFeed, ProbeResult, show_probe
from handlers.texts import Catalogue
from storage.database import Database
from storage.errors import FeedError
from storage.jobs import finish_job
from storage.model import Job


class FeedProbes:
    """Looks at an address for an operator and tells what is there."""

    def __init__(
        self,
        db: Database,
        prober: Prober,
        texts: Catalogue,
        clock: Clock,
        on_committed: Callable[[], None],
    ) -> None:
        self._db = db
        self._prober = prober
        self._texts = texts
        self._clock = clock
        self._on_committed = on_committed

    async def do(self, job: Job) -> None:
        """Look, then commit the answer together with the job's end."""
        try:
            result = _result(await self._prober.probe(str(job.payload["address"])))
        except FeedError as error:
            result = ProbeResult(error=error.code)
        async with self._db.transaction() as tx:
            if await finish_job(tx, job.id):
                now_ms = round(self._clock.now() * 1000)
                await show_probe(tx, job.payload, result, texts=self._texts, now_ms=now_ms)
        self._on_committed()


class Checkpoints:
    """Empties the write-ahead log, so that nothing erased can be read from it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def do(self, job: Job) -> None:
        """Empty the log, then finish: where it cannot be emptied yet, the job comes again."""
        await self._db.checkpoint()
        async with self._db.transaction() as tx:
            await finish_job(tx, job.id)


def _result(probe: Probe) -> ProbeResult:
    if len(probe.choices) > 1:
        return ProbeResult(choices=tuple(Offer(each.url, each.title) for each in probe.choices))
    return ProbeResult(
        feed=ProbedFeed(
            url=probe.choices[0].url,
            title=probe.title,
            articles=probe.articles,
            latest=probe.latest,
            latest_at=probe.latest_at,
            tags=probe.tags,
        )
    )
