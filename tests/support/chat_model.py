"""A strict Telegram in memory, for tests that need thousands of messages a second.

It keeps what stands in every chat and a log of every text that ever did; it answers as the Bot API
does, with its words, and enforces its rules on HTML, replies, edits and the 48 hours of deletion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.delivery.verdicts import Answer
from sandbox.telegram.html import HtmlError, parse_html

DELETABLE_MS = 48 * 3_600_000
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are"
    " exactly the same as a current content and reply markup of the message"
)


@dataclass(slots=True)
class Shown:
    """A message of the bot in a chat."""

    message_id: int
    chat_id: int
    text: str
    sent_ms: int
    keyboard: list[list[dict[str, str]]]
    reply_to: int | None
    is_prompt: bool = False
    deleted: bool = False

    def press_data(self, label: str) -> str | None:
        """Give what the first button carries whose label holds some words."""
        for row in self.keyboard:
            for button in row:
                if label in button["text"]:
                    return button.get("callback_data")
        return None


@dataclass(frozen=True, slots=True)
class Logged:
    """One visible effect, in order."""

    kind: Literal["send", "edit", "delete"]
    chat_id: int
    message_id: int
    text: str
    at_ms: int


@dataclass
class ChatModel:
    """All chats of one bot."""

    messages: dict[int, Shown] = field(default_factory=dict)
    log: list[Logged] = field(default_factory=list)
    calls: list[tuple[str, int]] = field(default_factory=list)
    """Every call about a message that stands or stood: the method and the message's id."""
    blocked: set[int] = field(default_factory=set)
    stubborn: set[int] = field(default_factory=set)
    """Messages that Telegram lets nobody edit or delete."""
    last_id: int = 1000

    def next_id(self) -> int:
        """Number a message, of the bot or of a person."""
        self.last_id += 1
        return self.last_id

    def standing(self, chat_id: int) -> list[Shown]:
        """List what stands in a chat, oldest first."""
        return [m for m in self.messages.values() if m.chat_id == chat_id and not m.deleted]

    def call(self, method: str, chat_id: int, parameters: dict[str, Any], now_ms: int) -> Answer:
        """Do a call; the effect happens exactly if the answer says so."""
        if "message_id" in parameters:
            self.calls.append((method, parameters["message_id"]))
        if chat_id in self.blocked and not method.startswith("answer"):
            return Answer(403, "Forbidden: bot was blocked by the user")
        match method:
            case "sendMessage":
                return self._send(chat_id, parameters, now_ms)
            case "editMessageText" | "editMessageReplyMarkup":
                return self._edit(method, chat_id, parameters, now_ms)
            case "deleteMessage":
                return self._delete(chat_id, parameters, now_ms)
            case "sendDocument":
                message_id = self.next_id()
                return Answer(200, result={"message_id": message_id})
            case "answerCallbackQuery":
                if len(str(parameters.get("text", ""))) > 200:
                    return Answer(400, "Bad Request: MESSAGE_TOO_LONG")
                return Answer(200, result=True)
        return Answer(200, result=True)

    def _send(self, chat_id: int, parameters: dict[str, Any], now_ms: int) -> Answer:
        text = _read_text(parameters)
        if isinstance(text, Answer):
            return text
        reply = parameters.get("reply_parameters") or {}
        reply_to = reply.get("message_id")
        if reply_to is not None and reply_to > self.last_id:
            return Answer(400, "Bad Request: message to be replied not found")
        markup = parameters.get("reply_markup") or {}
        message = Shown(
            self.next_id(),
            chat_id,
            text,
            now_ms,
            markup.get("inline_keyboard", []),
            reply_to,
            is_prompt=bool(markup.get("force_reply")),
        )
        self.messages[message.message_id] = message
        self.log.append(Logged("send", chat_id, message.message_id, text, now_ms))
        return Answer(200, result={"message_id": message.message_id})

    def _edit(self, method: str, chat_id: int, parameters: dict[str, Any], now_ms: int) -> Answer:
        message = self.messages.get(parameters.get("message_id", 0))
        if message is None or message.deleted or message.chat_id != chat_id:
            return Answer(400, "Bad Request: message to edit not found")
        if message.is_prompt or message.message_id in self.stubborn:
            return Answer(400, "Bad Request: message can't be edited")
        text: str | Answer = message.text
        if method == "editMessageText":
            text = _read_text(parameters)
        if isinstance(text, Answer):
            return text
        keyboard = (parameters.get("reply_markup") or {}).get("inline_keyboard", [])
        if (text, keyboard) == (message.text, message.keyboard):
            return Answer(400, NOT_MODIFIED)
        message.text, message.keyboard = text, keyboard
        self.log.append(Logged("edit", chat_id, message.message_id, text, now_ms))
        return Answer(200, result={"message_id": message.message_id})

    def _delete(self, chat_id: int, parameters: dict[str, Any], now_ms: int) -> Answer:
        message = self.messages.get(parameters.get("message_id", 0))
        if message is None or message.deleted or message.chat_id != chat_id:
            return Answer(400, "Bad Request: message to delete not found")
        if now_ms - message.sent_ms >= DELETABLE_MS or message.message_id in self.stubborn:
            return Answer(400, "Bad Request: message can't be deleted")
        message.deleted = True
        self.log.append(Logged("delete", chat_id, message.message_id, message.text, now_ms))
        return Answer(200, result=True)


def _read_text(parameters: dict[str, Any]) -> str | Answer:
    source = str(parameters.get("text", ""))
    if not source.strip():
        return Answer(400, "Bad Request: message text is empty")
    text = source
    if "entities" not in parameters:
        try:
            text, _ = parse_html(source)
        except HtmlError as error:
            return Answer(400, f"Bad Request: can't parse entities: {error}")
    if len(text) > 4096:
        return Answer(400, "Bad Request: message is too long")
    for row in (parameters.get("reply_markup") or {}).get("inline_keyboard", []):
        for button in row:
            if len(button.get("callback_data", "x").encode()) > 64:
                return Answer(400, "Bad Request: BUTTON_DATA_INVALID")
    return text
