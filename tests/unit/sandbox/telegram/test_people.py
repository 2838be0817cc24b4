"""The people's side: what they do reaches the bot as Telegram sends it, and what comes back."""

from typing import Any

import aiohttp
import pytest

from sandbox.telegram import FakeClock, Limits, Person, TelegramServer
from tests.support.telegram import RawBot

BUTTONS = {
    "inline_keyboard": [
        [{"text": "✅ Approuver", "callback_data": "a:1"}, {"text": "Lire", "url": "exemple.org"}],
        [{"text": "Rejeter", "callback_data": "r:1"}],
    ]
}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def _card(api: RawBot, to: Person) -> None:
    await api.result("sendMessage", chat_id=to.id, text="carte", reply_markup=BUTTONS)


async def test_deep_link_arrives_as_a_command(api: RawBot, telegram: TelegramServer) -> None:
    bob = telegram.person("Bob", language="en", username="bob")
    bob.say("/start c_42")
    message = (await api.updates())[0]["message"]
    assert message["text"] == "/start c_42"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"] == {
        "id": bob.id,
        "is_bot": False,
        "first_name": "Bob",
        "username": "bob",
        "language_code": "en",
    }


async def test_press_and_answer(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    await _card(api, anna)
    press = anna.press(anna.chat.last, "approuver")
    query = (await api.updates(offset=-1))[0]["callback_query"]
    assert (query["id"], query["data"]) == (press.query_id, "a:1")
    assert query["message"]["reply_markup"]["inline_keyboard"][1] == BUTTONS["inline_keyboard"][1]
    assert press.answer is None
    arguments = {"callback_query_id": press.query_id, "text": "Merci", "show_alert": True}
    await api.result("answerCallbackQuery", **arguments)
    assert press.answer is not None
    assert (press.answer.text, press.answer.show_alert) == ("Merci", True)
    assert telegram.calls[-1].chat_id == anna.id


async def test_press_by_data_or_of_a_link(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    await _card(api, anna)
    assert anna.press(anna.chat.last, "r:1").button["text"] == "Rejeter"
    before = len(telegram.pending_updates)
    link = anna.press(anna.chat.last, "lire")
    assert (link.url, link.query_id) == ("http://exemple.org/", "")
    assert len(telegram.pending_updates) == before


async def test_missing_button_names_those_there_are(api: RawBot, anna: Person) -> None:
    await _card(api, anna)
    with pytest.raises(LookupError, match=r"no button 'Effacer' among .*Approuver.*Rejeter"):
        anna.press(anna.chat.last, "Effacer")


@pytest.mark.parametrize(
    ("arguments", "description"),
    [
        ({"callback_query_id": "5"}, TOO_OLD),
        ({"text": "x" * 201}, "Bad Request: MESSAGE_TOO_LONG"),
        ({"url": "https://exemple.org"}, "Bad Request: URL_INVALID"),
    ],
)
async def test_answers_are_checked(
    api: RawBot, anna: Person, arguments: dict[str, str], description: str
) -> None:
    await _card(api, anna)
    press = anna.press(anna.chat.last, "Rejeter")
    given = {"callback_query_id": press.query_id} | arguments
    assert await api.refusal("answerCallbackQuery", **given) == description
    assert press.answer is None


async def test_answer_comes_too_late_after_150_seconds() -> None:
    clock = FakeClock()
    async with (
        TelegramServer(limits=Limits.off(), clock=clock) as server,
        aiohttp.ClientSession() as session,
    ):
        api, anna = RawBot(server, session), server.person("Anna")
        anna.say("/start")
        await _card(api, anna)
        press = anna.press(anna.chat.last, "Rejeter")
        clock.advance(149)
        await api.result("answerCallbackQuery", callback_query_id=press.query_id)
        clock.advance(1)
        refusal = await api.refusal("answerCallbackQuery", callback_query_id=press.query_id)
        assert refusal == TOO_OLD


async def test_block_and_unblock_tell_the_bot(api: RawBot, anna: Person) -> None:
    anna.block()
    anna.unblock()
    changes = [u["my_chat_member"] for u in (await api.updates())[1:]]
    statuses = [(c["old_chat_member"]["status"], c["new_chat_member"]["status"]) for c in changes]
    assert statuses == [("member", "kicked"), ("kicked", "member")]
    assert changes[0]["from"]["id"] == anna.id
    assert changes[0]["new_chat_member"]["user"]["username"] == "relais_bot"


async def test_who_blocks_cannot_write(anna: Person) -> None:
    anna.block()
    with pytest.raises(RuntimeError, match="must unblock"):
        anna.say("bonjour")


async def test_group_life_reaches_the_bot(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    bob = telegram.person("Bob")
    group = telegram.group("Rédaction", [anna])
    bob.join(group)
    bob.say("salut", group)
    bob.leave(group)
    group.kick_bot()
    anna.say("il est parti", group)
    kinds = [next(k for k in u if k != "update_id") for u in (await api.updates())[1:]]
    assert kinds == ["my_chat_member", "message", "message", "message", "my_chat_member"]
    with pytest.raises(RuntimeError, match="no member"):
        bob.say("encore", group)


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("bavardage", False),
        ("/aide", True),
        ("/aide@relais_bot", True),
        ("/aide@autre_bot", False),
        ("dis, @relais_bot", True),
    ],
)
async def test_privacy_mode(telegram: TelegramServer, anna: Person, text: str, heard: bool) -> None:
    group = telegram.group("Amis", [anna], bot_is_admin=False)
    before = len(telegram.pending_updates)
    anna.say(text, group)
    assert len(telegram.pending_updates) - before == heard


async def test_reply_to_the_bot_is_heard(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    group = telegram.group("Amis", [anna], bot_is_admin=False)
    await api.result("sendMessage", chat_id=group.id, text="alors ?")
    anna.say("oui", group, reply_to=group.last)
    assert telegram.pending_updates[-1]["message"]["text"] == "oui"


async def test_edit_forward_photo_and_channel_post(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    said = anna.say("une fotue")
    anna.edit(said, "une faute")
    anna.say("relayé", forward_from="Inconnue")
    anna.send_photo("regarde #ici")
    channel = telegram.group("Annonces", [anna], kind="channel")
    anna.say("publié", channel)
    updates: list[Any] = (await api.updates())[2:]
    assert updates[0]["edited_message"]["text"] == "une faute"
    assert updates[1]["message"]["forward_origin"]["sender_user_name"] == "Inconnue"
    assert updates[2]["message"]["caption_entities"][0]["type"] == "hashtag"
    assert updates[4]["channel_post"]["sender_chat"]["id"] == channel.id


async def test_reactions_reach_the_bot_where_it_asked(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    await api.updates(allowed_updates=["message_reaction"])
    message = anna.chat.last
    anna.react(message, "👍")
    anna.react(message, None)
    changes = [u["message_reaction"] for u in telegram.pending_updates[1:]]
    assert [len(c["new_reaction"]) for c in changes] == [1, 0]
    await api.result("setMessageReaction", chat_id=anna.id, message_id=message.message_id,
                     reaction=[{"type": "emoji", "emoji": "👀"}])  # fmt: skip
    assert message.reactions[telegram.bot.id][0]["emoji"] == "👀"


async def test_inline_query(api: RawBot, anna: Person) -> None:
    query = anna.type_inline("xiaomi")
    update = (await api.updates(offset=-1))[0]["inline_query"]
    assert (update["id"], update["query"]) == (query.query_id, "xiaomi")
    result = {"type": "article", "id": "1", "title": "x"}
    many = [result | {"id": str(i)} for i in range(51)]
    refusal = await api.refusal("answerInlineQuery", inline_query_id=query.query_id, results=many)
    assert refusal == "Bad Request: too many inline query results specified"
    await api.result("answerInlineQuery", inline_query_id=query.query_id, results=[result])
    assert query.results == [result]


async def test_people_write_up_to_4096_characters(anna: Person) -> None:
    assert anna.say(" é\t" + "é" * 4093 + "\n").text == "é " + "é" * 4093
    for text in ("é" * 4097, "", " \n"):
        with pytest.raises(ValueError):
            anna.say(text)
