"""Whatever an article holds, its post is one that Telegram takes: read by the strict parser."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.callbacks import ShowTags
from handlers.markup import (
    MOST_CHARACTERS,
    MOST_ENTITIES,
    Markup,
    bold,
    clean,
    cut,
    escape,
    fit,
    is_button_address,
    join,
    link,
    plain,
)
from handlers.messages import Button, Features, Message, Preview, Prompt, render_post, to_payload
from handlers.texts import LANGUAGES, Catalogue
from sandbox.telegram.html import parse_html
from storage.model import Article, ArticleTag, Language, Spread
from tests.support.strict import delivered

TEXTS = Catalogue.load()
EVERYTHING = Features(summaries=True, comments=True)

NASTY = st.sampled_from(
    [
        "<b>bold</b>",
        "</a>",
        "<a href='",
        '"><script>',
        "&amp;",
        "&lt;",
        "&#60;",
        "&nbsp;",
        "\u202egnp.exe",
        "\u2066\u2069",
        "\x00\x08\x1b",
        "\ud800",
        "👩‍👩‍👧‍👦",
        "🇫🇷",
        "e\u0301\u0302\u0303",
        "שלום",
        "\u200b\u200d\ufeff",
        "\u2028",
        "\r\n",
        "#tag @name /start https://x.example",
        "{0} {name} %s",
        "a" * 5000,
        "é" * 5000,
        "𝕏" * 5000,
        "\u3000",
        "",
    ]
)
ANY_TEXT = st.lists(st.one_of(st.text(max_size=60), NASTY), max_size=6).map("".join)
URLS = st.one_of(
    st.none(),
    ANY_TEXT,
    ANY_TEXT.map(lambda tail: f"https://site.example/{tail}"),
    st.sampled_from(
        [
            "javascript:alert(1)",
            "tg://",
            "https://",
            "http://localhost/",
            "http://[::1]/",
            "http://a b.c",
            "https://x.example:0",
            "https://a@b:c@x.example:99999/",
            'https://x.example/"><b>',
        ]
    ),
)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    labels = draw(st.lists(ANY_TEXT, max_size=15))
    return Article(
        id=draw(st.integers(1, 2**40)),
        feed_id=1,
        key="key",
        url=draw(URLS),
        title=draw(ANY_TEXT),
        lead=draw(ANY_TEXT),
        author=draw(st.one_of(st.none(), ANY_TEXT)),
        published_at=draw(st.integers(0, 4_000_000_000)),
        first_seen_at=0,
        image_url=draw(URLS),
        section=None,
        language=None,
        content_hash="",
        corrections=0,
        story_id=None,
        comments_open=True,
        spread=Spread.WAITING,
        spread_cursor=None,
        feed_title=draw(st.one_of(st.none(), ANY_TEXT)),
        tags=tuple(ArticleTag(n, f"tag-{n}", label) for n, label in enumerate(labels, start=1)),
    )


@given(articles(), st.sampled_from(LANGUAGES))
def test_any_article_becomes_a_post_that_telegram_takes(
    article: Article, language: Language
) -> None:
    text, entities = delivered(to_payload(render_post(article, language, TEXTS, EVERYTHING)))
    assert 0 < len(text) <= MOST_CHARACTERS
    assert not set(text) & {"\u202e", "\u2066", "\x00", "\x1b"}
    kinds = [entity["type"] for entity in entities]
    assert "bold" in kinds  # the title, whatever it is
    if article.url is not None and is_button_address(article.url):
        (title,) = [entity for entity in entities if entity["type"] == "text_link"]
        assert title["url"].startswith(article.url[:20])


@given(articles())
def test_the_title_is_shown_as_it_was_written(article: Article) -> None:
    text, _ = delivered(to_payload(render_post(article, "en", TEXTS, EVERYTHING)))
    words = clean(article.title).split()
    if words and len(words[0]) < 50 and words[0].isalnum():
        assert text.startswith(words[0])


@given(ANY_TEXT)
def test_escaped_text_is_read_back_unchanged(text: str) -> None:
    parsed, entities = parse_html(escape(text))
    assert parsed == clean(text)
    assert entities == []
    assert plain(escape(text)) == clean(text)


PIECES = st.recursive(
    ANY_TEXT.map(escape),
    lambda inner: st.one_of(
        inner.map(bold),
        st.tuples(inner, URLS).map(lambda pair: link(*pair)),
        st.lists(inner, max_size=4).map(lambda parts: join(" ", parts)),
    ),
    max_leaves=12,
)


@given(PIECES, st.integers(1, 5000))
@example(join("", [link("x", f"https://a.example/{n}" * 20) for n in range(200)]), 4096)
@example(bold("&" * 9000), 4096)
@example(join("", [bold("a")] * 150), 4096)
def test_whatever_is_put_together_fits(text: Markup, most: int) -> None:
    fitted = fit(text, most)
    parsed, entities = parse_html(fitted)
    assert len(parsed) <= most
    assert len(entities) <= MOST_ENTITIES
    assert len(fitted.encode()) <= 32_768
    if len(plain(text)) <= most:
        assert parsed == plain(text)
    else:
        assert parsed.endswith("…")


@given(ANY_TEXT, st.integers(1, 100))
def test_a_cut_text_is_never_longer_than_asked(text: str, length: int) -> None:
    shorter = cut(text, length)
    assert len(shorter) <= length
    assert shorter == text or shorter.endswith("…")


BUTTONS = st.builds(
    Button,
    ANY_TEXT,
    st.one_of(st.none(), st.just(ShowTags(1))),
    st.one_of(st.none(), URLS.filter(bool)),
)


@given(ANY_TEXT, st.lists(st.lists(BUTTONS, max_size=10), max_size=30), URLS)
def test_any_message_and_keyboard_is_taken(
    text: str, rows: list[list[Button]], url: str | None
) -> None:
    message = Message(
        escape(text),
        rows=tuple(tuple(row) for row in rows),
        preview=None if url is None else Preview(url),
    )
    payload = to_payload(message)
    delivered(payload)
    keyboard: Any = payload.get("reply_markup", {"inline_keyboard": []})
    assert sum(map(len, keyboard["inline_keyboard"])) <= 100


@given(ANY_TEXT)
def test_a_prompt_is_taken(placeholder: str) -> None:
    payload = to_payload(Message(escape("What do you think?"), prompt=Prompt(placeholder)))
    delivered(payload)
    markup: Any = payload["reply_markup"]
    assert len(markup.get("input_field_placeholder", "x")) in range(1, 65)


@pytest.mark.parametrize("title", ["", "  ", "\u200b\u202e", "\ufeff"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_without_a_title_still_has_something_to_tap(
    title: str, language: Language
) -> None:
    article = Article(
        1, 1, "k", "https://news.example/a", title, "", None, 0, 0, None, None, None, "", 0, None,
        True, Spread.WAITING, None, None,
    )  # fmt: skip
    text, entities = delivered(to_payload(render_post(article, language, TEXTS, Features())))
    assert text.startswith("news.example")
    assert {entity["type"] for entity in entities} >= {"bold", "text_link"}
