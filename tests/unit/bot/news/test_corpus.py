"""277 captured feeds: none breaks, and what comes out is held against feedparser's own answer."""

import io
import warnings
from collections.abc import Mapping

import feedparser
import pytest

from bot.news.entries import to_article
from bot.news.feed import read_feed
from storage.model import NewArticle
from tests.support.shared import shared_path

NOW = 1_790_000_000.0
URL = "https://publisher.example/dir/feed"


def load(name: str) -> list[NewArticle]:
    body = shared_path(f"feeds/{name}").read_bytes()
    return [to_article(entry) for entry in read_feed(body, {}, URL, NOW).entries]


def their_answer(body: bytes) -> list[Mapping[str, object]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    return list(result.entries)


def test_every_feed_gives_what_feedparser_gives() -> None:
    folder = shared_path("feeds/manifest.csv").parent
    names = sorted(path.name for path in folder.iterdir() if path.suffix != ".csv")
    assert len(names) == 277
    for name in names:
        ours = load(name)
        theirs = their_answer((folder / name).read_bytes())
        assert len(ours) == len(theirs), name
        assert len({article.key for article in ours}) == len(ours), name
        for mine, their in zip(ours, theirs, strict=True):
            _compare(name, mine, their)


def _compare(name: str, mine: NewArticle, their: Mapping[str, object]) -> None:
    """Nothing that feedparser has is lost, but for what was dropped with reason."""
    tags = [tag["term"] for tag in dict.get(their, "tags") or () if tag["term"]]
    assert bool(mine.tags) or not tags or all(map(_is_no_topic, tags)), (name, tags)
    author = str(dict.get(their, "author") or "")
    assert mine.author or not author.strip() or "@" in author, (name, author)
    assert mine.url or not str(dict.get(their, "link") or "").startswith("http"), name
    parsed = dict.get(their, "published_parsed") or dict.get(their, "updated_parsed")
    assert mine.published_at or parsed is None or parsed[0] < 2000, (name, parsed)
    assert mine.title or not dict.get(their, "title"), name
    assert "\x00" not in mine.title + mine.lead + mine.body
    assert len(mine.lead) <= 300


def _is_no_topic(term: str) -> bool:
    return len(term) > 64 or "://" in term


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        ("feedjira__spec__sample_feeds__SamRuby.xml", 20),
        ("feedjira__spec__sample_feeds__CoryForsyth.xml", 10),
        ("feedjira__spec__sample_feeds__JustASummary.xml", 25),
        ("picofeed__tests__fixtures__heise.rdf", 60),
        ("fastfeedparser__benchmark_data__cc314ce5dfbb3adc.feed", 1046),
        ("fastfeedparser__benchmark_data__72fea1ebfd02e90a.feed", 20),
        ("fastfeedparser__benchmark_data__6d28cf55da15a12d.feed", 235),
        ("picofeed__tests__fixtures__next_inpact_full.xml", 45),
        ("feedjira__spec__sample_feeds__DuplicateContentAtomFeed.xml", 10),
    ],
)
def test_broken_and_huge_feeds_give_all_their_entries(name: str, entries: int) -> None:
    keys = [article.key for article in load(name)]
    assert len(keys) == len(set(keys)) == entries


def test_undeclared_latin_1() -> None:
    found = load("miniflux__http__client__testdata__content-type-only-win-8859-1.xml")
    assert found[0].title == "Perturbateurs endocriniens : quels effets sur le cerveau ?"
    assert any("thérapeutique" in article.title + article.lead for article in found)


def test_portuguese_dates() -> None:
    found = load("rss-parser__test__input__uolNoticias.rss")
    assert found[0].published_at == 1_537_828_960
    assert all(article.published_at for article in found)
    assert found[0].title.startswith("Ibope: Bolsonaro perde de Haddad")


def test_dates_of_the_year_one_count_as_none() -> None:
    found = load("fastfeedparser__benchmark_data__1c17c9c37207f120.feed")
    assert sum(article.published_at is None for article in found) == 19


def test_mojibake_on_purpose() -> None:
    body = shared_path("feeds/fastfeedparser__benchmark_data__0346e81559b251eb.feed").read_bytes()
    theirs = [str(entry["title"]) for entry in their_answer(body)]
    ours = [a.title for a in load("fastfeedparser__benchmark_data__0346e81559b251eb.feed")]
    assert any("Martine" in title for title in ours)
    assert [title for title in ours if "Martine" in title] == [
        title for title in theirs if "Martine" in title
    ]


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("feedjira__spec__sample_feeds__hacketyorg.xml", "http://hackety.org/2008/12/06/"),
        (
            "fastfeedparser__benchmark_data__137dd53eb3d6d860.feed",
            "https://publisher.example/blog/",
        ),
    ],
)
def test_relative_links(name: str, url: str) -> None:
    assert str(load(name)[0].url).startswith(url)


def test_tags_of_every_sort() -> None:
    joe = {
        tag
        for article in load("feedjira__spec__sample_feeds__JoeMartinezHome.xml")
        for tag in article.tags
    }
    assert {"ruby", "drb", "backgroundrb"} <= joe
    active = load("feedjira__spec__sample_feeds__ActiveReloadHome.xml")
    assert any("Lighthouse" in article.tags for article in active)
    assert not any({"Lighthouse", "lighthouse"} <= set(article.tags) for article in active)
    taverns = load("rss-parser__test__input__itunes-missing-image.rss")
    assert max(len(article.tags) for article in taverns) >= 20
    assert any("Games & Hobbies" in article.tags for article in taverns)
    assert all(
        None not in article.tags
        for article in load("rome__rome-modules__src__test__resources__xml__lr.xml")
    )


def test_titles_are_text() -> None:
    for name in ("google_alerts_atom.xml", "KungPowThinking.xml"):
        for article in load(f"feedjira__spec__sample_feeds__{name}"):
            assert "<b>" not in article.title
            assert "&#" not in article.title + article.lead
