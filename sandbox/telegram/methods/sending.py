"""sendMessage and its kin: everything that puts a new message into a chat."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.access import (
    chat_to_write,
    check_read,
    check_write,
    find_message,
    known_mentions,
    resolve_chat,
)
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import CAPTION_LIMIT, parse_text
from sandbox.telegram.keyboards import check_markup, parse_markup
from sandbox.telegram.messages import Attachment, Json, Message
from sandbox.telegram.methods.query import Query
from sandbox.telegram.world import World

_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)


async def send_message(query: Query) -> Json:
    """Send a text."""
    markup = parse_markup(query.args)
    preview = link_preview(query.args)
    if not query.args.has("text"):
        raise bad_request("message text is empty")
    parsed = parse_text(query.args)
    chat = chat_to_write(query.world, query.args)
    fields = _placement(chat, query.args)
    text, entities = parsed.fix()
    entities = known_mentions(query.world, entities)
    check_markup(markup, chat.kind)
    fields |= {"text": text, "entities": entities, "reply_markup": markup}
    fields["link_preview_options"] = preview
    return (await _deliver(query, chat, fields)).as_json()


async def send_photo(query: Query) -> Json:
    """Send a photo, uploaded, by URL or by file_id."""
    return await _send_file(query, "photo")


async def send_document(query: Query) -> Json:
    """Send a file, uploaded, by URL or by file_id; uploaded bytes are kept."""
    return await _send_file(query, "document")


async def send_media_group(query: Query) -> list[Json]:
    """Send an album of photos or files; it costs as much as its items one by one."""
    media = query.args.json("media", "can't parse media JSON object")
    if not isinstance(media, list):
        raise bad_request("expected an Array of InputMedia")
    chat = chat_to_write(query.world, query.args)
    if not media:
        raise bad_request("there are no messages to send")
    if len(media) > 10:
        raise bad_request("too many messages to send as an album")
    placement = _placement(chat, query.args)
    items = []
    for item in media:
        given = Arguments(query.args.values | item if isinstance(item, dict) else {})
        attachment = _attachment(query.world, given, given.text("type"), "media")
        items.append((*_caption(given), attachment))
    await _admit(query, chat, len(items))
    group_id = str(len(query.world.sent) + 1)
    return [
        query.world.post(
            chat,
            sender=query.world.bot,
            call=query.call,
            text=text,
            entities=entities,
            attachment=attachment,
            media_group_id=group_id,
            **placement,
        ).as_json()
        for text, entities, attachment in items
    ]


async def copy_message(query: Query) -> Json:
    """Send the contents of a message again, without its origin."""
    markup = parse_markup(query.args)
    chat = chat_to_write(query.world, query.args)
    source = _source(query, "copy")
    fields = _placement(chat, query.args)
    check_markup(markup, chat.kind)
    text, entities = source.text, source.entities
    if source.attachment is not None and query.args.has("caption"):
        text, entities = _caption(query.args)
    fields |= {"text": text, "entities": entities, "attachment": source.attachment}
    fields["reply_markup"] = markup
    message = await _deliver(query, chat, fields)
    return {"message_id": message.message_id}


async def forward_message(query: Query) -> Json:
    """Send a message on, with its origin."""
    chat = chat_to_write(query.world, query.args)
    source = _source(query, "forward")
    origin = source.forward_origin or _origin(source)
    fields = {
        "text": source.text,
        "entities": source.entities,
        "attachment": source.attachment,
        "forward_origin": origin,
    }
    return (await _deliver(query, chat, fields)).as_json()


async def send_chat_action(query: Query) -> bool:
    """Show that the bot is typing or the like; it costs nothing."""
    chat = chat_to_write(query.world, query.args)
    action = query.args.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    query.call.applied = True
    query.world.changes.tell("action", chat=chat, data={"action": action})
    return True


def link_preview(args: Arguments) -> Json | None:
    """Read link_preview_options, or the older disable_web_page_preview."""
    if not args.has("link_preview_options"):
        return {"is_disabled": True} if args.boolean("disable_web_page_preview") else None
    options = args.json("link_preview_options", "can't parse link preview options JSON object")
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return options


async def _send_file(query: Query, kind: str) -> Json:
    markup = parse_markup(query.args)
    attachment = _attachment(query.world, query.args, kind, kind)
    chat = chat_to_write(query.world, query.args)
    fields = _placement(chat, query.args)
    text, entities = _caption(query.args)
    check_markup(markup, chat.kind)
    fields |= {"text": text, "entities": entities, "attachment": attachment}
    fields["reply_markup"] = markup
    return (await _deliver(query, chat, fields)).as_json()


async def _deliver(query: Query, chat: Chat, fields: dict[str, Any]) -> Message:
    """Take the flood budget, which may take seconds, and let the message appear."""
    await _admit(query, chat, 1)
    return query.world.post(chat, sender=query.world.bot, call=query.call, **fields)


async def _admit(query: Query, chat: Chat, cost: int) -> None:
    paid = query.args.boolean("allow_paid_broadcast")
    await query.flood.admit(chat.id, cost=cost, paid=paid)
    # The person may have blocked the bot while the request was held.
    check_write(chat)


def _placement(chat: Chat, args: Arguments) -> dict[str, Any]:
    """Read where in the chat a message goes: its topic and what it replies to."""
    values = args.values
    fields: dict[str, Any] = {}
    if "message_thread_id" in values and (thread := args.integer("message_thread_id")):
        if thread not in chat.topics:
            raise bad_request("message thread not found")
        fields["thread_id"] = thread
    if "reply_parameters" in values or "reply_to_message_id" in values:
        fields |= _reply(chat, args)
    return fields


def _reply(chat: Chat, args: Arguments) -> dict[str, Any]:
    parameters = args.json("reply_parameters", "can't parse reply parameters JSON object")
    if parameters is None:
        parameters = {
            "message_id": args.integer("reply_to_message_id"),
            "allow_sending_without_reply": args.boolean("allow_sending_without_reply"),
        }
    if not isinstance(parameters, dict):
        raise bad_request("object expected as reply parameters")
    given = Arguments(parameters)
    message_id = given.integer("message_id")
    if message_id == 0:
        return {}
    replied = chat.find(message_id)
    if replied is None:
        if given.boolean("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    quote = given.text("quote")
    if quote and quote not in replied.text:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"reply_to": replied, "quote": quote or None}


def _caption(args: Arguments) -> tuple[str, list[Json]]:
    parsed = parse_text(args, "caption", "caption_entities")
    return parsed.fix(CAPTION_LIMIT, may_be_empty=True)


def _attachment(world: World, args: Arguments, kind: str, name: str) -> Attachment:
    """Find or store the file of a send."""
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: this local server knows photos and documents")
    upload = args.upload(name)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return world.attach(kind, upload.name, upload.content, upload.mime_type)
    value = args.text(name)
    if not value:
        raise bad_request(f"there is no {kind} in the request")
    if value.startswith(("http://", "https://")):
        if "." not in value:
            raise bad_request("wrong HTTP URL specified")
        return world.attach(kind, value.rpartition("/")[2], value.encode())
    known = world.files.get(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


def _source(query: Query, what: str) -> Message:
    chat = resolve_chat(query.world, query.args, "from_chat_id")
    check_read(chat)
    return find_message(chat, query.args, what)


def _origin(source: Message) -> Json:
    if source.sender is None:
        chat = source.chat.json
        return {
            "type": "channel",
            "date": source.date,
            "chat": chat,
            "message_id": source.message_id,
        }
    return {"type": "user", "date": source.date, "sender_user": source.sender.json}
