"""Messages in their chats: numbering, replies, edits, deletions, copies, files."""

import io

import aiohttp

from sandbox.telegram import FakeClock, Limits, Person, TelegramServer
from tests.support.telegram import RawBot

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
BUTTON = {"inline_keyboard": [[{"text": "Oui", "callback_data": "oui"}]]}


async def _send(api: RawBot, chat_id: int, text: str = "x", **more: object) -> int:
    sent = await api.result("sendMessage", chat_id=chat_id, text=text, **more)
    message_id: int = sent["message_id"]
    return message_id


async def test_private_chats_and_basic_groups_share_one_numbering(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    bob = telegram.person("Bob")
    group = telegram.group("Amis", [anna, bob], "group")
    assert anna.chat.last.message_id == 1
    assert bob.say("/start").message_id == 2
    assert await _send(api, anna.id) == 3
    assert await _send(api, group.id) == 4
    assert anna.say("oui", group).message_id == 5
    assert await _send(api, bob.id) == 6


async def test_supergroups_and_channels_number_for_themselves(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    one = telegram.group("Un", [anna])
    two = telegram.group("Deux", kind="channel")
    assert [await _send(api, one.id), await _send(api, two.id)] == [1, 1]
    assert anna.say("oui", one).message_id == 2
    assert await _send(api, anna.id) == 2


async def test_reply_carries_what_it_answers(api: RawBot, anna: Person) -> None:
    question = anna.say("Quoi ?")
    await _send(api, anna.id, reply_parameters={"message_id": question.message_id})
    assert anna.chat.last.reply_to_message_id == question.message_id
    answer = anna.say("Merci", reply_to=anna.chat.last)
    update = (await api.updates())[-1]["message"]
    assert update["message_id"] == answer.message_id
    assert update["reply_to_message"]["text"] == "x"
    assert "reply_to_message" not in update["reply_to_message"]


async def test_reply_to_a_missing_message(api: RawBot, anna: Person) -> None:
    parameters: dict[str, object] = {"message_id": 99}
    arguments = {"chat_id": anna.id, "text": "x", "reply_parameters": parameters}
    expected = "Bad Request: message to be replied not found"
    assert await api.refusal("sendMessage", **arguments) == expected
    parameters["allow_sending_without_reply"] = True
    assert "reply_to_message" not in await api.result("sendMessage", **arguments)


async def test_quote_must_stand_in_the_message(api: RawBot, anna: Person) -> None:
    question = anna.say("Une longue question")
    parameters = {"message_id": question.message_id, "quote": "longue"}
    sent = await api.result("sendMessage", chat_id=anna.id, text="x", reply_parameters=parameters)
    assert sent["quote"]["text"] == "longue"
    parameters["quote"] = "courte"
    refusal = await api.refusal(
        "sendMessage", chat_id=anna.id, text="x", reply_parameters=parameters
    )
    assert refusal == "Bad Request: QUOTE_TEXT_INVALID"


async def test_edit_changes_text_and_takes_buttons_away(api: RawBot, anna: Person) -> None:
    message_id = await _send(api, anna.id, "avant", reply_markup=BUTTON)
    target = {"chat_id": anna.id, "message_id": message_id}
    edited = await api.result("editMessageText", **target, text="<b>après</b>", parse_mode="HTML")
    assert "edit_date" in edited
    message = anna.chat.last
    assert (message.html, message.edited, message.keyboard) == ("<b>après</b>", True, [])


async def test_edit_without_a_difference_is_refused(api: RawBot, anna: Person) -> None:
    message_id = await _send(api, anna.id, "même", reply_markup=BUTTON)
    same = {"chat_id": anna.id, "message_id": message_id, "reply_markup": BUTTON}
    assert await api.refusal("editMessageText", **same, text=" même ") == NOT_MODIFIED
    assert await api.refusal("editMessageReplyMarkup", **same) == NOT_MODIFIED
    await api.result("editMessageText", **same, text="<b>même</b>", parse_mode="HTML")
    await api.result("editMessageReplyMarkup", chat_id=anna.id, message_id=message_id)


async def test_what_cannot_be_edited(api: RawBot, anna: Person) -> None:
    own = anna.say("de moi")
    target = {"chat_id": anna.id, "message_id": own.message_id, "text": "y"}
    refusal = await api.refusal("editMessageText", **target)
    assert refusal == "Bad Request: message can't be edited"
    target["message_id"] = 99
    refusal = await api.refusal("editMessageText", **target)
    assert refusal == "Bad Request: message to edit not found"
    forward = {"chat_id": anna.id, "from_chat_id": anna.id, "message_id": own.message_id}
    target["message_id"] = (await api.result("forwardMessage", **forward))["message_id"]
    refusal = await api.refusal("editMessageText", **target)
    assert refusal == "Bad Request: message can't be edited"


async def test_delete(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    message_id = await _send(api, anna.id, "parti")
    target = {"chat_id": anna.id, "message_id": message_id}
    assert await api.result("deleteMessage", **target) is True
    assert [m.text for m in anna.chat.visible()] == ["/start"]
    assert [m.text for m in anna.chat.messages] == ["/start", "parti"]
    assert await api.refusal("deleteMessage", **target) == (
        "Bad Request: message to delete not found"
    )
    assert [(s.kind, s.text) for s in telegram.sent] == [("send", "parti"), ("delete", "parti")]


async def test_messages_older_than_48_hours_stay() -> None:
    clock = FakeClock()
    async with (
        TelegramServer(limits=Limits.off(), clock=clock) as server,
        aiohttp.ClientSession() as session,
    ):
        api, anna = RawBot(server, session), server.person("Anna")
        anna.say("/start")
        target = {"chat_id": anna.id, "message_id": await _send(api, anna.id)}
        clock.advance(48 * 3600 + 1)
        assert await api.refusal("deleteMessage", **target) == (
            "Bad Request: message can't be deleted for everyone"
        )
        await api.result("editMessageText", **target, text="toujours")


async def test_messages_of_others_need_the_right(
    api: RawBot, telegram: TelegramServer, anna: Person
) -> None:
    group = telegram.group("Amis", [anna], bot_is_admin=False)
    said = anna.say("à moi", group)
    target = {"chat_id": group.id, "message_id": said.message_id}
    refusal = await api.refusal("deleteMessage", **target)
    assert refusal == "Bad Request: message can't be deleted"
    group.add_bot(admin=True)
    await api.result("deleteMessage", **target)


async def test_delete_many_skips_missing_ones(api: RawBot, anna: Person) -> None:
    ids = [await _send(api, anna.id) for _ in range(3)]
    await api.result("deleteMessages", chat_id=anna.id, message_ids=[*ids, 999])
    assert len(anna.chat.visible()) == 1
    many = list(range(1, 102))
    refusal = await api.refusal("deleteMessages", chat_id=anna.id, message_ids=many)
    assert refusal == "Bad Request: too many message identifiers specified"


async def test_missing_messages_are_named_by_what_was_wanted(api: RawBot, anna: Person) -> None:
    target = {"chat_id": anna.id, "from_chat_id": anna.id, "message_id": 99}
    for method, verb in [
        ("copyMessage", "copy"),
        ("forwardMessage", "forward"),
        ("setMessageReaction", "react"),
    ]:
        refusal = await api.refusal(method, **target)
        assert refusal == f"Bad Request: message to {verb} not found"


async def test_copy_and_forward(api: RawBot, telegram: TelegramServer, anna: Person) -> None:
    group = telegram.group("Amis", [anna])
    said = anna.say("à transmettre #ici")
    source = {"chat_id": group.id, "from_chat_id": anna.id, "message_id": said.message_id}
    await api.result("copyMessage", **source)
    assert (group.last.text, group.last.parts("hashtag")) == ("à transmettre #ici", ["#ici"])
    forwarded = await api.result("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["id"] == anna.id


async def test_uploaded_file_is_kept(api: RawBot, anna: Person) -> None:
    form = aiohttp.FormData()
    form.add_field("chat_id", str(anna.id))
    form.add_field("caption", "<b>copie</b>")
    form.add_field("parse_mode", "HTML")
    form.add_field("document", "attach://piece")
    content = b"octets" * 300_000
    form.add_field("piece", io.BytesIO(content), filename="copie.opml", content_type="text/x-opml")
    async with api.session.post(f"{api.base}/sendDocument", data=form) as response:
        sent = (await response.json())["result"]
    assert sent["document"]["file_name"] == "copie.opml"
    document = anna.chat.last.document
    assert document is not None
    # Not compared by pytest, which would print a megabyte.
    assert hash(document.content) == hash(content)
    assert anna.chat.last.html == "<b>copie</b>"
    refusal = await api.refusal(
        "editMessageText", chat_id=anna.id, message_id=sent["message_id"], text="x"
    )
    assert refusal == "Bad Request: there is no text in the message to edit"


async def test_caption_has_its_own_limit(api: RawBot, anna: Person) -> None:
    photo = {"chat_id": anna.id, "photo": "https://exemple.org/photo.jpg"}
    await api.result("sendPhoto", **photo, caption="é" * 1024)
    refusal = await api.refusal("sendPhoto", **photo, caption="é" * 1025)
    assert refusal == "Bad Request: message caption is too long"


async def test_document_of_a_person_can_be_fetched(api: RawBot, anna: Person) -> None:
    anna.send_document("flux.opml", b"<opml/>", "mes flux")
    document = (await api.updates())[-1]["message"]["document"]
    path = (await api.result("getFile", file_id=document["file_id"]))["file_path"]
    base = api.base.replace("/bot", "/file/bot")
    async with api.session.get(f"{base}/{path}") as response:
        assert await response.read() == b"<opml/>"


async def test_album(api: RawBot, anna: Person) -> None:
    media = [{"type": "photo", "media": f"https://exemple.org/{i}.jpg"} for i in range(3)]
    media[0]["caption"] = "trois"
    sent = await api.result("sendMediaGroup", chat_id=anna.id, media=media)
    assert len({m["media_group_id"] for m in sent}) == 1
    assert [m.text for m in anna.chat.from_bot()] == ["trois", "", ""]
    for count, description in [
        (0, "there are no messages to send"),
        (11, "too many messages to send as an album"),
    ]:
        refusal = await api.refusal("sendMediaGroup", chat_id=anna.id, media=media[:1] * count)
        assert refusal == f"Bad Request: {description}"
