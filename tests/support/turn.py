"""A desk for handler tests: updates go through the real routes into a real database file.

`say` and `press` give what the turn put into the outbox, in order.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot, Update

from handlers import routes
from handlers.callbacks import Payload
from handlers.conversation import Listener
from handlers.events import Said
from handlers.messages import Features
from handlers.routing import on
from handlers.texts import Catalogue
from handlers.turn import Setup, open_turn
from storage.articles import add_articles
from storage.database import Database
from storage.errors import Refusal
from storage.feeds import add_feed
from storage.model import NewArticle, OutboxRow
from storage.outbox import find_row

BOT_USERNAME = "relais_bot"
NOW = 1_790_000_000


class NamedBot(Bot):
    """A bot that never calls Telegram; only its name is asked for."""

    @property
    def username(self) -> str:
        return BOT_USERNAME


@dataclass(frozen=True)
class Reader:
    """Somebody who writes to the bot; in a group where `chat_id` differs from `id`."""

    id: int = 1001
    language_code: str | None = "en"
    first_name: str = "Ada"
    chat_id: int | None = None
    chat_type: str = "private"

    def user(self) -> dict[str, Any]:
        user = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        return {**user, "language_code": self.language_code} if self.language_code else user

    def chat(self) -> dict[str, Any]:
        name = "first_name" if self.chat_type == "private" else "title"
        return {"id": self.chat_id or self.id, "type": self.chat_type, name: self.first_name}


@dataclass
class Desk:
    """Runs updates as dispatch does: one transaction each, a Refusal told in a second one."""

    db: Database
    setup: Setup = field(default_factory=lambda: Setup(BOT_USERNAME, admin_ids=frozenset({9001})))
    texts: Catalogue = field(default_factory=Catalogue.load)
    reader: Reader = field(default_factory=Reader)
    now: int = NOW

    def __post_init__(self) -> None:
        self._bot = NamedBot("1:token")
        self._ids = itertools.count(1)
        self.routes = routes(self.setup.features)

    async def say(
        self, text: str, reader: Reader | None = None, *, reply_to: int | None = None, **more: Any
    ) -> list[OutboxRow]:
        """Write a text; one that begins with '/' is a command."""
        message: dict[str, Any] = {"text": text, **more}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if reply_to is not None:
            message["reply_to_message"] = {"message_id": reply_to, "date": self.now}
        return await self.send(message, reader)

    async def send(
        self, content: dict[str, Any], reader: Reader | None = None, *, kind: str = "message"
    ) -> list[OutboxRow]:
        """Send a message of any kind."""
        who = reader or self.reader
        message = {"message_id": next(self._ids), "date": self.now, "chat": who.chat(), **content}
        if who.chat_type != "channel":
            message["from"] = who.user()
        if "reply_to_message" in message:
            message["reply_to_message"] = {"chat": who.chat(), **message["reply_to_message"]}
        return await self.handle({kind: message})

    async def press(
        self,
        button: str | Payload,
        reader: Reader | None = None,
        *,
        row: OutboxRow | None = None,
        message_id: int = 500,
        waited: int = 0,
    ) -> list[OutboxRow]:
        """Press a button, by its data, its payload or its label under the message of `row`.

        `waited` is how many seconds ago that was.
        """
        who = reader or self.reader
        data = button.pack() if isinstance(button, Payload) else button
        message: dict[str, Any] = {"message_id": message_id, "date": self.now, "chat": who.chat()}
        if row is not None:
            message["text"] = row.payload.get("text", "")
            message["reply_markup"] = row.payload.get("reply_markup")
            data = next((d for label, d in buttons(row) if label == data), data)
        query = {"id": str(next(self._ids)), "from": who.user(), "chat_instance": "1"}
        update = {"callback_query": {**query, "message": message, "data": data}}
        return await self.handle(update, waited=waited)

    async def handle(self, update: dict[str, Any], *, waited: int = 0) -> list[OutboxRow]:
        """Handle a raw update; gives the rows that it added to the outbox."""
        parsed = Update.de_json({"update_id": next(self._ids), **update}, self._bot)
        before = await self._last_row()
        try:
            await self._run(parsed, waited)
        except Refusal as refusal:
            async with self.db.transaction() as tx:
                turn = await self._open(tx, parsed, waited)
                assert turn is not None
                await turn.refuse(refusal)
                await turn.finish()
        return await self._rows_after(before)

    async def publish(
        self,
        title: str = "A new antenna",
        tags: Sequence[str] = ("5G",),
        *,
        feed: str = "https://lecourrier.example/feed",
        feed_title: str = "Le Courrier",
        **more: Any,
    ) -> int:
        """Store an article and give its id."""
        number = next(self._ids)
        fields: dict[str, Any] = {
            "key": f"key-{number}",
            "url": f"https://lecourrier.example/{number}",
            "lead": "What it is about.",
            "body": "The whole of it.",
            "author": None,
            "published_at": self.now - 3600 + number,
            "image_url": None,
            "section": None,
            "language": "en",
            "title_key": f"{title}-{number}",
            "content_hash": f"hash-{number}",
        }
        article = NewArticle(title=title, tags=tuple(tags), **{**fields, **more})
        async with self.db.transaction() as tx:
            source, _ = await add_feed(tx, feed, now=self.now, title=feed_title)
            added = await add_articles(tx, source.id, [article], now=self.now, backlog=True)
        return added.new[0]

    def replace_listener(self, listener: Listener) -> None:
        """Let another listener hear what people write, before any route of ours."""
        self.routes.insert(0, on(Said, listener.hear))

    async def _run(self, update: Update, waited: int) -> None:
        async with self.db.transaction() as tx:
            turn = await self._open(tx, update, waited)
            if turn is None:
                return
            for route in self.routes:
                check = route.check_update(update)
                if check is not None and check is not False:
                    await route.handle_update(update, None, check, turn)  # type: ignore[arg-type]
                    await turn.finish()
                    return

    async def _open(self, tx: Any, update: Update, waited: int) -> Any:
        return await open_turn(
            tx,
            update,
            setup=self.setup,
            texts=self.texts,
            now_ms=self.now * 1000,
            received_at=self.now - waited,
        )

    async def _last_row(self) -> int:
        async with self.db.read() as tx:
            return int(await tx.value("SELECT coalesce(max(id), 0) FROM outbox"))

    async def _rows_after(self, before: int) -> list[OutboxRow]:
        async with self.db.read() as tx:
            ids = await tx.all("SELECT id FROM outbox WHERE id > ? ORDER BY id", (before,))
            rows = [await find_row(tx, row["id"]) for row in ids]
        return [row for row in rows if row is not None]


def with_features(db: Database, **features: bool) -> Desk:
    """Make a desk where some features are built in."""
    return Desk(db, setup=Setup(BOT_USERNAME, features=Features(**features)))


def buttons(row: OutboxRow) -> list[tuple[str, str]]:
    """Give label and data (or address) of each button under a message."""
    markup: Any = row.payload.get("reply_markup") or {}
    return [
        (button["text"], button.get("callback_data") or button.get("url"))
        for line in markup.get("inline_keyboard", [])
        for button in line
    ]


def labels(row: OutboxRow) -> list[str]:
    """Give the labels of the buttons under a message."""
    return [label for label, _ in buttons(row)]


def text(row: OutboxRow) -> str:
    """Give a message's HTML."""
    return str(row.payload["text"])
