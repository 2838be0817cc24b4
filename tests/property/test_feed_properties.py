"""Whatever the bytes, reading a feed ends in entries or a FeedError; identities hold."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.news.clean import clean_html, clean_line
from bot.news.entries import to_article
from bot.news.feed import read_feed
from bot.news.hashes import clean_hash
from bot.news.identity import Marks, article_keys
from bot.news.lead import LEAD_LENGTH, make_lead
from bot.news.urls import absolute_url, canonical_url
from storage.errors import FeedError
from tests.support.feeds import item, rss

NOW = 1_772_366_400.0
URL = "https://port.example/flux"
ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=80)
# Characters that XML can carry, so that the feed itself stays whole.
XML_TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=40
)
PIECES = st.sampled_from(
    [
        "<?xml version='1.0' encoding='latin-1'?>", "<rss version='2.0'>", "<channel>", "<item>",
        "<title>", "</title>", "<![CDATA[", "]]>", "<guid>", "</item>", "&amp;", "&bogus;", "&#0;",
        "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<content type='xhtml'>", "<div>",
        "<link href='//['/>", "<category term='' label='&amp;'/>", "<pubDate>0000-00-00</pubDate>",
        "<author>a@b</author>", "<media:content url='' width='x'/>", "é", "\x00", "<!DOCTYPE x [",
        "<ttl>-1</ttl>", "<itunes:image href=''/>", "<!--", "<html>",
    ]
)  # fmt: skip


def read(body: bytes) -> None:
    try:
        entries = read_feed(body, {"content-type": "text/xml"}, URL, NOW).entries
    except FeedError:
        return
    keys = [entry.key for entry in entries]
    assert len(set(keys)) == len(keys)
    for article in map(to_article, entries):
        assert len(article.lead) <= LEAD_LENGTH
        article.title.encode()
        article.body.encode()
        article.key.encode()


@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    read(body)
    clean_hash(body)


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=25), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_broken_markup(pieces: list[str], encoding: str) -> None:
    read("".join(pieces).encode(encoding, "replace"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from("version title items id url tags authors author hubs name".split()),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json(value: object) -> None:
    read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [value]}).encode())
    read(json.dumps({"x": value}).encode())


ITEMS = st.lists(
    st.fixed_dictionaries(
        {"title": XML_TEXT},
        optional={
            "guid": st.sampled_from(["a", "b", "https://port.example/?p=1", "tag:x,1:y"])
            | XML_TEXT,
            "link": st.sampled_from(["/1", "/2", "https://other.example/3"]),
            "description": XML_TEXT,
        },
    ),
    max_size=6,
)


@given(ITEMS)
def test_reading_again_gives_the_same_identities(items: list[dict[str, str]]) -> None:
    body = rss(*[item(**fields) for fields in items]).encode()
    first, second = (read_feed(body, {}, URL, now) for now in (NOW, NOW + 86_400))
    assert first.entries == second.entries
    assert len(first.entries) == len(items)


MARKS = st.builds(
    Marks,
    guid=st.none() | st.sampled_from(["a", "b", "https://p.example/1", "http://p.example/1/"]),
    link=st.none() | st.sampled_from(["https://p.example/1", "https://p.example/2"]),
    title=st.sampled_from(["", "T", "U"]),
    date=st.sampled_from(["", "D"]),
    text=st.sampled_from(["", "x"]),
)


@given(st.lists(MARKS, max_size=8))
def test_keys_of_one_feed_differ(entries: list[Marks]) -> None:
    keys = article_keys(entries, "p.example")
    assert len(set(keys)) == len(keys)


@given(st.lists(MARKS, unique=True, max_size=8))
def test_the_order_of_a_feed_does_not_change_whom_a_key_names(entries: list[Marks]) -> None:
    keys = dict(zip(entries, article_keys(entries, "p.example"), strict=True))
    again = entries[::-1]
    turned = dict(zip(again, article_keys(again, "p.example"), strict=True))
    differing = {entry for entry in entries if keys[entry] != turned[entry]}
    # Only entries that nothing but their place tells apart may swap.
    assert all(
        keys[entry].rpartition("|")[2].isdecimal() or turned[entry].rpartition("|")[2].isdecimal()
        for entry in differing
    )


@given(ANY_TEXT)
def test_text_is_text(text: str) -> None:
    clean_html(text).text.encode()
    clean_html(f"<p>{text}").text.encode()
    line = clean_line(text)
    line.encode()
    assert "\n" not in line
    assert len(make_lead(line).text) <= LEAD_LENGTH


@given(ANY_TEXT, ANY_TEXT)
@example(".", "")
@example("a.example\u3002", "")
def test_addresses_never_raise_and_are_stable(text: str, base: str) -> None:
    for url in (text, f"https://{text}", f"https://port.example/{text}"):
        canonical = canonical_url(url)
        assert canonical is None or canonical_url(canonical) == canonical
        joined = absolute_url(base, url)
        assert joined is None or joined.lower().startswith(("http://", "https://"))
