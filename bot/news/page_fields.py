"""The parts that a page names itself: title, lead, tags, sections, breadcrumb, author, date.

Pure. Each part has an order of trust, found by measuring: article:tag, then a[rel=tag];
rel=category, then linked data or breadcrumb. What none of them gives is trafilatura's to find.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

from bot.news.page_around import (
    Link,
    absolute,
    find_author_name,
    find_note,
    find_related,
    find_sources,
    text_of,
    with_class,
)
from bot.news.page_data import PageData, read_data

MOST_NOTE = 600
MOST_LABEL = 60

_HOME = {"accueil", "home", "homepage", "page d'accueil", "une", "a la une"}
_TAG_BOX = "tags tag-list taglist post-tags article-tags entry-tags labels keywords etiquettes"
_CRUMBS = "breadcrumb breadcrumbs fil-ariane fil-d-ariane ariane"
_LEAD_BOX = "chapo chapeau lead standfirst dek intro article-lead article-intro"


@dataclass(frozen=True, slots=True)
class PageFields:
    """What the page's own markup says; empty where it does not."""

    title: str
    lead: str
    author: str | None
    author_note: str | None
    published: str | None
    image: str | None
    language: str | None
    site: str | None
    tags: tuple[str, ...]
    sections: tuple[str, ...]
    breadcrumb: tuple[str, ...]
    sources: tuple[Link, ...]
    related: tuple[Link, ...]
    is_free: bool | None
    is_list: bool


def read_fields(tree: html.HtmlElement, url: str) -> PageFields:
    """Read every part of a page."""
    data = read_data(tree)
    title = _find_title(tree, data)
    breadcrumb = _find_breadcrumb(tree, data)
    sections = _find_sections(tree, data, breadcrumb, title)
    note = find_note(tree) or data.author_note
    return PageFields(
        title=title,
        lead=_find_lead(tree),
        author=_find_author(tree, data),
        author_note=note[:MOST_NOTE] if note else None,
        published=_find_date(tree, data),
        image=absolute(url, _meta(tree, "og:image")),
        language=tree.get("lang") or _meta(tree, "og:locale") or None,
        site=_meta(tree, "og:site_name") or None,
        tags=tuple(_find_tags(tree)),
        sections=sections,
        breadcrumb=breadcrumb,
        sources=find_sources(tree, url),
        related=find_related(tree, url, title),
        is_free=data.is_free,
        is_list=_is_list(tree, data),
    )


def _meta(tree: html.HtmlElement, name: str) -> str:
    return next(iter(_metas(tree, name)), "")


def _metas(tree: html.HtmlElement, name: str) -> list[str]:
    found = tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
    return [" ".join(unicodedata.normalize("NFC", str(value)).split()) for value in found if value]


def _find_title(tree: html.HtmlElement, data: PageData) -> str:
    heads = [text_of(node) for node in tree.xpath("//article//h1|//main//h1|//h1")]
    og = _meta(tree, "og:title")
    if len(set(heads)) == 1 and heads[0]:
        return heads[0]
    return og or data.title or next((head for head in heads if head), "")


def _find_lead(tree: html.HtmlElement) -> str:
    """Find the lead that the page shows, else the one it tells search engines."""
    shown = [text_of(node) for node in [*with_class(tree, _LEAD_BOX), *_bold_paragraph(tree)]]
    shown = [text for text in shown if 5 < len(text.split()) < 150]
    return next(iter(shown), "") or _meta(tree, "og:description") or _meta(tree, "description")


def _bold_paragraph(tree: html.HtmlElement) -> list[html.HtmlElement]:
    """Give the first paragraph after the title, if all of it stands out."""
    first: list[html.HtmlElement] = tree.xpath("(//h1/following::p[normalize-space()])[1]")
    bold = [node for p in first for node in p.iter("strong", "b") if text_of(node) == text_of(p)]
    return bold[:1]


def _find_tags(tree: html.HtmlElement) -> list[str]:
    """Give the tags of the first place that has any."""
    tags = [part.strip() for value in _metas(tree, "article:tag") for part in value.split(",")]
    if not tags:
        tags = [text_of(node) for node in _links_with_rel(tree, "tag", without="category")]
    if not tags:
        tags = [text_of(a) for box in with_class(tree, _TAG_BOX) for a in box.iter("a")]
    return [tag.lstrip("#").strip() for tag in tags if 0 < len(tag.strip("# ")) <= MOST_LABEL]


def _links_with_rel(
    tree: html.HtmlElement, rel: str, without: str = ""
) -> Iterator[html.HtmlElement]:
    for node in tree.xpath("//a[@rel]"):
        rels = node.get("rel").lower().split()
        if rel in rels and without not in rels:
            yield node


def _find_sections(
    tree: html.HtmlElement, data: PageData, breadcrumb: tuple[str, ...], title: str
) -> tuple[str, ...]:
    found = [text_of(node) for node in _links_with_rel(tree, "category")]
    found = found or _metas(tree, "article:section") or list(data.sections)
    found = found or [crumb for crumb in breadcrumb if not is_home(crumb) and crumb != title]
    return tuple(dict.fromkeys(section for section in found if section))


def is_home(crumb: str) -> bool:
    """Tell whether a crumb is the site's front page."""
    plain = unicodedata.normalize("NFKD", crumb.lower())
    return "".join(char for char in plain if not unicodedata.combining(char)) in _HOME


def _find_breadcrumb(tree: html.HtmlElement, data: PageData) -> tuple[str, ...]:
    if data.breadcrumb:
        return data.breadcrumb
    boxes = with_class(tree, _CRUMBS) + tree.xpath("//*[@aria-label]")
    for box in boxes:
        label = (box.get("aria-label") or "breadcrumb").lower()
        if "breadcrumb" not in label and "ariane" not in label:
            continue
        items = [text_of(item) for item in box.iter("li")] or re.split(
            r"\s*[>»›/]\s*", text_of(box)
        )
        crumbs = tuple(item.strip(" >»›/") for item in items if item.strip(" >»›/"))
        if len(crumbs) > 1:
            return crumbs
    return ()


def _find_author(tree: html.HtmlElement, data: PageData) -> str | None:
    by_rel = [text_of(node) for node in _links_with_rel(tree, "author")]
    by_item = [text_of(node) for node in tree.xpath("//*[@itemprop='author']")]
    by_heading = find_author_name(tree) or ""
    names = [data.author or "", *by_rel, *by_item, _meta(tree, "author"), by_heading]
    names = [re.sub(r"^(?:par|by)\s+", "", name, flags=re.IGNORECASE) for name in names]
    return next((name for name in names if 0 < len(name) <= 100 and "://" not in name), None)


def _find_date(tree: html.HtmlElement, data: PageData) -> str | None:
    times = tree.xpath("//article//time/@datetime|//main//time/@datetime|//time/@datetime")
    found = [_meta(tree, "article:published_time"), data.published or "", *map(str, times)]
    return next((date[:10] for date in found if re.match(r"\d{4}-\d\d-\d\d", date)), None)


def _is_list(tree: html.HtmlElement, data: PageData) -> bool:
    """Tell a front page or a list of articles from an article."""
    if data.is_article or _meta(tree, "og:type").lower() == "article":
        return False
    return len(tree.findall(".//article")) > 2 or _meta(tree, "og:type").lower() == "website"
