"""Asking for a summary: by button, in reply, with a link; what is given again and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handlers.callbacks import ShowKeyPoints, Summarize
from handlers.messages.summary import render_nothing, render_summary
from handlers.summaries import MOST_ASKED, PATIENCE_MS, SUMMARIZE
from handlers.texts import Catalogue
from storage.database import Database
from storage.model import Draft, Lane
from storage.outbox import enqueue
from storage.outbox_outcomes import record_delivered
from storage.privacy import erase_person
from storage.summaries import NewSummary, StoredSummary, SummaryAnswer, add_summary, record_answer
from tests.support.turn import NOW, Desk, Reader, labels, text, with_features

TEXTS = Catalogue.load()
NARROW = "\u202f"


@pytest.fixture
def desk(db: Database) -> Desk:
    """A desk with summaries."""
    return with_features(db, summaries=True)


async def jobs(db: Database) -> list[dict[str, Any]]:
    """Give the payloads of the jobs that wait."""
    async with db.read() as tx:
        rows = await tx.all("SELECT kind, payload FROM jobs ORDER BY id")
    assert {row["kind"] for row in rows} <= {SUMMARIZE}
    return [json.loads(row["payload"]) for row in rows]


async def send_post(desk: Desk, article_id: int, message_id: int, chat_id: int = 1001) -> int:
    """Let a message that carries an article have arrived; gives its row."""
    draft = Draft(chat_id, Lane.POST, payload={"text": "x"}, article_id=article_id, tracked=True)
    async with desk.db.transaction() as tx:
        row_id = await enqueue(tx, draft, now_ms=NOW * 1000)
        await record_delivered(tx, [(row_id, message_id)], now_ms=NOW * 1000)
    return row_id


def summary(**fields: Any) -> StoredSummary:
    """A summary as it is kept."""
    values: dict[str, Any] = {
        "id": 5,
        "article_id": 1,
        "url": "https://lecourrier.example/1",
        "content_hash": "h",
        "language": "en",
        "length": 2,
        "method": "extract",
        "title": "A <new> antenna",
        "sentences": ("It stands.", "It hums."),
        "key_points": ("It is tall.",),
        **fields,
    }
    return StoredSummary(**values)


async def test_a_press_asks_for_a_summary_below_the_post(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    action, placeholder, answer = await desk.press(Summarize(article_id), message_id=44)
    assert (action.method, action.payload) == ("sendChatAction", {"action": "typing"})
    assert action.due_ms == placeholder.due_ms == NOW * 1000 + PATIENCE_MS
    assert placeholder.tracked
    assert placeholder.article_id == article_id
    assert placeholder.payload["reply_parameters"] == {
        "message_id": 44,
        "allow_sending_without_reply": True,
    }
    assert answer.method == "answerCallbackQuery"
    assert await jobs(db) == [
        {
            "article_id": article_id,
            "chat_id": 1001,
            "person_id": 1001,
            "language": "en",
            "reply_to": 44,
            "has_post": True,
            "action_id": action.id,
            "row_id": placeholder.id,
        }
    ]


async def test_what_somebody_asked_for_in_a_group_goes_with_them(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    for person in (1001, 1002):
        reader = Reader(id=person, chat_id=-77, chat_type="group")
        await desk.say(f"/summary https://a.example/{person}", reader)
    await desk.press(Summarize(article_id), Reader(id=1002))
    async with db.transaction() as tx:
        await erase_person(tx, 1002, 1002)
    assert [job["person_id"] for job in await jobs(db)] == [1001]


async def test_a_second_press_while_it_is_made_asks_for_nothing(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    await desk.press(Summarize(article_id))
    (answer,) = await desk.press(Summarize(article_id))
    assert answer.payload["text"] == "Your summary is on its way."
    assert len(await jobs(db)) == 1


async def test_a_press_after_the_answer_replies_to_it(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    row_id = await send_post(desk, article_id, 60)
    async with db.transaction() as tx:
        wording = await tx.value("SELECT content_hash FROM articles")
        await record_answer(tx, 1001, article_id, SummaryAnswer(row_id, wording), now=NOW)
    pointer, _ = await desk.press(Summarize(article_id))
    assert pointer.target_id == row_id
    assert await jobs(db) == []


async def test_an_answer_that_may_improve_is_made_anew_after_a_while(
    desk: Desk, db: Database
) -> None:
    article_id = await desk.publish()
    row_id = await send_post(desk, article_id, 60)
    async with db.transaction() as tx:
        wording = await tx.value("SELECT content_hash FROM articles")
        answer = SummaryAnswer(row_id, wording, again_at=NOW + 60)
        await record_answer(tx, 1001, article_id, answer, now=NOW)
    pointer, _ = await desk.press(Summarize(article_id))
    assert pointer.target_id == row_id
    desk.now = NOW + 60
    await desk.press(Summarize(article_id))
    assert len(await jobs(db)) == 1


async def test_a_corrected_article_is_asked_for_anew(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    row_id = await send_post(desk, article_id, 60)
    async with db.transaction() as tx:
        await record_answer(tx, 1001, article_id, SummaryAnswer(row_id, "earlier"), now=NOW)
    await desk.press(Summarize(article_id))
    assert len(await jobs(db)) == 1


async def test_a_reply_to_a_post_asks_for_its_article(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    await send_post(desk, article_id, 60)
    await desk.say("/summary", reply_to=60)
    (job,) = await jobs(db)
    assert (job["article_id"], job["reply_to"], job["has_post"]) == (article_id, 60, True)


async def test_a_link_to_a_stored_article_goes_below_the_own_copy(desk: Desk, db: Database) -> None:
    article_id = await desk.publish(url="https://lecourrier.example/antenna")
    await send_post(desk, article_id, 60)
    await desk.say("/summary https://lecourrier.example/antenna")
    stranger = Reader(id=1002)
    await desk.say("/summary https://lecourrier.example/antenna", stranger)
    own, other = await jobs(db)
    assert (own["article_id"], own["reply_to"], own["has_post"]) == (article_id, 60, True)
    assert (other["article_id"], other["has_post"]) == (article_id, False)
    assert other["reply_to"] != 60


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("https://a.example/b?c=d", "https://a.example/b?c=d"),
        ("please https://a.example/b", "https://a.example/b"),
        ("a.example/b", "https://a.example/b"),
        ("http://localhost:8080/b", "http://localhost:8080/b"),
    ],
)
async def test_any_other_link_is_looked_at(desk: Desk, db: Database, words: str, url: str) -> None:
    await desk.say(f"/summary {words}")
    (job,) = await jobs(db)
    assert (job["url"], job["has_post"]) == (url, False)
    assert "article_id" not in job


async def test_a_link_alone_asks_for_its_summary(desk: Desk, db: Database) -> None:
    article_id = await desk.publish(url="https://lecourrier.example/antenna")
    await desk.say("https://lecourrier.example/antenna")
    await desk.say(" https://a.example/b\n")
    stored, other = await jobs(db)
    assert stored["article_id"] == article_id
    assert other["url"] == "https://a.example/b"
    await desk.say("look at https://a.example/c")  # words: perhaps a topic, or a search
    await desk.say("https://a.example/c", Reader(id=1002, chat_id=-77, chat_type="group"))
    assert len(await jobs(db)) == 2


@pytest.mark.parametrize("said", ["/summary", "/summary xiaomi", "/summary ...", "/summary a b."])
async def test_what_names_no_article_gets_the_way_to_do_it(
    desk: Desk, db: Database, said: str
) -> None:
    (reply,) = await desk.say(said, reply_to=999)
    assert "/summary https://…" in text(reply)
    assert await jobs(db) == []


async def test_one_reader_has_few_summaries_made_at_once(desk: Desk, db: Database) -> None:
    for number in range(MOST_ASKED):
        await desk.say(f"/summary https://a.example/{number}")
    (reply,) = await desk.say("/summary https://a.example/more")
    assert "still being made" in text(reply)
    assert len(await jobs(db)) == MOST_ASKED
    await desk.say("/summary https://a.example/other", Reader(id=1002))
    assert len(await jobs(db)) == MOST_ASKED + 1


async def test_an_article_that_is_gone_is_said_to_be(desk: Desk) -> None:
    (answer,) = await desk.press(Summarize(404))
    assert answer.payload["show_alert"] is True


async def test_key_points_come_into_the_same_message(desk: Desk, db: Database) -> None:
    article_id = await desk.publish()
    values = {name: getattr(summary(), name) for name in NewSummary.__dataclass_fields__}
    async with db.transaction() as tx:
        kept = await add_summary(tx, NewSummary(**{**values, "article_id": article_id}), now=NOW)
    edit, _ = await desk.press(ShowKeyPoints(kept.id), message_id=70)
    assert (edit.method, edit.payload["message_id"]) == ("editMessageText", 70)
    assert "• It is tall." in text(edit)
    assert labels(edit) == ["Read the article"]
    assert "What it is about." in text(edit), "this chat has no post that shows the lead"
    await send_post(desk, article_id, 60)
    edit, _ = await desk.press(ShowKeyPoints(kept.id), message_id=70)
    assert "What it is about." not in text(edit)


async def test_key_points_of_an_outdated_summary_are_refused(desk: Desk) -> None:
    (answer,) = await desk.press(ShowKeyPoints(404))
    assert "changed since" in answer.payload["text"]


def test_a_summary_says_what_it_is() -> None:
    shown = render_summary(summary(), "en", TEXTS)
    assert shown.text.startswith('<b><a href="https://lecourrier.example/1">A &lt;new&gt; antenna')
    assert "It stands. It hums." in shown.text
    assert "<i>Sentences of the article itself" in shown.text
    assert [button.label for button in shown.rows[0]] == ["Key points", "Read the article"]


def test_another_language_is_said() -> None:
    assert "anglais" in render_summary(summary(), "fr", TEXTS).text
    assert "language" not in render_summary(summary(), "en", TEXTS).text
    assert "German" in render_summary(summary(language="de"), "en", TEXTS).text
    assert render_summary(summary(language=""), "en", TEXTS) == render_summary(
        summary(), "en", TEXTS
    )


def test_a_model_is_named() -> None:
    shown = render_summary(summary(method="maker/small-1/v2"), "en", TEXTS)
    assert "AI model (maker/small-1)" in shown.text


def test_the_lead_is_given_to_whom_has_not_seen_it() -> None:
    shown = render_summary(summary(), "en", TEXTS, lead="What it <is> about.")
    assert "What it &lt;is&gt; about.\n\nIt stands." in shown.text


def test_a_feeds_text_comes_with_the_reason() -> None:
    shown = render_summary(summary(method="whole", note="paywall"), "fr", TEXTS)
    assert f"entier{NARROW}: la suite est réservée aux abonnés" in shown.text
    assert "voici tout son texte" not in shown.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("http_404", "is not there"),
        ("dns", "does not answer"),
        ("http_503", "does not answer"),
        ("timeout", "too long"),
        ("private_address", "not a public one"),
        ("failed", "on my side"),
    ],
)
def test_every_reason_has_words(code: str, words: str) -> None:
    shown = render_nothing("", "https://a.example/b", "en", TEXTS, reason=code)
    assert words in shown.text
    assert "a.example" in shown.text
    assert shown.rows[0][0].url == "https://a.example/b"
