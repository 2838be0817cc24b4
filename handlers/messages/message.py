"""A message as we mean it, and the parameters of the Bot API that it becomes.

Whatever a Message holds, its payload keeps Telegram's limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.callbacks import Payload
from handlers.markup import Markup, cut, fit, is_blank, is_button_address, one_line, plain

MOST_BUTTONS = 100
MOST_IN_ROW = 8
MOST_LABEL = 40
MOST_PLACEHOLDER = 64
MOST_KEYBOARD_BYTES = 9_000


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: its press is a payload, or it opens an address."""

    label: str
    press: Payload | None = None
    url: str | None = None


Rows = tuple[tuple[Button, ...], ...]


def pairs(buttons: Sequence[Button]) -> Rows:
    """Lay buttons out two in a row."""
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


@dataclass(frozen=True, slots=True)
class Preview:
    """The picture or page that Telegram shows with a message."""

    url: str
    is_large: bool = True
    is_above: bool = True


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question: the person's next message is meant as the answer to it."""

    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A text with its buttons and preview; a prompt has no buttons and is never edited."""

    text: Markup
    rows: Rows = ()
    preview: Preview | None = None
    prompt: Prompt | None = None

    def with_rows(self, *rows: tuple[Button, ...]) -> "Message":
        """Give the same message with these buttons."""
        return replace(self, rows=rows)


def to_payload(message: Message) -> dict[str, object]:
    """Give the parameters of sendMessage or editMessageText, without the chat."""
    payload: dict[str, object] = {
        "text": fit(message.text) if not is_blank(plain(message.text)) else "…",
        "parse_mode": "HTML",
        "link_preview_options": _preview(message.preview),
    }
    if message.prompt is not None:
        payload["reply_markup"] = _prompt(message.prompt)
    elif (markup := keyboard(message.rows))["inline_keyboard"]:
        payload["reply_markup"] = markup
    return payload


def keyboard(rows: Rows) -> dict[str, object]:
    """Give the inline keyboard of some rows: what Telegram would refuse is left out."""
    lines: list[list[dict[str, str]]] = []
    buttons = size = 0
    for row in rows:
        line: list[dict[str, str]] = []
        for button in filter(_is_usable, row[:MOST_IN_ROW]):
            shown = _button(button)
            size += sum(len(value.encode()) for value in shown.values()) + 40
            if buttons < MOST_BUTTONS and size <= MOST_KEYBOARD_BYTES:
                line.append(shown)
                buttons += 1
        if line:
            lines.append(line)
    return {"inline_keyboard": lines}


def _is_usable(button: Button) -> bool:
    if button.url is None:
        return button.press is not None
    return is_button_address(button.url)


def _button(button: Button) -> dict[str, str]:
    label = one_line(plain(button.label))
    shown = {"text": "…" if is_blank(label) else cut(label, MOST_LABEL)}
    if button.url is not None:
        return {**shown, "url": button.url}
    assert button.press is not None
    return {**shown, "callback_data": button.press.pack()}


def _preview(preview: Preview | None) -> dict[str, object]:
    if preview is None or not is_button_address(preview.url):
        return {"is_disabled": True}
    return {
        "url": preview.url,
        "prefer_large_media": preview.is_large,
        "show_above_text": preview.is_above,
    }


def _prompt(prompt: Prompt) -> dict[str, object]:
    placeholder = one_line(prompt.placeholder)[:MOST_PLACEHOLDER]
    markup: dict[str, object] = {"force_reply": True, "selective": True}
    return {**markup, "input_field_placeholder": placeholder} if placeholder else markup
