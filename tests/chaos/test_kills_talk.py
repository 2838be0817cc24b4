"""SIGKILL while people comment, moderators decide, and summaries are made: the same promises."""

import random

import pytest

from tests.chaos.stories import Stories
from tests.support.killing import Killer, Tally
from tests.support.talks import talk_in

KILLS = 40
READERS = 12
LATENCIES = (0.02, 0.1, 0.4)
STALE = "SELECT count(*) FROM comments WHERE relay_due_ms IS NOT NULL"
JOBS = "SELECT count(*) FROM jobs WHERE state <> 2"


@pytest.mark.parametrize("batch", range(3))
async def test_kills_lose_and_double_no_comment_decision_or_summary(tmp_path, figures, batch):
    rng = random.Random(random.random())
    async with talk_in(tmp_path, latency=0.1) as talk:
        site = talk.site
        readers = site.people(READERS)
        await site.enrol(readers, "5G")
        await site.relais.start()
        await site.until_read()
        await site.ask(talk.anne, "/queue", talk.room)
        killer, stories = Killer(site, rng), Stories(talk, readers, rng)
        try:
            for number in range(KILLS):
                stories.publish(f"t{number}")
                stories.begin()
                site.telegram.endpoint.latency = rng.choice(LATENCIES)
                await killer.kill_midway(rng.choice((2, 10, 40)))
            site.telegram.endpoint.latency = 0.02
            await site.telegram.wait_until(lambda: site.telegram.is_polled, 60)
            await stories.finish()
        finally:
            stories.cancel()
        await site.until_quiet(300)
        for query in (JOBS, STALE):
            await site.until_value(query, lambda count: count == 0)
        await site.until_quiet()
        await count(killer.tally, site, stories)
        figures[f"kills with comments and summaries, batch {batch + 1}"] = (
            f"{killer.tally}; {len(stories.stories)} comments, {len(stories.readings)} summaries"
        )
        assert not killer.tally.lost, killer.tally.lost
        assert not killer.tally.doubled, killer.tally.doubled


async def count(tally: Tally, site, stories):
    """Count copies, statuses, answers and decisions."""
    for one in (*stories.stories, *stories.readings):
        one.count(tally)
    async with site.storage() as db, db.read() as tx:
        rows = await tx.all(
            "SELECT c.id, count(d.comment_id) FROM comments c LEFT JOIN comment_decisions d"
            " ON d.comment_id = c.id AND d.action IN ('approve', 'reject') GROUP BY c.id"
        )
    tally.count((f"decision {row[0]}" for row in rows), {f"decision {r[0]}": r[1] for r in rows})
    assert len(rows) == len(stories.stories)
