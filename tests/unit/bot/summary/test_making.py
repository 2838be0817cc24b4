"""Making summaries: which text serves, and what is kept."""

import asyncio
from dataclasses import replace

import pytest

from bot.news.page import Page, Verdict
from bot.summary.making import Nothing
from storage.errors import FetchFailed
from tests.support.summary_making import ADA, LEAD, LEO, SENTENCES, TEXT, URL, store, text_of


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
