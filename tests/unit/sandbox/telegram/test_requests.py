"""Paths, tokens, argument forms, and the methods of the bot's own account."""

import json
from typing import Any

import aiohttp
import pytest

from sandbox.telegram import Person, TelegramServer
from tests.support.telegram import RawBot, ptb_bot


@pytest.mark.parametrize(
    ("path", "status", "description"),
    [
        ("/", 404, "Not Found"),
        ("/bot123456:TEST-token", 404, "Not Found"),
        ("/bot123456:TEST-token/", 404, "Not Found"),
        ("/bot1:other/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot123456:TEST-token/test/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot123456:TEST-token/noSuch", 404, "Not Found: method not found"),
    ],
)
async def test_wrong_paths(
    telegram: TelegramServer, api: RawBot, path: str, status: int, description: str
) -> None:
    async with api.session.get(telegram.url + path) as response:
        assert response.status == status
        expected = {"ok": False, "error_code": status, "description": description}
        assert await response.json() == expected


async def test_arguments_come_in_four_forms(
    telegram: TelegramServer, api: RawBot, anna: Person
) -> None:
    url = f"{api.base}/SENDMESSAGE"
    fields = {"chat_id": str(anna.id), "text": "é & <"}
    multipart = aiohttp.FormData(fields)
    multipart.add_field("silent", b"", filename="x")
    for request in (
        api.session.get(url, params=fields),
        api.session.post(url, data=fields),
        api.session.post(url, json={**fields, "chat_id": anna.id}),
        api.session.post(url, data=multipart),
    ):
        async with request as response:
            assert (await response.json())["result"]["text"] == "é & <"
    assert {call.method for call in telegram.calls} == {"sendMessage"}
    assert {call.chat_id for call in telegram.calls} == {anna.id}


@pytest.mark.parametrize(
    ("value", "shown"), [("true", True), ("YES", True), ("1", True), ("on", False), ("0", False)]
)
async def test_booleans(api: RawBot, anna: Person, value: str, shown: bool) -> None:
    await api.result("sendMessage", chat_id=anna.id, text="x", disable_web_page_preview=value)
    assert (anna.chat.last.link_preview_options is not None) == shown


@pytest.mark.parametrize(
    ("options", "description"),
    [
        ("{", "can't parse link preview options JSON object"),
        ("[]", "object expected as link preview options"),
    ],
)
async def test_link_preview_options(
    api: RawBot, anna: Person, options: str, description: str
) -> None:
    arguments = {"chat_id": anna.id, "text": "x", "link_preview_options": options}
    assert await api.refusal("sendMessage", **arguments) == f"Bad Request: {description}"


async def test_broken_json_body(api: RawBot) -> None:
    headers = {"Content-Type": "application/json"}
    async with api.session.post(f"{api.base}/getMe", data=b"{", headers=headers) as response:
        answer = await response.json()
    assert answer["description"].startswith("Bad Request: can't parse request body")


@pytest.mark.parametrize(
    ("commands", "description"),
    [
        ([{"command": "/", "description": "x"}], "command must be non-empty"),
        ([{"command": "a" * 33, "description": "x"}], "command length must not exceed 32"),
        ([{"command": "a", "description": " "}], "command description must be non-empty"),
        (
            [{"command": "a", "description": "x" * 257}],
            "command description length must not exceed 256",
        ),
        ([{"command": "Aide", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a", "description": "x"}] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_are_checked(
    api: RawBot, commands: list[dict[str, str]], description: str
) -> None:
    refusal = await api.refusal("setMyCommands", commands=commands)
    assert refusal == f"Bad Request: {description}"


async def test_commands_by_scope_and_language(telegram: TelegramServer, api: RawBot) -> None:
    french = [{"command": "/aide", "description": "Aide"}]
    scope = {"type": "chat", "chat_id": 5}
    await api.result("setMyCommands", commands=french, language_code="fr", scope=scope)
    assert await api.result("getMyCommands", language_code="fr") == []
    expected = [{"command": "aide", "description": "Aide"}]
    assert await api.result("getMyCommands", language_code="fr", scope=scope) == expected
    assert telegram.commands[json.dumps({"chat_id": 5, "type": "chat"}), "fr"] == expected
    await api.result("deleteMyCommands", language_code="fr", scope=scope)
    assert await api.result("getMyCommands", language_code="fr", scope=scope) == []
    refusal = await api.refusal("setMyCommands", commands=french, language_code="french")
    assert refusal == "Bad Request: invalid language code specified"


async def test_descriptions(api: RawBot) -> None:
    await api.result("setMyDescription", description="Vos nouvelles", language_code="fr")
    answer = await api.result("getMyDescription", language_code="fr")
    assert answer == {"description": "Vos nouvelles"}
    assert await api.result("getMyDescription") == {"description": ""}
    refusal = await api.refusal("setMyShortDescription", short_description="x" * 121)
    assert refusal == "Bad Request: short description is too long"


async def test_library_bot_works_against_it(telegram: TelegramServer, anna: Person) -> None:
    async with ptb_bot(telegram) as bot:
        assert bot.username == "relais_bot"
        sent = await bot.send_message(anna.id, "<b>Bonjour</b>", parse_mode="HTML")
        assert [e.type for e in sent.entities] == ["bold"]
        chat = await bot.get_chat(anna.id)
        assert chat.first_name == "Anna"
        await bot.send_document(anna.id, b"abc", filename="a.txt")
        assert anna.chat.last.document is not None
        updates: tuple[Any, ...] = await bot.get_updates()
        assert updates[0].message.text == "/start"


async def test_server_comes_back_where_it_was(
    telegram: TelegramServer, api: RawBot, anna: Person
) -> None:
    await telegram.stop()
    with pytest.raises(aiohttp.ClientError):
        await api.call("getMe")
    anna.say("pendant la panne")
    await telegram.start()
    assert [u["message"]["text"] for u in await api.updates()] == ["/start", "pendant la panne"]
