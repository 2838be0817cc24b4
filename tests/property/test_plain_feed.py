"""The fast reading of plain feeds gives what feedparser gives, or leaves the feed to it."""

from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.news.plain_feed import read_plain_feed
from bot.news.xml_feed import make_feed, read_any_feed
from tests.support.feeds import item, rss

NOW = 1_790_000_000.0
URL = "https://port.example/flux"
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "prism": "http://prismstandard.org/namespaces/1.2/basic/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "port": "https://port.example/ns",
}

TEXTS = st.sampled_from(
    """
Le port|L’été à Nantes\u202f!|a < b & c|<p>Le <b>quai</b></p>|&eacute;t&eacute;|x]]>y|Ã©tÃ©
&lt;i&gt;deux fois&lt;/i&gt;|\x85 \x93tel\x94|a, b ,c,,|javascript:x|/relatif|../x y
tag:port.example,2026:1
https://port.example/a?b=1&c=2|https:////port.example/é|https://port.example/i.jpg|image/png|1200
Mon, 02 Mar 2026 10:00:00 +0100|2026-03-02T10:00:00Z|lun., 2 mars 2026|0000-00-00|fr-FR|fr_CA|60
marie@port.example (Marie)|Marie <marie@port.example>|marie@port.example|daily||un
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)
PLAIN = """title link guid id description summary content content:encoded author managingEditor
    dc:creator dc:author itunes:author category dc:subject keywords media:category itunes:category
    media:keywords itunes:keywords pubDate published issued updated modified dc:date
    dcterms:modified dcterms:created created expirationDate enclosure language
    dc:language ttl sy:updatePeriod sy:updateFrequency feedburner:origLink prism:section
    media:content media:thumbnail media:title media:description media:credit media:community
    itunes:image itunes:summary itunes:subtitle itunes:owner comments slash:comments thr:total
    port:own atom:link atom:title rights generator subtitle cloud dc:title dc:description
    skipHours""".split()
ODD = "date tags body textInput abstract name email uri source image contributor item".split()
NAMES = st.integers(0, 40).flatmap(lambda n: st.sampled_from(PLAIN if n else ODD))
VALUES = st.sampled_from(
    """html|text|html|text/html|text/plain|image/jpeg|self|alternate|hub|via|enclosure|true|false
image|200|600|fr|en_GB|https://port.example/1|/deux?a=b&c|https://autre.example/dossier/|Étiquette|
""".replace("\n", "|").split("|")
)
KEYS = st.sampled_from(
    """rel href url isPermaLink domain scheme term label text medium width height xml:lang
    lang xml:base src thr:count port:href media:url email""".split()
)
TYPES = st.sampled_from(("html", "text", "text/html", "image/jpeg", "xhtml", "HTML"))
ATTRIBUTES = st.dictionaries(KEYS, VALUES, max_size=3)
TYPED = st.tuples(ATTRIBUTES, TYPES).map(lambda drawn: {**drawn[0], "type": drawn[1]})
GIVEN = st.integers(0, 5).flatmap(
    lambda n: st.just({}) if n < 3 else ATTRIBUTES if n < 5 else TYPED
)
PERSON = ("name", "name", "email", "uri", "port:image")


def tag(name: str, given: dict[str, str], inner: str) -> str:
    written = "".join(f" {key}={quoteattr(value)}" for key, value in given.items())
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


@st.composite
def texts(draw: st.DrawFn) -> str:
    text = draw(TEXTS)
    match draw(st.sampled_from("escaped cdata mixed comment".split())):
        case "cdata" if "]]>" not in text:
            return f"<![CDATA[{text}]]>"
        case "mixed":
            return f"&#233;{escape(text)}<![CDATA[ fin]]>"
        case "comment":
            return f"{escape(text)}<!-- rien --><?rien du tout?>"
    return escape(text)


@st.composite
def leaves(draw: st.DrawFn, names: st.SearchStrategy[str] = NAMES) -> str:
    return tag(draw(names), draw(GIVEN), draw(texts()))


GROUPS = {
    "author": PERSON,
    "contributor": PERSON,
    "media:group": ("media:title", "media:content", "media:thumbnail", "media:description"),
    "media:content": ("media:title", "media:keywords", "media:category", "media:credit"),
    "source": ("title", "link", "id", "updated"),
    "image": ("title", "url", "link"),
    "port:own": ("port:inner", "port:title"),
}


@st.composite
def elements(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 24))
    if kind == 24:
        return '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a</div></content>'
    if kind > 4:
        return draw(leaves())
    outer = draw(st.sampled_from(sorted(GROUPS)))
    inner = leaves(st.sampled_from(GROUPS[outer]))
    return tag(outer, {}, "\n".join(draw(st.lists(inner, max_size=3))))


PARTS = st.lists(elements(), max_size=6)


@st.composite
def feeds(draw: st.DrawFn) -> str:
    is_atom = draw(st.booleans())
    spaces = {f"xmlns:{prefix}": uri for prefix, uri in NAMESPACES.items()}
    root = draw(GIVEN)
    entry = "entry" if is_atom else "item"
    entries = [tag(entry, {}, "\n ".join(parts)) for parts in draw(st.lists(PARTS, max_size=3))]
    parts = [*draw(PARTS), *entries, *draw(st.lists(elements(), max_size=2))]
    if is_atom:
        return tag("feed", {"xmlns": NAMESPACES["atom"], **spaces, **root}, "\n".join(parts))
    version = {"version": draw(st.sampled_from(["2.0", "2.0", "2.01", "0.92"]))}
    return tag("rss", {**version, **spaces, **root}, tag("channel", {}, "\n".join(parts)))


def check(document: str, charset: str = "utf-8") -> bool:
    """Compare both readings; gives whether there were two."""
    body = document.encode()
    plain = read_plain_feed(body, charset)
    if plain is None:
        return False
    assert make_feed(plain, URL, NOW) == make_feed(read_any_feed(body, charset), URL, NOW)
    return True


@settings(max_examples=250, deadline=None)
@given(feeds())
@example(rss(item(title="A", link="https://port.example/1")))
def test_both_readings_are_equal(document: str) -> None:
    check(document)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None)
@given(feeds())
def test_both_readings_are_equal_for_many(document: str) -> None:
    check(document)


@settings(max_examples=100, deadline=None)
@given(st.lists(leaves().filter(lambda leaf: "type=" not in leaf), min_size=1, max_size=4))
def test_parts_of_an_entry_in_any_order(parts: list[str]) -> None:
    check(rss("<item>" + "".join(parts) + "</item>"))
