"""What is stored about a person: all of it given out, nothing of it left after an erasure."""

import json
import random
from pathlib import Path

import pytest

from storage.comment_erasure import erase_comments
from storage.database import Database, Transaction
from storage.dialogs import find_dialog, set_dialog
from storage.errors import DatabaseBusy
from storage.inbox import add_updates, list_waiting, mark_handled, park_update
from storage.jobs import add_job, claim_jobs
from storage.model import Dialog, Draft, Lane
from storage.model_uses import count_uses, take_use
from storage.outbox import enqueue
from storage.privacy import erase_person, export_person
from storage.subscribers import find_subscriber, list_subscriptions, set_pseudonym
from storage.tags import find_tag
from tests.support.comments import make_newsdesk, make_shown
from tests.support.database import NOW, db, make_article, make_feed, make_subscriber

__all__ = ["db"]

ME, OTHER, GROUP = 770_077, 1002, -1_000_500
SECRET = "Quetzalcoatl"


def message(update: int, chat: int, user: int, text: str) -> tuple[int, int, str]:
    body = {"message": {"message_id": update, "from": {"id": user}, "text": text}}
    return update, chat, json.dumps(body)


async def live(tx: Transaction, user: int, mark: str, *, updates: int) -> None:
    """Leave a trace of a person in every place that takes one; texts hold the mark."""
    await make_subscriber(tx, user, name=f"{mark} name", follows=("5G", f"{mark} tag"))
    await set_pseudonym(tx, user, f"{mark} pseudonym")
    await set_dialog(tx, Dialog(user, user, "comment", {"draft": f"{mark} draft"}, NOW + 60))
    await set_dialog(tx, Dialog(GROUP, user, "reject", {"why": f"{mark} why"}, NOW + 60))
    texts = [message(updates + n, user, user, f"{mark} update {n}") for n in range(3)]
    await add_updates(tx, [*texts, message(updates + 9, GROUP, user, f"{mark} group")], now=NOW)
    await mark_handled(tx, updates)
    await park_update(tx, updates + 1, "ValueError")
    await park_update(tx, updates + 9, "ValueError")
    await add_job(tx, "probe", {"chat_id": user, "words": f"{mark} job"}, now=NOW)
    await add_job(tx, "probe", {"asker": {"person_id": user}, "words": f"{mark} job"}, now=NOW)
    payload: dict[str, object] = {"text": f"{mark} message"}
    row = await enqueue(
        tx,
        Draft(user, Lane.REPLY, payload=payload, tracked=True, file=("a", f"{mark} file".encode())),
        now_ms=NOW * 1000,
    )
    never = await enqueue(
        tx, Draft(user, Lane.REPLY, payload={"text": f"{mark} never"}), now_ms=NOW * 1000
    )
    await tx.run("UPDATE outbox SET state = 4 WHERE id = ?", (never,))
    await tx.run("INSERT INTO receipts VALUES (?, ?, 1, NULL, NULL, ?, ?)", (user, row, row, NOW))
    await tx.run("INSERT INTO summary_answers VALUES (?, 1, ?, 'hash', ?, NULL)", (user, row, NOW))
    assert await take_use(tx, user, day=NOW // 86_400, daily=9999, reader_daily=9)
    await make_feed(tx, f"https://{user}.example/", added_by=user)


async def erase(db: Database) -> None:
    async with db.transaction() as tx:
        await erase_comments(tx, ME, now_ms=NOW * 1000)
        await erase_person(tx, ME, ME)


async def test_the_export_holds_every_trace(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        await live(tx, ME, SECRET, updates=100)
        await live(tx, OTHER, "Huitzilopochtli", updates=200)
        await make_shown(tx, article_id, author=ME, text=f"{SECRET} comment")
        export = await export_person(tx, ME, ME)
    text = json.dumps(export)
    for trace in (
        *("name", "pseudonym", "tag", "draft", "why", "update 1", "update 2", "group", "job"),
        *("message", "comment"),
    ):
        assert f"{SECRET} {trace}" in text
    assert "Huitzilopochtli" not in text
    assert export["subscriber"]["chat_id"] == ME
    assert [tag["label"] for tag in export["tags"]] == ["5G", f"{SECRET} tag"]
    assert len(export["work_under_way"]) == 2
    assert len(export["messages_sent_to_you"]) == 1
    assert "message" in str(export["messages_waiting_for_you"])
    assert "never" not in str(export["messages_waiting_for_you"])
    assert "never" in str(export["messages_never_sent"])
    assert export["feeds_added"][0]["url"] == f"https://{ME}.example/"
    assert export["summaries_asked"][0]["asked_at"] == NOW
    assert [each["uses"] for each in export["summaries_written_for_you"]] == [1]


async def test_the_export_of_a_stranger_is_empty(db: Database) -> None:
    async with db.read() as tx:
        export = await export_person(tx, 5, 5)
    assert export.pop("subscriber") is None
    discussions = export.pop("discussions")
    assert discussions["comments"] == []
    assert all(part == [] for part in export.values())


async def test_erasure_takes_the_person_and_nobody_else(db: Database) -> None:
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
        await live(tx, ME, SECRET, updates=100)
        await live(tx, OTHER, "Huitzilopochtli", updates=200)
        await make_shown(tx, article_id, author=ME, text=f"{SECRET} comment")
        before = await export_person(tx, OTHER, OTHER)
    await erase(db)
    async with db.transaction() as tx:
        assert await export_person(tx, OTHER, OTHER) == before
        assert await find_subscriber(tx, ME) is None
        assert await list_subscriptions(tx, ME) == []
        assert (await export_person(tx, ME, ME))["summaries_written_for_you"] == []
        assert await count_uses(tx, day=NOW // 86_400) == 2, "the bot's own cap stands"
        assert await find_dialog(tx, GROUP, ME, now=NOW) is None
        five_g = await find_tag(tx, "5G")
        assert five_g is not None
        assert five_g.followers == 1
        assert await find_tag(tx, f"{SECRET} tag") is None
        jobs = await claim_jobs(tx, "probe", now_ms=NOW * 1000, limit=9)
        assert all(SECRET not in json.dumps(job.payload) for job in jobs)
        assert len(jobs) == 2
        # What came after the wish to be forgotten is still to be handled, as a stranger's.
        waiting = [u.update_id for u in await list_waiting(tx, after=0, limit=99)]
        assert waiting == [102, 202]
        await add_updates(tx, [message(100, ME, ME, "again")], now=NOW)
        assert await tx.value("SELECT state FROM inbox WHERE update_id = 100") == 1


async def test_a_typed_tag_that_is_shared_or_published_stays(db: Database) -> None:
    async with db.transaction() as tx:
        await make_article(tx, tags=("Publié",))
        await make_subscriber(tx, ME, follows=("Publié", "Partagé", "Muet"))
        await make_subscriber(tx, OTHER, follows=("Partagé",), mutes=("Muet",))
    await erase(db)
    async with db.read() as tx:
        for label in ("Publié", "Partagé", "Muet"):
            assert await find_tag(tx, label) is not None


def traces(path: Path, mark: str) -> list[str]:
    """Give the files of a database that hold a text, in whatever case."""
    files = path.parent.glob(f"{path.name}*")
    return [file.name for file in files if mark.lower().encode() in file.read_bytes().lower()]


@pytest.mark.parametrize("seed", range(4))
async def test_neither_file_nor_log_holds_anything_afterwards(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    crowd = [(5000 + n, f"Somebody{n} " + "x" * chance.randrange(40)) for n in range(60)]
    people = [*crowd, (ME, SECRET)]
    chance.shuffle(people)
    async with db.transaction() as tx:
        article_id = await make_newsdesk(tx)
    for number, (user, mark) in enumerate(people):
        async with db.transaction() as tx:
            # Pages split and join around the secret; long texts overflow into pages of their own.
            long = f"{mark} {'lorem ' * chance.randrange(2000)}"
            await live(tx, user, mark, updates=1000 + 20 * number)
            await set_dialog(tx, Dialog(user, user, "comment", {"draft": long}, NOW))
            await make_shown(tx, article_id, author=user, text=long[:2000])
            if user != ME and chance.random() < 0.5:
                await erase_comments(tx, user, now_ms=NOW * 1000)
                await erase_person(tx, user, user)
        if chance.random() < 0.2:
            await db.checkpoint()
    assert traces(db.path, SECRET)
    # Waiting updates are the person's newest words, not yet handled: they are handled first.
    async with db.transaction() as tx:
        for update in await list_waiting(tx, after=0, limit=9999):
            await mark_handled(tx, update.update_id)
    await erase(db)
    await db.checkpoint()
    assert traces(db.path, SECRET) == []
    assert (db.path.parent / "relais.db-wal").stat().st_size == 0


async def test_a_log_that_somebody_reads_is_not_called_empty(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, ME, name=SECRET)
    async with db.read() as tx:
        await tx.value("SELECT count(*) FROM subscribers")
        await erase(db)
        with pytest.raises(DatabaseBusy):
            await db.checkpoint()
    await db.checkpoint()
    assert traces(db.path, SECRET) == []
