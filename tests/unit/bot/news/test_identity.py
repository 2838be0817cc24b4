import pytest

from bot.news.identity import Marks, article_keys, digest, normal_guid, title_key


def marks(
    guid: str | None = None,
    link: str | None = None,
    title: str = "",
    date: str = "",
    text: str = "",
) -> Marks:
    return Marks(guid, link, title, date, text)


def key(entry: Marks, site: str = "port.example") -> str:
    return article_keys([entry], site)[0]


def test_guid_before_link_before_title_and_date() -> None:
    link = "https://port.example/a"
    assert key(marks("tag:port.example,2026:1", link, "T", "D")) == "guid:tag:port.example,2026:1"
    assert key(marks(None, link, "T", "D")) == "link:port.example/a"
    assert key(marks(None, None, "Le Titre !", "D")) == "text:port.example|le titre|D"
    assert key(marks(None, None, "", "D", "words")) == f"text:port.example|{digest('words')}|D"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://port.example/?p=12", "https://port.example/?p=12"),
        ("https://port.example/a", "https://port.example/a/"),
        ("https://port.example/a", "https://port.example/a?utm_source=rss&utm_medium=feed"),
        ("https://port.example/a", "HTTPS://Port.Example:443/a"),
        ("  42 ", "42"),
    ],
)
def test_a_guid_that_changed_by_the_way_is_the_same_article(one: str, other: str) -> None:
    assert key(marks(one, "https://port.example/x")) == key(marks(other, "https://port.example/x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://port.example/?p=12", "https://port.example/?p=13"),
        ("https://port.example/log#1", "https://port.example/log#2"),
        ("https://port.example/a", "https://port.example/A"),
        ("12", "13"),
    ],
)
def test_guids_that_differ_stay_apart(one: str, other: str) -> None:
    assert key(marks(one)) != key(marks(other))


def test_a_small_guid_counts_on_its_site_only() -> None:
    here, there = marks("42", "https://a.example/1"), marks("42", "https://b.example/1")
    assert key(here) != key(there)
    assert key(marks("42"), "a.example") != key(marks("42"), "b.example")
    world = "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"
    assert key(marks(world), "a.example") == key(marks(world), "b.example")
    assert normal_guid("yt:video:abc", "a.example") == "yt:video:abc"


def test_a_shared_guid_is_told_apart_by_link_and_the_order_does_not_matter() -> None:
    entries = [marks("same", f"https://port.example/{n}", f"T{n}") for n in range(4)]
    keys = article_keys(entries, "port.example")
    assert len(set(keys)) == 4
    assert article_keys(entries[::-1], "port.example") == keys[::-1]


def test_an_article_on_top_of_a_feed_with_one_guid_is_new_and_moves_no_other() -> None:
    old = [marks("same", f"https://port.example/{n}", f"T{n}") for n in range(3)]
    before = set(article_keys(old, "port.example"))
    after = article_keys([marks("same", "https://port.example/new", "New"), *old], "port.example")
    assert set(after[1:]) == before
    assert after[0] not in before


def test_a_shared_guid_without_links_is_told_apart_by_what_there_is() -> None:
    entries = [marks("same", None, "A"), marks("same", None, "B"), marks("same", None, "B", "D")]
    keys = article_keys(entries, "port.example")
    assert len(set(keys)) == 3
    assert article_keys(entries[1:], "port.example") == keys[1:]


def test_entries_that_are_alike_in_everything_are_numbered() -> None:
    entries = [marks("same", "https://port.example/a", "T")] * 3
    assert len(set(article_keys(entries, "port.example"))) == 3
    assert len(set(article_keys([marks()] * 3, ""))) == 3


def test_only_the_shared_guids_are_touched() -> None:
    entries = [
        marks("tag:a,1:1"),
        marks("tag:a,1:2", "https://a.example/1"),
        marks("tag:a,1:2", "https://a.example/2"),
    ]
    assert article_keys(entries, "")[0] == "guid:tag:a,1:1"


def test_long_keys_lose_nothing() -> None:
    one, other = "x" * 5000 + "1", "x" * 5000 + "2"
    assert key(marks(one)) != key(marks(other))
    assert len(key(marks(one))) <= 600


def test_no_collision_where_a_32_bit_checksum_has_one() -> None:
    """plumless and buckeroo have the same CRC-32."""
    assert key(marks("plumless")) != key(marks("buckeroo"))


@pytest.mark.parametrize(
    ("title", "folded"),
    [
        ("L’Œuvre : « Été » n°3 !", "l oeuvre ete n 3"),
        ("  A  B ", "a b"),
        ("日本語", "日本語"),
        ("🎉", ""),
    ],
)
def test_title_keys(title: str, folded: str) -> None:
    assert title_key(title) == folded
