"""A small newsroom for tests of comments: three readers with one post each, two moderators.

It stands on the whole bot in one thread (discussion.py): what is said or pressed is handled and
delivered before the call returns; time passes only when a test says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers.messages import render_post, to_payload
from storage.articles import find_article
from storage.comment_model import Comment
from storage.comments import find_comment
from storage.model import Draft, Lane
from storage.outbox import enqueue
from tests.support.chat_model import Shown
from tests.support.discussion import TEXTS, Discussion
from tests.support.discussions.people import ANNE, BASILE, MODERATORS

ZOE, ROB, LINA = 1001, 1002, 1003
READERS = {ZOE: "Zoé", ROB: "Rob", LINA: "Lina"}

__all__ = ["ANNE", "BASILE", "LINA", "MODERATORS", "ROB", "ZOE", "Newsdesk"]


@dataclass
class Newsdesk:
    """The bot with its people; everybody's app speaks French, cards are in English."""

    bot: Discussion
    article: int
    posts: dict[int, Shown]

    @classmethod
    async def open(cls, path: Path, **settings: Any) -> Newsdesk:
        """Set it up; an approval goes out at once unless `undo_seconds` says otherwise."""
        bot = await Discussion.open(path, **{"undo_seconds": 0, **settings})
        article = await bot.publish("Le pont de Saint-Elvin")
        for reader, name in READERS.items():
            await bot.add_reader(reader, "fr", name)
        desk = cls(bot, article, {})
        for reader in READERS:
            desk.posts[reader] = await desk.post(reader, article)
        return desk

    async def close(self) -> None:
        """Close the database; nothing that was sent may have been refused."""
        await self.bot.db.close()
        assert not self.bot.parked_for_good(), self.bot.parked

    async def post(self, chat: int, article_id: int) -> Shown:
        """Let a chat have an article's post; gives the message."""
        async with self.bot.db.transaction() as tx:
            article = await find_article(tx, article_id)
            assert article is not None
            post = render_post(article, "fr", TEXTS, self.bot.setup.features)
            draft = Draft(chat, Lane.POST, payload=to_payload(post), article_id=article_id)
            await enqueue(tx, draft, now_ms=self.bot.now_ms)
        await self.rest()
        return self.last(chat)

    async def say(
        self,
        person: int,
        text: str,
        *,
        to: Shown | None = None,
        chat: int | None = None,
        **more: Any,
    ) -> list[Shown]:
        """Write something, in answer to a message of ours; gives what the bot sends there."""
        place = person if chat is None else chat
        if to is not None:
            markup = {"inline_keyboard": to.keyboard} if to.keyboard else None
            answered = {
                "message_id": to.message_id,
                "date": to.sent_ms // 1000,
                "chat": _chat(place),
                **({"reply_markup": markup} if markup else {}),
            }
            more = {**more, "reply_to_message": answered}
        before = self.bot.chats.last_id
        name = READERS.get(person)
        await self.bot.say(person, text, chat=chat, name=name, **more)
        await self.rest()
        return [m for m in self.bot.chats.standing(place) if m.message_id > before]

    async def order(self, moderator: int, text: str, *, to: Shown | None = None) -> list[Shown]:
        """Write a command in the moderators' chat; gives what the bot sends there."""
        return await self.say(moderator, text, to=to, chat=MODERATORS)

    async def press(
        self, person: int, message: Shown, label: str, *, chat: int | None = None
    ) -> str:
        """Press a button by its label; gives the words of the answer."""
        data = message.press_data(label)
        assert data is not None, (label, message.keyboard)
        words = await self.bot.press(person, message, data, chat=chat)
        await self.rest()
        return words

    async def write(self, person: int, text: str, *, to: Shown | None = None) -> int:
        """Write a comment below the own post, or an answer; gives its number."""
        await self.say(person, text, to=to or self.posts[person])
        async with self.bot.db.read() as tx:
            return int(await tx.value("SELECT max(id) FROM comments"))

    async def publish(self, person: int, text: str, *, to: Shown | None = None) -> int:
        """Write a comment and have it approved."""
        number = await self.write(person, text, to=to)
        answer = await self.press(ANNE, await self.card(number), "Approve")
        assert answer == "Approuvé."
        return number

    async def comment(self, number: int) -> Comment:
        """Read a comment."""
        async with self.bot.db.read() as tx:
            found = await find_comment(tx, number)
        assert found is not None
        return found

    async def card(self, number: int) -> Shown:
        """Give the card on which a comment is decided."""
        return await self._message((await self.comment(number)).card_row)

    async def status(self, number: int) -> Shown:
        """Give the message that tells an author how a comment stands."""
        return await self._message((await self.comment(number)).status_row)

    def last(self, chat: int) -> Shown:
        """Give the newest message in a chat."""
        return self.bot.chats.standing(chat)[-1]

    def seen(self, chat: int, text: str) -> list[Shown]:
        """List what stands in a chat and shows a text."""
        return [m for m in self.bot.chats.standing(chat) if text in m.text]

    def copy(self, reader: int, text: str) -> Shown:
        """Give the one copy of a comment that a reader has."""
        found = [m for m in self.seen(reader, text) if m.press_data("Masquer")]
        assert len(found) == 1, [m.text for m in found]
        return found[0]

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due then happen."""
        self.bot.advance(seconds)
        await self.rest()

    async def rest(self) -> None:
        """Let everything happen that is due now."""
        busy = True
        while busy:
            busy = await self.bot.step_relay() or await self.bot.deliver()

    async def _message(self, row: int | None) -> Shown:
        async with self.bot.db.read() as tx:
            message_id = await tx.value("SELECT message_id FROM outbox WHERE id = ?", (row,))
        return self.bot.chats.messages[message_id]


def _chat(chat_id: int) -> dict[str, Any]:
    kind = "private" if chat_id > 0 else "supergroup"
    return {"id": chat_id, "type": kind}
