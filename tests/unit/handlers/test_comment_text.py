"""What readers send is safe to show and says what they wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.comment_text import (
    CleanText,
    clean,
    clean_name,
    count_links,
    excerpt,
    to_html,
)
from handlers.events import TextEntity
from sandbox.telegram.html import parse_html
from storage.comment_model import Entity

KINDS = [
    "bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "blockquote",
    "expandable_blockquote", "url", "mention", "text_mention", "text_link", "custom_emoji", "odd",
]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("  bonjour  ", "bonjour"),
        ("a\tb", "a b"),
        ("a\r\nb", "a\nb"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n \n \n \nb", "a\n \n b"),
        ("pay\u202enoitcart", "paynoitcart"),
        ("a\u2066b\u2069c", "abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("bell\x07\x00", "bell"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("z" + "\u0301" * 40, "z" + "\u0301" * 3),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("🏴\U000e0067\U000e0062\U000e007f!", "🏴\U000e0067\U000e0062\U000e007f!"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("line\u2028next\u2028\u2028\u2028", "line\nnext"),
        ("\u202e\x00", ""),
        ("\u2060\u2800 \u3164\ufe0f\u0301", ""),
        ("\u2060·", "\u2060·"),
    ],
)
def test_cleans_what_disguises(sent: str, shown: str) -> None:
    assert clean(sent).text == shown


def test_formatting_follows_its_words_through_cleaning() -> None:
    cleaned = clean(
        "😀\u202e gras \tet 😀", [TextEntity("bold", 4, 4), TextEntity("italic", 13, 2)]
    )
    assert cleaned.text == "😀 gras  et 😀"
    parts = {e.kind: cleaned.text[e.offset : e.offset + e.length] for e in cleaned.entities}
    assert parts == {"bold": "gras", "italic": "😀"}


def test_a_hidden_address_becomes_visible() -> None:
    cleaned = clean("lisez ceci vite", [TextEntity("text_link", 6, 4, "https://evil.example/x")])
    assert cleaned.text == "lisez ceci (https://evil.example/x) vite"
    assert cleaned.links == 1


def test_people_behind_words_are_forgotten() -> None:
    cleaned = clean("merci Zoé", [TextEntity("text_mention", 6, 3)])
    assert cleaned == CleanText("merci Zoé", (), links=0, mentions=1)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("https://a.example/x et http://b.example", 2),
        ("voir www.relais.fr/x", 1),
        ("exemple . com", 1),
        ("site [point] com", 1),
        ("hxxp://evil.tld", 1),
        ("t.me/spam", 1),
        ("fini. Es tu là ? It is. It was.", 0),
        ("3.14, etc.", 0),
        ("nom@exemple.fr", 0),
    ],
)
def test_counts_links_written_any_way(text: str, count: int) -> None:
    assert count_links(text) == count


def test_html_is_escaped_and_commands_are_not_for_tapping() -> None:
    html = to_html("<b>&amp; tapez /forgetme vite", (Entity("italic", 0, 3),))
    assert html == "<i>&lt;b&gt;</i>&amp;amp; tapez <code>/forgetme</code> vite"
    assert to_html("et/ou 1/2 http://x.fr/a") == "et/ou 1/2 http://x.fr/a"


@given(
    st.text(max_size=80),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 90), st.integers(0, 90)), max_size=8),
)
def test_any_text_with_any_formatting_is_valid_html(
    text: str, spans: list[tuple[str, int, int]]
) -> None:
    sent = [
        TextEntity(k, o, n, "https://x.example" if k == "text_link" else None) for k, o, n in spans
    ]
    cleaned = clean(text, sent)
    shown, _ = parse_html(to_html(cleaned.text, cleaned.entities))
    assert shown == cleaned.text


@given(st.text(max_size=120))
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    once = clean(text).text
    assert clean(once).text == once


def test_excerpts_end_at_a_word() -> None:
    assert excerpt("un deux trois quatre", 12) == "un deux…"
    assert excerpt("court", 12) == "court"
    assert len(excerpt("x" * 50, 12)) == 12


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("  Zoé \u202e\nDupont ", "Zoé Dupont"),
        ("x" * 80, "x" * 32),
        ("\u200d\u200d", ""),
        ("<b>Bob</b>", "<b>Bob</b>"),
    ],
)
def test_names_fit_one_line(typed: str, name: str) -> None:
    assert clean_name(typed) == name
