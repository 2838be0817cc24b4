"""Renders the newsroom's pages: an article in full, and a paper's front page.

An article's page has the parts of a real one: breadcrumb, labels, title, lead, picture, body,
source, related article, tags, author with a note, and the call for comments. Pure.
"""

import json
from collections.abc import Sequence
from html import escape

from sandbox.newsroom.articles import Publication
from sandbox.newsroom.feeds import CONTENT_TYPES, Item

_WORDS = {
    "fr": {
        "home": "Accueil",
        "source": "Source",
        "related": "À lire aussi",
        "tags": "Tags",
        "author": "À propos de l’auteur",
        "comment": "Ajouter un commentaire",
        "call": "Cliquez ici pour poster un commentaire",
        "corrected": "Corrigé le",
    },
    "en": {
        "home": "Home",
        "source": "Source",
        "related": "Read also",
        "tags": "Tags",
        "author": "About the author",
        "comment": "Add a comment",
        "call": "Click here to post a comment",
        "corrected": "Corrected on",
    },
}

_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 42rem; padding: 1.5rem; line-height: 1.6;
  font-family: Georgia, "Times New Roman", serif; }
nav, .labels, .meta, aside, footer, .tags { font-family: system-ui, sans-serif; font-size: .9rem; }
h1 { line-height: 1.2; } .lead { font-size: 1.2rem; } img { max-width: 100%; border-radius: 8px; }
aside { border-top: 1px solid; margin-top: 2rem; opacity: .85; }
"""


def render_article(
    publication: Publication, item: Item, *, home: str, related: Item | None
) -> bytes:
    """Give the page of an article; `related` is linked under the text."""
    article, words = item.article, _WORDS.get(publication.language, _WORDS["en"])
    tags = "".join(
        f'<li><a rel="tag" href="{escape(home)}tag/">{escape(tag)}</a></li>' for tag in article.tags
    )
    parts = [
        _head(publication, item),
        f'<nav class="breadcrumb"><a href="{escape(home)}">{words["home"]}</a> &gt; '
        f'<a href="{escape(home)}">{escape(article.section)}</a> &gt; '
        f"{escape(article.title)}</nav>",
        f'<main><article><p class="labels"><a rel="category" href="{escape(home)}">'
        f"{escape(article.section)}</a></p>",
        f"<h1>{escape(article.title)}</h1>",
        f'<p class="lead">{escape(article.lead)}</p>',
        f'<p class="meta"><span rel="author">{escape(article.author)}</span> · '
        f"{_dates(item, words)}</p>",
        f'<figure><img src="{escape(item.picture)}" alt="" width="640" height="336"></figure>',
        '<div class="body">',
        *(f"<p>{escape(text)}</p>" for text in article.body),
        "</div></article></main>",
        f"<p>{words['source']} : {escape(article.source)}</p>" if article.source else "",
        _related(related, words),
        f'<section class="tags"><h2>{words["tags"]}</h2><ul>{tags}</ul></section>',
        f'<aside class="author"><h2>{words["author"]}</h2><h3>{escape(article.author)}</h3>'
        f"<p>{escape(publication.authors.get(article.author, ''))}</p></aside>",
        f"<footer><h2>{words['comment']}</h2>"
        f'<p><a href="#respond">{words["call"]}</a></p></footer>',
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part).encode()


def render_front(
    publication: Publication, items: Sequence[Item], *, home: str, feed_url: str
) -> bytes:
    """Give a paper's front page, which announces its feed."""
    kind = CONTENT_TYPES[publication.format].partition(";")[0]
    rows = "".join(
        f'<li><a href="{escape(item.url)}">{escape(item.article.title)}</a></li>' for item in items
    )
    return (
        f'<!doctype html><html lang="{publication.language}"><head><meta charset="utf-8">'
        f"<title>{escape(publication.title)}</title><style>{_STYLE}</style>"
        f'<link rel="alternate" type="{kind}" title="{escape(publication.title)}" '
        f'href="{escape(feed_url)}"></head><body><h1><a href="{escape(home)}">'
        f"{escape(publication.title)}</a></h1><p>{escape(publication.description)}</p>"
        f"<ul>{rows}</ul></body></html>"
    ).encode()


def _head(publication: Publication, item: Item) -> str:
    article = item.article
    meta = {
        "og:type": "article",
        "og:site_name": publication.title,
        "og:title": article.title,
        "og:description": article.lead,
        "og:url": item.url,
        "og:image": item.picture,
        "article:published_time": item.published.isoformat(),
        "article:modified_time": (article.updated or item.published).isoformat(),
        "article:section": article.section,
    }
    rows = [f'<meta property="{name}" content="{escape(text)}">' for name, text in meta.items()]
    rows += [f'<meta property="article:tag" content="{escape(tag)}">' for tag in article.tags]
    return (
        f'<!doctype html><html lang="{publication.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(article.title)} - {escape(publication.title)}</title>"
        f'<meta name="description" content="{escape(article.lead)}">'
        f'<meta name="author" content="{escape(article.author)}">'
        f'<link rel="canonical" href="{escape(item.url)}">{"".join(rows)}'
        f'<script type="application/ld+json">{_linked_data(publication, item)}</script>'
        f"<style>{_STYLE}</style></head><body>"
    )


def _linked_data(publication: Publication, item: Item) -> str:
    article = item.article
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "description": article.lead,
        "image": item.picture,
        "inLanguage": publication.language,
        "datePublished": item.published.isoformat(),
        "dateModified": (article.updated or item.published).isoformat(),
        "author": {"@type": "Person", "name": article.author},
        "publisher": {"@type": "Organization", "name": publication.title},
        "articleSection": article.section,
        "keywords": list(article.tags),
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _dates(item: Item, words: dict[str, str]) -> str:
    text = f'<time datetime="{item.published.isoformat()}">{item.published:%d/%m/%Y %H:%M}</time>'
    if item.article.updated:
        text += f" · {words['corrected']} {item.article.updated:%d/%m/%Y %H:%M}"
    return text


def _related(related: Item | None, words: dict[str, str]) -> str:
    if related is None:
        return ""
    return (
        f'<section class="related"><h2>{words["related"]}</h2>'
        f'<p><a href="{escape(related.url)}">{escape(related.article.title)}</a></p></section>'
    )
