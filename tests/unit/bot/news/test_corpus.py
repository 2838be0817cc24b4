"""277 captured feeds: none breaks, and what comes out is held against feedparser's own answer."""

import io
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import feedparser
import pytest

from bot.inspect import inspect_file
from bot.news.entries import to_article
from bot.news.feed import read_feed
from bot.news.parse_pool import ParsePool
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


@dataclass(frozen=True)
class Row:
    """A line of the table: what came out of one feed."""

    entries: int
    tags: int
    authors: int
    undated: int


def our_row(articles: Sequence[NewArticle]) -> Row:
    return Row(
        entries=len(articles),
        tags=sum(bool(article.tags) for article in articles),
        authors=sum(article.author is not None for article in articles),
        undated=sum(article.published_at is None for article in articles),
    )


def their_row(entries: Sequence[Mapping[str, object]]) -> Row:
    """Give the same of feedparser's answer, less what we drop with reason.

    That is tags that are addresses or sentences, authors that are addresses, dates before 2000.
    """
    return Row(
        entries=len(entries),
        tags=sum(any(not _is_no_topic(tag) for tag in _tags(entry)) for entry in entries),
        authors=sum(bool(author := _author(entry)) and "@" not in author for entry in entries),
        undated=sum(_date(entry) is None for entry in entries),
    )


@pytest.mark.timeout(600)
async def test_every_feed_goes_through_inspect_and_gives_what_feedparser_gives() -> None:
    folder = shared_path("feeds/manifest.csv").parent
    paths = sorted(path for path in folder.iterdir() if path.suffix != ".csv")
    assert len(paths) == 277
    table: dict[str, tuple[Row, Row]] = {}
    async with ParsePool(workers=1, seconds=60) as pool:
        for path in paths:
            inspection = await inspect_file(path, pool)
            json.dumps(inspection.to_json())
            assert inspection.to_text()
            ours, theirs = inspection.articles, their_answer(path.read_bytes())
            table[path.name] = (our_row(ours), their_row(theirs))
            assert len({article.key for article in ours}) == len(ours), path.name
            for mine, their in zip(ours, theirs, strict=True):
                _compare(path.name, mine, their)
    for name, (mine_row, their) in table.items():
        assert mine_row.entries == their.entries, name
        assert mine_row.tags >= their.tags, name
        assert mine_row.authors >= their.authors, name
        assert mine_row.undated <= their.undated, name


def _compare(name: str, mine: NewArticle, their: Mapping[str, object]) -> None:
    """Nothing that feedparser has is lost, but for what was dropped with reason."""
    assert mine.url or not str(dict.get(their, "link") or "").startswith("http"), name
    assert mine.title or not dict.get(their, "title"), name
    assert "\x00" not in mine.title + mine.lead + mine.body
    assert len(mine.lead) <= 300


def _tags(entry: Mapping[str, object]) -> list[str]:
    return [tag["term"] for tag in dict.get(entry, "tags") or () if tag["term"]]


def _author(entry: Mapping[str, object]) -> str:
    return str(dict.get(entry, "author") or "").strip()


def _date(entry: Mapping[str, object]) -> object:
    """Give an entry's date, unless it is one that cannot be true."""
    parsed = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    return None if parsed is None or parsed[0] < 2000 else parsed


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
