"""reply_markup by table: what is taken, silently dropped, and refused with which words."""

from typing import Any

import pytest

from sandbox.telegram import Person, TelegramServer
from tests.support.telegram import RawBot


def _inline(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [list(buttons)]}


def _url(link: str) -> dict[str, Any]:
    return _inline({"text": "x", "url": link})


NO_ACTION = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
REFUSED: list[tuple[Any, str]] = [
    ("{", "can't parse reply keyboard markup JSON object"),
    ("[]", "object expected as reply markup"),
    (
        {"inline_keyboard": [{"text": "x"}]},
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    (
        {"inline_keyboard": [["x"]]},
        "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
    ),
    (_inline({"text": "x"}), NO_ACTION),
    (_inline({"text": "x", "callback_data": ""}), NO_ACTION),
    (_inline({"callback_data": "x"}),
     'can\'t parse inline keyboard button: Can\'t find field "text"'),
    (_inline({"text": "x", "callback_data": "é" * 33}), "BUTTON_DATA_INVALID"),
    (_url("http://localhost/x"),
     "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL"),
    (_url("https://a b.org"),
     "inline keyboard button URL 'https://a b.org' is invalid: Unallowed characters in URL host"),
    (_url("tg://"), "inline keyboard button URL 'tg://' is invalid: Wrong tg URL"),
    (
        _inline({"text": "x", "web_app": {"url": "http://exemple.org"}}),
        "inline keyboard button URL 'http://exemple.org' is invalid: Only HTTPS links are allowed",
    ),
    (
        {"inline_keyboard": [[{"text": "x" * 150, "callback_data": "y" * 60}]] * 60},
        "reply markup is too long",
    ),
    (
        {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]] * 101},
        "reply markup is too long",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "description"), REFUSED)
async def test_keyboard_is_refused(
    api: RawBot, anna: Person, markup: Any, description: str
) -> None:
    refusal = await api.refusal("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
    assert refusal == f"Bad Request: {description}"
    assert len(anna.chat) == 1


async def test_data_of_64_bytes_is_taken(api: RawBot, anna: Person) -> None:
    markup = _inline({"text": "x", "callback_data": "é" * 32})
    sent = await api.result("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
    assert sent["reply_markup"] == markup


async def test_excess_buttons_and_empty_labels_are_dropped(api: RawBot, anna: Person) -> None:
    row = [{"text": "", "callback_data": "a"}]
    row += [{"text": str(i), "callback_data": "a"} for i in range(14)]
    markup = {"inline_keyboard": [row, [{"text": "", "callback_data": "b"}]]}
    await api.result("sendMessage", chat_id=anna.id, text="x", reply_markup=markup)
    assert [[b["text"] for b in r] for r in anna.chat.last.keyboard] == [list(map(str, range(12)))]


async def test_first_action_of_a_button_wins(api: RawBot, anna: Person) -> None:
    button = {"text": "x", "callback_data": "d", "url": "exemple.org"}
    await api.result("sendMessage", chat_id=anna.id, text="x", reply_markup=_inline(button))
    assert anna.chat.last.keyboard == [[{"text": "x", "url": "http://exemple.org/"}]]


async def test_channel_takes_inline_keyboards_only(api: RawBot, telegram: TelegramServer) -> None:
    channel = telegram.group("Annonces", kind="channel")
    force = {"force_reply": True}
    refusal = await api.refusal("sendMessage", chat_id=channel.id, text="x", reply_markup=force)
    assert refusal == "Bad Request: inline keyboard expected"
    switch = _inline({"text": "x", "switch_inline_query": ""})
    refusal = await api.refusal("sendMessage", chat_id=channel.id, text="x", reply_markup=switch)
    assert refusal.startswith("Bad Request: can't use switch_inline_query button in a channel")


async def test_message_with_reply_keyboard_cannot_be_edited(api: RawBot, anna: Person) -> None:
    sent = await api.result(
        "sendMessage", chat_id=anna.id, text="x", reply_markup={"keyboard": [["Oui", "Non"]]}
    )
    assert "reply_markup" not in sent
    assert anna.chat.last.reply_markup == {"keyboard": [[{"text": "Oui"}, {"text": "Non"}]]}
    arguments = {"chat_id": anna.id, "message_id": sent["message_id"], "text": "y"}
    refusal = await api.refusal("editMessageText", **arguments)
    assert refusal == "Bad Request: message can't be edited"
