"""Which feeds are read without feedparser; that both readings are equal is in the properties."""

from contextlib import suppress

import pytest

from bot.news import feed, xml_feed
from bot.news.plain_feed import read_plain_feed
from bot.news.plain_parts import PlainFeed
from storage.errors import FeedError
from tests.support.feeds import item, rss
from tests.support.shared import shared_path

NOW = 1_790_000_000.0
URL = "https://publisher.example/dir/feed"
ITEM = item(title="L’écluse", guid="1", description="<p>Un</p>")
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Le Port</title><id>urn:port</id>'
    '<entry><id>urn:1</id><title type="html">&lt;b&gt;A&lt;/b&gt;</title>%s</entry></feed>'
)


@pytest.mark.parametrize(
    "document",
    [
        rss(ITEM),
        '<?xml version="1.0"?>\n<!-- Le Port --><?xml-stylesheet href="a.css"?>' + rss(ITEM)[38:],
        ATOM % '<content type="html"><![CDATA[<p>Deux</p>]]></content>',
        ATOM % "<author><name>Marie</name><email>marie@port.example</email></author>",
        (ATOM % '<link href="deux"/>').replace("<feed", '<feed xml:base="https://port.example/"'),
    ],
)
def test_ordinary_feeds_need_no_feedparser(document: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(xml_feed.feedparser, "parse")
    parsed = feed.read_feed(document.encode(), {}, URL, NOW)
    assert len(parsed.entries) == 1


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<rss",
        rss(ITEM)[:-1],
        rss("<item><title>a &nbsp; b</title></item>"),
        "<!DOCTYPE rss>" + rss(ITEM).partition("?>")[2],
        rss("<item><description><p>Un</p></description></item>"),
        rss("<item><nouveau>1</nouveau></item>"),
        rss("<item><title mode='base64'>YQ==</title></item>"),
        rss(ITEM).replace("<rss ", '<rss xmlns="https://port.example/" '),
        rss(ITEM).replace("xmlns:sy", "xmlns:itunes"),
        rss(ITEM).replace('version="2.0"', 'version="0.92"', 2),
        ATOM % '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A</div></content>',
        ATOM % '<content type="application/pdf">JVBERi0</content>',
        ATOM % "<author>Marie<name>Jeanne</name></author>",
        rss("<item>" + "<media:group>" * 5000 + "</media:group>" * 5000 + "</item>"),
        '<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>'
        + rss("<item><title>&d;</title></item>"),
    ],
)
def test_what_is_not_plain_is_left_to_feedparser(document: str) -> None:
    assert read_plain_feed(document.encode(), "utf-8") is None


@pytest.mark.parametrize("charset", ["", "utf-8", "iso-8859-1", "windows-1252"])
def test_the_encoding_is_certain_or_it_is_left_to_feedparser(charset: str) -> None:
    ascii_only = rss(item(title="A")).encode()
    assert read_plain_feed(ascii_only, charset) is not None
    declared = read_plain_feed(ascii_only.replace(b"utf-8", b"utf-16"), charset)
    assert (declared is None) == (charset == "")  # the server's word counts first
    western = rss(ITEM).replace("’", "'").replace("utf-8", "iso-8859-1").encode("iso-8859-1")
    plain = read_plain_feed(western, charset)
    assert (plain is None) == (charset == "utf-8")
    assert plain is None or plain.entries[0]["title"] == "L'écluse"


@pytest.mark.parametrize(
    "largest", [100_000, pytest.param(10_000_000, marks=pytest.mark.long)], ids=["small", "all"]
)
def test_captured_feeds_are_read_as_feedparser_does(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = 0

    def compared(body: bytes, charset: str) -> PlainFeed:
        nonlocal seen
        plain = read_plain_feed(body, charset)
        if plain is None:
            return PlainFeed("rss20")
        seen += 1
        theirs = xml_feed.read_any_feed(body, charset)
        assert xml_feed.make_feed(plain, URL, NOW) == xml_feed.make_feed(theirs, URL, NOW)
        return plain

    monkeypatch.setattr(xml_feed, "read_plain_feed", compared)
    paths = [path for path in shared_path("feeds").iterdir() if path.suffix != ".csv"]
    chosen = [path for path in paths if path.stat().st_size <= largest]
    for path in chosen:
        with suppress(FeedError):
            feed.read_feed(path.read_bytes(), {"content-type": "application/xml"}, URL, NOW)
    assert seen >= 0.8 * len(chosen)
