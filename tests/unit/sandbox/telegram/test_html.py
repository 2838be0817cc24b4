"""Telegram's HTML, by table: what becomes of it, and the exact words of its errors."""

import json
from typing import Any

import pytest

from sandbox.telegram.html import HtmlError, parse_html
from tests.support.shared import shared_path

E = tuple[str, int, int]

PARSED: list[tuple[str, str, list[E]]] = [
    ("plain", "plain", []),
    ("a > b & c", "a > b & c", []),
    ("<b>Une</b> et <i>deux</i>", "Une et deux", [("bold", 0, 3), ("italic", 7, 4)]),
    ("<B>grand</B>", "grand", [("bold", 0, 5)]),
    ("<strong>a<em>b</em></strong>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
    ("<s>a</s><del>b</del>", "ab", [("strikethrough", 0, 1), ("strikethrough", 1, 1)]),
    ("<b>a</>b", "ab", [("bold", 0, 1)]),
    ("🦊<b>🦊</b>", "🦊🦊", [("bold", 2, 2)]),
    ("<b></b>x", "x", []),
    ("&lt;b&gt; &amp;amp; &quot;", '<b> &amp; "', []),
    ("&nbsp;&apos;&eacute;&hellip;", "&nbsp;&apos;&eacute;&hellip;", []),
    ("&#233;&#xe9;&#xE9", "ééé", []),
    ("&#0; &# &#x; &#99999999;", "&#0; &# &#x; &#99999999;", []),
    ("&lt&gt", "<>", []),
    ('<a href="javascript:alert(1)">x</a>', "x", []),
    ('<a href="http://localhost/">x</a>', "x", []),
    ("<a>pas un lien</a>", "pas un lien", []),
    ("<code>a&lt;b</code>", "a<b", [("code", 0, 3)]),
    ("<blockquote>dit</blockquote>", "dit", [("blockquote", 0, 3)]),
    ("<blockquote expandable>dit</blockquote>", "dit", [("expandable_blockquote", 0, 3)]),
    ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
    ("<b class='x' id=y data>x</b>", "x", [("bold", 0, 1)]),
    ('<b\nid="a"\n>x</b\n>', "x", [("bold", 0, 1)]),
]

REFUSED = [
    ("a <", "Unclosed start tag at byte offset 2"),
    ("é <b", "Unclosed start tag at byte offset 3"),
    ("a < b", 'Unsupported start tag "" at byte offset 2'),
    ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
    ("a<br/>b", 'Unsupported start tag "br/" at byte offset 1'),
    ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
    ("<ul><li>x", 'Unsupported start tag "ul" at byte offset 0'),
    ('<a href="https://x.org"/>', 'Empty attribute name in the tag "a" at byte offset 0'),
    ("<a href=https://x.org>x</a>", "Unexpected end of name token at byte offset 8"),
    ('<a href="https://x.org', "Unclosed start tag at byte offset 0"),
    ("<b id", 'Unclosed start tag "b" at byte offset 0'),
    ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ("x</b>", "Unexpected end tag at byte offset 1"),
    ("<b>x</b", "Unclosed end tag at byte offset 4"),
    (
        "<b><i>x</b></i>",
        'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
    ),
    ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"),
    ('<tg-time unix="5" format="rt">x</tg-time>', "Invalid date format used"),
    (
        "&#xD800;",
        "Text contains invalid Unicode characters after decoding HTML entities, "
        "check for unmatched surrogate code units",
    ),
]


def _shape(source: str) -> tuple[str, list[E]]:
    text, entities = parse_html(source)
    return text, [(e.kind, e.offset, e.length) for e in entities]


@pytest.mark.parametrize(("source", "text", "entities"), PARSED)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[E]) -> None:
    assert _shape(source) == (text, entities)


@pytest.mark.parametrize(("source", "error"), REFUSED)
def test_html_is_refused_with_the_exact_words(source: str, error: str) -> None:
    with pytest.raises(HtmlError) as caught:
        parse_html(source)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("source", "extra"),
    [
        ('<a href="HTTPS://Exemple.org">x</a>', {"url": "https://exemple.org/"}),
        ("<a href='exemple.org/é?a=1&amp;b=2'>x</a>", {"url": "http://exemple.org/é?a=1&b=2"}),
        ('<a href="http://127.0.0.1:8080/x">x</a>', {"url": "http://127.0.0.1:8080/x"}),
        ('<a href="tg://user?id=42">x</a>', {"user": {"id": 42}}),
        ('<a href="tg://resolve?domain=x">x</a>', {"url": "tg://resolve?domain=x"}),
        ("<pre><code class='language-python'>x</code></pre>", {"language": "python"}),
        ("<code class='language-python'>x</code>", {}),
        ('<tg-time unix="5" format="Dt">x</tg-time>', {"unix_time": 5, "date_time_format": "Dt"}),
    ],
)
def test_entities_carry_what_their_tag_says(source: str, extra: dict[str, Any]) -> None:
    _, [entity] = parse_html(source)
    assert entity.extra == extra


def test_all_vectors_of_tdlib_pass() -> None:
    vectors = json.loads(shared_path("html_vectors.json").read_text("utf-8"))["vectors"]
    assert len(vectors) == 89
    for vector in vectors:
        if "error" in vector:
            with pytest.raises(HtmlError) as caught:
                parse_html(vector["input"])
            assert str(caught.value) == vector["error"]
            continue
        text, entities = parse_html(vector["input"])
        expected = [
            {name: value for name, value in entity.items() if not name.startswith("td_")}
            for entity in vector["entities"]
        ]
        found = [entity.as_json() for entity in entities]
        for entity in found:
            entity.pop("date_time_format", None)
        assert (text, found) == (vector["text"], expected), vector["input"]
