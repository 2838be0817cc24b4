"""A broadcast under Telegram's limits: people are answered meanwhile, and nothing is refused.

Speed itself, and a burst of 4, are measured in tests/chaos; here slots are counted in the server's
log.
"""

import statistics

from sandbox.telegram import Limits
from tests.support.site import site_in

# The server shares this busy process: what bunches up for 0.2 s while it is held up must fit in.
STRICT = Limits(overall_per_second=30, overall_burst=10, hold_seconds=0)


async def test_a_question_in_a_broadcast_overtakes_the_posts_that_wait(tmp_path):
    async with site_in(tmp_path, limits=STRICT, latency=0.05) as site:
        readers = site.people(120)
        asker = site.telegram.person("Ada", "en")
        await site.enrol(readers, "5G")
        await site.enrol([asker], "Cuisine")
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("mast")
        await site.until(lambda: site.sends_of("mast"))
        overtaken = []
        for _ in range(3):
            before = len(site.sends_of("mast"))
            await site.ask(asker, "/following")
            overtaken.append(len(site.sends_of("mast")) - before)
        await site.until(lambda: len(site.sends_of("mast")) == len(readers), 60)
        assert statistics.median(overtaken) <= 9, overtaken  # 300 ms are 9 slots at 30 a second
        assert [call for call in site.telegram.calls if call.status == 429] == []
        assert {len(site.posts_of(reader, "mast")) for reader in readers} == {1}
