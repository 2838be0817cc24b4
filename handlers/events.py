"""What an update from Telegram means to us: typed, frozen, without the library's objects."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import telegram
from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)

from storage.model import ChatKind

_KINDS: dict[str, ChatKind] = {
    "private": "private",
    "group": "group",
    "supergroup": "group",
    "channel": "channel",
}
_PRESENT = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something."""

    id: int
    first_name: str
    language_code: str | None = None


@dataclass(frozen=True, slots=True)
class Chat:
    """Where it happened; `name` is a person's first name or a group's title."""

    id: int
    kind: ChatKind
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Base of every event; channels tell no person."""

    chat: Chat
    person: Person | None


@dataclass(frozen=True, slots=True)
class TextEntity:
    """Formatting that Telegram reports; offset and length in UTF-16 units."""

    kind: str
    offset: int
    length: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Said(Event):
    """Somebody wrote a text; `edited` says that it is a new wording of an earlier message."""

    message_id: int
    text: str
    entities: tuple[TextEntity, ...] = ()
    reply_to: int | None = None
    forwarded: bool = False
    edited: bool = False
    answered: tuple[str, ...] = ()  # what the buttons of the answered message carried just then

    def after(self, start: int) -> "Said":
        """Give it without its first characters, of which each is one UTF-16 unit."""
        shared = {field.name: getattr(self, field.name) for field in fields(Said)}
        moved = tuple(
            TextEntity(e.kind, e.offset - start, e.length, e.url)
            for e in self.entities
            if e.offset >= start
        )
        return Said(**{**shared, "text": self.text[start:], "entities": moved})


@dataclass(frozen=True, slots=True)
class Command(Said):
    """Somebody wrote a command; `words` is what follows it."""

    name: str = ""
    words: str = ""

    def spoken(self) -> Said:
        """Give what follows the command as if it had been written alone."""
        return self.after(len(self.text.rstrip()) - len(self.words))

    def without(self, first: int) -> "Command":
        """Give the command without the first characters of its words."""
        return replace(self, words=self.words[first:].strip())


@dataclass(frozen=True, slots=True)
class Sent(Event):
    """Somebody sent something that is no text: `what` is photo, voice, sticker, ..."""

    message_id: int
    what: str
    caption: str | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class PressedButton:
    """A button of the keyboard that was pressed, as Telegram shows it."""

    label: str
    data: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Press(Event):
    """Somebody pressed a button under one of our messages.

    `keyboard` is empty where Telegram does not tell it (old messages).
    """

    query_id: str
    data: str
    message_id: int
    keyboard: tuple[tuple[PressedButton, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Membership(Event):
    """The bot was added or removed, blocked or unblocked; in groups `person` did it."""

    was_present: bool
    is_present: bool


@dataclass(frozen=True, slots=True)
class Attendance(Event):
    """People came into a chat or left it."""

    joined: tuple[Person, ...] = ()
    left: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Migration(Event):
    """A group became a supergroup and has another id from now on; both chats tell it."""

    old_chat_id: int
    new_chat_id: int


def read_event(update: Update) -> Event | None:
    """Give what an update means, or None where it means nothing to us."""
    if update.callback_query is not None:
        return _read_press(update.callback_query)
    if update.my_chat_member is not None:
        return _read_membership(update.my_chat_member)
    if update.chat_member is not None:
        return _read_attendance(update.chat_member)
    if update.message is not None:
        return _read_message(update.message)
    if update.channel_post is not None:
        return _read_message(update.channel_post)
    if update.edited_message is not None:
        return _read_edit(update.edited_message)
    return None


def _read_press(query: CallbackQuery) -> Press | None:
    message = query.message
    if message is None or query.data is None:
        return None  # under an inline message, which we never send
    return Press(
        _chat(message.chat),
        _person(query.from_user),
        query.id,
        query.data,
        message.message_id,
        _keyboard(message) if isinstance(message, Message) else (),
    )


def _keyboard(message: Message) -> tuple[tuple[PressedButton, ...], ...]:
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    return tuple(
        tuple(PressedButton(b.text, str(b.callback_data or ""), b.url) for b in row) for row in rows
    )


def _read_membership(change: ChatMemberUpdated) -> Membership:
    return Membership(
        _chat(change.chat),
        _person(change.from_user),
        _is_present(change.old_chat_member),
        _is_present(change.new_chat_member),
    )


def _read_attendance(change: ChatMemberUpdated) -> Attendance | None:
    before, after = _is_present(change.old_chat_member), _is_present(change.new_chat_member)
    if before == after:
        return None
    people = (_known(change.new_chat_member.user),)
    chat, person = _chat(change.chat), _person(change.from_user)
    if after:
        return Attendance(chat, person, joined=people)
    return Attendance(chat, person, left=people)


def _read_message(message: Message) -> Event | None:
    chat, person = _chat(message.chat), _person(message.from_user)
    if message.migrate_to_chat_id is not None:
        return Migration(chat, person, chat.id, message.migrate_to_chat_id)
    if message.migrate_from_chat_id is not None:
        return Migration(chat, person, message.migrate_from_chat_id, chat.id)
    if message.new_chat_members or message.left_chat_member is not None:
        gone = () if message.left_chat_member is None else (_known(message.left_chat_member),)
        joined = tuple(_known(user) for user in message.new_chat_members if not user.is_bot)
        return Attendance(chat, person, joined=joined, left=gone)
    if message.text is not None:
        return _read_text(message, message.text)
    what = _kind_of(message)
    if what is None:
        return None  # a service message
    return Sent(chat, person, message.message_id, what, message.caption, _reply_to(message))


def _read_edit(message: Message) -> Said | None:
    return None if message.text is None else _read_text(message, message.text, edited=True)


def _read_text(message: Message, text: str, *, edited: bool = False) -> Said:
    name, words = ("", "") if edited else _command(message, text)
    said = Said(
        _chat(message.chat),
        _person(message.from_user),
        message.message_id,
        text,
        entities=_entities(message.entities),
        reply_to=_reply_to(message),
        forwarded=message.forward_origin is not None,
        edited=edited,
        answered=_answered(message),
    )
    if not name:
        return said
    shared = {field.name: getattr(said, field.name) for field in fields(Said)}
    return Command(**shared, name=name, words=words)


def _command(message: Message, text: str) -> tuple[str, str]:
    """Give the name of the command that a message begins with, or "", and what follows it."""
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return "", ""
    # A command is ASCII: its length in UTF-16 units is its length in characters.
    name = text[1 : first.length].split("@", 1)[0].lower()
    return name, text[first.length :].strip()


def _entities(entities: Sequence[MessageEntity]) -> tuple[TextEntity, ...]:
    return tuple(TextEntity(str(e.type), e.offset, e.length, e.url) for e in entities)


def _reply_to(message: Message) -> int | None:
    reply = message.reply_to_message
    return None if reply is None else reply.message_id


def _answered(message: Message) -> tuple[str, ...]:
    reply = message.reply_to_message
    rows = () if reply is None else _keyboard(reply)
    return tuple(button.data for row in rows for button in row)


def _kind_of(message: Message) -> str | None:
    content = (
        "photo animation video video_note voice audio document sticker location venue contact"
        " poll dice story game paid_media checklist"
    )
    return next((name for name in content.split() if getattr(message, name, None)), None)


def _is_present(member: ChatMember) -> bool:
    restricted = member.status == ChatMember.RESTRICTED and getattr(member, "is_member", False)
    return member.status in _PRESENT or bool(restricted)


def _chat(chat: telegram.Chat) -> Chat:
    name = chat.first_name if chat.type == "private" else chat.title
    return Chat(chat.id, _KINDS.get(chat.type, "group"), name)


def _known(user: User) -> Person:
    return Person(user.id, user.first_name, user.language_code)


def _person(user: User | None) -> Person | None:
    return None if user is None else _known(user)
