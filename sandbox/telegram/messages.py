"""A message as both sides see it: the record, and the JSON that the Bot API shows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.telegram.render import cut, render_html

if TYPE_CHECKING:
    from sandbox.telegram.chats import Chat

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class User:
    """An account, of a person or of the bot."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language: str | None = None
    json: Json = field(init=False, repr=False)
    """The `User` object of the Bot API; shared by all messages, never to be changed."""

    def __post_init__(self) -> None:
        self.json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            self.json["username"] = self.username
        if self.language:
            self.json["language_code"] = self.language


@dataclass(slots=True, eq=False)
class Attachment:
    """A file or a photo that hangs on a message."""

    kind: str
    """document or photo."""
    file_id: str
    name: str
    content: bytes
    mime_type: str = "application/octet-stream"

    def as_json(self) -> Any:
        """Return the `Document`, or the list of `PhotoSize`, of the Bot API."""
        size: Json = {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id}",
            "file_size": len(self.content),
        }
        if self.kind == "photo":
            return [size | {"width": 1280, "height": 720}]
        return size | {"file_name": self.name, "mime_type": self.mime_type}


@dataclass(slots=True, eq=False)
class Message:
    """One message in one chat, in its present wording; `deleted` ones stay in the record."""

    chat: Chat
    message_id: int
    date: int
    sender: User | None
    """None for the posts of a channel."""
    text: str = ""
    """The text, or the caption when something is attached."""
    entities: list[Json] = field(default_factory=list)
    """MessageEntity objects, offsets in UTF-16 units."""
    reply_markup: Json | None = None
    reply_to: Message | None = None
    quote: str | None = None
    thread_id: int | None = None
    link_preview_options: Json | None = None
    forward_origin: Json | None = None
    attachment: Attachment | None = None
    service: Json | None = None
    """Fields of a service message, such as migrate_to_chat_id."""
    media_group_id: str | None = None
    edited_at: int | None = None
    deleted: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    """Reactions by account id."""

    @property
    def html(self) -> str:
        """The text with its formatting as the HTML that would send it."""
        return render_html(self.text, self.entities)

    @property
    def edited(self) -> bool:
        """Say whether it was edited since it was sent."""
        return self.edited_at is not None

    @property
    def is_from_bot(self) -> bool:
        """Say whether the bot sent it."""
        return self.sender is None or self.sender.is_bot

    @property
    def reply_to_message_id(self) -> int | None:
        """The id of the message it answers."""
        return self.reply_to.message_id if self.reply_to else None

    @property
    def document(self) -> Attachment | None:
        """The attached file, if it is one."""
        return self.attachment if self.attachment and self.attachment.kind == "document" else None

    @property
    def photo(self) -> Attachment | None:
        """The attached photo, if it is one."""
        return self.attachment if self.attachment and self.attachment.kind == "photo" else None

    @property
    def keyboard(self) -> list[list[Json]]:
        """The rows of inline buttons; empty when there are none."""
        if self.reply_markup is None:
            return []
        rows: list[list[Json]] = self.reply_markup.get("inline_keyboard", [])
        return rows

    @property
    def labels(self) -> list[str]:
        """The labels of all inline buttons, row by row."""
        return [button["text"] for row in self.keyboard for button in row]

    def parts(self, entity_type: str) -> list[str]:
        """List the pieces of text that carry entities of one type ("hashtag", "url", "bold")."""
        return [
            cut(self.text, entity["offset"], entity["length"])
            for entity in self.entities
            if entity["type"] == entity_type
        ]

    def as_json(self, *, with_reply: bool = True) -> Json:
        """Return the `Message` object of the Bot API; a reply shows one level only."""
        json: Json = {"message_id": self.message_id, "date": self.date, "chat": self.chat.json}
        if self.sender is not None:
            json["from"] = self.sender.json
        else:
            json["sender_chat"] = self.chat.json
        if self.text:
            attached = self.attachment is not None
            json["caption" if attached else "text"] = self.text
            if self.entities:
                json["caption_entities" if attached else "entities"] = self.entities
        if self.reply_markup is not None and "inline_keyboard" in self.reply_markup:
            json["reply_markup"] = self.reply_markup
        if self.edited_at is not None:
            json["edit_date"] = self.edited_at
        if self.reply_to is not None and with_reply and not self.reply_to.deleted:
            json["reply_to_message"] = self.reply_to.as_json(with_reply=False)
        self._add_rare_fields(json)
        return json

    def _add_rare_fields(self, json: Json) -> None:
        """Add what most messages do not have."""
        if self.quote is not None:
            json["quote"] = {"text": self.quote, "position": 0}
        if self.thread_id is not None:
            json["message_thread_id"] = self.thread_id
            json["is_topic_message"] = True
        if self.link_preview_options is not None:
            json["link_preview_options"] = self.link_preview_options
        if self.forward_origin is not None:
            json["forward_origin"] = self.forward_origin
        if self.attachment is not None:
            json[self.attachment.kind] = self.attachment.as_json()
        if self.media_group_id is not None:
            json["media_group_id"] = self.media_group_id
        if self.service is not None:
            json.update(self.service)
