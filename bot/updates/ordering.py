"""Which chat a raw update belongs to: dispatch keeps the order within it."""

from typing import Any


def chat_of(update: dict[str, Any]) -> int:
    """Give the chat id of a raw update, else its person's id, else 0; never raises."""
    for name, content in update.items():
        if name == "update_id" or not isinstance(content, dict):
            continue
        message = content.get("message")
        places = (content.get("chat"), message.get("chat") if isinstance(message, dict) else None)
        for place in (*places, content.get("from"), content.get("user")):
            if isinstance(place, dict) and type(place.get("id")) is int:
                return int(place["id"])
    return 0
