"""How many there are of everything, for /stats, /healthz and /metrics."""

from dataclasses import dataclass

from storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts at one moment; the queues tell whether the process keeps up."""

    active_subscribers: int
    paused_subscribers: int
    unreachable_subscribers: int
    follows: int
    followed_tags: int
    active_feeds: int
    failing_feeds: int
    articles: int
    articles_today: int  # first seen in the last 24 hours
    undistributed_articles: int
    waiting_updates: int
    parked_updates: int
    waiting_messages: int  # waiting, being sent, or not known to have arrived
    parked_messages: int
    waiting_jobs: int
    parked_jobs: int
    comments_to_decide: int


async def count_everything(tx: Transaction, *, now: int) -> Stats:
    """Count everything; what is counted without an index is small."""
    row = await tx.one(
        "SELECT coalesce(sum(state = 'active'), 0) AS active_subscribers,"
        " coalesce(sum(state = 'paused'), 0) AS paused_subscribers,"
        " coalesce(sum(state = 'unreachable'), 0) AS unreachable_subscribers,"
        " (SELECT coalesce(sum(followers), 0) FROM tags) AS follows,"
        " (SELECT count(*) FROM tags WHERE followers > 0) AS followed_tags,"
        " (SELECT count(*) FROM feeds WHERE state = 'active') AS active_feeds,"
        " (SELECT count(*) FROM feeds WHERE state = 'active' AND errors > 0) AS failing_feeds,"
        " (SELECT coalesce(max(id), 0) FROM articles) AS articles,"
        # Ids follow arrival: from the newest back to the first of yesterday.
        " (SELECT count(*) FROM articles WHERE id > coalesce((SELECT id FROM articles"
        "   WHERE first_seen_at <= :yesterday ORDER BY id DESC LIMIT 1), 0)) AS articles_today,"
        " (SELECT count(*) FROM articles WHERE spread IN (1, 2)) AS undistributed_articles,"
        " (SELECT count(*) FROM inbox WHERE state = 0) AS waiting_updates,"
        " (SELECT count(*) FROM inbox WHERE state = 2) AS parked_updates,"
        " (SELECT count(*) FROM outbox WHERE state = 0)"
        "   + (SELECT count(*) FROM outbox WHERE state = 1 OR state = 3) AS waiting_messages,"
        " (SELECT count(*) FROM outbox WHERE state = 4) AS parked_messages,"
        " (SELECT count(*) FROM jobs WHERE state < 2) AS waiting_jobs,"
        " (SELECT count(*) FROM jobs WHERE state = 2) AS parked_jobs,"
        " (SELECT count(*) FROM comments WHERE state IN ('pending', 'appealed'))"
        "   AS comments_to_decide"
        " FROM subscribers",
        {"yesterday": now - 86_400},
    )
    assert row is not None
    return Stats(**dict(row))
