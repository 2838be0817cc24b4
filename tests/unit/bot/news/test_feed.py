"""Formats, encodings and what is no feed."""

import json

import pytest

from bot.news.entries import to_article
from bot.news.feed import read_feed
from bot.news.hashes import body_hash, clean_hash
from bot.news.parsed import ParsedFeed
from storage.errors import FeedError, NotAFeed
from storage.model import NewArticle
from tests.support.feeds import atom, item, rss

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z
URL = "https://port.example/flux/feed.xml"


def read(body: bytes | str, headers: dict[str, str] | None = None, url: str = URL) -> ParsedFeed:
    return read_feed(body.encode() if isinstance(body, str) else body, headers or {}, url, NOW)


def articles(body: bytes | str, headers: dict[str, str] | None = None) -> list[NewArticle]:
    return [to_article(entry) for entry in read(body, headers).entries]


def test_an_rss_item_gives_every_part_of_an_article() -> None:
    feed = rss(
        item(
            title="Le port s'agrandit",
            link="/2026/port?utm_source=rss",
            guid="https://port.example/?p=7",
            description="<p>Deux quais de plus. […]</p>",
            content__encoded="<p>Deux quais de plus.</p><img src='/quai.jpg'><p>Et une grue.</p>",
            dc__creator="Awa Diallo",
            pubDate="Sun, 01 Mar 2026 10:00:00 +0100",
            category=["Port", "Marché Smartphones"],
        ),
        extra="<language>fr-FR</language><ttl>90</ttl>",
    )
    parsed = read(feed)
    assert (parsed.title, parsed.link, parsed.language) == (
        "Le Courrier du Port",
        "https://port.example/",
        "fr",
    )
    assert (parsed.format, parsed.ttl, parsed.hub) == ("rss20", 5400, None)
    (article,) = (to_article(entry) for entry in parsed.entries)
    assert article.key == "guid:port.example/?p=7"
    assert article.url == "https://port.example/2026/port"
    assert article.title == "Le port s'agrandit"
    assert article.lead == "Deux quais de plus."
    assert article.body == "Deux quais de plus.\n\nEt une grue."
    assert article.author == "Awa Diallo"
    assert article.published_at == 1_772_355_600
    assert article.image_url == "https://port.example/quai.jpg"
    assert article.language == "fr"
    assert article.title_key == "le port s agrandit"
    assert article.tags == ("Port", "Marché Smartphones")


def test_an_atom_entry_gives_every_part_of_an_article() -> None:
    feed = atom(
        '<entry xml:lang="en"><title type="html">Tide &amp;amp; &lt;b&gt;time&lt;/b&gt;</title>'
        '<id>tag:harbour.example,2026:1</id><link rel="self" href="/api/1"/>'
        '<link rel="alternate" href="posts/1"/>'
        '<link rel="enclosure" type="image/png" href="/t.png"/>'
        "<published>2026-02-01T08:00:00Z</published><updated>2026-02-02T08:00:00Z</updated>"
        "<author><name>Ann Reed</name><email>ann@harbour.example</email></author>"
        "<author><name>Bo Lind</name></author>"
        '<category term="tides" label="Tides"/><category term="video" '
        'scheme="http://gdata.example/schemas/2007#kind"/>'
        '<summary type="text">a &lt; b</summary>'
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Low.</p><p>High.</p></div>'
        "</content></entry>",
        "<entry><title>Second</title><id>tag:harbour.example,2026:2</id></entry>",
        extra='<author><name>The Post</name></author><link rel="hub" href="https://hub.example/"/>',
        attributes=' xml:base="https://harbour.example/blog/"',
    )
    parsed = read(feed)
    assert (parsed.format, parsed.hub) == ("atom10", "https://hub.example/")
    first, second = (to_article(entry) for entry in parsed.entries)
    assert first.title == "Tide & time"
    assert first.url == "https://harbour.example/blog/posts/1"
    assert first.lead == "a < b"
    assert first.body == "Low.\n\nHigh."
    assert first.author == "Ann Reed, Bo Lind"
    assert first.published_at == 1_769_932_800
    assert first.image_url == "https://harbour.example/t.png"
    assert first.tags == ("Tides",)
    assert first.language == "en"
    assert (second.author, second.url, second.published_at) == ("The Post", None, None)


def test_an_rdf_feed_without_ids_and_dates() -> None:
    feed = """<?xml version="1.0"?>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/">
    <channel rdf:about="https://quai.example/"><title>Quai</title></channel>
    <item rdf:about="https://quai.example/1"><title>Un</title><link>https://quai.example/1</link>
      <prism:section>Pêche</prism:section></item>
    <item rdf:about="https://quai.example/2"><title>Deux</title><link>https://quai.example/2</link></item>
    </rdf:RDF>"""
    first, second = articles(feed)
    assert (first.key, first.section) == ("guid:quai.example/1", "Pêche")
    assert (second.url, second.published_at) == ("https://quai.example/2", None)


def test_a_json_feed() -> None:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Carnet",
        "home_page_url": "https://carnet.example/",
        "language": "fr-CA",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
        "authors": [{"name": "Zoé"}],
        "items": [
            {
                "id": 17,
                "url": "/a",
                "title": "Un <b>titre</b>",
                "content_html": "<p>Bonjour</p><p>à tous</p>",
                "date_published": "2026-02-07T14:04:00-05:00",
                "tags": ["Pêche", None, "pêche"],
                "image": "/a.jpg",
            },
            {
                "id": "https://carnet.example/b/",
                "content_text": "1 < 2\nvoilà",
                "author": {"name": "Al"},
            },
            "not an item",
        ],
    }
    parsed = read(json.dumps(document), url="https://carnet.example/feed.json")
    assert (parsed.title, parsed.language, parsed.format) == ("Carnet", "fr", "json11")
    assert parsed.hub == "https://hub.example/"
    first, second = (to_article(entry) for entry in parsed.entries)
    assert (first.key, first.url) == ("guid:carnet.example:17", "https://carnet.example/a")
    assert (first.title, first.body, first.author) == ("Un titre", "Bonjour\n\nà tous", "Zoé")
    assert (first.published_at, first.tags) == (1_770_491_040, ("Pêche",))
    assert first.image_url == "https://carnet.example/a.jpg"
    assert (second.title, second.body, second.author) == ("1 < 2 voilà", "1 < 2\nvoilà", "Al")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n\x00", "empty"),
        (b"<!DOCTYPE html><html><body>Erreur 500</body></html>", "html"),
        (b"<html><head><title>x</title></head><item><title>y</title></item></html>", "html"),
        (b"  <HTML><BODY>moved", "html"),
        (b"Database error", "not_a_feed"),
        (b"{}", "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": 3}', "not_a_feed"),
        (b'{"version": "1.0", "items": []}', "not_a_feed"),
        (b"{" * 100_000, "not_a_feed"),
        (b'\xef\xbb\xbf{"broken', "not_a_feed"),
        (b"<opml version='2.0'><body/></opml>", "not_a_feed"),
        (bytes(range(256)) * 10, "not_a_feed"),
    ],
)
def test_what_is_no_feed_is_told(body: bytes, code: str) -> None:
    with pytest.raises(NotAFeed) as told:
        read(body)
    assert (told.value.code, told.value.url) == (code, URL)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()).entries == ()
    assert read('{"version": "https://jsonfeed.org/version/1", "items": []}').entries == ()


FRENCH = rss(item(title="Œuvre thérapeutique à l’été", link="https://port.example/1"))


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", ""),
        ("utf-8", "text/xml"),
        ("utf-8", "text/html"),
        ("utf-8", "application/xml; charset=iso-8859-1"),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("windows-1252", ""),
        ("windows-1252", "text/xml"),
        ("windows-1252", "application/rss+xml; charset=windows-1252"),
        ("windows-1252", "application/rss+xml; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_french_arrives_whole_in_any_encoding(
    encoding: str, content_type: str, declared: bool
) -> None:
    name = encoding.removesuffix("-sig")
    text = FRENCH.replace("utf-8", name) if declared else FRENCH.partition("?>")[2]
    (article,) = articles(text.encode(encoding), {"content-type": content_type})
    assert article.title == "Œuvre thérapeutique à l’été"


@pytest.mark.parametrize(
    ("encoding", "title"),
    [("windows-1251", "Корабль вернулся в порт вечером"), ("euc-jp", "船が夕方に港へ戻った")],
)
def test_other_scripts_are_not_taken_for_french(encoding: str, title: str) -> None:
    body = rss(*[item(title=title, guid=f"g{n}") for n in range(20)])
    declared = body.replace("utf-8", encoding).encode(encoding)
    assert articles(declared)[0].title == title
    undeclared = body.partition("?>")[2].encode(encoding)
    assert articles(undeclared)[0].title == title


def test_one_broken_character_does_not_spoil_the_others() -> None:
    body = rss(item(title="Été à Orléans, déjà fêté", description="coupé net ici: é")).encode()
    broken = body.replace("ici: é".encode(), "ici: é".encode()[:-1])
    (article,) = articles(broken)
    assert article.title == "Été à Orléans, déjà fêté"
    assert article.lead == "coupé net ici: \ufffd"


@pytest.mark.parametrize(
    "junk",
    [
        b"\n\n  ",
        b"<br />\n<b>Warning</b>:  include(): failed in <b>/srv/feed.php</b><br />\n",
        b"Notice: Undefined index\n",
        b"\xef\xbb\xbf\n",
        b"\x00\x00",
    ],
)
def test_junk_before_the_declaration_is_stepped_over(junk: bytes) -> None:
    body = junk + rss(item(title="Un & deux", link="/1"), item(title="Trois", link="/2")).encode()
    assert [article.title for article in articles(body)] == ["Un & deux", "Trois"]


def test_the_hint_of_a_declaration_inside_a_text_is_left_alone() -> None:
    title = "<![CDATA[<?xml version ?> expliqué]]>"
    body = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert [article.title for article in articles(body)] == ["<?xml version ?> expliqué"]


def test_feeds_that_ask_for_patience() -> None:
    period = "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    parsed = read(rss(extra=f"<ttl>nonsense</ttl>{period}"))
    assert (parsed.ttl, parsed.update_period) == (None, 43_200)


def test_links_that_entries_share_become_their_own() -> None:
    feed = rss(
        item(title="Un", guid="1", link="https://port.example/emission"),
        item(title="Deux", guid="2", link="https://port.example/emission"),
        item(title="Trois", guid="3", link="https://port.example/"),
        item(title="Quatre", guid="4", link="https://port.example/quatre"),
    )
    one, two, three, four = (article.url or "" for article in articles(feed))
    assert one.startswith("https://port.example/emission#")
    assert two.startswith("https://port.example/emission#")
    assert three.startswith("https://port.example/#")
    assert four == "https://port.example/quatre"
    assert len({one, two, three, four}) == 4
    assert [article.url for article in articles(feed)] == [one, two, three, four]


def test_feedburners_detour_is_not_followed() -> None:
    feed = rss(
        "<item><title>x</title><link>http://feedproxy.example/~r/1</link>"
        "<fb:origLink xmlns:fb='http://rssnamespace.org/feedburner/ext/1.0'>https://port.example/1"
        "</fb:origLink></item>"
    )
    assert articles(feed)[0].url == "https://port.example/1"


def test_the_largest_picture_is_taken() -> None:
    feed = rss(
        "<item><title>x</title><link>https://port.example/1</link>"
        '<media:thumbnail url="/small.jpg" width="75"/>'
        '<media:content url="/large.jpg" medium="image" width="1200"/>'
        '<media:content url="/film.mp4" type="video/mp4" width="1920"/></item>'
    )
    assert articles(feed)[0].image_url == "https://port.example/large.jpg"


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("awa@port.example (Awa Diallo)", "Awa Diallo"),
        ("Awa Diallo", "Awa Diallo"),
        ("awa@port.example", None),
        ("<b>Awa</b>", "Awa"),
        ("Awa Diallo <awa@port.online>", "Awa Diallo"),
        ("x" * 2000, "x" * 119 + "…"),
    ],
)
def test_authors_are_names_never_addresses(author: str, name: str | None) -> None:
    assert articles(rss(item(title="x", author=author)))[0].author == name


def test_a_title_is_made_from_the_text_where_there_is_none() -> None:
    (article,) = articles(rss(item(guid="7", description="<p>" + "Un mot encore. " * 30 + "</p>")))
    assert article.title.startswith("Un mot encore.")
    assert len(article.title) <= 120
    assert article.title_key == article.key


def test_html_escaped_twice_is_undone() -> None:
    (article,) = articles(rss(item(title="x", description="&lt;p&gt;L&amp;#8217;eau&lt;/p&gt;")))
    assert article.lead == "L’eau"


def test_a_correction_changes_the_hash_and_a_counter_does_not() -> None:
    def hashed(text: str, title: str = "T") -> str:
        return read(rss(item(title=title, guid="1", description=text))).entries[0].content_hash

    same = hashed("<p class='a'>Le bac est parti. 12 commentaires</p>")
    assert hashed("<p class='b'>Le bac est  parti. 13 commentaires</p>") == same
    assert hashed("<p>Le bac est resté. 12 commentaires</p>") != same
    assert hashed("<p class='a'>Le bac est parti. 12 commentaires</p>", "Autre") != same


def test_body_hashes() -> None:
    one = rss(
        item(title="A"), extra="<lastBuildDate>Sun, 01 Mar 2026</lastBuildDate><!-- 0.01 s -->"
    )
    other = rss(
        item(title="A"), extra="<lastBuildDate>Mon, 02 Mar 2026</lastBuildDate><!-- 0.09 s -->"
    )
    changed = other.replace("<title>A<", "<title>B<")
    assert body_hash(one.encode()) != body_hash(other.encode())
    assert clean_hash(one.encode()) == clean_hash(other.encode())
    assert clean_hash(other.encode()) != clean_hash(changed.encode())
    assert clean_hash(b"<!--" * 200_000) == clean_hash(b"<!--" * 200_000)


def test_a_parser_that_breaks_is_a_feed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise UnicodeError("label too long")

    monkeypatch.setattr("bot.news.xml_feed.feedparser.parse", broken)
    with pytest.raises(FeedError) as told:
        read(rss(item(title="A"), extra="<odd/>"))
    assert told.value.code == "parse_failed"
