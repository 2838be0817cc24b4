"""Whatever text comes: the HTML reader answers or refuses, and escaped text comes back whole."""

import html

from hypothesis import given
from hypothesis import strategies as st

from sandbox.telegram.formatting import ParsedText
from sandbox.telegram.html import HtmlError, parse_html
from sandbox.telegram.render import cut, render_html, utf16_length

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PIECES = (
    "<b>|</b>|<i >|</i>|</>|<|>|&|&lt;|&#x1F98A;|<code>|</code>|<a href='exemple.org'>|</a>|<pre>|"
    '</pre>|<u>|</u>|<blockquote expandable>|</blockquote>|🦊|é| |\n|\r|\u202a|#mot|exemple.org|=|"'
).split("|")
MARKUP = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


@given(st.one_of(TEXT, MARKUP))
def test_every_source_is_read_or_refused(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except HtmlError:
        return
    units = utf16_length(text)
    assert all(0 <= e.offset < e.end <= units for e in entities)


@given(TEXT)
def test_escaped_text_comes_back_whole(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])


@given(MARKUP)
def test_what_is_shown_can_be_sent_again(source: str) -> None:
    try:
        first = ParsedText(*parse_html(source)).fix(may_be_empty=True)
    except HtmlError:
        return
    again = ParsedText(*parse_html(render_html(*first))).fix(may_be_empty=True)
    assert again == first
    for entity in first[1]:
        assert cut(first[0], entity["offset"], entity["length"])
