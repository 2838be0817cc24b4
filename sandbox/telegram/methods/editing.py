"""Edits, deletions and reactions: everything that changes a message that is there."""

from __future__ import annotations

from typing import Any

from sandbox.telegram.access import (
    chat_to_write,
    check_read,
    find_message,
    known_mentions,
    resolve_chat,
)
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import CAPTION_LIMIT, parse_text
from sandbox.telegram.keyboards import check_markup, parse_markup
from sandbox.telegram.messages import Json, Message
from sandbox.telegram.methods.query import Query
from sandbox.telegram.methods.sending import link_preview

_DELETABLE_SECONDS = 48 * 3600
_MOST_DELETED = 100
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)


async def edit_message_text(query: Query) -> Json:
    """Give a message another text; without reply_markup its buttons go away."""
    markup = parse_markup(query.args)
    preview = link_preview(query.args)
    if not query.args.has("text"):
        raise bad_request("message text is empty")
    parsed = parse_text(query.args)
    message = _editable(query)
    text, entities = parsed.fix()
    entities = known_mentions(query.world, entities)
    if message.attachment is not None:
        raise bad_request("there is no text in the message to edit")
    fields = {"text": text, "entities": entities, "link_preview_options": preview}
    return await _edit(query, message, fields | {"reply_markup": markup})


async def edit_message_caption(query: Query) -> Json:
    """Give a photo or file another caption."""
    markup = parse_markup(query.args)
    parsed = parse_text(query.args, "caption", "caption_entities")
    message = _editable(query)
    text, entities = parsed.fix(CAPTION_LIMIT, may_be_empty=True)
    if message.attachment is None:
        raise bad_request("there is no caption in the message to edit")
    fields = {"text": text, "entities": entities, "reply_markup": markup}
    return await _edit(query, message, fields)


async def edit_message_reply_markup(query: Query) -> Json:
    """Give a message other buttons, or none."""
    markup = parse_markup(query.args)
    message = _editable(query)
    return await _edit(query, message, {"reply_markup": markup})


async def delete_message(query: Query) -> bool:
    """Delete a message that is younger than 48 hours."""
    chat = resolve_chat(query.world, query.args)
    check_read(chat)
    message = find_message(chat, query.args, "delete")
    _check_deletable(query, message)
    query.world.erase(message, query.call)
    return True


async def delete_messages(query: Query) -> bool:
    """Delete up to 100 messages, all or none; missing ones are skipped."""
    ids = query.args.json("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(ids, list):
        raise bad_request("expected an Array of message identifiers")
    chat = resolve_chat(query.world, query.args)
    check_read(chat)
    if len(ids) > _MOST_DELETED:
        raise bad_request("too many message identifiers specified")
    found = [message for i in ids if isinstance(i, int) and (message := chat.find(i))]
    for message in found:
        _check_deletable(query, message)
    for message in found:
        query.world.erase(message, query.call)
    query.call.applied = True
    return True


async def set_message_reaction(query: Query) -> bool:
    """Put the bot's reaction on a message, or take it away."""
    reactions = query.args.json("reaction", "can't parse reaction types JSON object") or []
    if not isinstance(reactions, list):
        raise bad_request("expected an Array of ReactionType")
    chat = resolve_chat(query.world, query.args)
    check_read(chat)
    message = find_message(chat, query.args, "react")
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions[query.world.bot.id] = reactions
    query.call.applied, query.call.message_id = True, message.message_id
    query.world.changes.tell("reaction", chat=chat, message=message)
    return True


def _editable(query: Query) -> Message:
    """Find the message to edit; the bot has no time limit for its own."""
    chat: Chat = chat_to_write(query.world, query.args)
    message = find_message(chat, query.args, "edit")
    has_reply_keyboard = (
        message.reply_markup is not None and "inline_keyboard" not in message.reply_markup
    )
    is_forwarded = message.forward_origin is not None
    if not message.is_from_bot or is_forwarded or has_reply_keyboard or message.service:
        raise bad_request("message can't be edited")
    return message


async def _edit(query: Query, message: Message, fields: dict[str, Any]) -> Json:
    check_markup(fields["reply_markup"], message.chat.kind)
    if "inline_keyboard" not in (fields["reply_markup"] or {"inline_keyboard": None}):
        raise bad_request("inline keyboard expected")
    if all(getattr(message, name) == value for name, value in fields.items()):
        raise bad_request(_NOT_MODIFIED)
    await query.flood.admit(message.chat.id, is_send=False)
    if message.deleted:
        raise bad_request("message to edit not found")
    query.world.change(message, query.call, **fields)
    return message.as_json()


def _check_deletable(query: Query, message: Message) -> None:
    chat = message.chat
    is_own = message.is_from_bot and chat.kind != "channel"
    may_delete = chat.bot_status == "administrator" and chat.bot_can_delete
    if chat.kind != "private" and not is_own and not may_delete:
        raise bad_request("message can't be deleted")
    if message.date + _DELETABLE_SECONDS < query.world.now():
        raise bad_request("message can't be deleted for everyone")
