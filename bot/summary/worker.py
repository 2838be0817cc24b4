"""The act behind the job "summarize": make or find the summary, then answer whoever asked.

The answers and the jobs' ends commit together. Jobs that ask for what is being made wait for it
without a place among those at work. An answer that comes within half a second takes the place of
the placeholder before that leaves; a later one edits it.
"""

import logging
from collections.abc import Callable
from typing import Any

from bot.clock import Clock
from bot.summary.making import Nothing, Reader, SummaryMaker, is_lasting
from handlers.messages import Message, to_payload
from handlers.messages.summary import render_nothing, render_summary
from handlers.texts import LANGUAGES, Catalogue, find_language
from storage.articles import find_article
from storage.database import Database, Transaction
from storage.jobs import finish_job, retry_job
from storage.model import Draft, Job, Lane
from storage.outbox import cancel, enqueue, find_row
from storage.summaries import StoredSummary, SummaryAnswer, forget_answer, record_answer

log = logging.getLogger(__name__)

ATTEMPTS = 3
RETRY_MS = 5000
AGAIN_SECONDS = 60  # before a page that was out of reach is looked at for the same chat again

Made = StoredSummary | Nothing | None


class SummaryActs:
    """Does the jobs that ask for a summary."""

    def __init__(
        self,
        db: Database,
        maker: SummaryMaker,
        texts: Catalogue,
        clock: Clock,
        on_committed: Callable[[], None],
    ) -> None:
        self._db = db
        self._maker = maker
        self._texts = texts
        self._clock = clock
        self._on_committed = on_committed
        self._flights: dict[object, list[Job]] = {}

    async def do(self, job: Job) -> None:
        """Make the summary and answer every job that asked for it meanwhile."""
        key = self._key(job)
        if key in self._flights:
            self._flights[key].append(job)
            return
        jobs = self._flights[key] = [job]
        try:
            made = await self._make(job)
            del self._flights[key]  # who asks from now on finds what is kept
            async with self._db.transaction() as tx:
                for each in jobs:
                    if await finish_job(tx, each.id):
                        await self._answer(tx, each.payload, made)
        except BaseException:
            self._flights.pop(key, None)
            if jobs[1:]:
                await self._put_back(jobs[1:])
            raise
        self._on_committed()

    def _key(self, job: Job) -> object:
        """Give what jobs share that one summary answers."""
        subject = job.payload.get("article_id") or job.payload["url"]
        return (subject, job.payload["language"] if self._maker.is_translating else None)

    async def _put_back(self, jobs: list[Job]) -> None:
        """Let the jobs that waited for a failed one be tried again."""
        due_ms = self._now_ms() + RETRY_MS
        async with self._db.transaction() as tx:
            for job in jobs:
                await retry_job(tx, job.id, due_ms=due_ms, error="failed with another")

    async def _make(self, job: Job) -> Made:
        """Make the summary; what fails again and again is told rather than kept waiting."""
        asked: dict[str, Any] = job.payload
        reader = Reader(int(asked["person_id"]), str(asked["language"]))
        try:
            if "url" in asked:
                return await self._maker.of_link(str(asked["url"]), reader)
            return await self._maker.of_article(int(asked["article_id"]), reader)
        except Exception as error:
            if job.attempts < ATTEMPTS:
                raise
            log.error("summary_failed", extra={"error": type(error).__name__})
            return Nothing("", asked.get("url"), "failed")

    async def _answer(self, tx: Transaction, asked: dict[str, Any], made: Made) -> None:
        """Give the answer in place of the placeholder, and note which message gave it."""
        chat_id = int(asked["chat_id"])
        article_id = made.article_id if isinstance(made, StoredSummary) else None
        message = await self._render(tx, asked, made)
        row_id = await self._send(tx, asked, message, article_id)
        if isinstance(made, StoredSummary) and article_id is not None:
            now = self._now_ms() // 1000
            again_at = None if is_lasting(made) else now + AGAIN_SECONDS
            answer = SummaryAnswer(row_id, made.content_hash, again_at)
            await record_answer(tx, chat_id, article_id, answer, now=now)
        elif "article_id" in asked:
            await forget_answer(tx, chat_id, int(asked["article_id"]))

    async def _send(
        self, tx: Transaction, asked: dict[str, Any], message: Message, article_id: int | None
    ) -> int:
        """Send the answer, or put it into the placeholder that left; gives the message's row."""
        chat_id, row_id = int(asked["chat_id"]), int(asked["row_id"])
        payload, now_ms = to_payload(message), self._now_ms()
        await cancel(tx, int(asked["action_id"]))
        placeholder = await find_row(tx, row_id)
        if placeholder is not None and not await cancel(tx, row_id):
            edit = Draft(chat_id, Lane.REPLY, "editMessageText", payload, target_id=row_id)
            await enqueue(tx, edit, now_ms=now_ms)
            return row_id
        payload["reply_parameters"] = {
            "message_id": asked["reply_to"],
            "allow_sending_without_reply": True,
        }
        draft = Draft(chat_id, Lane.REPLY, payload=payload, article_id=article_id, tracked=True)
        return await enqueue(tx, draft, now_ms=now_ms)

    async def _render(self, tx: Transaction, asked: dict[str, Any], made: Made) -> Message:
        language = find_language(asked["language"]) or LANGUAGES[0]
        match made:
            case None:
                return Message(self._texts.text(language, "article_gone"))
            case Nothing():
                return render_nothing(
                    made.title, made.url, language, self._texts, reason=made.reason
                )
        lead = ""
        if made.article_id is not None and not asked["has_post"] and made.note is None:
            article = await find_article(tx, made.article_id)
            lead = "" if article is None else article.lead
        return render_summary(made, language, self._texts, lead=lead)

    def _now_ms(self) -> int:
        return round(self._clock.now() * 1000)
