"""The append-only record of what the bot asked for and of what became visible.

Both logs only grow; every text that ever stood in a chat through the bot is in `Sent`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class Call:
    """One request of the bot; `answered_at` is None while it waits or when its answer was lost."""

    method: str
    params: Json
    received_at: float
    """Monotonic seconds."""
    chat_id: int | None = None
    answered_at: float | None = None
    status: int | None = None
    description: str | None = None
    """Why it was refused; None when it was not."""
    applied: bool = False
    """Whether it had its effect, be the answer lost or not."""
    message_id: int | None = None
    """The message it made or changed."""
    fault: str | None = None
    """The kind of fault that hit it."""


@dataclass(slots=True, eq=False)
class Sent:
    """One visible effect of the bot: a message sent, edited or deleted."""

    kind: Literal["send", "edit", "delete"]
    chat_id: int
    message_id: int
    text: str
    """The text or caption after the effect; for a delete the text that went away."""
    at: float
    """Seconds of the server's clock."""
    call: Call = field(repr=False)
