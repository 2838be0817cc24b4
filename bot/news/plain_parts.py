"""What each element of a plain feed adds to the feed or entry it stands in; for plain_feed.py.

Invariant: the same keys and values as feedparser's, whatever the order of the elements: which of
two titles counts, what a second description is, when an id is a link. `depth` is how deep the
element is; feedparser prefers what is nearer to the entry.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from feedparser.datetimes import _parse_date

from bot.news import plain_names as names
from bot.news.plain_text import (
    address,
    content_type,
    is_html,
    repaired,
    settle_author,
    with_href,
    without_reference,
)

_TEXT, _HTML, _XHTML = "text/plain", "text/html", "application/xhtml+xml"

Attributes = dict[str, str]
Ending = Callable[[str], None]  # takes the text of the element


class NotPlain(Exception):
    """The feed is one for feedparser."""


@dataclass(slots=True)
class PlainFeed:
    """The parts of feedparser's answer that are read."""

    version: str = ""
    feed: dict[str, Any] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)


class Parts:
    """Gathers a feed; each method takes an element's name, attributes and language.

    They give what the element's end does with its text, or None where that does not matter.
    """

    def __init__(self) -> None:
        self.result = PlainFeed()
        self.base = ""
        self.depth = 0
        self._holder: dict[str, Any] = self.result.feed
        self._in_entry = False
        self._depths: dict[str, int] = {}  # where in the entry a text was found
        self._title_depth = -1
        self._has_content = False
        self._guid_is_link = False

    def entry(self, name: str, given: Attributes, _: str | None) -> Ending:
        """Begin an entry."""
        is_atom = self.result.version == "atom10"
        if (name == "entry") != is_atom or given.keys() & {"lastmod", "href"}:
            raise NotPlain
        self._holder = {}
        self.result.entries.append(self._holder)
        self._in_entry, self._depths = True, {}
        self._guid_is_link, self._title_depth = False, -1
        return self._end_entry

    def _end_entry(self, _: str) -> None:
        self._holder = self.result.feed
        self._in_entry = self._has_content = False

    def other(self, *_: object) -> None:
        """Begin something that has a title of its own: a picture, a source."""
        self._title_depth = -1

    def other_title(self, text: str) -> None:
        """End such a title: another one of the whole may now replace the first."""
        if text:
            self._title_depth = self.depth

    def content(self, name: str, given: Attributes, language: str | None) -> Ending:
        """Begin a text that may be HTML; what is below says how feedparser takes several."""
        kind = names.CONTENTS[name]
        if kind in ("description", "summary") and (
            "summary" in self._holder and not self._has_content
        ):
            kind = "content"
        media_type = content_type(
            given.get("type", _TEXT if kind in ("title", "summary", "content") else _HTML)
        )
        if media_type not in (_TEXT, _HTML) or "mode" in given:
            raise NotPlain
        if kind in ("content", "encoded"):
            self._has_content = True
        spoken = language and language.replace("_", "-")

        def end(text: str) -> None:
            guessed = self.result.version == "rss20" and media_type == _TEXT and is_html(text)
            value = repaired(text)
            detail = {
                "type": _HTML if guessed else media_type,
                "language": spoken,
                "value": value,
            }
            if kind == "title":
                self._keep_title(value, detail, passing=name == "media:title")
            elif kind in ("content", "encoded"):
                self._keep_content(value, detail)
            else:
                self._keep("summary" if self._in_entry or kind == "summary" else "subtitle", value)
                self._holder["summary_detail"] = detail

        return end

    def _keep_content(self, value: str, detail: dict[str, Any]) -> None:
        if self._in_entry:
            self._holder.setdefault("content", []).append(detail)
        self._holder.setdefault("summary", value)

    def _keep_title(self, value: str, detail: dict[str, Any], *, passing: bool) -> None:
        if not -1 < self._title_depth <= self.depth:
            self._keep("title", value)
            self._holder["title_detail"] = detail
        if value and not passing:
            self._title_depth = self.depth

    def _keep(self, key: str, value: str) -> None:
        """Keep a text, but none from deeper inside the entry than one that was there before."""
        if not self._in_entry or self.depth <= self._depths.get(key, self.depth):
            self._depths[key] = self.depth
            self._holder[key] = value

    def link(self, _: str, given: Attributes, __: str | None) -> Ending | None:
        """Take a link, in an attribute or as text."""
        given.setdefault("rel", "alternate")
        given.setdefault("type", "application/atom+xml" if given["rel"] == "self" else _HTML)
        link = with_href(given)
        self._holder.setdefault("links", []).append(link)
        if "href" not in link:
            return self._end_link
        link["href"] = address(self.base, link["href"])
        if link["rel"] == "alternate" and content_type(link["type"]) in (_HTML, _XHTML):
            self._holder["link"] = link["href"]
        return None

    def _end_link(self, text: str) -> None:
        text = repaired(address(self.base, text) if text else text)
        if self._in_entry:
            text = text.replace("&amp;", "&")
        text = without_reference(text)
        self._holder["link"] = text
        if text or not self._in_entry:
            self._holder["links"][-1]["href"] = text

    def enclosure(self, _: str, given: Attributes, __: str | None) -> None:
        """Take a file beside the text."""
        self._holder.setdefault("links", []).append({**with_href(given), "rel": "enclosure"})

    def guid(self, _: str, given: Attributes, __: str | None) -> Ending:
        """Begin an id, which may also be the link."""
        self._guid_is_link = given.get("ispermalink", "true") == "true"
        return self._end_guid

    def _end_guid(self, text: str) -> None:
        text = repaired(address(self.base, text) if text and self._guid_is_link else text)
        self._keep("id", text)
        if self._guid_is_link:
            self._holder.setdefault("link", text)

    def date(self, name: str, _: Attributes, __: str | None) -> Ending | None:
        """Begin a date; those of the feed are not read."""
        key = names.DATES[name]

        def end(text: str) -> None:
            text = repaired(text)
            self._keep(key, text)
            self._holder[f"{key}_parsed"] = _parse_date(text)

        return end if self._in_entry else None

    def category(self, name: str, given: Attributes, _: str | None) -> Ending:
        """Take a tag, in attributes or as text."""
        if name == "itunes:category":
            self._add_tag(given.get("text"), names.KEYWORDS["itunes:keywords"], None)
        else:
            scheme = given.get("scheme", given.get("domain"))
            if name == "media:category" and "scheme" not in given:
                scheme = "http://search.yahoo.com/mrss/category_schema"
            self._add_tag(given.get("term"), scheme, given.get("label"))
        return self._end_category

    def _end_category(self, text: str) -> None:
        text = repaired(text)
        tags = self._holder["tags"]
        if text and tags and not tags[-1]["term"]:
            tags[-1]["term"] = text
        elif text:
            self._add_tag(text, None, None)

    def keywords(self, name: str, given: Attributes, _: str | None) -> Ending | None:
        """Begin a list of tags; feedparser overlooks one with attributes."""

        def end(text: str) -> None:
            for term in repaired(text).split(","):
                if term.strip():
                    self._add_tag(term.strip(), names.KEYWORDS[name], None)

        return None if given else end

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        tags = self._holder.setdefault("tags", [])
        tag = {"term": term, "scheme": scheme, "label": label}
        if (term or scheme or label) and tag not in tags:
            tags.append(tag)

    def author(self, *_: object) -> Ending:
        """Begin an author: a text, or a person's elements."""
        self._holder.setdefault("authors", []).append({})
        return self._end_author

    def _end_author(self, text: str) -> None:
        self._keep("author", repaired(text))
        settle_author(self._holder)

    def person(self, name: str, text: str) -> None:
        """End an element of an author."""
        # The detail may be one of the authors: feedparser then changes that one too.
        self._holder.setdefault("author_detail", {})[name] = text
        settle_author(self._holder)
        self._holder["authors"][-1][name] = text

    def text(self, name: str, given: Attributes, _: str | None) -> Ending | None:
        """Begin what is kept as it is; with attributes, feedparser keeps only those."""
        key = "language" if name == "dc:language" else name.replace(":", "_")
        if given and key != "language":
            self._holder[key] = given
            return None
        return lambda text: self._keep(key, repaired(text))

    def picture(self, _: str, given: Attributes, __: str | None) -> None:
        """Take the picture of a podcast or episode."""
        href = given.get("href") or given.get("url")
        if href:
            self._holder["image"] = {"href": href}

    def media(self, _: str, given: Attributes, __: str | None) -> None:
        """Take a file that may be a picture."""
        self._holder.setdefault("media_content", []).append(given)

    def thumbnail(self, _: str, given: Attributes, __: str | None) -> Ending:
        """Take a small picture, whose address is an attribute or the text."""
        self._holder.setdefault("media_thumbnail", []).append(given)

        def end(text: str) -> None:
            if text and "url" not in given:
                given["url"] = repaired(address(self.base, text))

        return end
