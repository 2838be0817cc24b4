"""Where comments are worked on: a transaction with what the operator set, in a turn or a loop."""

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self

from handlers.comment_rules import CommentRules
from handlers.markup import Markup
from handlers.messages import Message, to_payload
from handlers.texts import Catalogue
from handlers.turn import Setup, Turn
from storage.chat_moves import find_new_chat
from storage.comment_model import View
from storage.comment_views import add_view, find_view, move_view, update_view
from storage.database import Transaction
from storage.model import Draft, Lane, Language, OutboxState
from storage.outbox import enqueue, find_row, forget_rows
from storage.subscribers import find_subscriber

# Telegram lets a bot delete its messages for 48 hours; clocks differ a little.
DELETABLE_MS = 47 * 3_600_000


@dataclass(frozen=True, slots=True)
class Desk:
    """A transaction, and who must hear of what changes in it."""

    tx: Transaction
    setup: Setup
    texts: Catalogue
    now_ms: int

    @classmethod
    def of(cls, turn: Turn) -> Self:
        """Give the desk of an event."""
        return cls(turn.tx, turn.setup, turn.texts, turn.now_ms)

    @property
    def now(self) -> int:
        """The time in UTC seconds."""
        return self.now_ms // 1000

    @property
    def rules(self) -> CommentRules:
        """What the operator set for comments."""
        return self.setup.comment_rules

    @property
    def undo_until_ms(self) -> int:
        """When an approval given now reaches readers."""
        return self.now_ms + self.setup.relay_undo_seconds * 1000

    def text(self, language: Language, key: str, **fields: object) -> Markup:
        """Give a text."""
        return self.texts.text(language, key, **fields)

    async def enqueue(self, draft: Draft) -> int:
        """Put a message in the outbox; gives its row."""
        return await enqueue(self.tx, draft, now_ms=self.now_ms)

    async def language_of(self, chat_id: int) -> Language:
        """Give the language of a chat."""
        subscriber = await find_subscriber(self.tx, chat_id)
        return self.setup.default_language if subscriber is None else subscriber.language

    async def moderation_chat(self) -> int | None:
        """Give the moderators' chat, also after Telegram gave it another id."""
        chat_id = self.setup.moderation_chat_id
        return None if chat_id is None else await find_new_chat(self.tx, chat_id)

    async def moderation_language(self) -> Language:
        """Give the language of cards: a person's in a private chat, else the default."""
        chat_id = await self.moderation_chat()
        subscriber = None if chat_id is None else await find_subscriber(self.tx, chat_id)
        if subscriber is None or not (subscriber.language_chosen or subscriber.kind == "private"):
            return self.setup.default_language
        return subscriber.language

    async def send_view(
        self, view: View, message: Message, lane: Lane, *, reply_to: int | None = None
    ) -> int:
        """Send a message that is remembered as a view; gives its row, which the view names."""
        payload = to_payload(message)
        data = {**view.data, "drawn": _digest(payload)}
        if reply_to is not None:
            payload["reply_parameters"] = {
                "message_id": reply_to,
                "allow_sending_without_reply": True,
            }
        row = await self.enqueue(Draft(view.chat_id, lane, payload=payload, tracked=True))
        stored = View(row, view.chat_id, view.kind, view.article_id, view.comment_id, data)
        await add_view(self.tx, stored, now=self.now)
        return row

    async def redraw(self, chat_id: int, row: int, message: Message, lane: Lane) -> int:
        """Bring a message of ours up to date, by its row; gives the row that it has from now on.

        One that has not left is taken back and put in anew, so that its old words never arrive; one
        that will never arrive is left alone, as is one that shows just this already. One that was
        given up on is forgotten: tried again, it would show what is so no longer.
        """
        sent = await find_row(self.tx, row)
        if sent is None or sent.state is OutboxState.DROPPED:
            return row
        payload = to_payload(message)
        if not await self._note_drawn(row, payload):
            return row
        if sent.state is OutboxState.PARKED:
            await forget_rows(self.tx, [row])
            return row
        if sent.state is not OutboxState.WAITING:
            draft = Draft(chat_id, lane, "editMessageText", payload, target_id=row)
            await self.enqueue(draft)
            return row
        if "reply_parameters" in sent.payload:
            payload["reply_parameters"] = sent.payload["reply_parameters"]
        new = await self.enqueue(
            Draft(
                chat_id,
                sent.lane,
                payload=payload,
                target_id=sent.target_id,
                tracked=True,
                due_ms=sent.due_ms,
            )
        )
        await move_view(self.tx, row, new)
        await forget_rows(self.tx, [row])
        return new

    async def _note_drawn(self, row: int, payload: dict[str, object]) -> bool:
        """Note what a view shows from now on; False where it is what it was drawn as last."""
        view = await find_view(self.tx, row)
        if view is None:
            return True
        drawn = _digest(payload)
        if view.data.get("drawn") == drawn:
            return False
        await update_view(self.tx, row, {**view.data, "drawn": drawn})
        return True


def _digest(payload: dict[str, object]) -> str:
    """Give a mark that is the same for the same message: an edit to it would change nothing."""
    content = json.dumps(payload, sort_keys=True).encode()
    return blake2b(content, digest_size=8).hexdigest()
