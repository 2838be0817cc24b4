"""An article, its page, a model and a clock for tests of how summaries are made."""

import asyncio

from bot.news.page import Page, Verdict
from bot.summary.making import Reader
from storage.articles import find_article_text
from tests.support.database import NOW, make_article

URL = "https://gazette.example/pont"
ADA, LEO = Reader(1, "en"), Reader(2, "fr")
LEAD = "The old bridge of Combe opens again after two years of works."
SENTENCES = (
    "The mayor cut the ribbon on Saturday before six hundred people.",
    "The works cost 4 million euros, a third more than the council had planned.",
    "Engineers found that the oldest pillar stood on oak piles from 1612.",
    "Buses will cross the bridge again from Monday, every twelve minutes.",
    "Lorries of more than 12 tonnes must still take the road through Valmont.",
    "A small exhibition in the town hall shows the tools of the masons.",
    "Shopkeepers of the left bank say that they lost a quarter of their trade.",
    "The council has promised them a year without rent for their stalls.",
)
TEXT = "\n".join(SENTENCES)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.at = float(NOW)

    def now(self):
        return self.at

    def monotonic(self):
        return self.at

    async def sleep(self, seconds):
        self.at += seconds


class Pages:
    """Gives one page, or the error that stands for it."""

    def __init__(self, page=None):
        self.page = page or Page(URL, Verdict.ARTICLE, title="The bridge", text=TEXT)
        self.asked = []
        self.forgotten = []
        self.reached = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self, url):
        self.asked.append(url)
        self.reached.set()
        await self.gate.wait()
        if isinstance(self.page, Exception):
            raise self.page
        return self.page

    def forget(self, url):
        self.forgotten.append(url)


class Chat:
    """A model that writes what it is told to."""

    method = "small-1/v1"

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.under_way = self.most = 0
        self.reached = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def is_ready(self):
        return True

    async def write(self, source, *, person_id):
        self.asked.append((source.language, person_id))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.reached.set()
        await self.gate.wait()
        self.under_way -= 1
        return self.answers.pop(0)


async def store(db, **fields):
    """Store an article whose feed gives its lead alone."""
    fields = {"url": URL, "title": "The bridge", "lead": LEAD, "body": LEAD, **fields}
    async with db.transaction() as tx:
        return await make_article(tx, fields.pop("key", "1"), **fields)


async def text_of(db, article):
    async with db.read() as tx:
        return await find_article_text(tx, article.id)
