"""300 articles whose every field tries to break us: no refusal, and each arrives once."""

import random

from sandbox.newsroom import Publication
from tests.support.hostile import make_text
from tests.support.site import site_in

FORMATS = ("wordpress", "rss", "atom", "json")
PAPERS, EACH = 15, 20
READERS = PAPERS * EACH  # one for each article: a chat takes a message a second
PAGES = 3


async def test_hostile_articles_arrive_once_and_provoke_no_refusal(tmp_path):
    rng = random.Random(random.random())
    papers = [
        Publication(f"p{n}", make_text(rng)[:200], "fr", FORMATS[n % 4], f"/p{n}/feed")
        for n in range(PAPERS)
    ]
    settings = {"PAID_BROADCAST": "true", "MESSAGES_PER_SECOND": 1000}
    async with site_in(tmp_path, papers=papers, **settings) as site:
        readers = site.people(READERS // 2, "A", "en") + site.people(READERS // 2, "B", "fr")
        for number, reader in enumerate(readers):
            await site.enrol([reader], f"groupe {number}")
        await site.relais.start()
        await site.until_polled(*site.newsroom.publications)
        for number in range(READERS):
            site.publish(
                f"h{number}",
                publication=f"p{number % PAPERS}",
                title=make_title(rng, number),
                lead=make_text(rng),
                body=tuple(make_text(rng) for _ in range(2)),
                author=make_text(rng),
                section="",
                tags=(f"groupe {number}", *(make_text(rng) for _ in range(3))),
            )

        def arrived():
            return {
                number: len(site.posts_of(reader, f"h{number}"))
                for number, reader in enumerate(readers)
            }

        await site.until(lambda: all(arrived().values()), 60)
        await site.until_polled(*site.newsroom.publications, times=2)
        await site.until_quiet()
        assert set(arrived().values()) == {1}
        await walk_through(site, site.telegram.person("Ada", "en"))
        refused = [c for c in site.telegram.calls if c.status not in (200, None)]
        assert [(call.method, call.description) for call in refused] == []
        assert await site.value("SELECT count(*) FROM inbox WHERE state = 2") == 0
        assert await site.value("SELECT count(*) FROM outbox WHERE state = 4") == 0


def make_title(rng, number):
    """Make a title, blank or like no other: two of one publisher would be one story."""
    before, after = make_text(rng), make_text(rng)
    if not before.strip():
        return before
    return f"{before} h{number} {after}" if len(before) < 200 else f"h{number} {before}"


async def walk_through(site, reader):
    """Look at hostile tags and titles in lists and menus."""
    for command in ("/start", "/tags", "/following", "/search script", "/mydata"):
        await site.ask(reader, command)
    page = await site.ask(reader, "/latest")
    for _ in range(PAGES):
        before = page.text
        await site.press(reader, page, "›")
        await site.until(lambda before=before: page.text != before)
    await site.press(reader, page, page.labels[0])
    await site.until(lambda: "Tags" in reader.chat.last.labels)
    await site.press(reader, reader.chat.last, "Tags")
