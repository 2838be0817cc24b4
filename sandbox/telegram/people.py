"""The people: what a person can do in Telegram, and what comes back to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.telegram.errors import ApiError
from sandbox.telegram.formatting import ParsedText
from sandbox.telegram.messages import Attachment, Json, Message, User

if TYPE_CHECKING:
    from sandbox.telegram.chats import Chat
    from sandbox.telegram.world import World


@dataclass(frozen=True, slots=True)
class Answer:
    """What answerCallbackQuery shows to the person who pressed."""

    text: str = ""
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True, eq=False)
class Press:
    """A button that a person pressed."""

    query_id: str
    """Empty when the button opened a link: no query reaches the bot then."""
    person: Person
    message: Message
    button: Json
    at: int
    answers: list[Answer] = field(default_factory=list)
    """Every answer that arrived; Telegram shows the first."""

    @property
    def answer(self) -> Answer | None:
        """The answer, once it is there."""
        return self.answers[0] if self.answers else None

    @property
    def url(self) -> str | None:
        """The link that the button opened in the person's browser."""
        url: str | None = self.button.get("url")
        return url


@dataclass(slots=True, eq=False)
class InlineQuery:
    """What a person typed after @bot in some chat."""

    query_id: str
    person: Person
    text: str
    results: list[Json] | None = None
    """The bot's answer, once it is there."""


class Person:
    """One account with its private chat with the bot."""

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.world = world
        self.user = user
        self.chat = chat
        self.has_started = False
        """Whether the private chat exists: the person has written to the bot once."""
        self.is_blocking = False
        self.is_deactivated = False
        self.presses: list[Press] = []

    def __repr__(self) -> str:
        return f"<Person {self.id} {self.name!r}>"

    @property
    def id(self) -> int:
        """The user id; the same as the id of the private chat."""
        return self.user.id

    @property
    def name(self) -> str:
        """The first name."""
        return self.user.first_name

    @property
    def chats(self) -> list[Chat]:
        """The private chat and the groups the person is in."""
        return [self.chat] + [c for c in self.world.chats.values() if self.id in c.members]

    def say(
        self,
        text: str,
        chat: Chat | None = None,
        *,
        reply_to: Message | None = None,
        forward_from: Person | str | None = None,
        thread_id: int | None = None,
    ) -> Message:
        """Send a text to the private chat, or to `chat`; entities are found as clients do.

        Deep links arrive as `say("/start PAYLOAD")`. `forward_from` makes it a forwarded message
        of a person, or of somebody who hides behind a name.
        """
        text, entities = _compose(text)
        return self.world.post(
            self._enter(chat),
            sender=self.user,
            text=text,
            entities=entities,
            reply_to=reply_to,
            forward_origin=self._origin(forward_from),
            thread_id=thread_id,
        )

    def send_photo(self, caption: str | None = None, chat: Chat | None = None) -> Message:
        """Send a photo, with or without a caption."""
        attachment = self.world.attach("photo", "photo.jpg", b"\xff\xd8\xff\xd9", "image/jpeg")
        return self._send_attachment(attachment, caption, chat)

    def send_document(
        self, name: str, content: bytes, caption: str | None = None, chat: Chat | None = None
    ) -> Message:
        """Send a file, which the bot can fetch with getFile."""
        return self._send_attachment(self.world.attach("document", name, content), caption, chat)

    def edit(self, message: Message, text: str) -> None:
        """Change the wording of an own message."""
        if message.sender is not self.user or message.deleted:
            raise ValueError("a person edits only own messages that are still there")
        self.world.edit_by_person(message, *_compose(text))

    def delete(self, message: Message) -> None:
        """Delete a message for both sides; the bot is not told, as in Telegram."""
        self.world.erase(message)

    def press(self, message: Message, button: str) -> Press:
        """Press the inline button whose label contains `button`, or whose data equals it.

        LookupError names the buttons there are. The answer appears in `Press.answer`.
        """
        if message.deleted:
            raise LookupError("the message is deleted")
        buttons = [b for row in message.keyboard for b in row]
        found = [b for b in buttons if b.get("callback_data") == button] or [
            b for b in buttons if button.casefold() in b["text"].casefold()
        ]
        if not found:
            raise LookupError(f"no button {button!r} among {message.labels}")
        return self.world.press(self, message, found[0])

    def react(self, message: Message, emoji: str | None) -> None:
        """Put a reaction on a message, or take it away with None."""
        self.world.react(self, message, [{"type": "emoji", "emoji": emoji}] if emoji else [])

    def type_inline(self, text: str) -> InlineQuery:
        """Type `@bot text` in some chat; results appear in `InlineQuery.results`."""
        return self.world.inline_query(self, text)

    def block(self) -> None:
        """Block the bot: it is told, and its sends get 403."""
        self.is_blocking = True
        self.world.tell_bot_membership(self.chat, self.user, "member", "kicked")

    def unblock(self) -> None:
        """Unblock the bot: it is told."""
        self.is_blocking = False
        self.world.tell_bot_membership(self.chat, self.user, "kicked", "member")

    def deactivate(self) -> None:
        """Delete the account: sends get 403; nobody is told."""
        self.is_deactivated = True
        self.world.changes.tell("chat", chat=self.chat)

    def join(self, chat: Chat) -> None:
        """Join a group."""
        chat.members[self.id] = self
        self.world.tell_membership(chat, self.user, "left", "member")
        if chat.kind != "channel":
            self.world.post(chat, sender=self.user, service={"new_chat_members": [self.user.json]})

    def leave(self, chat: Chat) -> None:
        """Leave a group."""
        chat.members.pop(self.id, None)
        self.world.tell_membership(chat, self.user, "member", "left")
        if chat.kind != "channel":
            self.world.post(chat, sender=self.user, service={"left_chat_member": self.user.json})

    def _enter(self, chat: Chat | None) -> Chat:
        """Return the chat to write to; RuntimeError where a client would not let one write."""
        if self.is_deactivated:
            raise RuntimeError(f"{self.name}'s account is deleted")
        if chat is None or chat is self.chat:
            if self.is_blocking:
                raise RuntimeError(f"{self.name} blocks the bot and must unblock it first")
            self.has_started = True
            return self.chat
        if self.id not in chat.members:
            raise RuntimeError(f"{self.name} is no member of {chat.title}")
        return chat

    def _send_attachment(
        self, attachment: Attachment, caption: str | None, chat: Chat | None
    ) -> Message:
        text, entities = _compose(caption) if caption else ("", [])
        return self.world.post(
            self._enter(chat),
            sender=self.user,
            text=text,
            entities=entities,
            attachment=attachment,
        )

    def _origin(self, source: Person | str | None) -> Json | None:
        if source is None:
            return None
        date = self.world.now()
        if isinstance(source, str):
            return {"type": "hidden_user", "date": date, "sender_user_name": source}
        return {"type": "user", "date": date, "sender_user": source.user.json}


def _compose(text: str) -> tuple[str, list[Json]]:
    """Clean a text as Telegram does, find its entities; ValueError when nobody can send it."""
    try:
        return ParsedText(text, []).fix()
    except ApiError as error:
        raise ValueError(error.description) from None
