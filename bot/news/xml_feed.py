"""RSS, RDF and Atom → entries, by way of plain_feed.py or feedparser (pure).

feedparser reads what is not plain. It gets bytes and lower-case headers, and neither sanitises nor
resolves inside HTML: that is two thirds of its time, and clean.py does it for new entries only.
"""

import io
import re
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import feedparser

from bot.news.clean import clean_line, looks_like_html
from bot.news.dates import entry_date
from bot.news.entries import plain_to_html, primary_language
from bot.news.parsed import RawEntry
from bot.news.plain_feed import read_plain_feed
from bot.news.plain_parts import PlainFeed
from bot.news.urls import absolute_url

_DATES = ("published", "updated", "created", "expired")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_KIND_SCHEMES = ("schemas/2005#kind", "schemas/2007#kind", "g/2005#kind")
_EMAIL = re.compile(r"[^\s<>()@,;:]+@[^\s<>()@,;:]+\.[a-zA-Z]{2,}")
_LONGEST_NAME = 500
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:\?|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class XmlFeed:
    title: str | None
    link: str | None
    language: str | None
    format: str  # "" when the root element belongs to no known format
    ttl: int | None
    update_period: int | None
    hub: str | None
    entries: tuple[RawEntry, ...]


def read_xml_feed(body: bytes, charset: str, url: str, now: float) -> XmlFeed:
    """Read what can be made of the bytes; none are refused.

    `charset` is the encoding that is certain, or "".
    """
    result = read_plain_feed(body, charset) or read_any_feed(body, charset)
    return make_feed(result, url, now)


def make_feed(result: PlainFeed, url: str, now: float) -> XmlFeed:
    """Take from feedparser's words what an article needs."""
    feed = result.feed
    link = absolute_url(url, _get(feed, "link"))
    version = result.version
    base = url if version.startswith("atom") or not link else link
    author = _author(feed) if version.startswith("atom") else None
    language = primary_language(_get(feed, "language"))
    return XmlFeed(
        title=_line(feed, "title") or None,
        link=link,
        language=language,
        format=version,
        ttl=_minutes(_get(feed, "ttl")),
        update_period=_update_period(feed),
        hub=next((absolute_url(url, href) for rel, href, _ in _links(feed) if rel == "hub"), None),
        entries=tuple(_entry(e, base, language, author, now) for e in result.entries),
    )


def read_any_feed(body: bytes, charset: str) -> PlainFeed:
    """Read with feedparser, which bears whatever is not plain."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about Python's and its own deprecated ways
        result = feedparser.parse(
            io.BytesIO(body),
            # Without content-location: it would also turn guids into addresses.
            response_headers={
                "content-type": "application/xml" + (f"; charset={charset}" if charset else "")
            },
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    return PlainFeed(result.get("version") or "", result["feed"], result["entries"])


def _entry(
    entry: Any, base: str, language: str | None, feed_author: str | None, now: float
) -> RawEntry:
    link = absolute_url(base, _link(entry))
    published, date = _date(entry, now)
    summary, content, spoken = _texts(entry)
    return RawEntry(
        guid=_get(entry, "id"),
        link=link,
        title=_line(entry, "title"),
        author=_author(entry) or feed_author,
        published=published,
        date=date,
        language=primary_language(spoken) or language,
        section=clean_line(_get(entry, "prism_section") or "") or None,
        tags=tuple(_tags(entry)),
        image=absolute_url(link or base, _image(entry)),
        summary=summary,
        content=content,
        base=link or base,
    )


def _get(holder: Any, name: str) -> str | None:
    """Give a text by its stored name, past feedparser's own fallbacks."""
    value = dict.get(holder, name)
    return value.strip() or None if isinstance(value, str) else None


def _line(holder: Any, name: str) -> str:
    detail = dict.get(holder, f"{name}_detail") or {}
    is_html = detail.get("type") in ("text/html", "application/xhtml+xml")
    return clean_line(_get(holder, name) or "", is_html=is_html)


def _link(entry: Any) -> str | None:
    """Give the address of the article itself, behind FeedBurner's too."""
    found = _get(entry, "feedburner_origlink") or _get(entry, "link")
    if found:
        return found
    return next((href for rel, href, _ in _links(entry) if rel in ("alternate", "via")), None)


def _links(holder: Any) -> Iterator[tuple[str, str, str]]:
    for link in dict.get(holder, "links") or ():
        href = link.get("href")
        if isinstance(href, str) and href.strip():
            yield str(link.get("rel") or ""), href.strip(), str(link.get("type") or "")


def _date(entry: Any, now: float) -> tuple[int | None, str]:
    """Give the first usable date, and the first one written."""
    written = [_get(entry, name) for name in _DATES]
    for name, text in zip(_DATES, written, strict=True):
        parsed = dict.get(entry, f"{name}_parsed")
        struct = parsed if isinstance(parsed, time.struct_time) else None
        moment = entry_date(struct, text, now)
        if moment is not None:
            return moment, text or ""
    return None, next((text for text in written if text), "")


def _texts(entry: Any) -> tuple[str, str, str | None]:
    """Give summary and content as HTML, and the language they are said to be in."""
    details = [dict.get(entry, "summary_detail") or {}, *(dict.get(entry, "content") or ())]
    language = next((d.get("language") for d in details if d.get("language")), None)
    contents = [_as_html(detail) for detail in details[1:]]
    summary = _as_html(details[0]) or _get(entry, "summary") or ""
    content = max(contents, key=len, default="")
    return summary, "" if content == summary else content, language


def _as_html(detail: Mapping[str, Any]) -> str:
    value = detail.get("value") or ""
    kind = detail.get("type") or "text/html"
    if kind == "text/plain" and not looks_like_html(value):
        return plain_to_html(value)
    return value if kind in ("text/plain", "text/html", "application/xhtml+xml") else ""


def _author(holder: Any) -> str | None:
    """Give the names of the authors, never their e-mail addresses."""
    people = [person.get("name") for person in dict.get(holder, "authors") or () if person]
    written = _get(holder, "author") or ""
    if len(people) < 2 and "@" in written:
        people = [written]  # feedparser splits addresses of long top-level domains in two
    names = [_name(name) for name in people if name] or [_name(written)]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _name(text: str) -> str:
    return clean_line(_EMAIL.sub("", text[:_LONGEST_NAME])).strip(" ()<>,;")


def _tags(entry: Any) -> Iterator[str]:
    for tag in dict.get(entry, "tags") or ():
        scheme = tag.get("scheme") or ""
        label = tag.get("label") or tag.get("term")
        if isinstance(label, str) and not scheme.endswith(_KIND_SCHEMES):
            yield label


def _image(entry: Any) -> str | None:
    """Give the largest picture that the entry carries beside its text."""
    pictures = [
        (_number(media.get("width")), media.get("url"))
        for media in dict.get(entry, "media_content") or ()
        if media.get("medium") == "image"
        or str(media.get("type", "")).startswith("image/")
        or _PICTURE.search(str(media.get("url", "")))
    ]
    pictures += [
        (_number(thumb.get("width")), thumb.get("url"))
        for thumb in dict.get(entry, "media_thumbnail") or ()
    ]
    pictures += [
        (0, href)
        for rel, href, kind in _links(entry)
        if rel == "enclosure" and (kind.startswith("image/") or _PICTURE.search(href))
    ]
    image = dict.get(entry, "image")
    pictures.append((0, image.get("href") if isinstance(image, dict) else None))
    usable = [(width, url) for width, url in pictures if isinstance(url, str) and url.strip()]
    return max(usable, key=lambda picture: picture[0])[1] if usable else None


def _number(text: object) -> int:
    digits = str(text or "")[:6]
    return int(digits) if digits.isascii() and digits.isdecimal() else 0


def _minutes(text: str | None) -> int | None:
    number = _number(text)
    return number * 60 if number else None


def _update_period(feed: Any) -> int | None:
    period = _PERIODS.get((_get(feed, "sy_updateperiod") or "").lower())
    frequency = _number(_get(feed, "sy_updatefrequency")) or 1
    return period // frequency if period else None
