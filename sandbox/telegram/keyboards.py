"""The reply_markup argument: what the server reads, drops silently and refuses."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.links import LinkError, check_link

Json = dict[str, Any]

_ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)
_MOST_IN_ROW = 12
_MOST_READ = 300
_MOST_ACCEPTED = 100
_MOST_BYTES = 10_000
"""Of labels, data and links together; Telegram tells neither this number nor its sum."""
_DATA_BYTES = 64
_PLACEHOLDER_LENGTH = 64


def parse_markup(args: Arguments) -> Json | None:
    """Read reply_markup into its normalised form; None when there is none."""
    if not args.has("reply_markup"):
        return None
    value = args.values["reply_markup"]
    return _parse_json(value) if isinstance(value, str) else _normalise(value)


# One keyboard goes to thousands of chats in a broadcast; it is never changed once read.
@lru_cache(maxsize=64)
def _parse_json(text: str) -> Json | None:
    try:
        markup = json.loads(text)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    return _normalise(markup)


def _normalise(markup: Any) -> Json | None:
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        keyboard = _inline_keyboard(markup["inline_keyboard"])
        return {"inline_keyboard": keyboard} if keyboard else None
    if "keyboard" in markup:
        return markup | {"keyboard": _reply_keyboard(markup["keyboard"])}
    if markup.get("force_reply") or markup.get("remove_keyboard"):
        return markup
    return None


def check_markup(markup: Json | None, chat_kind: str) -> None:
    """Apply the checks that come after the chat is known: of Telegram itself, not of the API."""
    if markup is None:
        return
    if "inline_keyboard" not in markup:
        if chat_kind == "channel":
            raise bad_request("inline keyboard expected")
        if len(markup.get("input_field_placeholder", "")) > _PLACEHOLDER_LENGTH:
            raise bad_request("input field placeholder is too long")
        return
    count = size = 0
    for row in markup["inline_keyboard"]:
        for button in row:
            data = button.get("callback_data", "").encode()
            count += 1
            size += len(button["text"].encode()) + len(data) + len(button.get("url", ""))
            if len(data) > _DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
            if chat_kind == "channel" and any(k.startswith("switch_inline") for k in button):
                raise bad_request(
                    "Can't use switch_inline_query button in a channel chat, because users will "
                    "not be able to use the button without knowing bot's username"
                )
    if count > _MOST_ACCEPTED or size > _MOST_BYTES:
        raise bad_request("reply markup is too long")


def _inline_keyboard(rows: Any) -> list[list[Json]]:
    if not _is_array_of_arrays(rows):
        raise bad_request(
            'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        )
    parsed = [[_inline_button(button) for button in row] for row in rows]
    return _dropping_excess(parsed)


def _dropping_excess(rows: list[list[Json]]) -> list[list[Json]]:
    """Drop buttons without a label, those beyond 12 in a row and beyond 300 in all."""
    kept: list[list[Json]] = []
    total = 0
    for row in rows:
        labelled = [button for button in row if button["text"]][:_MOST_IN_ROW]
        labelled = labelled[: _MOST_READ - total]
        total += len(labelled)
        if labelled:
            kept.append(labelled)
    return kept


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _button_error("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if text is None:
        raise _button_error('Can\'t find field "text"')
    if not isinstance(text, str):
        raise _button_error('Field "text" must be of type String')
    for action in _ACTIONS:
        if action not in button:
            continue
        value = button[action]
        if value == "" and not action.startswith("switch_inline"):
            continue
        return {"text": text, action: _action_value(action, value)}
    raise _button_error("Text buttons are unallowed in the inline keyboard")


def _action_value(action: str, value: Any) -> Any:
    if action in ("url", "callback_data") and not isinstance(value, str):
        raise _button_error(f'Field "{action}" must be of type String')
    if action == "url":
        return _button_link(value)
    if action in ("login_url", "web_app"):
        link = value.get("url", "") if isinstance(value, dict) else ""
        return {**value, "url": _button_link(link, https_only=True)} if link else value
    return value


def _button_link(link: str, *, https_only: bool = False) -> str:
    try:
        return check_link(link, https_only=https_only)
    except LinkError as error:
        raise bad_request(f"inline keyboard button URL '{link}' is invalid: {error}") from None


def _reply_keyboard(rows: Any) -> list[list[Json]]:
    if not _is_array_of_arrays(rows):
        raise bad_request('Field "keyboard" of the ReplyKeyboardMarkup must be an Array of Arrays')
    parsed = []
    for row in rows:
        buttons = [{"text": b} if isinstance(b, str) else b for b in row]
        if not all(isinstance(b, dict) and isinstance(b.get("text"), str) for b in buttons):
            raise bad_request("can't parse keyboard button: KeyboardButton must be an Object")
        parsed.append(buttons)
    return _dropping_excess(parsed)


def _is_array_of_arrays(rows: Any) -> bool:
    return isinstance(rows, list) and all(isinstance(row, list) for row in rows)


def _button_error(message: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {message}")
