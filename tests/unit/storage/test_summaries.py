"""Summaries: kept for one wording, found again, and the message that gave them."""

import pytest

from storage.database import Database, Transaction
from storage.jobs import add_job, claim_jobs, park_job
from storage.summaries import (
    PAGES_KEPT,
    NewSummary,
    SummaryAnswer,
    add_summary,
    count_asked,
    find_answer,
    find_article_summary,
    find_page_summary,
    find_summary,
    forget_answer,
    record_answer,
)
from tests.support.database import NOW, db, make_article

__all__ = ["db"]

URL = "https://gazette.example/un"


def made(article_id: int | None, wording: str = "h1", **fields: object) -> NewSummary:
    """A summary of an article, or of a page where there is none."""
    values: dict[str, object] = {
        "url": URL,
        "language": "fr",
        "length": 2,
        "method": "extract",
        "title": "Un titre",
        "sentences": ("Une phrase.", "Une autre."),
        "key_points": ("Un point.",),
        **fields,
    }
    return NewSummary(article_id=article_id, content_hash=wording, **values)  # type: ignore[arg-type]


async def count(tx: Transaction) -> int:
    return int(await tx.value("SELECT count(*) FROM summaries"))


async def test_a_summary_comes_back_as_it_was_kept(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        kept = await add_summary(tx, made(article.id, note="paywall"), now=NOW)
        assert await find_summary(tx, kept.id) == kept
        assert (kept.title, kept.note) == ("Un titre", "paywall")
        assert kept.sentences == ("Une phrase.", "Une autre.")
        assert kept.key_points == ("Un point.",)
        assert await find_summary(tx, kept.id + 1) is None


async def test_a_summary_is_found_for_its_own_wording_method_and_language(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        kept = await add_summary(tx, made(article.id), now=NOW)

        async def find(wording: str, method: str, language: str | None) -> object:
            return await find_article_summary(
                tx, article.id, wording, method=method, language=language
            )

        assert await find("h1", "extract", None) == kept
        assert await find("h1", "extract", "fr") == kept
        assert await find("h1", "extract", "en") is None
        assert await find("h1", "whole", None) is None
        assert await find("h2", "extract", None) is None


async def test_the_same_summary_made_again_replaces_the_first(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        await add_summary(tx, made(article.id), now=NOW)
        await add_summary(tx, made(article.id, url=None, title="Autre titre"), now=NOW)
        assert await count(tx) == 1


async def test_a_new_wording_takes_the_place_of_the_earlier_one_alone(db: Database) -> None:
    async with db.transaction() as tx:
        article, other = await make_article(tx, "1"), await make_article(tx, "2")
        old = await add_summary(tx, made(article.id), now=NOW)
        beside = await add_summary(tx, made(other.id), now=NOW)
        page = await add_summary(tx, made(None), now=NOW)
        await add_summary(tx, made(article.id, "h2"), now=NOW)
        assert await find_summary(tx, old.id) is None
        assert await find_summary(tx, beside.id) == beside
        assert await find_summary(tx, page.id) == page


async def test_two_languages_are_kept_beside_each_other(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        for language in ("fr", "en"):
            await add_summary(tx, made(article.id, language=language, method="m/1"), now=NOW)
        assert await count(tx) == 2


async def test_a_page_is_found_while_its_summary_is_fresh(db: Database) -> None:
    async with db.transaction() as tx:
        kept = await add_summary(tx, made(None), now=NOW)

        async def find(after: int, url: str = URL) -> object:
            return await find_page_summary(tx, url, method="extract", language=None, after=after)

        assert await find(NOW - 1) == kept
        assert await find(NOW) is None
        assert await find(NOW - 1, "https://gazette.example/deux") is None


async def test_summaries_of_pages_go_after_a_while_those_of_articles_stay(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        stays = await add_summary(tx, made(article.id), now=NOW)
        goes = await add_summary(tx, made(None), now=NOW)
        await add_summary(tx, made(None, url="https://x.example/"), now=NOW + PAGES_KEPT + 1)
        assert await find_summary(tx, stays.id) == stays
        assert await find_summary(tx, goes.id) is None


async def test_summaries_and_answers_go_with_their_article(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        await add_summary(tx, made(article.id), now=NOW)
        await record_answer(tx, 7, article.id, SummaryAnswer(1, "h1"), now=NOW)
        await tx.run("DELETE FROM articles WHERE id = ?", (article.id,))
        assert await count(tx) == 0
        assert await find_answer(tx, 7, article.id) is None


async def test_the_last_answer_counts_until_it_is_forgotten(db: Database) -> None:
    async with db.transaction() as tx:
        article = await make_article(tx, "1")
        assert await find_answer(tx, 7, article.id) is None
        for row_id, wording in ((1, "h1"), (2, "h2")):
            answer = SummaryAnswer(row_id, wording)
            await record_answer(tx, 7, article.id, answer, now=NOW)
        await record_answer(tx, 8, article.id, SummaryAnswer(3, "h2"), now=NOW)
        assert await find_answer(tx, 7, article.id) == SummaryAnswer(2, "h2")
        await forget_answer(tx, 7, article.id)
        assert await find_answer(tx, 7, article.id) is None
        assert await find_answer(tx, 8, article.id) == SummaryAnswer(3, "h2")


@pytest.mark.parametrize(("is_parked", "expected"), [(False, 3), (True, 2)])
async def test_what_a_chat_asked_for_is_counted_until_it_is_done(
    db: Database, is_parked: bool, expected: int
) -> None:
    async with db.transaction() as tx:
        for chat_id in (7, 7, 7, 8):
            await add_job(tx, "summarize", {"chat_id": chat_id}, now=NOW)
        await add_job(tx, "other", {"chat_id": 7}, now=NOW)
        (job,) = await claim_jobs(tx, "summarize", now_ms=NOW * 1000)
        if is_parked:
            await park_job(tx, job.id, "never again")
        assert await count_asked(tx, "summarize", 7) == expected
