"""Bytes and headers of an answer → a parsed feed (pure).

Invariant: whatever the bytes, the outcome is a ParsedFeed or a FeedError.
"""

import re
from collections.abc import Mapping

from bot.news.entries import identify
from bot.news.json_feed import read_json_feed
from bot.news.parsed import ParsedFeed
from bot.news.xml_feed import read_xml_feed
from storage.errors import FetchFailed, NotAFeed

_DECLARATION = re.compile(rb"<\?xml\s")
_ROOT = re.compile(rb"<(?:rss|feed|rdf:rdf|channel)\b", re.IGNORECASE)
_PAGE = re.compile(rb"<!doctype\s+html|<html\b", re.IGNORECASE)
_ENCODING = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._\-]+)", re.IGNORECASE)
_BLANK = b" \t\r\n\x00"
_LOOK = 4096


def read_feed(body: bytes, headers: Mapping[str, str], url: str, now: float) -> ParsedFeed:
    """Read a feed of any format; raises NotAFeed, or FetchFailed for one that breaks the parser.

    `headers` have lower-case names; `url` is where the body came from; `now` bounds dates.
    """
    text = body.lstrip(_BLANK)
    if not text:
        raise NotAFeed(url, "empty")
    try:
        if text.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)[:1] == b"{":
            return _from_json(text, url, now)
        return _from_xml(text, headers.get("content-type", ""), url, now)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        # feedparser lets a few of these out on damaged input; a feed must not end the process.
        raise FetchFailed(url, "parse_failed", f"{type(error).__name__}: {error}"[:200]) from error


def _from_json(body: bytes, url: str, now: float) -> ParsedFeed:
    feed = read_json_feed(body, url, now)
    if feed is None:
        raise NotAFeed(url, "not_a_feed")
    return ParsedFeed(
        title=feed.title,
        link=feed.link,
        language=feed.language,
        format=feed.format,
        ttl=None,
        update_period=None,
        hub=feed.hub,
        entries=identify(feed.entries, url, feed.link),
    )


def _from_xml(body: bytes, content_type: str, url: str, now: float) -> ParsedFeed:
    body = _without_preamble(body)
    body, charset = _settle_encoding(body, content_type)
    feed = read_xml_feed(body, charset, url, now)
    if not feed.format and (not feed.entries or _is_page(body)):
        raise NotAFeed(url, "html" if _is_page(body) else "not_a_feed")
    return ParsedFeed(
        title=feed.title,
        link=feed.link,
        language=feed.language,
        format=feed.format,
        ttl=feed.ttl,
        update_period=feed.update_period,
        hub=feed.hub,
        entries=identify(feed.entries, url, feed.link),
    )


def _is_page(body: bytes) -> bool:
    return _PAGE.search(body[:_LOOK]) is not None and _ROOT.search(body[:_LOOK]) is None


def _without_preamble(body: bytes) -> bytes:
    """Drop what stands before the XML declaration: a PHP warning, an empty line, a stray mark."""
    found = _DECLARATION.search(body[:_LOOK])
    if found and found.start() and not _ROOT.search(body[: found.start()]):
        return body[found.start() :]
    return body


def _settle_encoding(body: bytes, content_type: str) -> tuple[bytes, str]:
    """Give the body and the charset to announce to feedparser ("" leaves it to feedparser).

    Two things it would get wrong: UTF-8 with a few broken characters (a text cut in bytes) would
    turn to mojibake as a whole, and Latin text that declares nothing is guessed at.
    """
    found = _CHARSET.search(content_type)
    charset = found[1] if found else ""
    if body.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")) or body.isascii():
        return body, charset
    text = body.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return body, "utf-8"  # whatever the server or the declaration says
    sound = sum(character > "\x7f" for character in text) - broken
    if sound > 2 * broken:
        return text.encode(), "utf-8"
    declared = _ENCODING.match(body)
    if not charset and not declared and _is_western(body):
        charset = "windows-1252"
    return body, charset


def _is_western(body: bytes) -> bool:
    """Tell Windows-1252 from the code pages of other scripts by how rare its accents are."""
    try:
        text = body.decode("windows-1252")
    except UnicodeDecodeError:
        return False
    accents = sum("\u00c0" <= character <= "\u00ff" for character in text)
    letters = sum(character.isalpha() and character.isascii() for character in text)
    return accents * 4 < letters
