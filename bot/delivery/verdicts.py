"""What an answer of the Bot API means for a message (pure).

Codes and descriptions are read here, not python-telegram-bot's exceptions, which mislead:
BadRequest and TimedOut are NetworkErrors there, 401 and 404 one class. The words are those of
tdlib/telegram-bot-api (Client.cpp) and tdlib/td.
"""

import enum
from dataclasses import dataclass, field
from typing import Any

from bot.delivery.outcomes import (
    Delivered,
    Gone,
    Moved,
    Outcome,
    Probed,
    Refused,
    Unknown,
    Wait,
)
from storage.errors import TokenRefused

SERVER_PAUSE_SECONDS = 2.0
CHAT_PAUSE_SECONDS = 30.0

# What may be done twice without a second effect.
_REPEATABLE = ("edit", "delete", "answer", "sendChatAction", "setMessageReaction")

# A 400 that says the chat takes nothing from us; every 403 does.
_CLOSED_CHAT = (
    "private chat not found",
    "not enough rights to send",
    "have no write access to the chat",
    "need administrator rights in the channel chat",
    "CHAT_WRITE_FORBIDDEN",
    "PEER_ID_INVALID",
    "user not found",
)
_MISSING = ("message to edit not found", "message to delete not found", "MESSAGE_ID_INVALID")
_PAST = ("query is too old", "QUERY_ID_INVALID", "message to react not found")


class Remedy(enum.Enum):
    """What to leave out so that a refused message may be taken."""

    FORMATTING = "formatting"
    THREAD = "thread"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Telegram said; `code` 200 goes with a result."""

    code: int
    description: str = ""
    result: Any = None
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer of Telegram; `left` says whether the request may have reached it."""

    reason: str
    left: bool


Reply = Answer | Silence


def is_repeatable(method: str) -> bool:
    """Say whether doing a call twice is as good as once."""
    return method.startswith(_REPEATABLE)


def remedy(answer: Reply) -> Remedy | None:
    """Give what a second try should leave out, or None where no second try helps."""
    if isinstance(answer, Silence) or answer.code != 400:
        return None
    if "can't parse entities" in answer.description:
        return Remedy.FORMATTING
    if "message thread not found" in answer.description:
        return Remedy.THREAD
    if "message to be replied not found" in answer.description:
        return Remedy.REPLY
    return None


def judge(method: str, answer: Reply) -> Outcome:
    """Give the outcome of a call; raises TokenRefused when no call can work."""
    if isinstance(answer, Silence):
        return _judge_silence(method, answer)
    code, text = answer.code, answer.description
    if code == 200:
        return Delivered(_new_message_id(method, answer.result))
    if code == 401 or (code == 404 and "method not found" not in text):
        raise TokenRefused
    if code == 429:
        return Wait(_retry_after(answer), "flood")
    if code >= 500:
        return _judge_silence(method, Silence(f"{code} {text}", left=True))
    return _judge_refusal(method, answer)


def probed(answer: Reply) -> Probed | Outcome:
    """Give what an edit that should change nothing found, or why it found nothing."""
    if isinstance(answer, Answer) and answer.code == 200:
        return Probed.CHANGED
    if isinstance(answer, Answer) and answer.code == 400:
        text = answer.description
        if "message is not modified" in text:
            return Probed.SAME
        if "message can't be edited" in text:
            return Probed.FIXED
        if any(words in text for words in (*_MISSING, "in the message to edit")):
            return Probed.ABSENT
    return judge("editMessageText", answer)


def _judge_silence(method: str, silence: Silence) -> Outcome:
    if not silence.left:
        return Wait(0.0, "network")
    if is_repeatable(method):
        return Wait(SERVER_PAUSE_SECONDS, "server")
    return Unknown(silence.reason)


def _judge_refusal(method: str, answer: Answer) -> Outcome:
    text = answer.description
    new_chat_id = answer.parameters.get("migrate_to_chat_id")
    if isinstance(new_chat_id, int):
        return Moved(new_chat_id)
    if "message is not modified" in text or any(words in text for words in (*_MISSING, *_PAST)):
        return Delivered()
    if answer.code == 403 or any(words in text for words in _CLOSED_CHAT):
        # A press in a chat that is gone has nobody to answer.
        return Delivered() if method.startswith("answer") else Gone(text)
    if "chat not found" in text:
        return Wait(CHAT_PAUSE_SECONDS, "chat")
    return Refused(f"{answer.code} {text}")


def _new_message_id(method: str, result: Any) -> int | None:
    if is_repeatable(method) or not isinstance(result, dict):
        return None
    message_id = result.get("message_id")
    return message_id if isinstance(message_id, int) else None


def _retry_after(answer: Answer) -> float:
    seconds = answer.parameters.get("retry_after")
    return float(seconds) if isinstance(seconds, int | float) and seconds > 0 else 1.0
