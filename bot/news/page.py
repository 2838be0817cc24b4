"""An article's page: bytes in, its text and parts out, with a verdict on what the page is.

Pure but for the time it takes: call it in a worker process. Scripts and images are never loaded.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lxml import etree, html

from bot.news.page_around import Link, is_part_heading, is_part_line
from bot.news.page_fields import PageFields, read_fields
from bot.news.page_verdict import find_wall, is_error, may_excerpt, may_keep

MOST_BYTES = 4 * 1024 * 1024
MOST_CHARS = 100_000
MOST_TAGS = 20
SHORTEST_WORDS = 25

_CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset=["']?\s*([\w-]+)""", re.IGNORECASE)


class Verdict(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    PAYWALL = "paywall"  # the rest is for subscribers
    CONSENT = "consent"  # a question about cookies stands before it
    ERROR = "error"  # an error page, whatever its status said
    NO_ARTICLE = "no_article"  # a front page, a list, a login, nothing
    FORBIDDEN = "forbidden"  # the publisher wants no excerpts (nosnippet)
    NOT_HTML = "not_html"


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of an article's page; empty where it does not say."""

    url: str
    verdict: Verdict
    title: str = ""
    lead: str = ""
    text: str = ""  # one paragraph a line
    author: str | None = None
    author_note: str | None = None
    published: str | None = None  # ISO 8601 date
    image_url: str | None = None
    language: str | None = None
    site: str | None = None
    tags: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()
    sources: tuple[Link, ...] = ()
    related: tuple[Link, ...] = ()
    may_keep: bool = True  # noarchive: use it, but store no copy


@dataclass(slots=True)
class _Extract:
    """What trafilatura found."""

    text: str = ""
    title: str = ""
    lead: str = ""
    author: str | None = None
    published: str | None = None
    image: str | None = None
    site: str | None = None
    language: str | None = None
    tags: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)


def read_page(body: bytes, headers: Mapping[str, str], url: str) -> Page:
    """Read a page; `headers` have names in lower case."""
    kind = headers.get("content-type", "text/html").split(";")[0].strip().lower()
    if kind and kind not in ("text/html", "application/xhtml+xml") and not _looks_like_html(body):
        return Page(url, Verdict.NOT_HTML)
    text = decode_page(body[:MOST_BYTES], headers.get("content-type", ""))
    tree = _parse(text)
    if tree is None:
        return Page(url, Verdict.NO_ARTICLE)
    if not may_excerpt(tree, headers):
        return Page(url, Verdict.FORBIDDEN)
    fields = read_fields(tree, url)
    found = _extract(tree, url)
    verdict = _judge(tree, found.text, fields)
    return _assemble(url, verdict, found, fields, keep=may_keep(tree, headers))


def decode_page(body: bytes, content_type: str) -> str:
    """Decode a page: what is valid UTF-8 is UTF-8, whatever header or page say."""
    for mark, codec in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return body.decode(codec, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        is_cut = error.reason == "unexpected end of data"
        if is_cut and not body[: error.start].isascii():  # the limit fell inside a letter
            return body.decode("utf-8", "replace")
    header = re.search(r"charset=[\"']?\s*([\w-]+)", content_type, re.IGNORECASE)
    meta = _CHARSET.search(body[:4096])
    for name in (header and header[1], meta and meta[1].decode("ascii")):
        if name and name.lower() not in ("utf-8", "utf8"):
            codec = "cp1252" if name.lower() in ("iso-8859-1", "latin1", "ascii") else name
            try:
                return body.decode(codec, "replace")
            except LookupError:
                continue
    return body.decode("cp1252", "replace")


def _looks_like_html(body: bytes) -> bool:
    start = body[:1024].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _parse(text: str) -> html.HtmlElement | None:
    clean = re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    if not clean.strip():
        return None
    try:
        return html.document_fromstring(clean, parser=html.HTMLParser(recover=True))
    except (etree.ParserError, ValueError):
        return None


def _extract(tree: html.HtmlElement, url: str) -> _Extract:
    from trafilatura import bare_extraction  # slow to import, and only workers need it

    found: Any = bare_extraction(
        html.fromstring(html.tostring(tree, encoding="unicode")),
        url=url,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
    )
    if found is None:
        return _Extract()
    return _Extract(
        text=_clean(found.text or "")[:MOST_CHARS],
        title=found.title or "",
        lead=found.description or "",
        author=found.author or None,
        published=found.date or None,
        image=found.image or None,
        site=found.sitename or None,
        language=found.language or None,
        tags=_split(found.tags),
        sections=_split(found.categories),
    )


def _split(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value] if value else []
    return [part.strip() for item in items for part in re.split("[;,]", str(item)) if part.strip()]


def _clean(text: str) -> str:
    lines = [" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines()]
    return "\n".join(re.sub(r"^- ", "", line) for line in lines if line)


def _judge(tree: html.HtmlElement, text: str, fields: PageFields) -> Verdict:
    """Tell what the page is; walls count only where they leave little text."""
    words = len(text.split())
    if is_error(tree, fields.title, words):
        return Verdict.ERROR
    wall = find_wall(tree, text, is_free=fields.is_free)
    if wall is not None:
        return Verdict(wall)
    if words < SHORTEST_WORDS or (fields.is_list and words < 400):
        return Verdict.NO_ARTICLE
    return Verdict.ARTICLE


def _assemble(
    url: str, verdict: Verdict, found: _Extract, fields: PageFields, *, keep: bool
) -> Page:
    language = fields.language or found.language
    return Page(
        url=url,
        verdict=verdict,
        title=fields.title or found.title,
        lead=fields.lead or found.lead,
        text=_drop_parts(found.text, fields)
        if verdict in (Verdict.ARTICLE, Verdict.PAYWALL)
        else "",
        author=fields.author or found.author,
        author_note=fields.author_note,
        published=fields.published or found.published,
        image_url=fields.image or found.image,
        language=language.lower().split("-")[0].split("_")[0] if language else None,
        site=fields.site or found.site,
        tags=_unique(fields.tags or found.tags)[:MOST_TAGS],
        sections=_unique(fields.sections or found.sections),
        breadcrumb=fields.breadcrumb,
        sources=fields.sources,
        related=fields.related,
        may_keep=keep,
    )


def _drop_parts(text: str, fields: PageFields) -> str:
    """Take from the text the lines that are other parts: title, author's note, links."""
    others = {fields.title, " > ".join(fields.breadcrumb), fields.author or ""}
    others |= {link.title for link in (*fields.related, *fields.sources)}
    note = fields.author_note or ""
    return "\n".join(
        line
        for line in text.splitlines()
        if line not in others
        and not is_part_heading(line)
        and not is_part_line(line)
        and not (note and line in note)
    )


def _unique(labels: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    first: dict[str, str] = {}
    for label in labels:
        first.setdefault(label.casefold(), label)
    return tuple(first.values())
