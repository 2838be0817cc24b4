"""The parts that a page names itself: tags, sections, breadcrumb, author, sources, related.

Pure. Each part has an order of trust, found by measuring: article:tag, then a[rel=tag];
rel=category, then linked data or breadcrumb. What none of them gives is trafilatura's to find.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

from bot.news.page_data import PageData, read_data

MOST_LINKS = 8
MOST_NOTE = 600
MOST_LABEL = 60

_HOME = {"accueil", "home", "homepage", "page d'accueil", "une", "a la une"}
_NOTE_BOX = "author-bio author-box author-description about-author author-info biography bio-auteur"
_TAG_BOX = "tags tag-list taglist post-tags article-tags entry-tags labels keywords etiquettes"
_CRUMBS = "breadcrumb breadcrumbs fil-ariane fil-d-ariane ariane"
_RELATED_BOX = "related related-posts related-articles read-more lire-aussi a-lire similar"
_LEAD_BOX = "chapo chapeau lead standfirst dek intro article-lead article-intro"
_ABOUT = re.compile(r"^(?:à propos de l['’]auteur(?:e|·e)?|about the author)\W*$", re.IGNORECASE)
_FOOT = re.compile(
    r"^(?:sources?|via|tags?|mots[- ]clés|étiquettes|partager|share|commentaires?|comments?"
    r"|ajouter un commentaire|laisser un commentaire|leave a (?:comment|reply)"
    r"|cliquez ici pour poster un commentaire)\W*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^(?:sources?|via)\W*$", re.IGNORECASE)
_RELATED = re.compile(
    r"^(?:(?:à )?lire (?:aussi|également)|sur le même (?:sujet|thème)"
    r"|articles? (?:liés?|similaires?|associés?)"
    r"|à voir aussi|related(?: (?:articles?|posts?|stories))?"
    r"|read (?:also|more|next)|see also)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A titled address."""

    title: str
    url: str


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
    note = _find_note(tree) or data.author_note
    return PageFields(
        title=title,
        lead=_find_lead(tree),
        author=_find_author(tree, data),
        author_note=note[:MOST_NOTE] if note else None,
        published=_find_date(tree, data),
        image=_absolute(url, _meta(tree, "og:image")),
        language=tree.get("lang") or _meta(tree, "og:locale") or None,
        site=_meta(tree, "og:site_name") or None,
        tags=tuple(_find_tags(tree)),
        sections=sections,
        breadcrumb=breadcrumb,
        sources=_find_sources(tree, url),
        related=_find_related(tree, url, title),
        is_free=data.is_free,
        is_list=_is_list(tree, data),
    )


def is_part_heading(line: str) -> bool:
    """Tell whether a line of text is the heading of another part of the page."""
    return any(part.match(line) for part in (_FOOT, _ABOUT, _RELATED))


def names_author(line: str) -> bool:
    """Tell whether a line is the heading of what is said about the author."""
    return bool(_ABOUT.match(line))


def text_of(node: html.HtmlElement) -> str:
    """Give the text of a node on one line, composed."""
    return unicodedata.normalize("NFC", " ".join(node.text_content().split()))


def _meta(tree: html.HtmlElement, name: str) -> str:
    return next(iter(_metas(tree, name)), "")


def _metas(tree: html.HtmlElement, name: str) -> list[str]:
    found = tree.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
    return [" ".join(unicodedata.normalize("NFC", str(value)).split()) for value in found if value]


def _with_class(tree: html.HtmlElement, names: str) -> list[html.HtmlElement]:
    """List the elements of which a class, or the id, is one of the names."""
    wanted = set(names.split())
    return [
        node
        for node in tree.xpath("//*[@class or @id]")
        if wanted & set(f"{node.get('class') or ''} {node.get('id') or ''}".lower().split())
    ]


def _find_title(tree: html.HtmlElement, data: PageData) -> str:
    heads = [text_of(node) for node in tree.xpath("//article//h1|//main//h1|//h1")]
    og = _meta(tree, "og:title")
    if len(set(heads)) == 1 and heads[0]:
        return heads[0]
    return og or data.title or next((head for head in heads if head), "")


def _find_lead(tree: html.HtmlElement) -> str:
    """Find the lead that the page shows, else the one it tells search engines."""
    shown = [text_of(node) for node in _with_class(tree, _LEAD_BOX)]
    shown = [text for text in shown if 5 < len(text.split()) < 150]
    return next(iter(shown), "") or _meta(tree, "og:description") or _meta(tree, "description")


def _find_tags(tree: html.HtmlElement) -> list[str]:
    """Give the tags of the first place that has any."""
    tags = [part.strip() for value in _metas(tree, "article:tag") for part in value.split(",")]
    if not tags:
        tags = [text_of(node) for node in _links_with_rel(tree, "tag", without="category")]
    if not tags:
        tags = [text_of(a) for box in _with_class(tree, _TAG_BOX) for a in box.iter("a")]
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
    boxes = _with_class(tree, _CRUMBS) + tree.xpath("//*[@aria-label]")
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
    names = [data.author or "", *by_rel, *by_item, _meta(tree, "author")]
    names = [re.sub(r"^(?:par|by)\s+", "", name, flags=re.IGNORECASE) for name in names]
    return next((name for name in names if 0 < len(name) <= 100 and "://" not in name), None)


def _find_date(tree: html.HtmlElement, data: PageData) -> str | None:
    times = tree.xpath("//article//time/@datetime|//main//time/@datetime|//time/@datetime")
    found = [_meta(tree, "article:published_time"), data.published or "", *map(str, times)]
    return next((date[:10] for date in found if re.match(r"\d{4}-\d\d-\d\d", date)), None)


def _find_note(tree: html.HtmlElement) -> str | None:
    """Find what the page tells about its author."""
    for box in _with_class(tree, _NOTE_BOX):
        paragraphs = [text_of(node) for node in box.iter("p")]
        note = " ".join(text for text in paragraphs if len(text.split()) > 3)
        if note:
            return note
    for head in _headings(tree, _ABOUT):
        following = head.xpath("following-sibling::*[position()<=4]/descendant-or-self::*[not(*)]")
        texts = [text for text in map(text_of, following) if len(text.split()) > 5]
        if texts:
            return texts[0]
    return None


def _headings(tree: html.HtmlElement, wanted: re.Pattern[str]) -> list[html.HtmlElement]:
    nodes = tree.xpath("//h2|//h3|//h4|//h5|//p|//strong|//span|//div[not(*)]|//dt|//a")
    return [node for node in nodes if wanted.match(text_of(node)[:60])]


def _find_sources(tree: html.HtmlElement, url: str) -> tuple[Link, ...]:
    """Find the source that the article names, under or behind the word "Source"."""
    for head in _headings(tree, _SOURCE):
        if head.tag == "a":
            nodes = [head]
        else:
            nodes = head.xpath("following-sibling::*[1]/descendant-or-self::a")
            nodes = nodes or head.getparent().xpath("./a")
        links = _links(nodes, url)
        if links:
            return links
    boxes = [a for box in _with_class(tree, "source sources article-source") for a in box.iter("a")]
    return _links(boxes, url)


def _find_related(tree: html.HtmlElement, url: str, title: str) -> tuple[Link, ...]:
    """Find the articles that the page offers beside its own."""
    nodes = [a for box in _with_class(tree, _RELATED_BOX) for a in box.iter("a")]
    for head in _headings(tree, _RELATED):
        nodes += head.xpath("following-sibling::*[position()<=2]/descendant-or-self::a")
    return tuple(link for link in _links(nodes, url) if link.title != title)


def _links(nodes: Iterable[html.HtmlElement], url: str) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for node in nodes:
        address = _absolute(url, node.get("href") or "")
        if address and address != url:
            title = text_of(node)
            if not title or _SOURCE.match(title):
                title = urlsplit(address).hostname or address
            links.setdefault(address, Link(title, address))
    return tuple(links.values())[:MOST_LINKS]


def _absolute(base: str, address: str) -> str | None:
    """Give the whole address of a link; of a page read from a file, what the link says."""
    address = address.strip()
    try:
        whole = address if base.startswith("file:") else urljoin(base, address)
        scheme = urlsplit(whole).scheme
    except ValueError:
        return None
    return whole if address and scheme in ("http", "https", "") else None


def _is_list(tree: html.HtmlElement, data: PageData) -> bool:
    """Tell a front page or a list of articles from an article."""
    if data.is_article or _meta(tree, "og:type").lower() == "article":
        return False
    return len(tree.findall(".//article")) > 2 or _meta(tree, "og:type").lower() == "website"
