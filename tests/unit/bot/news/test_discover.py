from bot.news.discover import Candidate, find_feeds

PAGE = "https://port.example/accueil/"


def test_feeds_that_a_page_names() -> None:
    page = """<!doctype html><html><head><base href="https://port.example/">
      <link rel="stylesheet" href="style.css"><link rel=alternate hreflang=en href="/en">
      <link rel="alternate" type="application/rss+xml" title="Commentaires" href="/comments/feed">
      <link rel="alternate" type="application/rss+xml; charset=utf-8" title="Tout &amp; plus"
        href="flux">
      <LINK REL="Alternate" TYPE="application/atom+xml" HREF="//flux.example/atom">
      <link rel="alternate" type="application/feed+json" href="flux">
      <link rel="alternate" type="application/json" href="/wp-json/1">
      <link rel="alternate" type="application/rss+xml" href="javascript:1">
      </head><body>"""
    assert find_feeds(page.encode(), PAGE) == [
        Candidate("https://port.example/flux", "Tout & plus"),
        Candidate("https://flux.example/atom", None),
        Candidate("https://port.example/comments/feed", "Commentaires"),
    ]


def test_pages_without_feeds_and_broken_ones() -> None:
    assert find_feeds(b"<html><body>x", PAGE) == []
    assert find_feeds(b"", PAGE) == []
    assert find_feeds(b"<" * 100_000, PAGE) == []
    assert find_feeds(bytes(range(256)), PAGE) == []
    many = b"".join(b"<link rel=feed href=/%d>" % n for n in range(500))
    assert len(find_feeds(many, PAGE)) == 20
