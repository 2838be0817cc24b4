"""SIGKILL at random points under load: nothing lost, nothing doubled, whatever was in flight."""

import random
import re
from collections import Counter

import pytest

from sandbox.newsroom import Publication
from sandbox.telegram import Limits
from tests.support.killing import Killer, ask_many, count_words
from tests.support.site import link_targets, site_in

KILLS = 40
READERS = 40
PAPERS = tuple(
    Publication(f"p{n}", f"Paper {n}", "en", form, f"/p{n}/feed")
    for n, form in enumerate(("wordpress", "rss", "atom", "json", "rss"))
)
LATENCIES = (0.02, 0.1, 0.5)
TOGGLED = "Cuisine"
LINK = re.compile(r'href="([^"]+)"')


@pytest.mark.parametrize("batch", range(5))
async def test_kills_lose_and_double_no_post_update_or_answer(tmp_path, figures, batch):
    rng = random.Random(random.random())
    async with site_in(tmp_path, papers=PAPERS, limits=Limits(), latency=0.1) as site:
        people = site.people(READERS)
        await site.enrol(people, "5G")
        await site.enrol(site.people(1, "Cook"), TOGGLED)
        site.publish("dish", publication="p0", tags=(TOGGLED,))
        await site.relais.start()
        await site.until_read()
        await site.until_quiet()
        boards = {person: await site.ask(person, "/tags") for person in people}
        killer = Killer(site, rng)
        work = Work(site, people, boards, rng)
        for number in range(KILLS):
            work.add(number)
            site.telegram.endpoint.latency = rng.choice(LATENCIES)
            await killer.kill_midway(rng.choice((2, 10, 40, 120)))
        site.telegram.endpoint.latency = 0.02
        await site.until(lambda: site.telegram.is_polled, 60)
        await site.until_polled(*site.newsroom.publications, times=2)
        await site.until_quiet(600)
        await work.count(killer.tally)
        figures[f"kills while polling, sending, answering, batch {batch + 1}"] = (
            f"{killer.tally}; settled by looking: {work.settled}"
        )
        assert not killer.tally.lost, killer.tally.lost
        assert not killer.tally.doubled, killer.tally.doubled


class Work:
    """What goes on while the product is killed, and whether all of it had its effect once."""

    def __init__(self, site, people, boards, rng):
        self.site, self.people, self.boards, self.rng = site, people, boards, rng
        self.articles = []
        self.words = []
        self.follows = []
        self.presses = dict.fromkeys(people, 0)

    @property
    def settled(self):
        """How the messages of unknown fate came out, by outcome."""
        found = {}
        for life in self.site.relais.lives:
            for entry in life.events_of("settled"):
                found[entry["outcome"]] = found.get(entry["outcome"], 0) + 1
        return found

    def add(self, number):
        """Publish, ask, follow and press a little."""
        for one in range(2):
            paper = f"p{self.rng.randrange(len(PAPERS))}"
            self.articles.append(f"k{number}x{one}")
            self.site.publish(self.articles[-1], publication=paper, title=f"Article {number} {one}")
        askers = self.rng.sample(self.people, 6)
        self.words += ask_many(askers, 1, f"k{number}mot")
        follower = self.rng.choice(self.people)
        self.follows.append((follower.id, f"sujet{number}"))
        follower.say(f"/follow sujet{number}")
        presser = self.rng.choice(self.people)
        presser.press(self.boards[presser], TOGGLED)
        self.presses[presser] += 1

    async def count(self, tally):
        """Compare what was asked for with what came, each exactly once."""
        urls = {self.site.newsroom.article_url(article) for article in self.articles}
        shown = Counter(
            (person.id, url)
            for person in self.people
            for message in person.chat.from_bot()
            for url in urls.intersection(link_targets(message))
        )
        sent = Counter(
            (effect.chat_id, url)
            for effect in self.site.telegram.sent
            if effect.kind == "send"
            for url in urls.intersection(LINK.findall(str(effect.call.params.get("text"))))
        )
        wanted = {f"{p.name} {url}": (p.id, url) for p in self.people for url in urls}
        tally.count(wanted, {name: shown[key] for name, key in wanted.items()})
        # Of two unknown messages to one reader, the one that did not arrive may take the place of
        # the other, which is then sent again: sent once or by an edit, but never twice.
        tally.doubled += [f"{name} was sent twice" for name, key in wanted.items() if sent[key] > 1]
        answers = count_words((m for p in self.people for m in p.chat.from_bot()), self.words)
        tally.count(self.words, answers)
        async with self.site.storage() as db, db.read() as tx:
            rows = await tx.all(
                "SELECT s.chat_id, t.label FROM subscriptions s JOIN tags t ON t.id = s.tag_id"
            )
        followed = {tuple(row) for row in rows}
        tally.count(
            (label for _, label in self.follows),
            {label: int((chat_id, label) in followed) for chat_id, label in self.follows},
        )
        # A press is no command that may be repeated: each turns the follow over.
        for person, presses in self.presses.items():
            is_right = ((person.id, TOGGLED) in followed) == (presses % 2 == 1)
            tally.count([f"presses of {person.name}"], {f"presses of {person.name}": int(is_right)})
