"""The only caller of the Bot API for messages: one row, one attempt, one outcome."""

import html
import json
import re
from typing import Any, Protocol

from pydantic import SecretStr
from telegram.error import NetworkError

from bot.delivery.outcomes import Gone, Outcome, Probed, Wait
from bot.delivery.pacing import is_bulk
from bot.delivery.transport import NotSent
from bot.delivery.verdicts import Answer, Remedy, Reply, Silence, judge, probed, remedy
from storage.model import OutboxRow

_FILE_PARAMETERS = {"sendDocument": "document", "sendPhoto": "photo"}
# How to look for a message: the edit that would give it the contents it has.
_PROBES = {
    "sendMessage": "editMessageText",
    "sendDocument": "editMessageCaption",
    "sendPhoto": "editMessageCaption",
}
_PROBE_PARAMETERS = (
    "text",
    "caption",
    "parse_mode",
    "entities",
    "caption_entities",
    "link_preview_options",
    "reply_markup",
)
_FORMATTED = ("sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageCaption")


class Transport(Protocol):
    """What the gateway needs of HTTP; raises as transport.AiohttpRequest does."""

    async def post_json(self, url: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        """Post parameters; gives the status and the body."""
        ...

    async def post_file(
        self, url: str, parameters: dict[str, Any], name: str, file: tuple[str, bytes]
    ) -> tuple[int, bytes]:
        """Post parameters and a file."""
        ...


class Gateway:
    """Sends rows of the outbox and looks for messages of unknown fate."""

    def __init__(
        self, transport: Transport, *, api_url: str, token: SecretStr, paid: bool = False
    ) -> None:
        self._transport = transport
        self._base = f"{api_url}/bot{token.get_secret_value()}/"
        self._paid = paid
        self._missing_chats: set[int] = set()

    async def attempt(self, row: OutboxRow) -> Outcome:
        """Send a row; raises TokenRefused when Telegram does not know the token."""
        answer = await self._call_with_remedies(row.method, self._parameters(row), row)
        outcome = judge(row.method, answer)
        if isinstance(outcome, Wait) and outcome.cause == "chat":
            if row.chat_id in self._missing_chats:  # looked twice
                return Gone("chat not found")
            self._missing_chats.add(row.chat_id)
        elif self._missing_chats:
            self._missing_chats.discard(row.chat_id)
        return outcome

    async def probe(self, row: OutboxRow, message_id: int) -> Probed | Outcome:
        """Edit a message to what the row holds: nothing changes exactly if it is the row's.

        Where its text was erased meanwhile, its buttons are taken away: it is to be deleted.
        """
        method = _PROBES.get(row.method)
        if method is None:
            return Probed.IMPOSSIBLE
        sent = self._parameters(row)
        if row.is_erased:
            method, sent = "editMessageReplyMarkup", {"reply_markup": {"inline_keyboard": []}}
        parameters = {name: sent[name] for name in _PROBE_PARAMETERS if name in sent}
        parameters |= {"chat_id": row.chat_id, "message_id": message_id}
        if "inline_keyboard" not in parameters.get("reply_markup", {"inline_keyboard": None}):
            del parameters["reply_markup"]
        return probed(await self._call_with_remedies(method, parameters, None))

    def _parameters(self, row: OutboxRow) -> dict[str, Any]:
        """Give the parameters of a row's call, with what all our calls share."""
        parameters: dict[str, Any] = dict(row.payload)
        if row.method.startswith("answer"):
            return parameters
        parameters["chat_id"] = row.chat_id
        if row.method in _FORMATTED and "entities" not in parameters:
            parameters.setdefault("parse_mode", "HTML")
        if "reply_parameters" in parameters:
            # The message may have been deleted meanwhile: the answer still counts.
            parameters["reply_parameters"] = {
                "allow_sending_without_reply": True,
                **parameters["reply_parameters"],
            }
        if self._paid and is_bulk(row.lane) and row.method.startswith("send"):
            parameters["allow_paid_broadcast"] = True
        return parameters

    async def _call_with_remedies(
        self, method: str, parameters: dict[str, Any], row: OutboxRow | None
    ) -> Reply:
        """Call, and again without what Telegram did not take, each part left out once."""
        answer = await self._call(method, parameters, row)
        for _ in Remedy:
            missing = remedy(answer)
            if missing is None:
                break
            parameters = _without(missing, parameters)
            answer = await self._call(method, parameters, row)
        return answer

    async def _call(self, method: str, parameters: dict[str, Any], row: OutboxRow | None) -> Reply:
        url = self._base + method
        try:
            if row is not None and row.file is not None:
                name = _FILE_PARAMETERS[method]
                status, body = await self._transport.post_file(url, parameters, name, row.file)
            else:
                status, body = await self._transport.post_json(url, parameters)
        except NotSent as error:
            return Silence(str(error), left=False)
        except NetworkError as error:
            return Silence(f"{type(error).__name__} ({error})", left=True)
        return _read(status, body)


def _read(status: int, body: bytes) -> Reply:
    """Read Telegram's envelope; what is none may be a proxy's page in front of its answer."""
    try:
        envelope = json.loads(body)
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict) or "ok" not in envelope:
        return Silence(f"HTTP {status} without an answer of Telegram", left=True)
    if envelope["ok"] is True:
        return Answer(200, result=envelope.get("result"))
    parameters = envelope.get("parameters")
    return Answer(
        int(envelope.get("error_code", status)),
        str(envelope.get("description", "")),
        parameters=parameters if isinstance(parameters, dict) else {},
    )


def _without(part: Remedy, parameters: dict[str, Any]) -> dict[str, Any]:
    match part:
        case Remedy.FORMATTING:
            return {
                name: _plain(value) if name in ("text", "caption") else value
                for name, value in parameters.items()
                if name not in ("parse_mode", "entities", "caption_entities")
            }
        case Remedy.THREAD:
            return {k: v for k, v in parameters.items() if k != "message_thread_id"}
        case Remedy.REPLY:
            return {k: v for k, v in parameters.items() if k != "reply_parameters"}


def _plain(markup: str) -> str:
    """Give the words of HTML that Telegram did not take."""
    return html.unescape(re.sub(r"<[^<>]*>", "", markup)) or markup
