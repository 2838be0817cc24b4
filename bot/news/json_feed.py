"""JSON Feed 1.0 and 1.1 → entries (pure)."""

import json
from dataclasses import dataclass

from bot.news.clean import clean_line
from bot.news.dates import parse_iso
from bot.news.entries import plain_to_html, primary_language
from bot.news.parsed import RawEntry
from bot.news.urls import absolute_url

_VERSION = "https://jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class JsonFeed:
    title: str | None
    link: str | None
    language: str | None
    format: str
    hub: str | None
    entries: tuple[RawEntry, ...]


def read_json_feed(body: bytes, url: str, now: float) -> JsonFeed | None:
    """Read a JSON Feed; None when the body is JSON of another kind or broken."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    version = _text(document, "version")
    items = document.get("items") if isinstance(document, dict) else None
    if not version.startswith(_VERSION) or not isinstance(items, list):
        return None
    base = absolute_url(url, _text(document, "home_page_url")) or url
    language = primary_language(_text(document, "language"))
    authors = _authors(document)
    return JsonFeed(
        title=clean_line(_text(document, "title")) or None,
        link=absolute_url(url, _text(document, "home_page_url")),
        language=language,
        format="json" + "".join(c for c in version.removeprefix(_VERSION) if c.isdecimal()),
        hub=_hub(document),
        entries=tuple(
            _entry(item, base, language, authors, now) for item in items if isinstance(item, dict)
        ),
    )


def _entry(
    item: dict[str, object], base: str, language: str | None, authors: str | None, now: float
) -> RawEntry:
    link = absolute_url(base, _text(item, "url") or _text(item, "external_url"))
    plain = _text(item, "content_text")
    summary = _text(item, "summary")
    tags = item.get("tags")
    date = _text(item, "date_published") or _text(item, "date_modified")
    return RawEntry(
        guid=_text(item, "id") or None,
        link=link,
        title=clean_line(_text(item, "title")),
        author=_authors(item) or authors,
        published=parse_iso(date, now),
        date=date,
        language=primary_language(_text(item, "language")) or language,
        tags=tuple(t for t in tags if isinstance(t, str)) if isinstance(tags, list) else (),
        image=_text(item, "image") or _text(item, "banner_image") or None,
        summary=plain_to_html(summary),
        content=_text(item, "content_html") or plain_to_html(plain),
        base=link or base,
    )


def _authors(holder: dict[str, object]) -> str | None:
    several = holder.get("authors")
    people = several if isinstance(several, list) else [holder.get("author")]
    names = [clean_line(_text(person, "name")) for person in people]
    return ", ".join(name for name in names if name) or None


def _hub(document: dict[str, object]) -> str | None:
    hubs = document.get("hubs")
    for hub in hubs if isinstance(hubs, list) else ():
        if _text(hub, "type").lower() == "websub":
            return absolute_url(None, _text(hub, "url"))
    return None


def _text(holder: object, name: str) -> str:
    """Give a member as text; numbers count, for ids are often written so."""
    value = holder.get(name) if isinstance(holder, dict) else None
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, (str, int, float)) else ""
