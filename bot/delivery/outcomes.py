"""What came of one attempt to send: values, matched exhaustively."""

import enum
from dataclasses import dataclass
from typing import Literal, Protocol

from storage.model import OutboxRow

Cause = Literal["flood", "network", "server", "chat"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """It is done. `message_id` is the new message's; None where nothing new appeared."""

    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """It certainly had no effect, or may safely be done again: try later.

    `flood`: Telegram wants a pause (seconds as it said). `network`: no request reaches Telegram,
    so everybody waits. `server`: Telegram failed. `chat`: the chat may be gone, look once more.
    """

    seconds: float
    cause: Cause

    @property
    def is_failure(self) -> bool:
        """Say whether it counts: a message that fails for ever is given up on."""
        return self.cause in ("server", "chat")


@dataclass(frozen=True, slots=True)
class Unknown:
    """It left and no answer came: it may have arrived, so it is never resent blindly."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The chat takes nothing from us any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group became a supergroup with another chat id."""

    new_chat_id: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram will never take this message."""

    reason: str


Outcome = Delivered | Wait | Unknown | Gone | Moved | Refused


class Probed(enum.Enum):
    """What an edit that should change nothing tells about a message id."""

    SAME = "same"  # it is this message: it arrived
    ABSENT = "absent"  # no message of ours in this chat has the id, or not this one
    CHANGED = "changed"  # it was another message of ours, and now has these contents
    FIXED = "fixed"  # a message in this chat that cannot be edited
    IMPOSSIBLE = "impossible"  # this kind of message cannot be looked for


class Carrier(Protocol):
    """What the sender needs of the gateway."""

    async def attempt(self, row: OutboxRow) -> Outcome:
        """Send a row; raises TokenRefused when Telegram does not know the token."""
        ...

    async def probe(self, row: OutboxRow, message_id: int) -> Probed | Outcome:
        """Look whether a message id is a row's message."""
        ...
