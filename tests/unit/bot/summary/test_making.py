"""Making summaries: which text serves, what is kept, who writes it; and answering who asked."""

import asyncio
from dataclasses import replace

import pytest

from bot.news.page import Page, Verdict
from bot.summary.making import Nothing, Reader, SummaryMaker
from bot.summary.worker import AGAIN_SECONDS, SummaryActs
from handlers.texts import Catalogue
from storage.articles import find_article_text
from storage.errors import FetchFailed
from storage.jobs import add_job, claim_jobs
from storage.model import Draft, Lane
from storage.outbox import enqueue
from tests.support.database import NOW, db, make_article

__all__ = ["db"]

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


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pages():
    return Pages()


@pytest.fixture
def maker(db, pages, clock):
    return SummaryMaker(db, pages, clock)


async def store(db, **fields):
    """Store an article whose feed gives its lead alone."""
    fields = {"url": URL, "title": "The bridge", "lead": LEAD, "body": LEAD, **fields}
    async with db.transaction() as tx:
        return await make_article(tx, fields.pop("key", "1"), **fields)


async def text_of(db, article):
    async with db.read() as tx:
        return await find_article_text(tx, article.id)


async def test_a_short_feed_has_its_page_read_and_kept(db, maker, pages):
    article = await store(db, tags=())
    pages.page = replace(pages.page, tags=("Bridges",))
    made = await maker.of_article(article.id, ADA)
    assert set(made.sentences) <= set(SENTENCES)
    assert (made.method, made.note, made.url) == ("extract", None, URL)
    assert await text_of(db, article) == (TEXT, "page")
    async with db.read() as tx:
        assert await tx.value("SELECT label FROM article_tags") == "Bridges"


@pytest.mark.parametrize(("times", "count"), [(1, 2), (4, 2), (5, 3)])
async def test_a_long_article_gets_three_sentences(db, maker, pages, times, count):
    article = await store(db)
    more = (line.replace("the", f"the {n}th") for n in range(times - 1) for line in SENTENCES)
    pages.page = replace(pages.page, text="\n".join((TEXT, *more)))
    assert len((await maker.of_article(article.id, ADA)).sentences) == count


async def test_a_summary_is_made_once(db, maker, pages):
    article = await store(db)
    first = await maker.of_article(article.id, ADA)
    assert await maker.of_article(article.id, LEO) == first
    assert await maker.of_link(f"{URL}?utm_source=x#top", LEO) == first
    assert pages.asked == [URL]


async def test_a_page_that_asks_for_no_copy_leaves_none(db, maker, pages):
    article = await store(db)
    pages.page = replace(pages.page, may_keep=False)
    await maker.of_article(article.id, ADA)
    assert await text_of(db, article) == (LEAD, "feed")


async def test_a_long_feed_needs_no_page(db, maker, pages):
    article = await store(db, body="\n".join([TEXT, TEXT]))
    await maker.of_article(article.id, ADA)
    assert pages.asked == []


@pytest.mark.parametrize(
    ("verdict", "again"), [(Verdict.PAYWALL, 1), (Verdict.FORBIDDEN, 1), (Verdict.ERROR, 2)]
)
async def test_a_page_without_article_leaves_the_feeds_text_and_says_why(
    db, maker, pages, verdict, again
):
    article = await store(db)
    pages.page = Page(URL, verdict, text=TEXT if verdict is Verdict.PAYWALL else "")
    made = await maker.of_article(article.id, ADA)
    assert made.sentences == (LEAD,)
    assert made.note == verdict.value
    assert (await maker.of_article(article.id, ADA)).note == verdict.value
    assert len(pages.asked) == again, "what may be over in a minute is tried again"


async def test_a_page_that_cannot_be_had_is_told_where_there_is_no_feed(maker, pages):
    pages.page = FetchFailed(URL, "timeout")
    assert await maker.of_link(URL, ADA) == Nothing("", URL, "timeout")
    pages.page = Page(URL, Verdict.CONSENT, title="The bridge")
    assert await maker.of_link(URL, ADA) == Nothing("The bridge", URL, "consent")


async def test_a_link_to_a_page_that_shows_its_lead_apart_gives_that_lead_first(maker, pages):
    pages.page = replace(pages.page, lead=LEAD)
    assert (await maker.of_link(URL, ADA)).sentences[0] == LEAD


async def test_a_page_is_read_anew_after_an_hour(maker, pages, clock):
    first = await maker.of_link(URL, ADA)
    assert (first.article_id, first.title) == (None, "The bridge")
    assert await maker.of_link(URL, ADA) == first
    await clock.sleep(3601)
    await maker.of_link(URL, ADA)
    assert len(pages.asked) == 2


async def test_an_article_that_is_gone_gives_nothing(maker):
    assert await maker.of_article(404, ADA) is None


async def test_a_corrected_article_has_its_page_read_anew(db, maker, pages):
    article = await store(db)
    async with db.transaction() as tx:
        await tx.run("UPDATE articles SET corrections = 1, content_hash = 'h2'")
    made = await maker.of_article(article.id, ADA)
    assert made.content_hash == "h2"
    assert pages.forgotten == [URL]


async def test_a_correction_while_the_page_is_read_keeps_its_own_text(db, maker, pages):
    article = await store(db)
    pages.gate.clear()
    making = asyncio.create_task(maker.of_article(article.id, ADA))
    await pages.reached.wait()
    async with db.transaction() as tx:
        await tx.run("UPDATE articles SET content_hash = 'h2'")
    pages.gate.set()
    await making
    assert await text_of(db, article) == (LEAD, "feed")


async def test_completing_never_raises(db, maker, pages):
    article = await store(db, tags=())
    for trouble in (FetchFailed(URL, "dns"), RuntimeError("a bug")):
        pages.page = trouble
        await maker.complete(article)
    await maker.complete(replace(article, url=None))
    async with db.read() as tx:
        assert await tx.value("SELECT count(*) FROM article_tags") == 0


async def test_completing_takes_tags_or_else_sections(db, maker, pages):
    for key, fields in (("a", {"tags": ("Bridges",)}), ("b", {"sections": ("Roads",)})):
        article = await store(db, key=key, tags=())
        pages.page = Page(URL, Verdict.ARTICLE, text=TEXT, **fields)
        await maker.complete(article)
    async with db.read() as tx:
        rows = await tx.all("SELECT label FROM article_tags ORDER BY label")
    assert [row[0] for row in rows] == ["Bridges", "Roads"]


# ---------------------------------------------------------------- a model


async def test_a_model_writes_for_each_language_once(db, pages, clock):
    article = await store(db)
    chat = Chat(("It opens.",), ("Il rouvre.",))
    maker = SummaryMaker(db, pages, clock, chat)
    for reader, written in ((ADA, "It opens."), (LEO, "Il rouvre."), (ADA, "It opens.")):
        made = await maker.of_article(article.id, reader)
        assert (made.sentences, made.language) == ((written,), reader.language)
        assert made.method == chat.method
    assert chat.asked == [("en", 1), ("fr", 2)]


async def test_another_model_writes_anew(db, pages, clock):
    article = await store(db)
    for method in ("small-1/v1", "small-1/v2", "large-1/v1"):
        chat = Chat((f"It opens, says {method}.",))
        chat.method = method
        maker = SummaryMaker(db, pages, clock, chat)
        for _ in range(2):
            assert (await maker.of_article(article.id, ADA)).method == method
        assert len(chat.asked) == 1


async def test_a_model_is_asked_for_one_summary_of_an_article_at_a_time(db, pages, clock):
    article = await store(db)
    chat = Chat(("It opens.",), ("Il rouvre.",))
    chat.gate.clear()
    maker = SummaryMaker(db, pages, clock, chat)
    making = [asyncio.create_task(maker.of_article(article.id, reader)) for reader in (ADA, LEO)]
    await chat.reached.wait()
    chat.gate.set()
    await asyncio.gather(*making)
    assert (chat.most, len(chat.asked)) == (1, 2)


async def test_an_extract_serves_where_the_model_fails_until_it_is_asked_again(db, pages, clock):
    article = await store(db)
    chat = Chat(None, ("It opens.",))
    maker = SummaryMaker(db, pages, clock, chat)
    for _ in range(2):
        assert (await maker.of_article(article.id, ADA)).method == "extract"
    await clock.sleep(601)
    assert (await maker.of_article(article.id, ADA)).method == chat.method
    assert len(chat.asked) == 2


async def test_a_short_article_is_written_by_nobody(db, pages, clock):
    article = await store(db, url=None, body=f"{LEAD} {SENTENCES[0]}")
    chat = Chat()
    maker = SummaryMaker(db, pages, clock, chat)
    for _ in range(2):
        assert (await maker.of_article(article.id, ADA)).sentences == (SENTENCES[0],)
    assert chat.asked == []


# ---------------------------------------------------------------- the act


class Desk:
    """Readers who ask, and what they are sent."""

    def __init__(self, db, maker, clock):
        self.db = db
        self.acts = SummaryActs(db, maker, Catalogue.load(), clock, lambda: None)

    async def ask(self, chat_id, **what):
        """Ask as the handler does; gives the placeholder's row and the claimed job."""
        async with self.db.transaction() as tx:
            row_id = await enqueue(
                tx, Draft(chat_id, Lane.REPLY, payload={"text": "…"}, tracked=True), now_ms=NOW
            )
            job = {"chat_id": chat_id, "person_id": chat_id, "language": "en", "reply_to": 9}
            job |= {"has_post": True, "action_id": 0, "row_id": row_id, **what}
            await add_job(tx, "summarize", job, now=NOW)
            (claimed,) = await claim_jobs(tx, "summarize", now_ms=NOW * 1000)
        return row_id, claimed

    async def rows(self, sql):
        async with self.db.read() as tx:
            return [tuple(row) for row in await tx.all(sql)]


async def test_jobs_wait_for_the_summary_that_is_being_made(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.gate.clear()
    _, first = await desk.ask(1, article_id=article.id)
    making = asyncio.create_task(desk.acts.do(first))
    await pages.reached.wait()
    for chat_id in (2, 3):
        _, job = await desk.ask(chat_id, article_id=article.id)
        await desk.acts.do(job)  # comes back at once
    assert len(await desk.rows("SELECT id FROM jobs")) == 3
    pages.gate.set()
    await making
    assert await desk.rows("SELECT id FROM jobs") == []
    sent = await desk.rows("SELECT DISTINCT chat_id FROM outbox WHERE state = 0")
    assert sent == [(1,), (2,), (3,)]
    assert len(await desk.rows("SELECT chat_id FROM summary_answers")) == 3
    assert len(pages.asked) == 1


async def test_jobs_that_waited_for_a_failed_one_are_tried_again(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.gate.clear()
    pages.page = RuntimeError("a bug")
    _, first = await desk.ask(1, article_id=article.id)
    making = asyncio.create_task(desk.acts.do(first))
    await pages.reached.wait()
    _, second = await desk.ask(2, article_id=article.id)
    await desk.acts.do(second)
    pages.gate.set()
    with pytest.raises(RuntimeError):
        await making
    assert await desk.rows(f"SELECT state FROM jobs WHERE id = {second.id}") == [(0,)]


async def test_what_a_feed_says_of_a_page_out_of_reach_holds_for_a_minute(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.page = FetchFailed(URL, "timeout")
    _, job = await desk.ask(1, article_id=article.id)
    await desk.acts.do(job)
    ((asked_at, again_at),) = await desk.rows("SELECT asked_at, again_at FROM summary_answers")
    assert again_at == asked_at + AGAIN_SECONDS


async def test_what_fails_for_the_last_time_is_told(db, maker, pages, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    pages.page = RuntimeError("a bug")
    _, job = await desk.ask(1, article_id=article.id)
    await desk.acts.do(replace(job, attempts=3))
    assert await desk.rows("SELECT id FROM jobs") == []
    ((text,),) = await desk.rows("SELECT payload ->> '$.text' FROM outbox WHERE state = 0")
    assert "on my side" in text
    assert await desk.rows("SELECT chat_id FROM summary_answers") == []


async def test_a_job_of_an_erased_reader_sends_nothing(db, maker, clock):
    article, desk = await store(db), Desk(db, maker, clock)
    _, job = await desk.ask(1, article_id=article.id)
    async with db.transaction() as tx:
        await tx.run("DELETE FROM jobs")
        await tx.run("DELETE FROM outbox")
    await desk.acts.do(job)
    assert await desk.rows("SELECT id FROM outbox") == []
