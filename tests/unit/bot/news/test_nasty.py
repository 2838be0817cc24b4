"""The fifteen nastiest cases of the polling notes, each in small, written for the purpose."""

import gzip
import io
from contextlib import suppress

import feedparser
import pytest

from bot.news.entries import to_article
from bot.news.feed import read_feed
from bot.news.parse_pool import ParsePool
from storage.errors import FeedError, NotAFeed
from storage.model import NewArticle
from tests.support.feeds import atom, item, rss

NOW = 1_772_366_400.0
URL = "https://port.example/flux"


def articles(body: bytes | str) -> list[NewArticle]:
    data = body.encode() if isinstance(body, str) else body
    return [to_article(entry) for entry in read_feed(data, {}, URL, NOW).entries]


def test_01_the_declaration_is_not_at_the_start() -> None:
    body = "\n \n" + rss(*[item(title=f"Billet {n}", link=f"/{n}") for n in range(20)])
    assert len(articles(body)) == 20


def test_02_a_feed_that_breaks_off_in_the_middle() -> None:
    whole = atom(*[f"<entry><id>e{n}</id><title>N° {n}</title></entry>" for n in range(10)])
    broken = whole.replace("<title>N° 1<", "<title>N° 1 & <b>bad<i></b> &nbsp;<")
    assert len(articles(broken)) == 10
    cut = whole[: whole.index("<title>N° 7")]
    assert [article.key for article in articles(cut)][:7] == [
        f"guid:port.example:e{n}" for n in range(7)
    ]


def test_03_french_in_latin_1_that_declares_nothing() -> None:
    body = rss(item(title="Une piste thérapeutique, déjà à l'étude")).partition("?>")[2]
    assert articles(body.encode("iso-8859-1"))[0].title == "Une piste thérapeutique, déjà à l'étude"


def test_04_a_wrong_charset_and_a_portuguese_date() -> None:
    body = rss(item(title="Eleição", pubDate="Seg, 24 Set 2018 19:42:40 -0300")).partition("?>")[2]
    (article,) = articles(body.encode("iso-8859-1"))
    assert (article.title, article.published_at) == ("Eleição", 1_537_828_960)


def test_05_rdf_without_ids_and_dates() -> None:
    items = "".join(
        f"<item><title>Nachricht {n}</title><link>https://neu.example/{n}</link></item>"
        for n in range(60)
    )
    body = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        f' xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/>{items}</rdf:RDF>'
    )
    found = articles(body)
    assert [article.key for article in found] == [f"link:neu.example/{n}" for n in range(60)]
    assert {article.published_at for article in found} == {None}


def test_06_a_thousand_entries_with_neither_id_nor_link() -> None:
    date = "Wed, 01 Mar 2023 16:18:35 GMT"
    items = [
        item(title=f"Jeu {n % 300}", pubDate=date, description=f"Note {n}") for n in range(1046)
    ]
    before = [article.key for article in articles(rss(*items))]
    assert len(set(before)) == 1046
    after = [article.key for article in articles(rss(item(title="Neuf", pubDate=date), *items))]
    assert after[1:] == before


def test_07_dates_of_the_year_one() -> None:
    (article,) = articles(rss(item(title="x", pubDate="Mon, 01 Jan 0001 00:00:00 +0000")))
    assert article.published_at is None


def test_08_entries_that_share_a_guid() -> None:
    items = [
        item(title=f"T{n}", guid="même" if n % 2 else f"g{n}", link=f"/{n}") for n in range(20)
    ]
    keys = [article.key for article in articles(rss(*items))]
    assert len(set(keys)) == 20
    newer = [
        article.key for article in articles(rss(item(title="N", guid="même", link="/n"), *items))
    ]
    assert newer[1:] == keys


def test_09_entries_without_titles_and_titles_of_several_lines() -> None:
    first, second = articles(
        rss(
            item(guid="1", description="<p>Un poulpe sur un requin.</p><p>C'est tout.</p>"),
            item(guid="2", title="Deux\n   lignes &amp;amp;\n une entité"),
        )
    )
    assert first.title == "Un poulpe sur un requin. C'est tout."
    assert second.title == "Deux lignes & une entité"


async def test_10_a_large_feed_has_a_time_limit() -> None:
    items = [item(guid=str(n), title="T", description="<p>mot</p>" * 4000) for n in range(50)]
    async with ParsePool(workers=1, seconds=0.05) as pool:
        with pytest.raises(FeedError) as told:
            await pool.parse(rss(*items).encode(), {}, URL, now=NOW)
    assert told.value.code == "parse_timeout"


def test_11_mojibake_on_purpose_is_what_feedparser_makes_of_it() -> None:
    body = rss(item(title="Martine Ã©crit en UTF-8")).encode()
    theirs = feedparser.parse(
        io.BytesIO(body), response_headers={"content-type": "application/xml"}
    )
    assert articles(body)[0].title == theirs.entries[0].title


def test_12_relative_links_and_xml_base() -> None:
    body = atom(
        '<entry xml:base="2026/"><id>1</id><title>a</title><link href="a"/></entry>',
        '<entry><id>2</id><title>b</title><link href="/b"/></entry>',
        attributes=' xml:base="https://harbour.example/blog/"',
    )
    assert [article.url for article in articles(body)] == [
        "https://harbour.example/blog/2026/a",
        "https://harbour.example/b",
    ]
    assert articles(rss(item(title="c", link="c")))[0].url == "https://port.example/c"


def test_13_tags_of_every_sort() -> None:
    labels = [
        "ruby,drb,backgroundrb",
        "Interviews and Appearances, Print",
        "Lighthouse",
        "lighthouse",
        "Tips &amp; Tricks",
        "",
    ]
    (article,) = articles(rss(item(title="x", category=labels)))
    assert article.tags == (
        "ruby",
        "drb",
        "backgroundrb",
        "Interviews and Appearances, Print",
        "Lighthouse",
        "Tips & Tricks",
    )
    keywords = "<item><title>y</title><itunes:keywords xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>"
    body = rss(keywords + ", ".join(f"mot{n}" for n in range(41)) + "</itunes:keywords></item>")
    assert len(articles(body)[0].tags) == 41
    empty = "<item><title>z</title><itunes:category xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'/></item>"
    assert articles(rss(empty))[0].tags == ()


def test_14_html_and_twice_escaped_entities_in_titles() -> None:
    html = (
        '<entry><id>1</id><title type="html">&lt;b&gt;Slack&lt;/b&gt; &amp;amp; co</title></entry>'
    )
    (first,) = articles(atom(html))
    assert first.title == "Slack & co"
    (second,) = articles(rss(item(title="get&#8217;s")))
    assert second.title == "get’s"


def test_15_a_php_warning_before_the_declaration() -> None:
    warning = "<br />\n<b>Warning</b>: mysql_connect() in <b>/srv/x.php</b><br />\n"
    assert len(articles(warning + rss(item(title="a"), item(title="b")))) == 2


def test_15_atom_that_looks_like_a_page() -> None:
    body = atom(
        '<entry><id>1</id><title>a</title><content type="html">&lt;!DOCTYPE html&gt;&lt;html&gt;'
        "&lt;body&gt;x&lt;/body&gt;&lt;/html&gt;</content></entry>"
    )
    assert [article.title for article in articles(body)] == ["a"]


@pytest.mark.parametrize("body", [b"", b"<html><body>503</body></html>"])
def test_15_nothing_and_an_error_page_are_no_feed(body: bytes) -> None:
    with pytest.raises(NotAFeed):
        articles(body)


@pytest.mark.timeout(60)
async def test_15_bombs_end_in_the_worker_and_others_go_on() -> None:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    laughing = f"<!DOCTYPE rss [<!ENTITY l0 'lol'>{laughs}]>" + rss(item(title="&l9;"))
    attributes = " ".join(f'a{n}="1"' for n in range(200_000))
    hanging = f"<rss {attributes}><channel/></rss>"
    async with ParsePool(workers=2, seconds=3) as pool:
        for bomb in (laughing, hanging):
            with suppress(FeedError):
                feed = await pool.parse(bomb.encode(), {}, URL, now=NOW)
                assert sum(len(entry.raw.title) for entry in feed.entries) < 100_000
        feed = await pool.parse(rss(item(title="sain")).encode(), {}, URL, now=NOW)
        assert [entry.raw.title for entry in feed.entries] == ["sain"]


def test_15_packed_bytes_that_nobody_unpacked_are_no_feed() -> None:
    with pytest.raises(FeedError):
        articles(gzip.compress(rss(item(title="x")).encode()))
