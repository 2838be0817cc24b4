"""A broadcast to 900 readers against the strict limit: its speed, and how long people wait."""

import statistics

from sandbox.telegram import Limits
from tests.support.site import site_in

STRICT = Limits(overall_per_second=30, overall_burst=4, hold_seconds=0)


async def test_900_readers_at_full_speed(tmp_path, figures):
    async with site_in(tmp_path, limits=STRICT, latency=0.05) as site:
        readers = site.people(900)
        asker = site.telegram.person("Ada", "en")
        await site.enrol(readers, "5G")
        await site.enrol([asker], "Cuisine")
        await site.relais.start()
        await site.until_read()
        await site.until_quiet()
        site.publish("mast")
        await site.until(lambda: site.sends_of("mast"), 30)
        waits = await ask_until_sent(site, asker, len(readers))
        posts = site.sends_of("mast")
        begin, end = posts[0].at, posts[-1].at
        sends = [s for s in site.telegram.sent if s.kind == "send" and begin <= s.at <= end]
        rate = (len(sends) - 1) / (end - begin)
        median = statistics.median(waits)
        figures["flood: messages a second at 30/s strict"] = round(rate, 2)
        figures["flood: answer to /following, median ms"] = round(median * 1000)
        figures["flood: answer to /following, slowest ms"] = round(max(waits) * 1000)
        assert [call for call in site.telegram.calls if call.status == 429] == []
        assert {len(site.posts_of(reader, "mast")) for reader in readers} == {1}
        assert rate >= 29.5
        assert median <= 0.3


async def ask_until_sent(site, asker, count):
    """Ask about once a second until all posts are sent; gives the seconds to each answer."""
    clock = site.telegram.world.clock
    waits = []
    while (seen := len(site.sends_of("mast"))) < count:
        asked_at = clock()
        answer = await site.ask(asker, "/following")
        effect = next(s for s in reversed(site.telegram.sent) if s.message_id == answer.message_id)
        waits.append(effect.at - asked_at)
        wanted = min(seen + 30, count)
        await site.until(lambda n=wanted: len(site.sends_of("mast")) >= n, 60)
    return waits
