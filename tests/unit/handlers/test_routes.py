"""The command table, Telegram's menus, and events as they are read."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
from telegram import Update

from handlers import command_table, routes
from handlers.callbacks import Payload
from handlers.command_table import command_lists
from handlers.events import Attendance, Command, Membership, Press, Said, read_event
from handlers.messages import Features
from handlers.texts import Catalogue
from handlers.turn import Setup
from storage.database import Database
from tests.support.shared import shared_path
from tests.support.turn import BOT_USERNAME, Desk, NamedBot, Reader, text

EVERYTHING = Features(summaries=True, comments=True)
TEXTS = Catalogue.load()


def test_every_command_of_the_contract_that_is_built_is_there() -> None:
    contract = shared_path("contract.md").read_text()
    readers = re.search(r"^Readers: (.+)\.$", contract, re.MULTILINE)
    operators = re.search(r"^Operators \(ADMIN_IDS\): (.+)\.$", contract, re.MULTILINE)
    assert readers is not None
    assert operators is not None
    named = set(re.findall(r"/([a-z]+)", readers[1] + operators[1]))
    built = {row.name for row in command_table(Features())}
    assert named - built <= {"comment", "summary"}
    assert built - named == {"alias", "parked"}


def test_no_command_is_there_twice() -> None:
    names = [row.name for row in command_table(EVERYTHING)]
    assert len(names) == len(set(names))


def test_menus_are_given_per_language_and_for_operators() -> None:
    setup = Setup(BOT_USERNAME, admin_ids=frozenset({5}), default_language="fr")
    lists = command_lists(command_table(Features()), TEXTS, setup)
    shown = {(str(menu.scope), menu.language_code): dict(menu.commands) for menu in lists}
    everyone, operator = str({"type": "default"}), str({"type": "chat", "chat_id": 5})
    assert set(shown) == {
        (scope, code) for scope in (everyone, operator) for code in ("", "fr", "en")
    }
    assert "addfeed" not in shown[everyone, "en"]
    assert "addfeed" in shown[operator, "en"]
    assert shown[everyone, ""] == shown[everyone, "fr"] != shown[everyone, "en"]
    for menu in lists:
        payload = menu.payload()
        assert ("language_code" in payload) == bool(menu.language_code)
        assert len(menu.commands) <= 100


async def test_help_in_groups_and_for_operators(desk: Desk) -> None:
    (reply,) = await desk.say("/help", Reader(9001))
    assert "/addfeed – " in text(reply)
    (reply,) = await desk.say("/help", Reader(1, chat_id=-4, chat_type="supergroup"))
    assert "/addfeed" not in text(reply)


async def test_every_press_of_every_kind_is_answered_once(db: Database) -> None:
    """Nothing exists in the database: whatever is pressed must be answered all the same."""
    desk = Desk(db, Setup(BOT_USERNAME, admin_ids=frozenset({1001})))
    modules = ("handlers.callbacks", "handlers.operator_buttons")
    kinds = [kind for kind in Payload.__subclasses__() if kind.__module__ in modules]
    assert len(kinds) > 25
    for kind in kinds:
        values: list[Any] = ["en" if field.type is str else 1 for field in fields(kind)]
        rows = await desk.press(":".join([kind.code, *map(str, values)]))
        assert [row.method for row in rows].count("answerCallbackQuery") == 1, kind


def read(update: dict[str, Any]) -> Any:
    return read_event(Update.de_json({"update_id": 1, **update}, NamedBot("1:token")))


CHAT = {"id": 7, "type": "private", "first_name": "Ada"}
USER = {"id": 7, "is_bot": False, "first_name": "Ada", "language_code": "fr"}
MESSAGE = {"message_id": 3, "date": 1, "chat": CHAT, "from": USER}


@pytest.mark.parametrize(
    ("typed", "length", "name", "words"),
    [
        ("/follow 5G", 7, "follow", "5G"),
        ("/Follow@Relais_Bot  5G, x ", 18, "follow", "5G, x"),
        ("/help", 5, "help", ""),
        ("/follow\n5G", 7, "follow", "5G"),
    ],
)
def test_commands_are_read(typed: str, length: int, name: str, words: str) -> None:
    entity = {"type": "bot_command", "offset": 0, "length": length}
    event = read({"message": {**MESSAGE, "text": typed, "entities": [entity]}})
    assert isinstance(event, Command)
    assert (event.name, event.words) == (name, words)


def test_a_command_in_the_middle_of_a_text_is_none() -> None:
    entity = {"type": "bot_command", "offset": 4, "length": 5}
    event = read({"message": {**MESSAGE, "text": "see /help", "entities": [entity]}})
    assert type(event) is Said
    assert event.entities[0].kind == "bot_command"


def test_an_edited_command_is_a_new_wording_not_a_command() -> None:
    entity = {"type": "bot_command", "offset": 0, "length": 5}
    event = read({"edited_message": {**MESSAGE, "text": "/help", "entities": [entity]}})
    assert type(event) is Said
    assert event.edited


def test_replies_and_forwards_are_told() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Somebody"}
    reply = {"message_id": 2, "date": 1, "chat": CHAT}
    event = read(
        {"message": {**MESSAGE, "text": "x", "reply_to_message": reply, "forward_origin": origin}}
    )
    assert (event.reply_to, event.forwarded) == (2, True)


def test_a_press_is_read_with_its_keyboard_and_without_one() -> None:
    keyboard = {"inline_keyboard": [[{"text": "A", "callback_data": "tt:1"}]]}
    query = {"id": "9", "from": USER, "chat_instance": "1", "data": "tt:1"}
    event = read({"callback_query": {**query, "message": {**MESSAGE, "reply_markup": keyboard}}})
    assert isinstance(event, Press)
    assert event.keyboard[0][0].data == "tt:1"
    old = read({"callback_query": {**query, "message": {"message_id": 3, "date": 0, "chat": CHAT}}})
    assert isinstance(old, Press)
    assert old.keyboard == ()
    assert read({"callback_query": {**query, "inline_message_id": "x"}}) is None


def test_who_comes_and_goes_is_told() -> None:
    came = read({"message": {**MESSAGE, "new_chat_members": [USER]}})
    assert isinstance(came, Attendance)
    assert [person.id for person in came.joined] == [7]
    left = read({"message": {**MESSAGE, "left_chat_member": USER}})
    assert [person.id for person in left.left] == [7]
    change = {"chat": CHAT, "from": USER, "date": 1}
    member = {"user": USER, "status": "member"}
    gone = {"user": USER, "status": "left"}
    event = read({"chat_member": {**change, "old_chat_member": member, "new_chat_member": gone}})
    assert [person.id for person in event.left] == [7]
    own = read({"my_chat_member": {**change, "old_chat_member": gone, "new_chat_member": member}})
    assert isinstance(own, Membership)
    assert (own.was_present, own.is_present) == (False, True)


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"message": {**MESSAGE, "pinned_message": {**MESSAGE, "text": "x"}}},
        {"message": {**MESSAGE, "new_chat_title": "x"}},
        {"edited_message": {**MESSAGE, "caption": "x"}},
        {"inline_query": {"id": "1", "from": USER, "query": "x", "offset": ""}},
    ],
)
def test_what_means_nothing_to_us_is_no_event(update: dict[str, Any]) -> None:
    assert read(update) is None


def test_routes_are_made_for_every_set_of_features() -> None:
    for features in (Features(), Features(summaries=True), EVERYTHING):
        assert routes(features)
