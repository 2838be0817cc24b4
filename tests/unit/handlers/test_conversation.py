"""Whatever is no command of ours."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.conversation import Ears, Listener
from handlers.events import Said
from handlers.turn import Turn
from storage.database import Database
from storage.dialogs import set_dialog
from storage.model import Dialog
from tests.support.turn import NOW, Desk, Reader, labels, text

GROUP = Reader(1, "en", "Neighbours", chat_id=-4000, chat_type="supergroup")


async def test_free_text_that_names_a_tag_offers_it(desk: Desk) -> None:
    await desk.publish(tags=["Marché Smartphones"])
    (reply,) = await desk.say("marché smartphones")
    assert labels(reply) == ["+ Marché Smartphones", "🔎 Search: marché smartphones"]
    (near,) = await desk.say("marche smartphone")
    assert labels(near)[0] == "+ Marché Smartphones"


async def test_free_text_offers_a_search_that_works(desk: Desk) -> None:
    await desk.publish("A quiet antenna")
    (reply,) = await desk.say("quiet antenna?")
    assert labels(reply) == ["🔎 Search: quiet antenna?"]
    (edit, _) = await desk.press(labels(reply)[0], row=reply)
    assert "A quiet antenna" in text(edit)


@pytest.mark.parametrize("said", ["?!", "👍", "<b>", "x" * 4096, "\u202e" * 5])
async def test_any_text_has_an_answer_with_a_next_step(desk: Desk, said: str) -> None:
    (reply,) = await desk.say(said)
    assert labels(reply)
    assert "/tags" in text(reply)


@pytest.mark.parametrize(
    ("typed", "meant"), [("/folow 5G", "/follow"), ("/serch x", "/search"), ("/HELP", None)]
)
async def test_a_mistyped_command_is_guessed(desk: Desk, typed: str, meant: str | None) -> None:
    (reply,) = await desk.say(typed)
    if meant is None:
        assert "What I can do" in text(reply)
    else:
        assert f"Did you mean {meant}?" in text(reply)


async def test_an_unknown_command_has_a_next_step(desk: Desk) -> None:
    (reply,) = await desk.say("/zzzzzz")
    assert "/help" in text(reply)


async def test_operators_commands_are_not_guessed_for_readers(desk: Desk) -> None:
    (reply,) = await desk.say("/addfed")
    assert "addfeed" not in text(reply)
    (reply,) = await desk.say("/addfed", Reader(9001))
    assert "/addfeed" in text(reply)


@pytest.mark.parametrize("content", ["photo", "sticker", "voice", "location"])
async def test_what_is_no_text_is_answered(desk: Desk, content: str) -> None:
    file = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "duration": 1}
    contents: dict[str, Any] = {
        "photo": [file],
        "sticker": {**file, "is_animated": False, "is_video": False, "type": "regular"},
        "voice": file,
        "location": {"longitude": 1.0, "latitude": 2.0},
    }
    (reply,) = await desk.send({content: contents[content]})
    assert "only read text" in text(reply)
    assert await desk.send({content: contents[content]}, GROUP) == []


async def test_groups_are_left_in_peace(desk: Desk) -> None:
    assert await desk.say("good morning", GROUP) == []
    assert await desk.say("/unknown", GROUP) == []
    assert await desk.send({"new_chat_title": "Other"}, GROUP) == []


async def test_edits_of_old_messages_are_not_answered(desk: Desk) -> None:
    assert await desk.send({"text": "5G"}, kind="edited_message") == []


async def test_an_answer_goes_to_who_asked_and_a_reply_to_its_taker(db: Database) -> None:
    heard: list[tuple[str, str]] = []

    async def take_answer(turn: Turn, said: Said, dialog: Dialog) -> None:
        heard.append((dialog.kind, said.text))

    async def take_reply(turn: Turn, said: Said) -> bool:
        heard.append(("reply", said.text))
        return said.reply_to == 5

    desk = Desk(db)

    async def take_edit(turn: Turn, said: Said) -> bool:
        heard.append(("edit", said.text))
        return True

    desk.replace_listener(Listener([], Ears({"colour": take_answer}, take_reply, take_edit)))
    await desk.say("first", reply_to=5)
    assert heard == [("reply", "first")]
    (guess,) = await desk.say("second", reply_to=6)
    assert "/tags" in text(guess)
    async with db.transaction() as tx:
        await set_dialog(tx, Dialog(1001, 1001, "colour", {}, NOW + 10))
    await desk.say("blue")
    assert heard[-1] == ("colour", "blue")
    assert await desk.send({"text": "old"}, kind="edited_message") == []
    assert heard[-1] == ("edit", "old")  # never an answer to the question that is open
    async with db.transaction() as tx:
        await set_dialog(tx, Dialog(1001, 1001, "colour", {}, NOW - 10))
    await desk.say("too late")
    assert heard[-1] == ("edit", "old")
