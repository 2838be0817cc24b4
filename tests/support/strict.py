"""What the strict local Telegram makes of a message: its text and entities, or the refusal."""

from __future__ import annotations

import json
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.formatting import parse_text
from sandbox.telegram.keyboards import check_markup, parse_markup

Json = dict[str, Any]


def labels_of(markup: Json | None) -> list[list[str]]:
    rows = (markup or {}).get("inline_keyboard", [])
    return [[button["text"] for button in row] for row in rows]


def delivered(payload: dict[str, object]) -> tuple[str, list[Json]]:
    """Give text and entities as the strict server would deliver them; fails where it refuses."""
    sent: Any = json.loads(json.dumps(payload))  # what goes over the wire
    json.dumps(sent, ensure_ascii=False).encode()  # no half characters
    arguments = Arguments(sent)
    markup = parse_markup(arguments)
    check_markup(markup, "private")
    assert labels_of(markup) == labels_of(sent.get("reply_markup"))  # nothing was dropped
    return parse_text(arguments).fix()
