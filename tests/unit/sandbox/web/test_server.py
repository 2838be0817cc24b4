"""What the page's server lets in, streams and does."""

import json

import aiohttp
import pytest

from tests.support.newsroom import make_article
from tests.support.page import scene

__all__ = ["scene"]


@pytest.fixture
async def client(scene):
    async with aiohttp.ClientSession(scene.page.url) as session:
        yield session


async def act(client, action, **body):
    async with client.post(f"/api/{action}", json=body) as response:
        return response.status, await response.json()


class Stream:
    """Reads the page's events one after the other."""

    def __init__(self, response):
        self._response = response

    async def next(self, wanted=None):
        """Give the next event, or the next of one kind."""
        while True:
            block = (await self._response.content.readuntil(b"\n\n")).decode()
            if block.startswith("event: "):
                name, data = block.strip().split("\n")
                kind = name.removeprefix("event: ")
                if wanted in (None, kind):
                    return kind, json.loads(data.removeprefix("data: "))


@pytest.fixture
async def stream(client):
    async with client.get("/events") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        yield Stream(response)


async def test_a_stream_begins_with_the_whole_state(scene, client):
    scene.amelie.say("Bonjour")
    scene.newsroom.publish(make_article("one"))
    async with client.get("/events") as response:
        kind, state = await Stream(response).next()
    assert kind == "state"
    assert [seat["key"] for seat in state["seats"]] == ["amelie", "jonah", "moderators"]
    assert "Bonjour" in [message["text"] for message in state["messages"]]
    assert [article["id"] for article in state["articles"]] == ["one"]
    assert {draft["publication"] for draft in state["drafts"]} <= set(scene.newsroom.publications)


async def test_what_is_said_arrives_with_the_answer(scene, client, stream):
    assert (await act(client, "say", seat="amelie", text="/start"))[0] == 200
    _, said = await stream.next("message")
    assert (said["text"], said["from"]["id"]) == ("/start", scene.amelie.id)
    _, action = await stream.next("action")
    assert action == {"chat": scene.amelie.chat.id, "action": "typing"}
    _, answer = await stream.next("message")
    assert answer["from"]["bot"]
    assert answer["text"] == "Welcome to Relais."
    assert answer["entities"] == [{"type": "bold", "offset": 11, "length": 6}]
    assert [key["text"] for key in answer["keyboard"][0]] == ["Follow 5G", "Alert"]


async def test_a_press_is_answered_and_edits(scene, client, stream):
    await act(client, "say", seat="amelie", text="/start")
    await scene.telegram.wait_until(scene.amelie.chat.from_bot)
    place = scene.amelie.chat.last.message_id
    status, _ = await act(client, "press", seat="amelie", message=place, row=0, column=0)
    assert status == 200
    _, answer = await stream.next("answered")
    assert (answer["text"], answer["alert"], answer["id"]) == ("Followed", False, place)
    _, edited = await stream.next("edited")
    assert edited["id"] == place
    assert edited["text"] == "You follow #5G now."


async def test_own_messages_are_edited_and_deleted(scene, client, stream):
    _, said = await act(client, "say", seat="amelie", text="Bonjur")
    await act(client, "edit", seat="amelie", message=said["id"], text="Bonjour")
    _, edited = await stream.next("edited")
    assert edited["text"] == "Bonjour"
    await act(client, "delete", seat="amelie", message=said["id"])
    assert (await stream.next("deleted"))[1] == {"chat": scene.amelie.chat.id, "id": said["id"]}


async def test_a_reply_shows_what_it_answers(scene, client, stream):
    _, said = await act(client, "say", seat="amelie", text="Premier")
    await act(client, "say", seat="amelie", text="Second", reply_to=said["id"])
    await stream.next("message")
    _, reply = await stream.next("message")
    assert reply["reply"]["text"] == "Premier"
    assert reply["reply"]["id"] == said["id"]


async def test_prompts_and_files_are_shown(scene, client, stream):
    await act(client, "say", seat="jonah", text="/ask")
    await act(client, "say", seat="jonah", text="/file")
    seen = [(await stream.next("message"))[1] for _ in range(4)]
    prompt = next(message for message in seen if message["asksReply"] is not None)
    assert prompt["asksReply"] == "Your comment"
    file = next(message["file"] for message in seen if message["file"])
    assert (file["name"], file["size"]) == ("data.json", 2)
    async with client.get(file["url"]) as response:
        assert await response.read() == b"{}"
        assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("say", {"seat": "nobody", "text": "x"}),
        ("say", {"seat": "amelie"}),
        ("say", {"seat": "amelie", "text": ""}),
        ("say", {"seat": "amelie", "text": "x", "reply_to": 999}),
        ("edit", {"seat": "amelie", "message": 999, "text": "x"}),
        ("press", {"seat": "amelie", "message": 999, "row": 0, "column": 0}),
        ("dance", {"seat": "amelie"}),
        ("publish", {"title": "  ", "publication": "courrier"}),
        ("publish", {"title": "x", "publication": "nowhere"}),
        ("withdraw", {"id": "nothing"}),
    ],
)
async def test_what_cannot_be_done_is_refused_with_words(client, action, body):
    status, answer = await act(client, action, **body)
    assert status == 400
    assert answer["error"]


async def test_nobody_deletes_the_words_of_others(scene, client):
    await act(client, "say", seat="amelie", text="/start")
    await scene.telegram.wait_until(scene.amelie.chat.from_bot)
    place = scene.amelie.chat.last.message_id
    status, _ = await act(client, "delete", seat="amelie", message=place)
    assert status == 400
    assert scene.amelie.chat.find(place) is not None


async def test_the_desk_publishes_corrects_and_withdraws(scene, client, stream):
    form = {
        "publication": "signal",
        "title": "Same title",
        "lead": "Lead",
        "body": "One.\n\nTwo.\n\n",
        "tags": "5G, #Xiaomi,, ",
        "author": "Imogen Thackley",
    }
    _, first = await act(client, "publish", **form)
    _, second = await act(client, "publish", **form)
    assert first["id"] != second["id"]
    _, told = await stream.next("published")
    assert told["form"]["tags"] == "5G, Xiaomi"
    assert told["form"]["body"] == "One.\n\nTwo."
    await act(client, "correct", id=first["id"], **(form | {"title": "Better"}))
    assert (await stream.next("corrected"))[1]["title"] == "Better"
    await act(client, "withdraw", id=first["id"])
    assert (await stream.next("withdrawn"))[1] == {"id": first["id"]}


async def test_a_post_carries_the_card_of_its_article(scene, client, stream):
    await act(client, "say", seat="amelie", text="Bonjour")
    await stream.next("message")
    article = make_article("one", title="Titre", lead="Chapeau")
    url = scene.newsroom.publish(article)
    _, post = await stream.next("message")
    card = post["preview"]
    assert (card["title"], card["description"]) == ("Titre", "Chapeau")
    assert (card["url"], card["above"], card["large"]) == (url, True, True)
    async with client.get(card["picture"]) as response:
        assert response.content_type == "image/svg+xml"
    async with client.get("/picture", params={"url": "https://example.org/a.svg"}) as response:
        assert response.status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "evil.example:80"},
    ],
)
async def test_no_other_site_may_drive_the_page(scene, client, headers):
    body = {"seat": "amelie", "text": "gotcha"}
    async with client.post("/api/say", json=body, headers=headers) as response:
        assert response.status == 403
    assert len(scene.amelie.chat) == 0


async def test_only_json_is_taken(client):
    async with client.post("/api/say", data='{"seat": "amelie", "text": "x"}') as response:
        assert response.status == 415


async def test_no_outside_resource_can_be_loaded(client):
    async with client.get("/") as response:
        policy = response.headers["Content-Security-Policy"]
        page = await response.text()
    assert "default-src 'none'" in policy
    assert "https://" not in page


async def test_the_narrowest_command_menu_is_shown(scene, client, stream):
    everybody = {"command": "help", "description": "Help"}
    french = {"command": "aide", "description": "Aide"}
    moderators = {"command": "queue", "description": "Queue"}
    await scene.bot.call("setMyCommands", commands=[everybody])
    await scene.bot.call(
        "setMyCommands",
        commands=[french],
        language_code="fr",
        scope={"type": "all_private_chats"},
    )
    await scene.bot.call(
        "setMyCommands",
        commands=[moderators],
        scope={"type": "chat", "chat_id": scene.group.id},
    )
    for _ in range(3):
        _, told = await stream.next("seats")
    menus = {seat["key"]: seat["commands"][0]["command"] for seat in told["seats"]}
    assert menus == {"amelie": "aide", "jonah": "help", "moderators": "queue"}
