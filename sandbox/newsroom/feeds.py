"""Renders the feeds of the newsroom: WordPress-like RSS, plain RSS 2.0, Atom and JSON Feed.

Pure: the same articles give the same bytes. Text that XML cannot carry (control characters) is
written as it stands, as careless sites do.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape

from sandbox.newsroom.articles import Article, Publication

CONTENT_TYPES = {
    "wordpress": "application/rss+xml; charset=UTF-8",
    "rss": "application/rss+xml; charset=UTF-8",
    "atom": "application/atom+xml; charset=UTF-8",
    "json": "application/feed+json; charset=UTF-8",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A published article with its number in the archive and its absolute addresses."""

    number: int
    url: str
    picture: str
    published: datetime
    article: Article


def render_feed(
    publication: Publication, items: Sequence[Item], *, home: str, feed_url: str, changed: datetime
) -> bytes:
    """Give the bytes of a feed; `home` is the front page, `changed` the last change of any item."""
    match publication.format:
        case "atom":
            return _render_atom(publication, items, home, feed_url, changed).encode()
        case "json":
            return _render_json(publication, items, home, feed_url)
        case _:
            return _render_rss(publication, items, home, feed_url, changed).encode()


def _html(paragraphs: Iterable[str]) -> str:
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _render_rss(
    publication: Publication, items: Sequence[Item], home: str, feed_url: str, changed: datetime
) -> str:
    wordpress = publication.format == "wordpress"
    render = _wordpress_item if wordpress else _rss_item
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/">',
        "<channel>",
        _tag("title", publication.title),
        f'<atom:link href="{escape(feed_url)}" rel="self" type="application/rss+xml"/>',
        _tag("link", home),
        _tag("description", publication.description),
        _tag("lastBuildDate", format_datetime(changed)),
        _tag("language", publication.language),
    ]
    for item in items:
        lines += ["<item>", *render(item), "</item>"]
    return "\n".join([*lines, "</channel>", "</rss>", ""])


def _wordpress_item(item: Item) -> list[str]:
    article = item.article
    home = item.url.split("/", 3)[:3]
    labels = [article.section, *article.tags] if article.section else list(article.tags)
    return [
        _tag("title", article.title),
        _tag("link", item.url),
        _tag("comments", f"{item.url}#respond"),
        f"<dc:creator>{_cdata(article.author)}</dc:creator>",
        _tag("pubDate", format_datetime(item.published)),
        *(f"<category>{_cdata(label)}</category>" for label in labels),
        f'<guid isPermaLink="false">{escape("/".join(home))}/?p={item.number}</guid>',
        f"<description>{_cdata(escape(article.lead, quote=False))}</description>",
        _media(item),
        f"<content:encoded>{_cdata(_html(article.paragraphs))}</content:encoded>",
        _tag("wfw:commentRss", f"{item.url}feed/"),
        _tag("slash:comments", "0"),
    ]


def _rss_item(item: Item) -> list[str]:
    article = item.article
    return [
        _tag("title", article.title),
        _tag("link", item.url),
        _tag("description", article.lead),
        f"<dc:creator>{_cdata(article.author)}</dc:creator>",
        _tag("pubDate", format_datetime(item.published)),
        *(_tag("category", label) for label in article.tags),
        _tag("guid", item.url),
        _media(item),
    ]


def _media(item: Item) -> str:
    return f'<media:content url="{escape(item.picture)}" type="image/svg+xml" medium="image"/>'


def _render_atom(
    publication: Publication, items: Sequence[Item], home: str, feed_url: str, changed: datetime
) -> str:
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{publication.language}">',
        _tag("id", home),
        _tag("title", publication.title),
        _tag("subtitle", publication.description),
        f'<link rel="alternate" type="text/html" href="{escape(home)}"/>',
        f'<link rel="self" type="application/atom+xml" href="{escape(feed_url)}"/>',
        _tag("updated", changed.isoformat()),
    ]
    for item in items:
        lines += ["<entry>", *_atom_entry(publication, item), "</entry>"]
    return "\n".join([*lines, "</feed>", ""])


def _atom_entry(publication: Publication, item: Item) -> list[str]:
    article = item.article
    labels = (f'<category term="{escape(tag)}" label="{escape(tag)}"/>' for tag in article.tags)
    return [
        _tag("id", f"tag:{publication.key}.example,2026:{article.id}"),
        _tag("title", article.title),
        f'<link rel="alternate" type="text/html" href="{escape(item.url)}"/>',
        f'<link rel="enclosure" type="image/svg+xml" href="{escape(item.picture)}"/>',
        _tag("published", item.published.isoformat()),
        _tag("updated", (article.updated or item.published).isoformat()),
        f"<author>{_tag('name', article.author)}</author>",
        *labels,
        _tag("summary", article.lead),
        f'<content type="html">{escape(_html(article.paragraphs))}</content>',
    ]


def _render_json(
    publication: Publication, items: Sequence[Item], home: str, feed_url: str
) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": publication.title,
        "home_page_url": home,
        "feed_url": feed_url,
        "description": publication.description,
        "language": publication.language,
        "items": [_json_item(item) for item in items],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _json_item(item: Item) -> dict[str, object]:
    article = item.article
    return {
        "id": article.id,
        "url": item.url,
        "title": article.title,
        "summary": article.lead,
        "content_html": _html(article.paragraphs),
        "image": item.picture,
        "date_published": item.published.isoformat(),
        "date_modified": (article.updated or item.published).isoformat(),
        "authors": [{"name": article.author}] if article.author else [],
        "tags": list(article.tags),
    }
