"""The state of the local Telegram and its few elementary events.

Everything visible passes through `post`, `change` and `erase`, which keep the logs, number the
messages, queue the updates and tell who watches.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from sandbox.telegram.changes import Changes
from sandbox.telegram.chats import BotStatus, Chat, ChatKind
from sandbox.telegram.log import Call, Sent
from sandbox.telegram.messages import Attachment, Json, Message, User
from sandbox.telegram.people import InlineQuery, Person, Press
from sandbox.telegram.updates import UpdateQueue


class World:
    """Accounts, chats, updates and logs of one local Telegram with one bot."""

    def __init__(
        self,
        bot: User,
        clock: Callable[[], float],
        updates: UpdateQueue,
        changes: Changes,
        *,
        privacy_mode: bool,
    ) -> None:
        self.bot = bot
        self.clock = clock
        self.updates = updates
        self.privacy_mode = privacy_mode
        self.changes = changes
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        """Groups and channels by id; private chats are with their people."""
        self.files: dict[str, Attachment] = {}
        self.presses: dict[str, Press] = {}
        self.inline_queries: dict[str, InlineQuery] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        """Command lists by (scope as canonical JSON, language code)."""
        self.profile: dict[tuple[str, str], str] = {}
        """Descriptions by (field, language code)."""
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.seen: set[int] = set()
        """Accounts that the bot met in an update."""
        self._account_sequence = 0
        self._numbers = itertools.count(1)

    def now(self) -> int:
        """Return the present whole second of the server's clock."""
        return int(self.clock())

    def find_chat(self, chat_id: int) -> Chat | None:
        """Return the chat with an id, a private one also before it was started."""
        person = self.people.get(chat_id)
        return person.chat if person else self.chats.get(chat_id)

    def new_person(self, user: User) -> Person:
        """Register an account; the bot does not know it yet."""
        chat = Chat(self, user.id, "private", user.first_name, user.username)
        person = Person(self, user, chat)
        chat.person = person
        self.people[user.id] = person
        return person

    def new_group(self, title: str, members: list[Person], kind: ChatKind) -> Chat:
        """Register a group or channel without telling anybody."""
        number = next(self._numbers)
        chat_id = -4_000_000_000 - number if kind == "group" else -1_001_000_000_000 - number
        chat = Chat(self, chat_id, kind, title)
        chat.members = {person.id: person for person in members}
        self.chats[chat_id] = chat
        return chat

    def attach(
        self, kind: str, name: str, content: bytes, mime_type: str = "application/octet-stream"
    ) -> Attachment:
        """Keep a file under a new file_id."""
        attachment = Attachment(kind, f"file{next(self._numbers)}", name, content, mime_type)
        self.files[attachment.file_id] = attachment
        return attachment

    def post(
        self,
        chat: Chat,
        *,
        sender: User | None,
        call: Call | None = None,
        ignore_upgrade: bool = False,
        **fields: Any,
    ) -> Message:
        """Append a message to a chat: by the bot when there is a `call`, else by a person."""
        if chat.migrated_to is not None and not ignore_upgrade:
            chat = chat.migrated_to
        if chat.kind == "channel":
            sender = None
        message = Message(chat, self._next_message_id(chat), self.now(), sender, **fields)
        chat.add(message)
        if call is not None:
            self._record("send", message, call)
        elif self._bot_hears(message):
            kind = "channel_post" if chat.kind == "channel" else "message"
            self._tell_bot(kind, message.sender, message.as_json())
        self.changes.tell("message", chat=chat, message=message)
        return message

    def change(self, message: Message, call: Call, **fields: Any) -> None:
        """Give a message of the bot new contents."""
        for name, value in fields.items():
            setattr(message, name, value)
        message.edited_at = self.now()
        self._record("edit", message, call)
        self.changes.tell("edited", chat=message.chat, message=message)

    def edit_by_person(self, message: Message, text: str, entities: list[Json]) -> None:
        """Give a message of a person a new wording and tell the bot."""
        message.text, message.entities, message.edited_at = text, entities, self.now()
        if self._bot_hears(message):
            self._tell_bot("edited_message", message.sender, message.as_json())
        self.changes.tell("edited", chat=message.chat, message=message)

    def erase(self, message: Message, call: Call | None = None) -> None:
        """Delete a message; its record stays, marked."""
        message.deleted = True
        if call is not None:
            self._record("delete", message, call)
        self.changes.tell("deleted", chat=message.chat, message=message)

    def press(self, person: Person, message: Message, button: Json) -> Press:
        """Send the callback query of a button; a link button sends nothing."""
        query_id = f"{person.id}{next(self._numbers):09d}" if "callback_data" in button else ""
        press = Press(query_id, person, message, button, self.now())
        person.presses.append(press)
        if query_id:
            self.presses[query_id] = press
            payload = {
                "id": query_id,
                "from": person.user.json,
                "message": message.as_json(),
                "chat_instance": str(message.chat.id),
                "data": button["callback_data"],
            }
            self._tell_bot("callback_query", person.user, payload)
        return press

    def inline_query(self, person: Person, text: str) -> InlineQuery:
        """Send an inline query."""
        query = InlineQuery(f"{person.id}{next(self._numbers):09d}", person, text)
        self.inline_queries[query.query_id] = query
        payload = {"id": query.query_id, "from": person.user.json, "query": text, "offset": ""}
        self._tell_bot("inline_query", person.user, payload)
        return query

    def react(self, person: Person, message: Message, reactions: list[Json]) -> None:
        """Set a person's reaction; the bot hears of it in private and where it is admin."""
        old = message.reactions.get(person.id, [])
        message.reactions[person.id] = reactions
        chat = message.chat
        if chat.kind == "private" or chat.bot_status == "administrator":
            payload = {
                "chat": chat.json,
                "message_id": message.message_id,
                "user": person.user.json,
                "date": self.now(),
                "old_reaction": old,
                "new_reaction": reactions,
            }
            self._tell_bot("message_reaction", person.user, payload)
        self.changes.tell("reaction", chat=chat, message=message)

    def tell_bot_membership(self, chat: Chat, actor: User, old: BotStatus, new: BotStatus) -> None:
        """Send my_chat_member."""
        self._tell_bot("my_chat_member", actor, self._membership(chat, actor, self.bot, old, new))
        self.changes.tell("chat", chat=chat)

    def tell_membership(self, chat: Chat, user: User, old: BotStatus, new: BotStatus) -> None:
        """Send chat_member, which only admins get."""
        if chat.bot_status == "administrator":
            self._tell_bot("chat_member", user, self._membership(chat, user, user, old, new))
        self.changes.tell("chat", chat=chat)

    def _membership(
        self, chat: Chat, actor: User, user: User, old: BotStatus, new: BotStatus
    ) -> Json:
        return {
            "chat": chat.json,
            "from": actor.json,
            "date": self.now(),
            "old_chat_member": member_json(user, old),
            "new_chat_member": member_json(user, new),
        }

    def _next_message_id(self, chat: Chat) -> int:
        if chat.numbers_messages_itself:
            chat.own_sequence += 1
            return chat.own_sequence
        self._account_sequence += 1
        return self._account_sequence

    def _record(self, kind: Any, message: Message, call: Call) -> None:
        call.applied = True
        call.chat_id, call.message_id = message.chat.id, message.message_id
        self.sent.append(
            Sent(kind, message.chat.id, message.message_id, message.text, self.clock(), call)
        )

    def _tell_bot(self, kind: str, user: User | None, payload: Json) -> None:
        if user is not None:
            self.seen.add(user.id)
        self.updates.add(kind, payload)

    def _bot_hears(self, message: Message) -> bool:
        """Say whether a person's message reaches the bot: membership and privacy mode."""
        chat = message.chat
        if chat.kind == "private" or chat.bot_status == "administrator":
            return True
        if chat.bot_status != "member":
            return False
        if not self.privacy_mode or message.service is not None:
            return True
        if message.reply_to is not None and message.reply_to.is_from_bot:
            return True
        name = f"@{self.bot.username}".lower()
        commands = [c.lower() for c in message.parts("bot_command")]
        mentions = [m.lower() for m in message.parts("mention")]
        return name in mentions or any("@" not in c or c.endswith(name) for c in commands)


def member_json(user: User, status: str) -> Json:
    """Return the `ChatMember` object of an account with a status."""
    json: Json = {"user": user.json, "status": status}
    if status == "kicked":
        json["until_date"] = 0
    if status == "creator":
        json["is_anonymous"] = False
    if status == "administrator":
        rights = (
            "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
            "can_promote_members can_change_info can_invite_users can_post_stories "
            "can_edit_stories can_delete_stories"
        ).split()
        json |= dict.fromkeys(rights, True) | {"can_be_edited": False, "is_anonymous": False}
    return json
