"""Who may be written to: every refusal of a chat with its exact words."""

from collections.abc import Callable

import pytest

from sandbox.telegram import Chat, Person, TelegramServer
from tests.support.telegram import RawBot


async def _refusal(api: RawBot, chat_id: object) -> str:
    return await api.refusal("sendMessage", chat_id=chat_id, text="x")


@pytest.mark.parametrize(
    ("chat_id", "description"),
    [
        ("", "Bad Request: chat_id is empty"),
        (77, "Bad Request: chat not found"),
        (-77, "Bad Request: chat not found"),
        ("@nulle_part", "Bad Request: chat not found"),
        ("Anna", "Bad Request: chat not found"),
        (123456, "Forbidden: the bot can't send messages to the bot"),
    ],
)
async def test_unknown_chats(api: RawBot, chat_id: object, description: str) -> None:
    assert await _refusal(api, chat_id) == description


async def test_person_who_never_wrote_is_not_found(api: RawBot, telegram: TelegramServer) -> None:
    bob = telegram.person("Bob")
    assert await _refusal(api, bob.id) == "Bad Request: chat not found"


async def test_person_met_in_a_group_cannot_be_written_to(
    api: RawBot, telegram: TelegramServer
) -> None:
    bob = telegram.person("Bob")
    telegram.group("Rédaction", [bob])
    bob.say("salut", telegram.chats[-1])
    expected = "Forbidden: bot can't initiate conversation with a user"
    assert await _refusal(api, bob.id) == expected


@pytest.mark.parametrize(
    ("change", "description"),
    [
        (Person.block, "Forbidden: bot was blocked by the user"),
        (Person.deactivate, "Forbidden: user is deactivated"),
    ],
)
async def test_person_out_of_reach(
    api: RawBot, anna: Person, change: Callable[[Person], None], description: str
) -> None:
    change(anna)
    assert await _refusal(api, anna.id) == description
    assert len(anna.chat) == 1


async def test_unblocked_person_is_reached_again(api: RawBot, anna: Person) -> None:
    anna.block()
    anna.unblock()
    await api.result("sendMessage", chat_id=anna.id, text="x")


@pytest.mark.parametrize(
    ("kind", "change", "description"),
    [
        ("group", Chat.kick_bot, "Forbidden: bot was kicked from the group chat"),
        ("supergroup", Chat.kick_bot, "Forbidden: bot was kicked from the supergroup chat"),
        ("channel", Chat.kick_bot, "Forbidden: bot was kicked from the channel chat"),
        ("supergroup", Chat.remove_bot, "Forbidden: bot is not a member of the supergroup chat"),
        ("group", Chat.delete, "Forbidden: the group chat was deleted"),
        (
            "supergroup",
            Chat.silence_bot,
            "Bad Request: not enough rights to send text messages to the chat",
        ),
    ],
)
async def test_group_out_of_reach(
    api: RawBot,
    telegram: TelegramServer,
    anna: Person,
    kind: str,
    change: Callable[[Chat], None],
    description: str,
) -> None:
    group = telegram.group("Rédaction", [anna], kind)  # type: ignore[arg-type]
    await api.result("sendMessage", chat_id=group.id, text="x")
    change(group)
    assert await _refusal(api, group.id) == description


async def test_channel_wants_an_admin(api: RawBot, telegram: TelegramServer) -> None:
    channel = telegram.group("Annonces", kind="channel", bot_is_admin=False)
    expected = "Bad Request: need administrator rights in the channel chat"
    assert await _refusal(api, channel.id) == expected


async def test_upgraded_group_names_its_successor(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    group = telegram.group("Modération", [anna], "group")
    successor = group.migrate()
    envelope = await api.call("sendMessage", chat_id=group.id, text="x")
    assert envelope == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": successor.id},
    }
    sent = await api.result("sendMessage", chat_id=successor.id, text="x")
    assert sent["chat"]["type"] == "supergroup"
    services = [u["message"] for u in await api.updates() if "message" in u][1:]
    assert services[0]["chat"]["id"] == group.id
    assert services[0]["migrate_to_chat_id"] == successor.id
    assert services[1]["migrate_from_chat_id"] == group.id


async def test_group_is_found_by_its_name(api: RawBot, telegram: TelegramServer) -> None:
    group = telegram.group("Annonces", kind="channel", username="annonces")
    sent = await api.result("sendMessage", chat_id="@Annonces", text="x")
    assert sent["chat"]["id"] == group.id


async def test_topic_must_exist(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    group = telegram.group("Rédaction", [anna])
    topic = group.create_topic("Commentaires")
    arguments = {"chat_id": group.id, "text": "x", "message_thread_id": topic}
    sent = await api.result("sendMessage", **arguments)
    assert sent["message_thread_id"] == topic
    group.delete_topic(topic)
    assert await api.refusal("sendMessage", **arguments) == "Bad Request: message thread not found"


async def test_chat_tells_who_is_in_it(api: RawBot, telegram: TelegramServer) -> None:
    bob, eve = telegram.person("Bob"), telegram.person("Eve")
    group = telegram.group("Rédaction", [bob, eve])
    assert (await api.result("getChat", chat_id=group.id))["title"] == "Rédaction"
    assert await api.result("getChatMemberCount", chat_id=group.id) == 3
    admins = await api.result("getChatAdministrators", chat_id=group.id)
    assert [a["status"] for a in admins] == ["creator", "administrator"]
    member = await api.result("getChatMember", chat_id=group.id, user_id=eve.id)
    assert member["status"] == "member"
    eve.leave(group)
    member = await api.result("getChatMember", chat_id=group.id, user_id=eve.id)
    assert member["status"] == "left"
    refusal = await api.refusal("getChatMember", chat_id=group.id, user_id=99)
    assert refusal == "Bad Request: user not found"


async def test_bot_leaves(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    group = telegram.group("Rédaction", [anna])
    await api.result("leaveChat", chat_id=group.id)
    expected = "Forbidden: bot is not a member of the supergroup chat"
    assert await _refusal(api, group.id) == expected
    refusal = await api.refusal("leaveChat", chat_id=anna.id)
    assert refusal == "Bad Request: chat member status can't be changed in private chats"
