"""What becomes of a text on its way into a chat: cleaning, limits, found entities, nesting."""

from typing import Any

import pytest

from sandbox.telegram import Person
from sandbox.telegram.autolinks import find_spans
from tests.support.telegram import RawBot


async def _send(api: RawBot, to: Person, text: str, **more: Any) -> dict[str, Any]:
    sent: dict[str, Any] = await api.result("sendMessage", chat_id=to.id, text=text, **more)
    return sent


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\tb", "a b"),
        ("a\r\nb", "a\nb"),
        ("a\x00\x1fb", "a  b"),
        ("a\u2028b\u202ec", "abc"),
        ("a\u030a", "a"),
        ("\n  mot \n ", "mot"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
async def test_text_is_cleaned(api: RawBot, anna: Person, given: str, shown: str) -> None:
    assert (await _send(api, anna, given))["text"] == shown


async def test_entities_move_with_removed_characters(api: RawBot, anna: Person) -> None:
    sent = await _send(api, anna, "\r\n é\r<b>\rgras\r</b>", parse_mode="HTML")
    assert sent["text"] == "égras"
    assert sent["entities"] == [{"type": "bold", "offset": 1, "length": 4}]


async def test_leading_spaces_of_the_first_entity_stay(api: RawBot, anna: Person) -> None:
    sent = await _send(api, anna, "  <code> x</code>", parse_mode="HTML")
    assert sent["text"] == " x"


async def test_style_of_spaces_only_vanishes(api: RawBot, anna: Person) -> None:
    assert "entities" not in await _send(api, anna, "a<b> </b>b", parse_mode="HTML")


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "Bad Request: message text is empty"),
        (" \n ", "Bad Request: text must be non-empty"),
        ("\u2028", "Bad Request: text must be non-empty"),
        ("<b></b>", "Bad Request: text must be non-empty"),
        ("é" * 4097, "Bad Request: message is too long"),
        ("é" * 16385, "Bad Request: text is too long"),
        ("<b>", "Bad Request: can't parse entities: "
         'Can\'t find end tag corresponding to start tag "b"'),
    ],
)  # fmt: skip
async def test_text_is_refused(api: RawBot, anna: Person, text: str, description: str) -> None:
    arguments = {"chat_id": anna.id, "text": text, "parse_mode": "html"}
    assert await api.refusal("sendMessage", **arguments) == description


async def test_limit_counts_code_points_after_parsing(api: RawBot, anna: Person) -> None:
    sent = await _send(api, anna, f"<b>{'🦊' * 4096}</b>\n", parse_mode="HTML")
    assert len(sent["text"]) == 4096


async def test_parse_mode_must_be_known(api: RawBot, anna: Person) -> None:
    refusal = await api.refusal("sendMessage", chat_id=anna.id, text="x", parse_mode="xml")
    assert refusal == "Bad Request: unsupported parse_mode"


async def test_markup_is_looked_at_before_the_text(api: RawBot, anna: Person) -> None:
    refusal = await api.refusal("sendMessage", chat_id=anna.id, text="", reply_markup="{")
    assert refusal == "Bad Request: can't parse reply keyboard markup JSON object"


async def test_text_is_looked_at_before_the_chat(api: RawBot) -> None:
    refusal = await api.refusal("sendMessage", chat_id=5, text="")
    assert refusal == "Bad Request: message text is empty"


async def test_entities_beyond_a_hundred_are_dropped(api: RawBot, anna: Person) -> None:
    sent = await _send(api, anna, "<b>a</b>-" * 120, parse_mode="HTML")
    assert len(sent["entities"]) == 100


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("voir #xiaomi", ["hashtag:#xiaomi"]),
        ("#MarchéSmartphones!", ["hashtag:#MarchéSmartphones"]),
        ("#5g #2024", ["hashtag:#5g"]),
        ("#a-b", ["hashtag:#a"]),
        ("a#b ##c", ["hashtag:#c"]),
        ("#a#b", []),
        ("#e\u0301te", ["hashtag:#e"]),
        ("#x²", ["hashtag:#x"]),
        ("#" + "a" * 300, ["hashtag:#" + "a" * 256]),
        ("@anna_b x@y @ab", ["mention:@anna_b"]),
        ("/start@relais_bot /aide a/b //c", ["bot_command:/start@relais_bot", "bot_command:/aide"]),
        ("https://exemple.org/a?b=c#d.", ["url:https://exemple.org/a?b=c#d"]),
        ("(exemple.org/a_(b))", ["url:exemple.org/a_(b)"]),
        ("Fin.Début de phrase.fr, version 1.2", ["url:phrase.fr"]),
        ("http://localhost et tg://resolve?domain=x", ["url:tg://resolve?domain=x"]),
        ("ecrire@exemple.org", ["email:ecrire@exemple.org"]),
        ("$AAPL $toolong", ["cashtag:$AAPL"]),
    ],
)
def test_entities_are_found(text: str, spans: list[str]) -> None:
    assert [f"{kind}:{text[start:end]}" for kind, start, end in find_spans(text)] == spans


@pytest.mark.parametrize(
    ("html", "entities"),
    [
        ("<b>a<b>b</b></b>", [("bold", 0, 2)]),
        ("<b>a</b><b>b</b>", [("bold", 0, 2)]),
        ("<b>a<code>b</code>c</b>", [("bold", 0, 1), ("code", 1, 1), ("bold", 2, 1)]),
        ("<b>x #ta</b>g", [("bold", 0, 2), ("hashtag", 2, 4), ("bold", 2, 3)]),
        ("<code>#tag</code>", [("code", 0, 4)]),
        ('<a href="https://x.org">#tag</a>', [("text_link", 0, 4)]),
        ('<a href="https://x.org"><code>c</code></a>', [("code", 0, 1)]),
        ("<blockquote><b>a</b></blockquote>", [("blockquote", 0, 1), ("bold", 0, 1)]),
        ("🦊 #tag", [("hashtag", 3, 4)]),
    ],
)
async def test_entities_nest_as_telegram_lets_them(
    api: RawBot, anna: Person, html: str, entities: list[tuple[str, int, int]]
) -> None:
    sent = await _send(api, anna, html, parse_mode="HTML")
    assert [(e["type"], e["offset"], e["length"]) for e in sent["entities"]] == entities


@pytest.mark.parametrize(
    ("offset", "length", "description"),
    [
        (9, 1, "entity begins after the end of the text at UTF-16 offset 9"),
        (0, 9, "entity beginning at UTF-16 offset 0 ends after the end of the text "
         "at UTF-16 offset 9"),
        (2, 1, "entity begins in a middle of a UTF-16 symbol at byte offset 1"),
        (0, 2, "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol "
         "at byte offset 1"),
    ],
)  # fmt: skip
async def test_explicit_entities_are_checked(
    api: RawBot, anna: Person, offset: int, length: int, description: str
) -> None:
    entities = [{"type": "bold", "offset": offset, "length": length}]
    refusal = await api.refusal("sendMessage", chat_id=anna.id, text="a🦊b", entities=entities)
    assert refusal == f"Bad Request: {description}"


async def test_explicit_entities_are_applied(api: RawBot, anna: Person) -> None:
    entities = [{"type": "text_link", "offset": 0, "length": 1, "url": "https://x.org/"}]
    await _send(api, anna, "a b", entities=entities)
    assert anna.chat.last.html == '<a href="https://x.org/">a</a> b'


@pytest.mark.parametrize(
    "html",
    [
        "<b>a<i>b</i></b> c",
        '<a href="https://x.org/?a=1&amp;b=%22">lien</a> &lt;b&gt;',
        "<blockquote expandable>dit</blockquote>",
        '<pre><code class="language-python">x &amp; y</code></pre>',
        "🦊<tg-spoiler>🦊</tg-spoiler>",
        '<a href="tg://user?id=1000001">Anna</a>',
    ],
)
async def test_message_shows_its_html_again(api: RawBot, anna: Person, html: str) -> None:
    await _send(api, anna, html, parse_mode="HTML")
    assert anna.chat.last.html == html


async def test_surrogates_are_refused(api: RawBot, anna: Person) -> None:
    refusal = await api.refusal("sendMessage", chat_id=anna.id, text="\ud83d")
    assert refusal == "Bad Request: strings must be encoded in UTF-8"


async def test_mention_of_a_stranger_vanishes(api: RawBot, anna: Person) -> None:
    html = f'<a href="tg://user?id=42">X</a> <a href="tg://user?id={anna.id}">A</a>'
    sent = await _send(api, anna, html, parse_mode="HTML")
    assert [(e["offset"], e["user"]["first_name"]) for e in sent["entities"]] == [(2, "Anna")]
