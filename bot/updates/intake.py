"""getUpdates → inbox: nothing is confirmed to Telegram before it is committed here.

The request that confirms a batch carries the offset which the batch's own transaction stored.
"""

import json
import logging
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr
from telegram.error import NetworkError

from bot.clock import Clock
from bot.delivery.transport import AiohttpRequest, say_trouble
from bot.updates.ordering import chat_of
from storage.database import Database
from storage.errors import StorageError, TokenRefused
from storage.inbox import add_updates, get_offset

log = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "chat_member",
)
POLL_SECONDS = 25
# Telegram may answer a long poll late; a dead connection must still be noticed.
GRACE_SECONDS = 15
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0


class Intake:
    """The loop that asks Telegram for updates and commits them.

    `on_stored` is called after each commit. `last_answer_at` is when Telegram last answered well.
    """

    def __init__(
        self,
        db: Database,
        request: AiohttpRequest,
        *,
        api_url: str,
        token: SecretStr,
        clock: Clock,
        on_stored: Callable[[int], None],
    ) -> None:
        self._db = db
        self._request = request
        self._base = f"{api_url}/bot{token.get_secret_value()}"
        self._clock = clock
        self._on_stored = on_stored
        self._trouble: str | None = None
        self._pause = FIRST_PAUSE
        self.last_answer_at: float | None = None

    async def run(self) -> None:
        """Take updates in until cancelled; raises TokenRefused when the token is bad."""
        async with self._db.read() as tx:
            offset = await get_offset(tx)
        while True:
            try:
                offset = await self._take_batch(offset)
            except NetworkError as error:
                await self._wait_out("telegram_unreachable", say_trouble(error))
            except StorageError as error:
                await self._wait_out("inbox_unwritable", str(error))
            except _Unavailable as error:
                await self._wait_out(error.event, error.reason, error.seconds)

    async def _take_batch(self, offset: int) -> int:
        updates = await self._ask(offset)
        self._recovered()
        rows = [row for update in updates if (row := _row(update)) is not None]
        if not rows:
            return offset
        async with self._db.transaction() as tx:
            offset = await add_updates(tx, rows, now=int(self._clock.now()))
        self._on_stored(len(rows))
        return offset

    async def _ask(self, offset: int) -> list[Any]:
        parameters = {"timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        if offset:
            parameters["offset"] = offset
        answer = await self._call("getUpdates", parameters)
        result = answer.get("result")
        if answer.get("ok") is True and isinstance(result, list):
            return result
        code, description = answer.get("error_code"), str(answer.get("description", ""))
        if code in (401, 404):
            raise TokenRefused
        if code == 409 and "webhook" in description:
            await self._call("deleteWebhook", {})
            raise _Unavailable("webhook_removed", "a webhook was set for this bot", 1)
        if code == 409:
            raise _Unavailable(
                "second_instance",
                "another program takes this bot's updates; stop one of the two",
                5,
            )
        wait = answer.get("parameters", {}).get("retry_after")
        raise _Unavailable("telegram_unreachable", f"{code} {description}", wait)

    async def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        url = f"{self._base}/{method}"
        _, body = await self._request.post_json(
            url, parameters, read_seconds=POLL_SECONDS + GRACE_SECONDS
        )
        try:
            answer = json.loads(body)
        except ValueError:
            raise _Unavailable("telegram_unreachable", "the answer is no JSON") from None
        return answer if isinstance(answer, dict) else {}

    async def _wait_out(self, event: str, reason: str, seconds: float | None = None) -> None:
        """Pause, longer each time; trouble of one kind is logged once, not at every attempt."""
        if self._trouble != event:
            self._trouble = event
            log.warning(event, extra={"reason": reason})
        await self._clock.sleep(seconds or self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _recovered(self) -> None:
        if self._trouble is not None:
            log.info("telegram_back", extra={"after": self._trouble})
        self._trouble, self._pause = None, FIRST_PAUSE
        self.last_answer_at = self._clock.now()


class _Unavailable(Exception):
    """Telegram answered that it will not give updates now."""

    def __init__(self, event: str, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.event, self.reason, self.seconds = event, reason, seconds


def _row(update: Any) -> tuple[int, int, str] | None:
    """Give the inbox row of a raw update; None for what has no id to confirm it by."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        log.error("update_without_id")
        return None
    return update["update_id"], chat_of(update), json.dumps(update, ensure_ascii=False)
