import pytest

from bot.news.urls import absolute_url, canonical_url, host_of, without_tracking


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://News.Example:443/a/../b/./c", "https://news.example/b/c"),
        ("http://news.example", "http://news.example/"),
        ("http://news.example:8080/x", "http://news.example:8080/x"),
        ("https://news.example/a?utm_source=x&id=3&fbclid=1#top", "https://news.example/a?id=3"),
        ("https://news.example/a?xtor=RSS-3", "https://news.example/a"),
        ("https://news.example/a?at_medium=rss&at_campaign=x", "https://news.example/a"),
        ("https://news.example/?p=12", "https://news.example/?p=12"),
        ("https://news.example/?b=2&a=1", "https://news.example/?b=2&a=1"),
        ("https://news.example/#!/page", "https://news.example/#!/page"),
        ("https://news.example/%7euser/%c3%a9%2f", "https://news.example/~user/%C3%A9%2F"),
        ("https://news.example/été à", "https://news.example/%C3%A9t%C3%A9%20%C3%A0"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://été.example/", "https://xn--t-9fab.example/"),
        ("https://me:secret@news.example/", "https://news.example/"),
        (" https://news.example/\n a ", "https://news.example/%20a"),
        ("http://[2a01::1]:80/", "http://[2a01::1]/"),
        ("https://news.example/a/b/..", "https://news.example/a/"),
    ],
)
def test_canonical_form(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "/relative",
        "mailto:a@b.example",
        "javascript:alert(1)",
        "http://",
        "http://a:99999/",
        "http://[bad/",
        "ftp://news.example/",
        "https://news.example/" + "a" * 3000,
    ],
)
def test_what_has_none(written: str | None) -> None:
    assert canonical_url(written) is None


def test_joining() -> None:
    base = "https://news.example/blog/feed.xml"
    assert absolute_url(base, "2026/a") == "https://news.example/blog/2026/a"
    assert absolute_url(base, "/a") == "https://news.example/a"
    assert absolute_url(base, "//cdn.example/i.png") == "https://cdn.example/i.png"
    assert absolute_url(None, "/a") is None
    assert absolute_url(base, "data:image/png;base64,AA") is None
    assert absolute_url(base, None) is None
    assert absolute_url(base, "http://[x") is None


def test_hosts() -> None:
    assert host_of("https://www.News.example:8080/a") == "news.example"
    assert host_of("tag:news.example,2026:1") == ""
    assert host_of(None) == host_of("http://[x") == ""


def test_tracking_leaves_what_has_none() -> None:
    assert without_tracking("post-3/?utm_source=x&a=1#b") == "post-3/?a=1#b"
    assert without_tracking("post-3?utm_source=x") == "post-3"
    assert without_tracking("post-3") == "post-3"
