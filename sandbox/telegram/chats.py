"""Chats and what happens to them: members, the bot's standing, upgrades, topics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sandbox.telegram.messages import Json, Message

if TYPE_CHECKING:
    from sandbox.telegram.people import Person
    from sandbox.telegram.world import World

ChatKind = Literal["private", "group", "supergroup", "channel"]
BotStatus = Literal["member", "administrator", "left", "kicked"]


class Chat:
    """One chat with all its messages, deleted ones included, oldest first."""

    def __init__(
        self, world: World, chat_id: int, kind: ChatKind, title: str, username: str | None = None
    ) -> None:
        self.world = world
        self.id = chat_id
        self.kind: ChatKind = kind
        self.title = title
        self.username = username
        self.person: Person | None = None
        """Who stands on the other side of a private chat."""
        self.members: dict[int, Person] = {}
        self.admins: set[int] = set()
        self.bot_status: BotStatus = "member"
        self.bot_can_write = True
        self.bot_can_delete = True
        self.is_deleted = False
        self.migrated_to: Chat | None = None
        self.topics: set[int] = set()
        self.own_sequence = 0
        """Last message id, where a chat has a numbering of its own."""
        self._by_id: dict[int, Message] = {}
        self.json: Json = self._as_json()
        """The `Chat` object of the Bot API; shared by messages, replaced and never changed."""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.id} {self.title!r}>"

    @property
    def numbers_messages_itself(self) -> bool:
        """Say whether ids count per chat; else they count per account (private, basic group)."""
        return self.kind in ("supergroup", "channel")

    @property
    def messages(self) -> list[Message]:
        """All messages ever, oldest first, deleted ones included."""
        return list(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __bool__(self) -> bool:
        return True

    def visible(self) -> list[Message]:
        """List the messages that are still there, oldest first."""
        return [m for m in self._by_id.values() if not m.deleted]

    def from_bot(self) -> list[Message]:
        """List the messages of the bot that are still there, oldest first."""
        return [m for m in self._by_id.values() if not m.deleted and m.is_from_bot]

    @property
    def last(self) -> Message:
        """The newest message that is still there; LookupError when there is none."""
        for message in reversed(self._by_id.values()):
            if not message.deleted:
                return message
        raise LookupError(f"no message in {self!r}")

    def find(self, message_id: int) -> Message | None:
        """Return a message that is still there."""
        message = self._by_id.get(message_id)
        return None if message is None or message.deleted else message

    def name(self, username: str) -> None:
        """Give it a public @name."""
        self.username = username
        self.json = self._as_json()

    def add(self, message: Message) -> None:
        """Append a message (the world numbers and announces it)."""
        self._by_id[message.message_id] = message

    def kick_bot(self) -> None:
        """Remove the bot and keep it out: sends get 403 from now on."""
        self._change_bot("kicked")

    def remove_bot(self) -> None:
        """Remove the bot so that it could be added again: it is no member any more."""
        self._change_bot("left")

    def add_bot(self, *, admin: bool = True) -> None:
        """Bring the bot (back) in."""
        self._change_bot("administrator" if admin else "member")

    def silence_bot(self) -> None:
        """Take away the bot's right to write (no update tells it)."""
        self.bot_can_write = False

    def delete(self) -> None:
        """Delete the whole group: sends get 403 from now on."""
        self.is_deleted = True
        self._change_bot("left")

    def migrate(self) -> Chat:
        """Upgrade a basic group to a supergroup with a new id, and return it."""
        if self.kind != "group":
            raise ValueError("only a basic group can be upgraded")
        new = self.world.new_group(self.title, list(self.members.values()), "supergroup")
        new.admins = set(self.admins)
        new.bot_status = self.bot_status
        sender = self._actor()
        self.migrated_to = new
        self.world.post(
            self, sender=sender, service={"migrate_to_chat_id": new.id}, ignore_upgrade=True
        )
        self.world.post(new, sender=sender, service={"migrate_from_chat_id": self.id})
        return new

    def create_topic(self, name: str) -> int:
        """Open a topic in a supergroup and return its thread id."""
        if self.kind != "supergroup":
            raise ValueError("only a supergroup can have topics")
        service: Json = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self.world.post(self, sender=self._actor(), service=service)
        self.topics.add(message.message_id)
        self.json = self._as_json()
        return message.message_id

    def delete_topic(self, thread_id: int) -> None:
        """Delete a topic and its messages."""
        self.topics.discard(thread_id)
        for message in self.visible():
            if message.thread_id == thread_id:
                self.world.erase(message)

    def _actor(self) -> Any:
        """Return the account that did something to the chat: its first member."""
        member = next(iter(self.members.values()), None)
        return member.user if member else self.world.bot

    def _change_bot(self, status: BotStatus) -> None:
        old, self.bot_status = self.bot_status, status
        self.world.tell_bot_membership(self, self._actor(), old, status)

    def _as_json(self) -> Json:
        json: Json = {"id": self.id, "type": self.kind}
        if self.kind == "private":
            json["first_name"] = self.title
        else:
            json["title"] = self.title
        if self.username:
            json["username"] = self.username
        if self.topics:
            json["is_forum"] = True
        return json
