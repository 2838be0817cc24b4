"""Everything that can go wrong between us and Telegram, all in one broadcast."""

from collections import Counter

from sandbox.telegram import Fault, Limits
from tests.support.site import site_in

READERS = 240
STRICT = Limits(overall_per_second=30, overall_burst=4, hold_seconds=8)
EACH_CHAT = (
    ("500", {}),
    ("502", {}),
    ("503", {}),
    ("500_after", {}),
    ("502_after", {}),
    ("504_after", {}),
    ("reset_before", {}),
    ("reset_after", {}),
    ("not_json", {}),
    ("500_after", {"times": 2}),
    ("hang", {"seconds": 40}),
    ("hang_after", {"seconds": 40}),
    ("slow", {"seconds": 8}),
    ("slow_after", {"seconds": 8}),
    ("429", {"retry_after": 3}),
    ("429", {"retry_after": 40}),
    ("500", {"times": 5}),
    ("reset_after", {"times": 2}),
    ("reset_before", {"times": 5}),
)


async def test_every_fault_at_once_in_one_broadcast(tmp_path, figures):
    async with site_in(tmp_path, limits=STRICT, latency=0.05) as site:
        readers = site.people(READERS)
        await site.enrol(readers, "5G")
        blocked, deleted, *rest = readers
        faulty = rest[: 2 * len(EACH_CHAT)]
        healthy = rest[2 * len(EACH_CHAT) :]
        group = site.telegram.group("Club", [readers[-1]], "group")
        await site.relais.start()
        await site.until_read()
        await site.ask(readers[-1], "/follow 5G", group)
        await site.until_quiet()
        for reader, (kind, options) in zip(faulty, EACH_CHAT * 2, strict=True):
            fault = Fault(kind, method="sendMessage", chat_id=reader.id, **options)
            site.telegram.faults.add(fault)
        site.telegram.faults.add(Fault("502", method="getUpdates", times=5))
        moved = group.migrate()
        blocked.is_blocking = True
        deleted.deactivate()
        site.publish("mast")
        await site.until(lambda: all(site.posts_of(reader, "mast") for reader in healthy), 120)
        healthy_ids = {reader.id for reader in healthy}
        times = [s.at for s in site.sends_of("mast") if s.chat_id in healthy_ids]
        rate = (len(times) - 1) / (times[-1] - times[0])
        # Several chats were told to slow down at once: all of them get it in the end.
        for reader in faulty[:20]:
            site.telegram.faults.add(
                Fault("429", method="sendMessage", chat_id=reader.id, retry_after=2)
            )
        await site.until(lambda: all(site.posts_of(reader, "mast") for reader in rest), 300)
        await site.until(lambda: site.posts_of(moved, "mast"), 60)
        await site.until_quiet()
        counts = Counter(len(site.posts_of(reader, "mast")) for reader in rest)
        figures["faults out: readers with no, one, two posts"] = (
            f"{counts[0]}, {counts[1]}, {sum(n for c, n in counts.items() if c > 1)}"
        )
        figures["faults out: posts a second to the healthy chats"] = round(rate, 1)
        assert counts == {1: len(rest)}
        assert len(site.posts_of(moved, "mast")) == 1
        assert rate > 15, "one chat's hang of 40 s held up the others"
        for gone in (blocked, deleted):
            state = "SELECT state FROM subscribers WHERE chat_id = ?"
            assert await site.value(state, gone.id) == "unreachable"
