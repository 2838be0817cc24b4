"""Counts of everything."""

from dataclasses import asdict

from storage.database import Database
from storage.feeds import record_poll_failure
from storage.inbox import add_updates, mark_handled, park_update
from storage.jobs import add_job, claim_jobs, park_job
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.stats import count_everything
from storage.subscribers import set_subscriber_state
from tests.support.comments import make_comment, make_newsdesk
from tests.support.database import NOW, db, make_article, make_feed, make_subscriber

__all__ = ["db"]


async def test_an_empty_database_counts_nothing(db: Database) -> None:
    async with db.read() as tx:
        stats = await count_everything(tx, now=NOW)
    assert set(asdict(stats).values()) == {0}


async def test_everything_is_counted(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, "old", now=NOW - 90_000, backlog=True)
        article_id = await make_newsdesk(tx)  # three active readers, an article of one feed
        await make_comment(tx, article_id)
        for chat_id, state in ((11, "paused"), (12, "unreachable"), (13, "unreachable")):
            await make_subscriber(tx, chat_id, follows=("5G",))
            await set_subscriber_state(tx, chat_id, state, now=NOW)  # type: ignore[arg-type]
        await make_subscriber(tx, 14, follows=("5G", "Vélo"), mutes=("Jardin",))
        failing = await make_feed(tx, "https://b.example/")
        await record_poll_failure(tx, failing.id, "dns", now=NOW, next_poll_at=NOW)
        await make_article(tx, "new", now=NOW - 80_000)
        await add_updates(tx, [(n, 1, "{}") for n in range(1, 7)], now=NOW)
        await mark_handled(tx, 1)
        await park_update(tx, 2, "x")
        await enqueue(tx, Draft(1, Lane.REPLY), now_ms=0)
        parked = await enqueue(tx, Draft(1, Lane.REPLY), now_ms=0)
        await tx.run("UPDATE outbox SET state = 4 WHERE id = ?", (parked,))
        jobs = [await add_job(tx, "x", {}, now=NOW) for _ in range(3)]
        await claim_jobs(tx, "x", now_ms=NOW * 1000)
        await park_job(tx, jobs[2], "x")
        stats = await count_everything(tx, now=NOW)
    assert asdict(stats) == {
        "active_subscribers": 4,
        "paused_subscribers": 1,
        "unreachable_subscribers": 2,
        "follows": 5,
        "followed_tags": 2,
        "active_feeds": 2,
        "failing_feeds": 1,
        "articles": 3,
        "articles_today": 2,
        "undistributed_articles": 2,
        "waiting_updates": 4,
        "parked_updates": 1,
        "waiting_messages": 1,
        "parked_messages": 1,
        "waiting_jobs": 2,
        "parked_jobs": 1,
        "comments_to_decide": 1,
    }
