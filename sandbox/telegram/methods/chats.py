"""What the bot can learn about chats, and leaving them."""

from __future__ import annotations

from sandbox.telegram.access import check_read, resolve_chat
from sandbox.telegram.chats import Chat
from sandbox.telegram.errors import bad_request
from sandbox.telegram.messages import Json
from sandbox.telegram.methods.query import Query
from sandbox.telegram.world import member_json


async def get_chat(query: Query) -> Json:
    """Return what is known about a chat."""
    chat = _readable(query)
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return chat.json | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


async def get_chat_member(query: Query) -> Json:
    """Return the standing of an account in a chat."""
    chat = _readable(query)
    user_id = query.args.integer("user_id", most=2**53)
    if user_id == query.world.bot.id:
        return member_json(query.world.bot, chat.bot_status)
    person = query.world.people.get(user_id)
    if person is None:
        raise bad_request("user not found")
    return member_json(person.user, _status(chat, user_id))


async def get_chat_administrators(query: Query) -> list[Json]:
    """List creator and admins of a group, the bot among them."""
    chat = _readable(query)
    if chat.person is not None:
        raise bad_request("there are no administrators in the private chat")
    statuses = [(person.user, _status(chat, person.id)) for person in chat.members.values()]
    statuses.append((query.world.bot, chat.bot_status))
    return [member_json(u, s) for u, s in statuses if s in ("creator", "administrator")]


async def get_chat_member_count(query: Query) -> int:
    """Count the members of a chat, the bot included."""
    chat = _readable(query)
    return 2 if chat.person is not None else len(chat.members) + 1


async def leave_chat(query: Query) -> bool:
    """Leave a group; the bot is told of its own leaving."""
    chat = _readable(query)
    if chat.person is not None:
        raise bad_request("chat member status can't be changed in private chats")
    query.call.applied = True
    old, chat.bot_status = chat.bot_status, "left"
    query.world.tell_bot_membership(chat, query.world.bot, old, "left")
    return True


def _readable(query: Query) -> Chat:
    chat = resolve_chat(query.world, query.args)
    check_read(chat)
    return chat


def _status(chat: Chat, user_id: int) -> str:
    if chat.person is not None:
        return "member"
    if user_id not in chat.members:
        return "left"
    if user_id == next(iter(chat.members)):
        return "creator"
    return "administrator" if user_id in chat.admins else "member"
