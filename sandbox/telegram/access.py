"""Whether the bot may do something in a chat, with the words of the refusals."""

from __future__ import annotations

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.messages import Json, Message
from sandbox.telegram.world import World

_PAID_SKIPS_CHECK_BELOW = 2**40


def resolve_chat(world: World, args: Arguments, name: str = "chat_id") -> Chat:
    """Find the chat that an argument names, by id or @name; the bot must have met it."""
    text = args.text(name).strip()
    if not text:
        raise bad_request(f"{name} is empty")
    if text.startswith("@"):
        wanted = text[1:].lower()
        for chat in world.chats.values():
            if chat.username and chat.username.lower() == wanted:
                return chat
        raise bad_request("chat not found")
    try:
        chat_id = int(text)
    except ValueError:
        raise bad_request("chat not found") from None
    if chat_id == world.bot.id:
        raise forbidden("the bot can't send messages to the bot")
    found = world.find_chat(chat_id)
    if found is None or found.person is None:
        if found is None:
            raise bad_request("chat not found")
        return found
    person = found.person
    if person.has_started or person.id in world.seen:
        return found
    if args.boolean("allow_paid_broadcast") and 0 < chat_id < _PAID_SKIPS_CHECK_BELOW:
        return found
    raise bad_request("chat not found")


def check_write(chat: Chat) -> None:
    """Refuse what the bot may not send to a chat that it knows."""
    if chat.person is not None:
        if chat.person.is_deactivated:
            raise forbidden("user is deactivated")
        if not chat.person.has_started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.person.is_blocking:
            raise forbidden("bot was blocked by the user")
        return
    check_read(chat)
    if chat.kind == "channel" and chat.bot_status != "administrator":
        raise bad_request("need administrator rights in the channel chat")
    if not chat.bot_can_write:
        raise bad_request("not enough rights to send text messages to the chat")


def check_read(chat: Chat) -> None:
    """Refuse what needs membership of a group or channel."""
    if chat.person is not None:
        return
    if chat.migrated_to is not None:
        raise bad_request(
            "group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to.id
        )
    if chat.is_deleted:
        raise forbidden("the group chat was deleted")
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def chat_to_write(world: World, args: Arguments) -> Chat:
    """Find the chat of a send and refuse it where the bot may not write."""
    chat = resolve_chat(world, args)
    check_write(chat)
    return chat


def known_mentions(world: World, entities: list[Json]) -> list[Json]:
    """Fill in who is mentioned by tg://user?id=N; a mention of a stranger vanishes."""
    if not any(entity["type"] == "text_mention" for entity in entities):
        return entities
    kept = []
    for entity in entities:
        if entity["type"] == "text_mention":
            person = world.people.get(entity["user"]["id"])
            if person is None or not (person.has_started or person.id in world.seen):
                continue
            entity = {**entity, "user": person.user.json}
        kept.append(entity)
    return kept


def find_message(chat: Chat, args: Arguments, what: str, name: str = "message_id") -> Message:
    """Find the message that an argument names; the refusal says "message to {what} not found"."""
    message = chat.find(args.integer(name))
    if message is None:
        raise bad_request(f"message to {what} not found")
    return message
