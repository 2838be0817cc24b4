"""Comments that try to break whatever shows them: each gets a clear answer, none a refusal of ours.

One article; each test brings a reader who writes, Rob follows and reads what was approved.
"""

import pytest
import pytest_asyncio

from sandbox.telegram import Message
from tests.support.talks import assert_clean, only, showing, talk_in

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACCEPTED = {
    "markup": ("<b>gras</b> & <i>non</i> </a><script>x</script>", None),
    "entities": ("&lt;b&gt; &amp;amp; &#60; &nbsp;", None),
    "Markdown": ("*gras* _non_ `code` [x](y) ||secret||", None),
    "fields": ("{title} {0} %s %(n)d {{}}", None),
    "2,000 emoji": ("😀" * 2000, None),
    "2,000 angle brackets": ("<" * 2000, None),
    "overrides": ("a\u202egnp.exe\u202c b\u2066c\u2069", "agnp.exe bc"),
    "control characters": ("a\x00b\x07c\x1b[31md\x7f", "a b c [31md"),
    "zero width": ("in\u200bvi\ufeffsi\u00adble", "invisible"),
    "marks without end": ("e" + "\u0301" * 40 + " fin", "e\u0301\u0301\u0301 fin"),
    "lines without end": ("haut" + "\n" * 50 + "bas", "haut\n\nbas"),
    "right to left": ("שלום עולם, مرحبا", None),
    "families and flags": ("👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇫🇷", None),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(tmp_path_factory):
    """A running site where approvals go out at once."""
    async with talk_in(tmp_path_factory.mktemp("hostile")) as talk:
        await talk.site.relais.start()
        yield talk
        await assert_clean(talk.site)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(talk):
    """Readers who all have one post, each with it; the first is Rob, who follows."""
    rob = talk.site.telegram.person("Rob", "en")
    writers = talk.site.people(30, "<i>Zoé</i>", "fr")
    posts = await talk.post_to(rob, *writers)
    await talk.site.press(rob, posts[0], "Follow discussion")
    return [(rob, posts[0]), *zip(writers, posts[1:], strict=True)]


@pytest.fixture
def rob(crowd):
    """Who follows the discussion."""
    return crowd[0][0]


@pytest.fixture
def writer(crowd):
    """A reader who wrote nothing yet, with the post."""
    return crowd.pop()


async def answers(talk, said: Message, text: str) -> Message:
    """Wait for an answer that says something, and give it."""
    chat = said.chat
    await talk.site.until(
        lambda: [m for m in showing(chat, text) if m.message_id > said.message_id]
    )
    return next(m for m in showing(chat, text) if m.message_id > said.message_id)


@pytest.mark.parametrize("name", ACCEPTED)
async def test_it_is_shown_as_it_was_written_and_nothing_more(talk, rob, writer, name):
    person, post = writer
    text, shown = ACCEPTED[name]
    shown = text if shown is None else shown
    said = await talk.write(person, post, text)
    status = await answers(talk, said, "Un modérateur va le lire")
    card = await talk.card(shown)
    for message in (status, card):
        assert shown in message.text
        assert not {"code", "italic", "bot_command"} & {e["type"] for e in message.entities}
    await talk.site.press(talk.anne, card, "Approve")
    await talk.site.until(lambda: showing(rob, shown))
    copy = only(rob, shown)
    assert copy.text.endswith(shown)
    assert "<i>Zoé</i>" in copy.text  # the name is no markup either
    assert [e["type"] for e in copy.entities] == ["bold"]


async def test_4096_emoji_are_too_many_and_come_back(talk, writer):
    person, post = writer
    text = "😀" * 4096
    said = await talk.write(person, post, text)
    refusal = await answers(talk, said, "trop long")
    assert "4\u202f096" in refusal.text
    assert "2\u202f000" in refusal.text
    await answers(talk, said, text)
    assert not showing(talk.room, "😀" * 2001)


async def test_formatting_is_kept_where_it_hides_nothing(talk, rob, writer):
    person, post = writer
    text = "Gras, puis un lien."
    said = talk.site.telegram.world.post(
        person.chat,
        sender=person.user,
        text=text,
        entities=[
            {"type": "bold", "offset": 0, "length": 4},
            {
                "type": "text_link",
                "offset": 11,
                "length": 7,
                "url": "https://piege.example/x?a=1&b=2",
            },
        ],
        reply_to=post,
    )
    await answers(talk, said, "Un modérateur va le lire")
    card = await talk.card("Gras, puis")
    await talk.site.press(talk.anne, card, "Approve")
    await talk.site.until(lambda: showing(rob, "Gras, puis"))
    copy = only(rob, "Gras, puis")
    assert copy.text.endswith("Gras, puis un lien (https://piege.example/x?a=1&b=2).")
    assert "Gras" in copy.parts("bold")
    assert not copy.parts("text_link")


async def test_a_command_in_a_comment_can_be_tapped_by_nobody(talk, rob, writer):
    person, post = writer
    said = await talk.write(person, post, "/cadeau@relais_bot touchez /stop et /forgetme")
    await answers(talk, said, "Un modérateur va le lire")
    card = await talk.card("/cadeau")
    await talk.site.press(talk.anne, card, "Approve")
    await talk.site.until(lambda: showing(rob, "/cadeau"))
    assert not only(rob, "/cadeau").parts("bot_command")
    assert not card.parts("bot_command")


async def test_a_command_of_ours_is_obeyed_and_is_no_comment(talk, writer):
    person, post = writer
    said = await talk.write(person, post, "/help commenter")
    await answers(talk, said, "/forgetme")
    await talk.site.until_quiet()
    assert not showing(talk.room, "/help commenter")


async def test_a_forwarded_message_is_refused_and_comes_back(talk, writer):
    person, post = writer
    said = person.say("Dit par une autre.", reply_to=post, forward_from="Quelqu’un")
    refusal = await answers(talk, said, "transféré")
    assert "Dit par une autre." in refusal.parts("code")
    assert not showing(talk.room, "Dit par une autre.")


@pytest.mark.parametrize("caption", [None, "Une vue & <b>un toit</b>"])
async def test_a_photo_is_refused_and_its_caption_comes_back(talk, writer, caption):
    person, post = writer
    await talk.site.press(person, post, "Commenter")
    said = person.send_photo(caption)
    refusal = await answers(talk, said, "sans photo")
    assert refusal.parts("code") == ([caption] if caption else [])
    assert not showing(talk.room, "Une vue")


async def test_a_sticker_is_refused(talk, writer):
    person, post = writer
    await talk.site.press(person, post, "Commenter")
    await talk.site.until(lambda: person.chat.last is not post)
    asked = person.chat.last
    sticker = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 512}
    more = {"height": 512, "is_animated": False, "is_video": False}
    talk.site.telegram.push_update(
        {
            "message": {
                "message_id": asked.message_id + 100_000,
                "date": asked.date,
                "chat": person.chat.json,
                "from": person.user.json,
                "sticker": sticker | more,
            }
        }
    )
    await answers(talk, asked, "sans photo")


async def test_what_is_empty_once_cleaned_is_refused(talk, writer):
    person, post = writer
    said = await talk.write(person, post, "\u200b\u2060\u2800\u3164\ufe0f")
    assert await answers(talk, said, "aucun texte")


@pytest.mark.parametrize(
    ("text", "word"),
    [("Du VIΑGRA pas cher", "VIΑGRA"), ("du v\u200bi\u200ba\u200bg\u200bra", "viagra")],
)
async def test_a_banned_word_is_found_in_disguise_and_named(talk, writer, text, word):
    person, post = writer
    said = await talk.write(person, post, text)
    refusal = await answers(talk, said, "Ce mot n’est pas accepté")
    assert word in refusal.text
    assert refusal.parts("code")


async def test_a_message_edited_after_approval_is_judged_anew(talk, rob, writer):
    person, post = writer
    said = await talk.write(person, post, "Tout va bien ici.")
    await talk.site.press(talk.anne, await talk.card("Tout va bien ici."), "Approve")
    await talk.site.until(lambda: showing(rob, "Tout va bien ici."))
    copy = only(rob, "Tout va bien ici.")
    person.edit(said, "Achetez du viagra ici.")
    refusal = await answers(talk, said, "viagra")
    assert "Achetez du viagra ici." in refusal.parts("code")
    person.edit(said, "</b>Tout va <b>mieux</b> &amp;")
    card = await talk.card("</b>Tout va <b>mieux</b> &amp;")
    assert "Tout va bien ici." in copy.text
    await talk.site.press(talk.basile, card, "Approve")
    await talk.site.until(lambda: "</b>Tout va <b>mieux</b> &amp;" in copy.text)
    assert [e["type"] for e in copy.entities] == ["bold"]
