"""What stands around an article on its page: sources, related articles, who wrote it.

Pure. Found by headings ("Source", "À lire aussi", "À propos de l'auteur"), alone on their line or
with what they announce behind a colon, and by the names that themes give to such boxes.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

MOST_LINKS = 8
LONGEST_LINE = 40  # words of a line such as "Source : The Gazette"
LONGEST_NAME = 5

_NOTE_BOX = "author-bio author-box author-description about-author author-info biography bio-auteur"
_SOURCE_BOX = "source sources article-source"
_RELATED_BOX = re.compile(r"(?:^|[-_])related|^(?:read-more|lire-aussi|a-lire|similar)$")
_ABOUT = re.compile(r"^(?:à propos de l['’]auteur(?:e|·e)?|about the author)\W*$", re.IGNORECASE)
_FOOT = re.compile(
    r"^(?:sources?|via|tags?|mots[- ]clés|étiquettes|partager|share|commentaires?|comments?"
    r"|ajouter un commentaire|laisser un commentaire|leave a (?:comment|reply)"
    r"|cliquez ici pour poster un commentaire)\W*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"^(?:sources?|via)\W*$", re.IGNORECASE)
_SOURCE_LINE = re.compile(r"^(?:sources?|via)\s*:\s*", re.IGNORECASE)
_RELATED_WORDS = (
    r"(?:(?:à )?lire (?:aussi|également)|sur le même (?:sujet|thème)"
    r"|articles? (?:liés?|similaires?|associés?)"
    r"|à voir aussi|related(?: (?:articles?|posts?|stories))?"
    r"|read (?:also|more|next)|see also)"
)
_RELATED = re.compile(rf"^{_RELATED_WORDS}\W*$", re.IGNORECASE)
_RELATED_LINE = re.compile(rf"^{_RELATED_WORDS}\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A titled address; "" where the page gives none."""

    title: str
    url: str


def is_part_heading(line: str) -> bool:
    """Tell whether a line of text is the heading of another part of the page."""
    return any(part.match(line) for part in (_FOOT, _ABOUT, _RELATED))


def is_part_line(line: str) -> bool:
    """Tell whether a line of text holds another part of the page behind its heading."""
    announces = _SOURCE_LINE.match(line) or _RELATED_LINE.match(line)
    return bool(announces) and len(line.split()) <= LONGEST_LINE


def names_author(line: str) -> bool:
    """Tell whether a line is the heading of what is said about the author."""
    return bool(_ABOUT.match(line))


def names_source(line: str) -> bool:
    """Tell whether a line is the heading of the article's source."""
    return bool(_SOURCE.match(line))


def text_of(node: html.HtmlElement) -> str:
    """Give the text of a node on one line, composed."""
    return unicodedata.normalize("NFC", " ".join(node.text_content().split()))


def with_class(tree: html.HtmlElement, names: str) -> list[html.HtmlElement]:
    """List the elements of which a class, or the id, is one of the names."""
    wanted = set(names.split())
    return [node for node, given in _named(tree) if wanted & given]


def absolute(base: str, address: str) -> str | None:
    """Give the whole address of a link; of a page read from a file, what the link says."""
    address = address.strip()
    try:
        whole = address if base.startswith("file:") else urljoin(base, address)
        scheme = urlsplit(whole).scheme
    except ValueError:
        return None
    return whole if address and scheme in ("http", "https", "") else None


def find_note(tree: html.HtmlElement) -> str | None:
    """Find what the page tells about its author."""
    for box in with_class(tree, _NOTE_BOX):
        paragraphs = [text_of(node) for node in box.iter("p")]
        note = " ".join(text for text in paragraphs if len(text.split()) > 3)
        if note:
            return note
    return next((text for text in _texts_about(tree) if len(text.split()) > LONGEST_NAME), None)


def find_author_name(tree: html.HtmlElement) -> str | None:
    """Find the name under the heading about the author."""
    return next((text for text in _texts_about(tree) if len(text.split()) <= LONGEST_NAME), None)


def find_sources(tree: html.HtmlElement, url: str) -> tuple[Link, ...]:
    """Find the source that the article names, under or behind the word "Source"."""
    for head in _headings(tree, _SOURCE):
        links = _links([head] if head.tag == "a" else _links_under(head), url)
        if links:
            return links
    for line in _lines(tree, _SOURCE_LINE):
        links = _links(line.iter("a"), url)
        name = _SOURCE_LINE.sub("", text_of(line)).rstrip(" .")
        if links or name:
            return links or (Link(name, ""),)
    return _links([a for box in with_class(tree, _SOURCE_BOX) for a in box.iter("a")], url)


def find_related(tree: html.HtmlElement, url: str, title: str) -> tuple[Link, ...]:
    """Find the articles that the page offers beside its own."""
    boxes = [node for node, given in _named(tree) if any(map(_RELATED_BOX.search, given))]
    nodes = [a for box in boxes for a in box.iter("a")]
    for head in _headings(tree, _RELATED):
        nodes += head.xpath("following-sibling::*[position()<=2]/descendant-or-self::a")
    nodes += [a for line in _lines(tree, _RELATED_LINE) for a in line.iter("a")]
    nodes += _lone_links_behind_source(tree)
    return tuple(link for link in _links(nodes, url) if link.title != title)


def _named(tree: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, set[str]]]:
    """Give the elements that have classes or an id, with these in lower case."""
    for node in tree.xpath("//*[@class or @id]"):
        yield node, set(f"{node.get('class') or ''} {node.get('id') or ''}".lower().split())


def _headings(tree: html.HtmlElement, wanted: re.Pattern[str]) -> list[html.HtmlElement]:
    nodes = tree.xpath("//h2|//h3|//h4|//h5|//p|//strong|//span|//div[not(*)]|//dt|//a")
    return [node for node in nodes if wanted.match(text_of(node)[:60])]


def _lines(tree: html.HtmlElement, wanted: re.Pattern[str]) -> list[html.HtmlElement]:
    """List the blocks whose one line announces something and holds it."""
    nodes = tree.xpath("//p|//li|//small|//em|//div[not(p or div or ul)]")
    lines = [(node, text_of(node)) for node in nodes]
    return [node for node, text in lines if wanted.match(text) and is_part_line(text)]


def _texts_about(tree: html.HtmlElement) -> Iterator[str]:
    """Give the pieces of text that follow the heading about the author, until the next part."""
    for head in _headings(tree, _ABOUT):
        for node in head.xpath("following-sibling::*[position()<=4]/descendant-or-self::*[not(*)]"):
            text = text_of(node)
            if is_part_heading(text):
                break
            if text:
                yield text


def _links_under(head: html.HtmlElement) -> list[html.HtmlElement]:
    nodes: list[html.HtmlElement] = head.xpath("following-sibling::*[1]/descendant-or-self::a")
    return nodes or head.getparent().xpath("./a")


def _lone_links_behind_source(tree: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Give the titles that stand alone, each a link, between the source and the next part."""
    for head in _headings(tree, _SOURCE):
        if head.tag == "a" and head.getparent().tag in ("p", "div", "li"):
            head = head.getparent()
        for block in head.itersiblings():
            links, text = block.xpath("descendant-or-self::a"), text_of(block)
            if is_part_heading(text) or len(links) != 1 or text_of(links[0]) != text:
                break
            if len(text.split()) >= 4:
                yield links[0]


def _links(nodes: Iterable[html.HtmlElement], url: str) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for node in nodes:
        address = absolute(url, node.get("href") or "")
        if address and address != url:
            title = text_of(node)
            if not title or _SOURCE.match(title):
                title = urlsplit(address).hostname or address
            links.setdefault(address, Link(title, address))
    return tuple(links.values())[:MOST_LINKS]
