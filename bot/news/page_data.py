"""A page's linked data (JSON-LD): what schema.org's article and breadcrumb say. Pure."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html

_ARTICLES = {
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "LiveBlogPosting",
    "TechArticle",
    "Report",
}
MOST_NODES = 500


@dataclass(frozen=True, slots=True)
class PageData:
    """What the linked data say; `is_free` None where they do not."""

    is_article: bool = False
    title: str = ""
    author: str | None = None
    author_note: str | None = None
    published: str | None = None
    sections: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    is_free: bool | None = None


def read_data(tree: html.HtmlElement) -> PageData:
    """Read every JSON-LD script of a page; broken ones are passed over."""
    article: dict[str, Any] = {}
    crumbs: dict[str, Any] = {}
    for node in _nodes(tree):
        kinds = set(_texts(node.get("@type")))
        if kinds & _ARTICLES:
            article = article or node
        elif "BreadcrumbList" in kinds:
            crumbs = crumbs or node
    author = _first(article.get("author"))
    note = author.get("description") if isinstance(author, dict) else None
    free = article.get("isAccessibleForFree")
    return PageData(
        is_article=bool(article),
        title=_text(article.get("headline")),
        author=_name(author) or None,
        author_note=_text(note) or None,
        published=_text(article.get("datePublished")) or None,
        sections=tuple(_texts(article.get("articleSection"))),
        breadcrumb=tuple(_read_crumbs(crumbs)),
        is_free=None if free is None else str(free).lower() != "false",
    )


def _nodes(tree: html.HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            waiting = [json.loads(str(script), strict=False)]
        except ValueError:
            continue
        seen = 0
        while waiting and seen < MOST_NODES:
            seen += 1
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                yield node
                waiting += [
                    node[key] for key in ("@graph", "mainEntity", "breadcrumb") if key in node
                ]


def _read_crumbs(crumbs: dict[str, Any]) -> Iterator[str]:
    items = crumbs.get("itemListElement")
    listed = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    for item in sorted(listed, key=lambda item: _number(item.get("position"))):
        name = _text(item.get("name")) or _name(item.get("item"))
        if name:
            yield name


def _number(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _name(value: Any) -> str:
    return _text(value.get("name")) if isinstance(value, dict) else _text(value)


def _texts(value: Any) -> list[str]:
    found = [_text(item) for item in (value if isinstance(value, list) else [value])]
    return [text for text in found if text]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return unicodedata.normalize("NFC", " ".join(value.split()))
