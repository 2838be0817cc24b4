"""What people say and press, over the wire: every command, in both languages.

One process serves the whole module; each test brings its own people.
"""

import json
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.support.site import site_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

BACKLOG = 12
OPERATOR = 77


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """A running site with a dozen articles in the backlog and an operator."""
    folder = tmp_path_factory.mktemp("conversation")
    async with site_in(folder, ADMIN_IDS=OPERATOR, POLL_INTERVAL_SECONDS=600) as site:
        for number in range(BACKLOG):
            tags = ("Marché Smartphones", "5G") if number % 2 else ("Œuvres", f"Rubrique {number}")
            site.publish(
                f"a{number}",
                title=f"Événement numéro {number}",
                tags=tags,
                section="",
                published=datetime(2026, 1, 1 + number, 12, tzinfo=UTC),
            )
        await site.relais.start()
        await site.until_stored(BACKLOG)
        await site.until_quiet()
        yield site
        refused = [c for c in site.telegram.calls if c.status not in (200, None)]
        assert [(call.method, call.description) for call in refused] == []
        assert await site.value("SELECT count(*) FROM inbox WHERE state = 2") == 0
        assert await site.value("SELECT count(*) FROM outbox WHERE state = 4") == 0


@pytest.fixture
def reader(site):
    """Somebody new, who reads English."""
    return site.telegram.person("Ada", "en")


@pytest.fixture
def lecteur(site):
    """Somebody new, who reads French."""
    return site.telegram.person("Léo", "fr")


async def list_followed(site, person):
    """Give the bold names of /following."""
    answer = await site.ask(person, "/following")
    return sorted(answer.parts("bold"))


@pytest.mark.parametrize(
    ("command", "followed"),
    [
        ("/follow xiaomi", ["xiaomi"]),
        ("/follow #xiaomi #nokia", ["nokia", "xiaomi"]),
        ("/follow Marché Smartphones, 5G", ["5G", "Marché Smartphones"]),
        ("/follow marche-smartphones", ["Marché Smartphones"]),
        ("/follow #MarchéSmartphones", ["Marché Smartphones"]),
        ("/follow oeuvres", ["Œuvres"]),
        ("/follow@relais_bot 5g", ["5G"]),
    ],
)
async def test_every_form_of_follow(site, reader, command, followed):
    await site.ask(reader, command)
    assert await list_followed(site, reader) == followed


async def test_follow_tells_what_there_is_and_can_be_undone(site, reader):
    answer = await site.ask(reader, "/follow 5G")
    assert "6 articles" in answer.text
    assert len(answer.parts("text_link")) == 3
    await site.press(reader, answer, "Undo")
    await site.until(lambda: answer.edited)
    assert await list_followed(site, reader) == []
    await site.press(reader, answer, "Follow again")
    assert await list_followed(site, reader) == ["5G"]


async def test_an_unknown_tag_is_followed_with_the_nearest_proposed(site, reader):
    answer = await site.ask(reader, "/follow smartphone")
    assert any("Marché Smartphones" in label for label in answer.labels)
    await site.press(reader, answer, "Marché Smartphones")
    assert await list_followed(site, reader) == ["Marché Smartphones", "smartphone"]


async def test_unfollow(site, reader):
    await site.ask(reader, "/follow #5g #xiaomi")
    await site.ask(reader, "/unfollow 5G")
    assert await list_followed(site, reader) == ["xiaomi"]


async def test_start_proposes_tags_and_a_press_follows(site, lecteur):
    answer = await site.ask(lecteur, "/start")
    assert "Bienvenue" in answer.text
    press = await site.press(lecteur, answer, "5G")
    assert "5G" in press.answer.text
    await site.until(lambda: "✓ 5G" in answer.labels)
    assert await list_followed(site, lecteur) == ["5G"]


async def test_a_deep_link_follows_its_tag(site, reader):
    await site.ask(reader, "/start tag_marche-smartphones")
    assert await list_followed(site, reader) == ["Marché Smartphones"]


async def test_help_exists_in_both_languages(site, reader, lecteur):
    english = await site.ask(reader, "/help")
    french = await site.ask(lecteur, "/help")
    assert english.text != french.text
    for command in ("/follow", "/search", "/settings", "/forgetme"):
        assert command in english.text
        assert command in french.text
    assert "/addfeed" not in english.text


async def test_tags_turn_pages_and_mark_what_is_followed(site, reader):
    page = await site.ask(reader, "/tags")
    await site.press(reader, page, "5G")
    await site.until(lambda: "✓ 5G" in page.labels)
    first = set(page.labels)
    if any("Next" in label for label in page.labels):
        await site.press(reader, page, "Next")
        await site.until(lambda: set(page.labels) != first)


async def test_following_turns_pages_and_drops(site, reader):
    names = [f"sujet {number:02}" for number in range(20)]
    await site.ask(reader, "/follow " + ", ".join(names))
    await site.ask(reader, "/follow sujet 20, sujet 21")
    page = await site.ask(reader, "/following")
    shown = set(page.parts("bold"))
    await site.press(reader, page, "Next")
    await site.until(lambda: set(page.parts("bold")).isdisjoint(shown))
    dropped = page.parts("bold")[0]
    await site.press(reader, page, dropped)
    await site.until_quiet()
    follows = await site.value("SELECT count(*) FROM subscriptions WHERE chat_id = ?", reader.id)
    assert follows == 21


async def test_latest_turns_pages_and_opens_a_post(site, reader):
    page = await site.ask(reader, "/latest")
    assert len(page.parts("text_link")) == 5
    newest = page.text
    await site.press(reader, page, "Next")
    await site.until(lambda: page.text != newest)
    await site.press(reader, page, "Previous")
    await site.until(lambda: page.text == newest)
    await site.press(reader, page, "1")
    await site.until(lambda: "Tags" in reader.chat.last.labels)
    assert f"Événement numéro {BACKLOG - 1}" in reader.chat.last.text


async def test_search_folds_and_quotes_whatever_is_typed(site, reader):
    assert "Événement numéro 7" in (await site.ask(reader, "/search evenement numero 7")).text
    pages = await site.ask(reader, "/search ÉVÉNEMENT")
    before = pages.text
    await site.press(reader, pages, "Next")
    await site.until(lambda: pages.text != before)
    for nasty in (
        '"',
        "a OR b",
        "NEAR(a b)",
        "col:x",
        "*",
        "' ; DROP TABLE articles",
        "(((",
        "<b>",
    ):
        answer = await site.ask(reader, f"/search {nasty}")
        assert answer.text
    assert await site.value("SELECT count(*) FROM articles") == BACKLOG


async def test_the_tags_menu_of_a_post_mutes(site, reader):
    page = await site.ask(reader, "/latest 5G")
    await site.press(reader, page, "1")
    await site.until(lambda: "Tags" in reader.chat.last.labels)
    post = reader.chat.last
    await site.press(reader, post, "Tags")
    await site.until(lambda: "Tags" not in post.labels)
    await site.press(reader, post, "🔇")
    await site.until_quiet()
    assert await site.value("SELECT muted FROM subscriptions WHERE chat_id = ?", reader.id) == 1


async def test_settings_change_the_language_and_stop_pauses(site, reader):
    page = await site.ask(reader, "/settings")
    await site.press(reader, page, "Français")
    await site.until(lambda: page.edited)
    assert "bienvenue" in (await site.ask(reader, "/start")).text.casefold()
    await site.ask(reader, "/stop")
    state = "SELECT state FROM subscribers WHERE chat_id = ?"
    assert await site.value(state, reader.id) == "paused"
    await site.ask(reader, "/start")
    assert await site.value(state, reader.id) == "active"


async def test_mydata_tells_everything_and_forgetme_erases_it(site, reader):
    await site.ask(reader, "/follow 5G, un sujet à moi")
    answer = await site.ask(reader, "/mydata")
    await site.until(lambda: any(m.document for m in reader.chat.from_bot()))
    file = next(m.document for m in reader.chat.from_bot() if m.document)
    assert "un sujet à moi" in json.dumps(json.loads(file.content), ensure_ascii=False)
    answer = await site.ask(reader, "/forgetme")
    await site.press(reader, answer, answer.labels[0])
    await site.until_quiet()
    for table in ("subscribers", "subscriptions", "receipts", "outbox"):
        rows = await site.value(f"SELECT count(*) FROM {table} WHERE chat_id = ?", reader.id)
        assert rows == 0, table


async def test_operators_have_commands_that_others_are_refused(site, reader):
    operator = site.telegram.person("Olga", "en", user_id=OPERATOR)
    assert "operators" in (await site.ask(reader, "/stats")).text
    assert str(BACKLOG) in (await site.ask(operator, "/stats")).text
    assert "Le Courrier des Ondes" in (await site.ask(operator, "/feeds")).text


async def test_the_menus_of_commands_are_set_for_each_language(site):
    menus = site.telegram.commands
    languages = {language for _, language in menus}
    assert languages >= {"", "fr", "en"}
    for (scope, _), commands in menus.items():
        names = {command["command"] for command in commands}
        assert {"start", "follow", "search"} <= names
        assert ("addfeed" in names) == (str(OPERATOR) in scope)


async def test_what_is_no_command_gets_a_friendly_word_or_none_but_never_an_error(site, reader):
    await site.ask(reader, "/start")
    said = [reader.say("Hello?"), reader.say("/nonsense"), reader.send_photo("a view")]
    await site.until_quiet()
    answers = [m for m in reader.chat.from_bot() if m.message_id > said[0].message_id]
    assert len(answers) <= len(said)
