"""/settings and /stop."""

from __future__ import annotations

import pytest

from handlers.callbacks import ChooseLanguage, Pause, ShowSettings
from storage.database import Database
from storage.model import Draft, Lane, Subscriber
from storage.outbox import enqueue, find_row
from storage.subscribers import find_subscriber
from tests.support.turn import NOW, Desk, Reader, labels, text


async def subscriber(db: Database, chat_id: int = 1001) -> Subscriber:
    async with db.read() as tx:
        found = await find_subscriber(tx, chat_id)
    assert found is not None
    return found


async def test_settings_show_language_and_pause(desk: Desk) -> None:
    await desk.say("/follow 5G, Xiaomi")
    (reply,) = await desk.say("/settings")
    assert "on, for 2 tags" in text(reply)
    assert labels(reply) == ["Français", "✓ English", "⏸ Pause", "My tags"]


async def test_a_chosen_language_wins_over_the_readers_own(desk: Desk, db: Database) -> None:
    (reply,) = await desk.say("/settings")
    edit, answer = await desk.press("Français", row=reply)
    if answer.method != "answerCallbackQuery":
        edit, answer = answer, edit
    assert answer.payload["text"] == "Je parle maintenant français"
    assert labels(edit) == ["✓ Français", "English", "⏸ Pause", "Mes tags"]
    (later,) = await desk.say("/help", Reader(1001, "en"))
    assert "Ce que je sais faire" in text(later)
    assert (await subscriber(db)).language_chosen
    await desk.say("/start", Reader(1001, "en"))
    assert (await subscriber(db)).language == "fr"


async def test_a_language_that_is_not_chosen_follows_the_app(desk: Desk, db: Database) -> None:
    await desk.say("/start", Reader(1001, "en"))
    (reply,) = await desk.say("/help", Reader(1001, "fr"))
    assert "Ce que je sais faire" in text(reply)
    assert (await subscriber(db)).language == "fr"  # posts follow too
    await desk.say("/help", Reader(1001, "de"))
    assert (await subscriber(db)).language == "fr"


async def test_pause_drops_what_waits_and_keeps_what_is_followed(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    async with db.transaction() as tx:
        post = await enqueue(tx, Draft(1001, Lane.POST), now_ms=NOW * 1000)
        other = await enqueue(tx, Draft(1002, Lane.POST), now_ms=NOW * 1000)
    (reply,) = await desk.say("/settings")
    rows = await desk.press("⏸ Pause", row=reply)
    assert (await subscriber(db)).state == "paused"
    edit = next(row for row in rows if row.method == "editMessageText")
    assert "paused" in text(edit)
    async with db.read() as tx:
        assert await find_row(tx, post) is None
        assert await find_row(tx, other) is not None
    await desk.press("▶ Resume", row=edit)
    assert (await subscriber(db)).state == "active"
    (following,) = await desk.say("/following")
    assert "5G" in text(following)


async def test_stop_pauses_and_start_resumes(desk: Desk, db: Database) -> None:
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/stop")
    assert (await subscriber(db)).state == "paused"
    assert "/start" in text(reply)
    await desk.press("▶ Resume", row=reply)
    assert (await subscriber(db)).state == "active"
    await desk.say("/stop")
    await desk.say("/start")
    assert (await subscriber(db)).state == "active"


@pytest.mark.parametrize("payload", [ChooseLanguage("xx"), ChooseLanguage("")])
async def test_a_language_that_we_do_not_speak_is_refused(
    desk: Desk, db: Database, payload: ChooseLanguage
) -> None:
    (answer,) = await desk.press(payload)
    assert "no longer works" in str(answer.payload["text"])
    async with db.read() as tx:
        assert await find_subscriber(tx, 1001) is None


async def test_old_buttons_work_for_strangers(desk: Desk, db: Database) -> None:
    rows = await desk.press(Pause(True), Reader(77, "fr"))
    assert (await subscriber(db, 77)).state == "paused"
    assert any("en pause" in text(row) for row in rows if row.method == "editMessageText")
    (edit, _) = await desk.press(ShowSettings(), Reader(78))
    assert "Settings" in text(edit)
