import pytest

from bot.news.clean import clean_html, clean_line, rough_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h2>un</h2>deux<p>trois</p>", "un\n\ndeux\n\ntrois"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>un</li><li>deux</li></ul>", "un\n\ndeux"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("mot<b>gras</b>fin", "motgrasfin"),
        ("<p>a</p>\n\n\n<p>b</p>", "a\n\nb"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("a<script>never closed", "a"),
        ("<noscript><img src=x></noscript><p>b", "b"),
        ("&lt;b&gt; &amp; &#8217; &eacute;&nbsp;x", "<b> & ’ é x"),
        ("<p>5 < 6 & 7 > 3</p>", "5 < 6 & 7 > 3"),
        ("no markup &amp; one", "no markup & one"),
        ("<!-- hidden -->seen<?php hidden ?>", "seen"),
        ("a\x00b\x08c\ufeffd\x85", "abcd"),
        ("<p>\ud800x</p>", "x"),
        ("soft\u00adhyphen", "softhyphen"),
        ("fine\u202f: kept", "fine\u202f: kept"),
        ("bravo <img class='wp-smiley' alt='🙂' src='s.png'>", "bravo 🙂"),
        ("", ""),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    assert clean_html(markup).text == text


@pytest.mark.parametrize(
    ("markup", "image"),
    [
        ("<p><img src='a.jpg'><img src='b.jpg'></p>", "a.jpg"),
        ("<img src='pixel.gif' width='1' height='1'><img src='b.jpg'>", "b.jpg"),
        ("<img src='data:image/png;base64,AA'><img src=b.jpg>", "b.jpg"),
        ("<img src='http://feeds.feedburner.com/~r/x/~4/y'>", None),
        ("<script><img src=a.jpg></script>", None),
        ("<img>", None),
        ("text", None),
    ],
)
def test_the_first_picture_worth_showing(markup: str, image: str | None) -> None:
    assert clean_html(markup).image == image


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("get&#8217;s", "get’s"),
        ("Tips &amp; Tricks", "Tips & Tricks"),
        ("a < b & c", "a < b & c"),
        ("AT&T", "AT&T"),
        ("How the <b> tag works", "How the <b> tag works"),
        ("List<String> in Java", "List<String> in Java"),
        ("<b>Bold</b> title", "Bold title"),
        ("one<br>two", "one two"),
        ("two\n  lines\tand\u00a0more", "two lines and more"),
        ("\x00\x1f\u200b", "\u200b"),
    ],
)
def test_titles_that_do_not_say_what_they_are(title: str, line: str) -> None:
    assert clean_line(title) == line


def test_titles_that_say_they_are_html() -> None:
    assert clean_line("Tom &amp; <i>Jerry</i>", is_html=True) == "Tom & Jerry"
    assert clean_line("x <custom>y</custom>", is_html=True) == "x y"


def test_rough_text_ignores_what_a_reader_does_not_see() -> None:
    one = "<p class='a'>Le  port</p><script>t=1</script><img src='1.png'>"
    other = "<p class='b' data-x='2'>Le port</p><SCRIPT>t=2</SCRIPT ><img src='2.png'>"
    assert rough_text(one) == rough_text(other) == "Le port"
    assert rough_text("a<script>never closed") == "a"
    assert rough_text("plain &amp; simple") == "plain & simple"


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 100_000,
        "<p " + "a=1 " * 100_000 + ">x",
        "<" * 200_000,
        "<!--" * 100_000,
        "<script>" * 100_000,
        "<script></script" * 50_000,
        "<a" * 200_000,
        "&" * 200_000,
        "&#" * 200_000,
        "<b>" + "x" * 2_000_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_markup_ends_soon(hostile: str) -> None:
    clean_html(hostile)
    clean_line(hostile)
    rough_text(hostile)
