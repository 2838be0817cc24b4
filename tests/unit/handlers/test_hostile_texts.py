"""Whatever articles, tags and people are called, every answer is one that Telegram takes."""

from __future__ import annotations

from itertools import product

import pytest

from handlers.callbacks import OpenPost, ShowTags
from handlers.probes import PROBE, ProbedFeed, ProbeResult, show_probe
from handlers.turn import Setup
from storage.database import Database
from storage.jobs import claim_jobs
from storage.model import OutboxRow
from storage.outbox import find_row
from tests.support.strict import delivered
from tests.support.turn import BOT_USERNAME, Desk, Reader, text

HOSTILE = [
    "<b>bold</b> & <i>",
    '"><a href="https://x.example">',
    "</b></a></i>",
    "&lt;&#60;&nbsp;",
    "\u202egnp.exe \u2066x",
    "\x00\x07\x1b[31m",
    "x" * 5000,
    "<" * 5000,
    "👩‍👩‍👧‍👦🇫🇷" * 40,
    "שלום עולם",
    "{tags} {0} %s",
    "\u200b",
    "",
]
PEOPLE = [Reader(1001, "en", "<b>Ada</b>"), Reader(1002, "fr", "\u202eÉve & \x00")]
COMMANDS = (
    "/start /help /tags /following /latest /settings /stop /mydata /forgetme /feeds /stats"
    " /unfollow /follow /search /removefeed /addfeed"
).split()


def check(rows: list[OutboxRow]) -> None:
    """Let the strict parser read every text and keyboard."""
    for row in rows:
        if "text" in row.payload and row.method != "answerCallbackQuery":
            delivered(row.payload)
        elif "reply_markup" in row.payload:
            delivered({"text": "a post", **row.payload})
        elif row.method == "answerCallbackQuery":
            assert len(str(row.payload.get("text", ""))) <= 200


@pytest.fixture
async def newsroom(db: Database) -> Desk:
    """A desk whose every reader is an operator, over articles with hostile texts."""
    desk = Desk(db, Setup(BOT_USERNAME, admin_ids=frozenset({1001, 1002})))
    for number, nasty in enumerate(HOSTILE):
        await desk.publish(
            nasty,
            tags=[nasty, f"tag{number} {nasty[:40]}"],
            lead=nasty,
            author=nasty,
            feed=f"https://f{number}.example/",
            feed_title=nasty,
            url=f"https://f{number}.example/{nasty[:50]}",
        )
    return desk


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_command_is_answered_with_what_telegram_takes(
    newsroom: Desk, person: Reader
) -> None:
    for number, nasty in enumerate(HOSTILE):
        check(await newsroom.say(f"/follow tag{number} {nasty[:40]}, {nasty}", person))
    for command in COMMANDS:
        rows = await newsroom.say(command, person)
        assert rows
        check(rows)


async def test_every_command_takes_any_words(newsroom: Desk) -> None:
    commands = "/follow /unfollow /latest /search /addfeed /removefeed /nonsense".split()
    for command, nasty in product(commands, HOSTILE):
        rows = await newsroom.say(f"{command} {nasty[:4000]}", PEOPLE[0])
        assert rows
        check(rows)


async def test_free_text_of_any_kind_is_answered(newsroom: Desk) -> None:
    for nasty in filter(str.strip, HOSTILE):
        rows = await newsroom.say(nasty[:4096], PEOPLE[1])
        assert rows
        check(rows)


async def test_posts_and_their_menus_are_taken(newsroom: Desk) -> None:
    for article_id in range(1, len(HOSTILE) + 1):
        check(await newsroom.press(OpenPost(article_id), PEOPLE[1]))
        check(await newsroom.press(ShowTags(article_id), PEOPLE[1]))


async def test_what_a_hostile_feed_gives_is_shown(newsroom: Desk, db: Database) -> None:
    for nasty in HOSTILE:
        await newsroom.say("/addfeed x.example", PEOPLE[0])
        feed = ProbedFeed(f"https://x.example/{nasty[:40]}", nasty, 3, nasty, 0, (nasty, nasty))
        async with db.transaction() as tx:
            (job,) = await claim_jobs(tx, PROBE, now_ms=newsroom.now * 1000)
            result = ProbeResult(feed=feed)
            row_id = await show_probe(
                tx, job.payload, result, texts=newsroom.texts, now_ms=newsroom.now * 1000
            )
            row = await find_row(tx, row_id)
        assert row is not None
        check([row])


async def test_many_tags_at_once_keep_the_links_of_all(newsroom: Desk) -> None:
    for number in range(20):
        for _ in range(3):
            await newsroom.publish(tags=[f"sujet {number}"])
    (reply,) = await newsroom.say("/follow " + ",".join(f"sujet {n}" for n in range(20)))
    _, entities = delivered(reply.payload)
    assert [entity["type"] for entity in entities].count("text_link") == 20
    assert "…" not in text(reply)
