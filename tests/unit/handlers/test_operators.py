"""/addfeed, /feeds, /removefeed, /stats, and what operators are told unasked."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import bot
from handlers.feed_words import error_words
from handlers.notices import FeedTrouble, render_feed_notice, render_parked_notice
from handlers.offers import MOST, Offer, add_offer, find_offer
from handlers.operator_buttons import AddOffer, AskRemoval, ProbeOffer, RemoveFeed, ShowFeeds
from handlers.probes import PROBE, ProbedFeed, ProbeResult, show_probe
from handlers.texts import LANGUAGES, Catalogue
from storage.database import Database
from storage.feeds import add_feed, find_feed, list_feeds, mark_gone, record_poll_failure
from storage.jobs import claim_jobs
from storage.model import Language, OutboxRow
from storage.outbox import find_row
from tests.support.turn import NOW, Desk, Reader, buttons, labels, text

OPERATOR = Reader(9001, "en", "Olga")
URL = "https://lecourrier.example/feed"
FEED = ProbedFeed(
    URL, "Le <Courrier>", 12, "Une antenne & demie", NOW - 3600, ("5G", "Marché Smartphones")
)


async def probed(desk: Desk, db: Database, result: ProbeResult) -> OutboxRow:
    """Do the work of the one job that waits, as the process does."""
    async with db.transaction() as tx:
        (job,) = await claim_jobs(tx, PROBE, now_ms=desk.now * 1000)
        row_id = await show_probe(tx, job.payload, result, texts=desk.texts, now_ms=desk.now * 1000)
        row = await find_row(tx, row_id)
    assert row is not None
    return row


async def test_a_feed_is_added_after_seeing_what_it_gives(desk: Desk, db: Database) -> None:
    (looking,) = await desk.say("/addfeed lecourrier.example", OPERATOR)
    assert "Looking at lecourrier.example" in text(looking)
    assert looking.tracked
    offer = await probed(desk, db, ProbeResult(feed=FEED))
    assert offer.method == "editMessageText"
    assert offer.target_id == looking.id
    shown = text(offer)
    assert "Le &lt;Courrier&gt;" in shown
    assert "12 articles" in shown
    assert "Une antenne &amp; demie (" in shown
    assert "5G, Marché Smartphones" in shown
    assert labels(offer) == ["Add this feed", "No"]
    async with db.read() as tx:
        assert await list_feeds(tx) == []
    edit, _ = await desk.press("Add this feed", OPERATOR, row=offer)
    assert "is added" in text(edit)
    async with db.read() as tx:
        (feed,) = await list_feeds(tx)
    assert (feed.url, feed.title, feed.added_by) == (URL, "Le <Courrier>", 9001)
    again, _ = await desk.press("Add this feed", OPERATOR, row=offer)
    assert "already there" in text(again)


async def test_a_site_with_several_feeds_lets_choose(desk: Desk, db: Database) -> None:
    await desk.say("/addfeed lecourrier.example", OPERATOR)
    choices = (Offer(URL, "All"), Offer(f"{URL}/sport"))
    choose = await probed(desk, db, ProbeResult(choices=choices))
    assert labels(choose) == ["All", cut_label(f"{URL}/sport")]
    looking, _ = await desk.press("All", OPERATOR, row=choose, message_id=321)
    assert looking.payload["message_id"] == 321
    offer = await probed(desk, db, ProbeResult(feed=FEED))
    assert offer.payload["message_id"] == 321
    assert labels(offer) == ["Add this feed", "No"]
    dropped, _ = await desk.press("No", OPERATOR, row=offer)
    assert "Nothing was added" in text(dropped)


def cut_label(label: str) -> str:
    return label if len(label) <= 40 else f"{label[:39]}…"


@pytest.mark.parametrize("code", ["timeout", "private_address", "http_503", "no_feed", "odd"])
async def test_why_there_is_no_feed_is_said_in_words(desk: Desk, db: Database, code: str) -> None:
    await desk.say("/addfeed <b>.example", OPERATOR)
    failed = await probed(desk, db, ProbeResult(error=code))
    assert "&lt;b&gt;.example" in text(failed)
    assert error_words(code, "en", desk.texts) in text(failed)
    assert "/addfeed" in text(failed)


def codes_of_feed_errors() -> set[str]:
    """Every code that the product gives a FeedError, but for those of HTTP statuses."""
    errors = {"FetchFailed", "FeedGone", "NotAFeed", "FeedTooLarge", "AddressRefused"}
    codes: set[str] = set()
    for path in sorted(Path(bot.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[_, code, *_]) if name in errors:
                    codes |= {str(c.value) for c in ast.walk(code) if isinstance(c, ast.Constant)}
                case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                    codes.add(code)
    return {code for code in codes if not code.startswith("http_")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_why_a_feed_cannot_be_read_has_its_words(language: Language) -> None:
    texts = Catalogue.load()
    codes = codes_of_feed_errors() - {"busy"}  # of pages only: summaries have words for it
    assert {"timeout", "no_file", "failed", "dns", "html"} <= codes
    for code in codes:
        assert error_words(code, language, texts) != texts.text(
            language, "feed_error_other", code=code
        ), code


async def test_a_result_whose_message_is_gone_comes_as_a_new_one(desk: Desk, db: Database) -> None:
    (looking,) = await desk.say("/addfeed lecourrier.example", OPERATOR)
    async with db.transaction() as tx:
        await tx.run("DELETE FROM outbox WHERE id = ?", (looking.id,))
    offer = await probed(desk, db, ProbeResult(feed=FEED))
    assert offer.method == "sendMessage"
    assert offer.chat_id == 9001


async def test_addfeed_needs_an_address_that_is_new(desk: Desk, db: Database) -> None:
    for words in ("", " two words"):
        (reply,) = await desk.say(f"/addfeed{words}", OPERATOR)
        assert "/addfeed example.org" in text(reply)
    async with db.transaction() as tx:
        await add_feed(tx, URL, now=NOW, title="Le Courrier")
    (reply,) = await desk.say(f"/addfeed {URL}", OPERATOR)
    assert "already there" in text(reply)
    async with db.transaction() as tx:
        assert await claim_jobs(tx, PROBE, now_ms=NOW * 1000) == []


async def test_offers_are_kept_for_long_but_not_for_ever(db: Database) -> None:
    async with db.transaction() as tx:
        ids = [await add_offer(tx, Offer(f"{URL}/{n}")) for n in range(MOST + 5)]
        assert await find_offer(tx, ids[4]) is None
        assert await find_offer(tx, ids[5]) == Offer(f"{URL}/5")
        assert await find_offer(tx, ids[-1]) == Offer(f"{URL}/{MOST + 4}")
        assert await find_offer(tx, ids[-1] + 1) is None
        assert await find_offer(tx, 0) is None


@pytest.mark.parametrize("payload", [AddOffer(5), ProbeOffer(5), AskRemoval(5), RemoveFeed(5)])
async def test_presses_on_vanished_feeds_are_answered_kindly(desk: Desk, payload: Any) -> None:
    (answer,) = await desk.press(payload, OPERATOR)
    assert "/addfeed" in answer.payload["text"] or "/feeds" in answer.payload["text"]  # type: ignore[operator]


@pytest.mark.parametrize("command", ["/addfeed x.example", "/feeds", "/removefeed x", "/stats"])
async def test_readers_are_told_kindly_that_this_is_for_operators(
    desk: Desk, db: Database, command: str
) -> None:
    (reply,) = await desk.say(command)
    assert "operators" in text(reply)
    assert "/help" in text(reply)
    async with db.transaction() as tx:
        assert await claim_jobs(tx, PROBE, now_ms=NOW * 1000) == []


async def test_every_press_is_authorised_anew(desk: Desk, db: Database) -> None:
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, URL, now=NOW)
        offer = await add_offer(tx, Offer(f"{URL}/2"))
    for payload in (RemoveFeed(feed.id), AddOffer(offer), ShowFeeds()):
        (answer,) = await desk.press(payload)
        assert answer.payload["show_alert"] is True
        assert "operators" in str(answer.payload["text"])
    async with db.read() as tx:
        assert [feed.url for feed in await list_feeds(tx)] == [URL]


async def test_feeds_show_how_they_fare(desk: Desk, db: Database) -> None:
    await desk.publish()
    async with db.transaction() as tx:
        broken, _ = await add_feed(tx, "https://broken.example/feed", now=NOW, title="Broken")
        await record_poll_failure(tx, broken.id, "timeout", now=NOW, next_poll_at=NOW + 7200)
        await record_poll_failure(tx, broken.id, "timeout", now=NOW, next_poll_at=NOW + 7200)
        closed, _ = await add_feed(tx, "https://closed.example/feed", now=NOW, title="Closed")
        await mark_gone(tx, closed.id, now=NOW)
    (reply,) = await desk.say("/feeds", OPERATOR)
    shown = text(reply)
    assert "3 feeds" in shown
    assert "not answer in time. (2 times in a row)" in shown
    assert "next in 2 hours" in shown
    assert "no longer read" in shown
    assert "1 article · not read yet · due now" in shown
    assert labels(reply) == ["✕ 1", "✕ 2", "✕ 3"]


async def test_a_feed_is_removed_after_a_question(desk: Desk, db: Database) -> None:
    await desk.publish()
    (reply,) = await desk.say("/feeds", OPERATOR)
    ask, _ = await desk.press("✕ 1", OPERATOR, row=reply)
    assert "Remove <b>Le Courrier</b>?" in text(ask)
    back, _ = await desk.press("‹ Back", OPERATOR, row=ask)
    assert labels(back) == ["✕ 1"]
    done, _ = await desk.press("Remove", OPERATOR, row=ask)
    assert "is removed" in text(done)
    async with db.read() as tx:
        assert await list_feeds(tx) == []
    (empty,) = await desk.say("/feeds", OPERATOR)
    assert "no feed yet" in text(empty)
    (answer,) = await desk.press("Remove", OPERATOR, row=ask)
    assert "no longer there" in str(answer.payload["text"])


async def test_removefeed_by_address(desk: Desk, db: Database) -> None:
    await desk.publish()
    (ask,) = await desk.say(f"/removefeed {URL}", OPERATOR)
    await desk.press("Remove", OPERATOR, row=ask)
    async with db.read() as tx:
        feed = await find_feed(tx, URL)
    assert feed is not None
    assert feed.state == "removed"
    (unknown,) = await desk.say("/removefeed https://<b>.example", OPERATOR)
    assert "&lt;b&gt;" in text(unknown)
    (how,) = await desk.say("/removefeed", OPERATOR)
    assert "/feeds" in text(how)


async def test_feeds_turn_pages(desk: Desk, db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(7):
            await add_feed(tx, f"https://f{number}.example/", now=NOW, title=f"Feed {number}")
    (reply,) = await desk.say("/feeds", OPERATOR)
    assert labels(reply) == ["✕ 1", "✕ 2", "✕ 3", "✕ 4", "✕ 5", "Next ›"]
    edit, _ = await desk.press("Next ›", OPERATOR, row=reply)
    assert labels(edit) == ["✕ 6", "✕ 7", "‹ Previous"]
    last, _ = await desk.press(ShowFeeds(99), OPERATOR)
    assert text(last) == text(edit)


async def test_stats_count(desk: Desk) -> None:
    await desk.publish()
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/stats", OPERATOR)
    assert "Readers: 1 active" in text(reply)
    assert "Articles: 1" in text(reply)
    assert ("All feeds", ShowFeeds().pack()) in buttons(reply)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["silent", "failing", "gone", "moved"])
async def test_operators_are_told_of_a_feeds_trouble(
    db: Database, kind: FeedTrouble, language: Any
) -> None:
    texts = Catalogue.load()
    async with db.transaction() as tx:
        feed, _ = await add_feed(tx, URL, now=NOW - 86_400 * 3, title="Le <Courrier>")
        await record_poll_failure(tx, feed.id, "http_503", now=NOW, next_poll_at=NOW)
        feed = (await list_feeds(tx))[0]
    message = render_feed_notice(kind, feed, language, texts, now=NOW)
    assert f'<a href="{URL}">Le &lt;Courrier&gt;</a>' in message.text
    if kind == "failing":
        assert "503" in message.text
        assert ("3 jours" if language == "fr" else "3 days") in message.text
    assert [button.press for row in message.rows for button in row] == [
        ShowFeeds(),
        AskRemoval(feed.id),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["update", "message", "job"])
def test_operators_are_told_of_what_was_given_up_on(kind: Any, language: Any) -> None:
    message = render_parked_notice(
        kind, 12345, "ValueError at <lambda>", language, Catalogue.load()
    )
    assert "12345" in message.text
    assert "&lt;lambda&gt;" in message.text
