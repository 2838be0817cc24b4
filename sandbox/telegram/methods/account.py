"""The bot's own account: getMe, command menus, descriptions, files, leaving the server."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.messages import Json
from sandbox.telegram.methods.query import Query

_COMMAND = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = frozenset(
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators "
    "chat_member".split()
)
_MOST_COMMANDS = 100
_COMMAND_LENGTH = 32
_COMMAND_DESCRIPTION_LENGTH = 256
_FILE_SIZE = 20 * 1024 * 1024


async def get_me(query: Query) -> Json:
    """Return the bot's account."""
    return query.world.bot.json | {
        "can_join_groups": True,
        "can_read_all_group_messages": not query.world.privacy_mode,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_my_commands(query: Query) -> bool:
    """Set the command menu of a scope and language."""
    given = query.args.json("commands", "can't parse commands JSON object")
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > _MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(item) for item in given]
    key = _menu_key(query.args)
    query.world.commands[key] = commands
    _tell_commands(query, key, commands)
    return True


async def get_my_commands(query: Query) -> list[Json]:
    """Return the menu of exactly this scope and language."""
    return query.world.commands.get(_menu_key(query.args), [])


async def delete_my_commands(query: Query) -> bool:
    """Remove the menu of a scope and language."""
    key = _menu_key(query.args)
    query.world.commands.pop(key, None)
    _tell_commands(query, key, [])
    return True


async def set_my_description(query: Query) -> bool:
    """Set the text of the empty chat."""
    return _set_profile(query, "description", 512)


async def set_my_short_description(query: Query) -> bool:
    """Set the text of the profile."""
    return _set_profile(query, "short_description", 120)


async def get_my_description(query: Query) -> Json:
    """Return the text of the empty chat."""
    return {"description": query.world.profile.get(("description", _language(query.args)), "")}


async def get_my_short_description(query: Query) -> Json:
    """Return the text of the profile."""
    key = ("short_description", _language(query.args))
    return {"short_description": query.world.profile.get(key, "")}


async def get_file(query: Query) -> Json:
    """Tell where a file can be fetched: /file/bot<token>/<file_path>."""
    file = query.world.files.get(query.args.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > _FILE_SIZE:
        raise bad_request("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": f"u{file.file_id}",
        "file_size": len(file.content),
        "file_path": f"{file.kind}s/{file.file_id}",
    }


async def leave_server(query: Query) -> bool:
    """Accept logOut and close; the local server goes on serving."""
    query.call.applied = True
    return True


def _command(item: Any) -> Json:
    if not isinstance(item, dict):
        raise bad_request("expected an Object as BotCommand")
    given = Arguments(item)
    command = given.text("command").strip().removeprefix("/").strip()
    description = given.text("description").strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > _COMMAND_LENGTH:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > _COMMAND_DESCRIPTION_LENGTH:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def _menu_key(args: Arguments) -> tuple[str, str]:
    scope = args.json("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("expected an Object as BotCommandScope")
    if scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return json.dumps(scope, sort_keys=True), _language(args)


def _language(args: Arguments) -> str:
    language = args.text("language_code")
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _tell_commands(query: Query, key: tuple[str, str], commands: list[Json]) -> None:
    query.call.applied = True
    data = {"scope": key[0], "language_code": key[1], "commands": commands}
    query.world.changes.tell("commands", data=data)


def _set_profile(query: Query, field: str, limit: int) -> bool:
    text, language = query.args.text(field), _language(query.args)
    if len(text) > limit:
        raise bad_request(f"{field.replace('_', ' ')} is too long")
    query.world.profile[field, language] = text
    query.call.applied = True
    query.world.changes.ring()
    return True
