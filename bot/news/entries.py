"""How the entries of a feed are told apart, and how one becomes an article.

Invariant: reading a feed costs no cleaning of HTML. `content_hash` tells which entries are new or
changed; only those go through `to_article`.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence

from bot.news.clean import clean_html, clean_line, looks_like_html, rough_text
from bot.news.identity import Marks, article_keys, digest, title_key
from bot.news.labels import published_labels
from bot.news.lead import make_lead, strip_marks
from bot.news.parsed import Entry, RawEntry
from bot.news.urls import absolute_url, canonical_url, host_of
from storage.model import NewArticle

_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_][a-zA-Z0-9\-_]{1,20})?$")
# Numbers that move by themselves: how many comments, points, views; how long ago.
_COUNTERS = re.compile(
    r"\b\d[\d.,\u202f\u00a0]*\s*(?:comments?|commentaires?|r[ée]ponses?|replies|points?|likes?|"
    r"views?|vues?|votes?|shares?|partages?)\b|"
    r"\b(?:comments?|commentaires?|points?|likes?|views?|vues?|votes?)\s*:?\s*\(?\d+\)?|"
    r"\b(?:il y a\s+)?\d+\s*(?:secondes?|minutes?|min|heures?|h|jours?|seconds?|hours?|days?)"
    r"(?:\s+ago)?\b",
    re.IGNORECASE,
)
_TITLE_LENGTH = 300
_HEADLINE_LENGTH = 120  # of one made from the text
_NAME_LENGTH = 120
_BODY_LENGTH = 200_000


def identify(raws: Sequence[RawEntry], site: str, home: str | None = None) -> tuple[Entry, ...]:
    """Give the entries of a feed with their keys, hashes and addresses.

    `site` is the address of the feed, `home` that of the site's first page.
    """
    roughs = [(rough_text(raw.summary), rough_text(raw.content)) for raw in raws]
    marks = [
        Marks(raw.guid, raw.link, raw.title, raw.date, " ".join(rough))
        for raw, rough in zip(raws, roughs, strict=True)
    ]
    keys = article_keys(marks, host_of(site))
    hashes = [_content_hash(raw.title, *rough) for raw, rough in zip(raws, roughs, strict=True)]
    urls = _own_urls(raws, keys, home)
    return tuple(map(Entry, keys, hashes, urls, raws))


def _own_urls(raws: Sequence[RawEntry], keys: Sequence[str], home: str | None) -> list[str | None]:
    """Give canonical addresses, all different.

    The episodes of a podcast often link to one page, or to the site: such an address gets a
    fragment that the page ignores, because equal addresses mean the same story.
    """
    urls = [canonical_url(raw.link) for raw in raws]
    times = Counter(urls)
    first = canonical_url(home)
    return [
        f"{url}#{digest(key)[:12]}" if url and (times[url] > 1 or url == first) else url
        for url, key in zip(urls, keys, strict=True)
    ]


def _content_hash(title: str, summary: str, content: str) -> str:
    return digest("\x00".join((title, _COUNTERS.sub("", summary), _COUNTERS.sub("", content))))


def to_article(entry: Entry) -> NewArticle:
    """Clean an entry into the article that is stored and sent."""
    raw = entry.raw
    summary, summary_image = _clean_text(raw.summary)
    content, content_image = _clean_text(raw.content)
    lead = make_lead(clean_line(summary or content))
    body = max(strip_marks(content)[0], strip_marks(summary)[0], key=len)
    title = raw.title or make_lead(lead.text, _HEADLINE_LENGTH).text or host_of(raw.link)
    return NewArticle(
        key=entry.key,
        url=entry.url,
        title=_short(title, _TITLE_LENGTH),
        lead=lead.text,
        body=body[:_BODY_LENGTH],
        author=raw.author and _short(raw.author, _NAME_LENGTH),
        published_at=raw.published,
        image_url=absolute_url(raw.base or raw.link, raw.image or content_image or summary_image),
        section=raw.section and _short(raw.section, _NAME_LENGTH),
        language=raw.language,
        # Without words of its own it is nobody's double.
        title_key=title_key(raw.title)[:_TITLE_LENGTH] or entry.key,
        content_hash=entry.content_hash,
        tags=published_labels(raw.tags),
    )


def _clean_text(markup: str) -> tuple[str, str | None]:
    """Clean HTML, and once more where a publisher escaped all of it twice."""
    cleaned = clean_html(markup)
    text, image = cleaned.text, cleaned.image
    if looks_like_html(text):
        again = clean_html(text)
        text, image = again.text, image or again.image
    return text, image


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else make_lead(text, limit).text


def plain_to_html(text: str) -> str:
    """Write plain text as HTML, lines kept."""
    return html.escape(text, quote=False).replace("\n", "<br>")


def primary_language(text: str | None) -> str | None:
    """Give the language of a tag such as fr-FR as two or three small letters."""
    found = _LANGUAGE.match((text or "").strip())
    return found[1].lower() if found else None
