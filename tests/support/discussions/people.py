"""What people do to the bot, as the updates that Telegram makes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from tests.support.chat_model import ChatModel, Shown

MODERATORS = -500
ANNE, BASILE = 501, 502


class People(ABC):
    """The hands of a test: every method is one update."""

    chats: ChatModel
    updates: Iterator[int]
    answers: list[tuple[int, str]]

    @property
    @abstractmethod
    def now_ms(self) -> int:
        """The time."""

    @abstractmethod
    async def receive(self, content: dict[str, Any]) -> None:
        """Let the bot have an update."""

    @abstractmethod
    async def deliver_answers(self) -> None:
        """Send the answers to presses only."""

    async def say(
        self,
        reader: int,
        text: str,
        *,
        chat: int | None = None,
        reply_to: int | None = None,
        name: str | None = None,
        **more: Any,
    ) -> int:
        """Write a text; gives the message's id."""
        message = self._message(reader, chat, name, {"text": text, **more})
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if reply_to is not None:
            message["reply_to_message"] = {
                "message_id": reply_to,
                "date": self.now_ms // 1000,
                "chat": message["chat"],
            }
        await self.receive({"message": message})
        return int(message["message_id"])

    async def reword(self, reader: int, message_id: int, text: str) -> None:
        """Edit an own message."""
        message = self._message(reader, None, None, {"text": text})
        message |= {"message_id": message_id, "edit_date": self.now_ms // 1000}
        await self.receive({"edited_message": message})

    async def press(
        self, person: int, message: Shown, data: str, *, chat: int | None = None
    ) -> str:
        """Press a button by what it carries; gives the words of the answer."""
        place = message.chat_id if chat is None else chat
        query = {
            "id": str(next(self.updates)),
            "from": _user(person),
            "chat_instance": "1",
            "data": data,
            "message": {
                "message_id": message.message_id,
                "date": message.sent_ms // 1000,
                "chat": _chat(place),
                "text": message.text,
            },
        }
        before = len(self.answers)
        await self.receive({"callback_query": query})
        await self.deliver_answers()
        return self.answers[-1][1] if len(self.answers) > before else ""

    async def leave(self, person: int, *, back: bool = False) -> None:
        """Leave the moderators' chat, or come back."""
        member = {"user": _user(person), "status": "member"}
        gone = {"user": _user(person), "status": "left"}
        old, new = (gone, member) if back else (member, gone)
        await self.receive(
            {
                "chat_member": {
                    "chat": _chat(MODERATORS),
                    "from": _user(person),
                    "date": self.now_ms // 1000,
                    "old_chat_member": old,
                    "new_chat_member": new,
                }
            }
        )

    async def migrate(self, group: int, supergroup: int) -> None:
        """Tell the bot, in both chats, that a group became a supergroup."""
        for chat, news in (
            (group, {"migrate_to_chat_id": supergroup}),
            (supergroup, {"migrate_from_chat_id": group}),
        ):
            await self.receive({"message": self._message(ANNE, chat, None, news)})

    async def block(self, reader: int, *, is_blocked: bool) -> None:
        """Tell the bot that a reader blocked or unblocked it."""
        bot = {"id": 1, "is_bot": True, "first_name": "Relais"}
        member, kicked = (
            {"user": bot, "status": "member"},
            {"user": bot, "status": "kicked", "until_date": 0},
        )
        old, new = (member, kicked) if is_blocked else (kicked, member)
        await self.receive(
            {
                "my_chat_member": {
                    "chat": _chat(reader),
                    "from": _user(reader),
                    "date": self.now_ms // 1000,
                    "old_chat_member": old,
                    "new_chat_member": new,
                }
            }
        )

    def _message(
        self, reader: int, chat: int | None, name: str | None, content: dict[str, Any]
    ) -> dict[str, Any]:
        return {
            "message_id": self.chats.next_id(),
            "date": self.now_ms // 1000,
            "chat": _chat(reader if chat is None else chat),
            "from": _user(reader, name),
            **content,
        }


def _user(person: int, name: str | None = None) -> dict[str, Any]:
    names = {ANNE: "Anne", BASILE: "Basile"}
    first_name = name or names.get(person, f"Prénom{person}")
    return {"id": person, "is_bot": False, "first_name": first_name, "language_code": "fr"}


def _chat(chat_id: int) -> dict[str, Any]:
    if chat_id < 0:
        return {"id": chat_id, "type": "supergroup", "title": "Modération"}
    return {"id": chat_id, "type": "private", "first_name": f"Prénom{chat_id}"}
