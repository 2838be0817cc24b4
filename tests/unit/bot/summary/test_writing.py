"""A model that writes summaries: asked once, one at a time, again only later."""

import asyncio

from bot.summary.making import SummaryMaker
from tests.support.summary_making import ADA, LEAD, LEO, SENTENCES, Chat, store


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
