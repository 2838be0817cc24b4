"""What makes an article the same article (pure).

Invariant: keys are whole texts, never short hashes, so two articles cannot fall together; and a
key does not change when a publisher moves to https, adds a slash or a tracking parameter.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.news.urls import canonical_url, host_of, without_tracking
from storage.folding import fold_text

_MAX_KEY = 600
_SCHEME = re.compile(r"^[a-zA-Z][a-zA-Z0-9+.\-]*:")
_OPAQUE = re.compile(r"^(?:tag:|urn:|[0-9a-f]{32,}$|\{?[0-9a-f]{8}-[0-9a-f]{4}-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marks:
    """What a feed says of one entry that can tell it from others."""

    guid: str | None
    link: str | None  # absolute
    title: str
    date: str  # as written; "" when there is none
    text: str  # rough text of its content


def article_keys(entries: Sequence[Marks], site: str) -> list[str]:
    """Give one key for each entry of a feed, all different.

    `site` is the feed's host: guids like "42" and entries without guid and link count only there.
    A guid that several entries share is told apart by their links, then by title and date, then
    by position, so that an entry put on top of such a feed does not take the key of another.
    """
    keys = [_key(entry, site) for entry in entries]
    shared = {key for key, times in Counter(keys).items() if times > 1}
    if not shared:
        return keys
    for index, entry in enumerate(entries):
        if keys[index] in shared:
            keys[index] = _told_apart(keys[index], entry)
    seen: Counter[str] = Counter()
    for index, key in enumerate(keys):
        seen[key] += 1
        if seen[key] > 1:
            keys[index] = _bounded(f"{key}|{seen[key]}")
    return keys


def _key(entry: Marks, site: str) -> str:
    guid = " ".join((entry.guid or "").split())
    if guid:
        return _bounded(f"guid:{normal_guid(guid, host_of(entry.link) or site)}")
    link = canonical_url(entry.link)
    if link:
        return _bounded(f"link:{_without_scheme(link)}")
    name = title_key(entry.title) or digest(entry.text)
    return _bounded(f"text:{site}|{name}|{entry.date}")


def _told_apart(key: str, entry: Marks) -> str:
    link = canonical_url(entry.link)
    if key.startswith("guid:") and link:
        return _bounded(f"{key}|{_without_scheme(link)}")
    return _bounded(f"{key}|{title_key(entry.title)}|{entry.date}|{digest(entry.text)[:32]}")


def normal_guid(guid: str, host: str) -> str:
    """Give a guid without what publishers change by the way: scheme, final slash, tracking.

    One that does not claim to be unique in the world is tied to its host.
    """
    url = canonical_url(guid)
    if url:
        fragment = guid.partition("#")[2]
        return _without_scheme(url.partition("#")[0]) + (f"#{fragment}" if fragment else "")
    if _OPAQUE.match(guid) or _SCHEME.match(guid):
        return without_tracking(guid).rstrip("/")
    return f"{host}:{without_tracking(guid).rstrip('/') or guid}"


def _without_scheme(url: str) -> str:
    return url.partition("://")[2].rstrip("/")


def title_key(title: str) -> str:
    """Give a title folded to its words, for finding the same story under another address."""
    words = "".join(
        character if unicodedata.category(character)[0] in "LNM" else " "
        for character in fold_text(title)
    )
    return " ".join(words.split())


def digest(text: str) -> str:
    """Give a SHA-256 of text in hexadecimal; lone surrogates are allowed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _bounded(key: str) -> str:
    """Keep a key whole up to a length that indexes bear, then shorten it without losing any bit."""
    key = key.encode("utf-8", "replace").decode("utf-8")
    return key if len(key) <= _MAX_KEY else f"{key[: _MAX_KEY - 80]}#{digest(key)}"
