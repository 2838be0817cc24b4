"""What feedparser makes of the text of an element (pure); for plain_feed.py."""

import re
from typing import Any

from feedparser.mixin import _cp1252, _FeedParserMixin
from feedparser.urls import _urljoin, make_safe_absolute_uri

_HIGH_CONTROLS = re.compile("[\x80-\x9f]")
_SLASHES = re.compile(r"^([A-Za-z][A-Za-z0-9+-.]*://)(/*)(.*?)")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
_EMAIL = re.compile(
    r"(([a-zA-Z0-9\_\-\.\+]+)@((\[[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.)|"
    r"(([a-zA-Z0-9\-]+\.)+))([a-zA-Z]{2,4}|[0-9]{1,3})(\]?))(\?subject=\S+)?"
)
_TYPES = {
    "text": "text/plain",
    "plain": "text/plain",
    "html": "text/html",
    "xhtml": "application/xhtml+xml",
}


def content_type(written: str) -> str:
    """Give a media type for Atom's short words."""
    return _TYPES.get(written.lower(), written.lower())


def repaired(text: str) -> str:
    """Undo what was encoded twice, and controls that were meant as Windows-1252."""
    if text.isascii():
        return text
    try:
        text = text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        pass
    return text.translate(_cp1252) if _HIGH_CONTROLS.search(text) else text


def is_html(text: str) -> bool:
    """Tell whether what calls itself plain text is taken for HTML."""
    return ("<" in text or "&" in text) and bool(_FeedParserMixin.looks_like_html(text))


def address(base: str, text: str) -> str:
    """Give an address as seen from a base, if there is one."""
    return str(_urljoin(base, text)) if base else _SLASHES.sub(r"\1\3", text)


def joined_base(base: str, inner: str) -> str:
    """Give the base that an element sets inside another's."""
    if not base:
        return str(_urljoin("", inner)) if inner else ""
    return make_safe_absolute_uri(base, inner) or base


def without_reference(text: str) -> str:
    """Undo what looks like an entity in an address."""
    return _REFERENCE.sub(r"&\g<1>", text)


def with_href(attributes: dict[str, str]) -> dict[str, str]:
    """Call an address `href`, whatever it was called."""
    href = attributes.get("url", attributes.get("uri", attributes.get("href")))
    if href:
        attributes.pop("url", None)
        attributes.pop("uri", None)
        attributes["href"] = href
    return attributes


def settle_author(holder: dict[str, Any]) -> None:
    """Bring the written author and the last of the authors in line."""
    detail = holder.get("authors", [{}])[-1]
    if detail:
        name, email = detail.get("name"), detail.get("email")
        if name and email:
            holder["author"] = f"{name} ({email})"
        elif name or email:
            holder["author"] = name or email
        return
    author = holder.get("author")
    if not author:
        return
    found = _EMAIL.search(author)
    holder.setdefault("author_detail", detail)
    if found:
        author = author.replace(found[0], "").replace("()", "").replace("<>", "")
        author = author.replace("&lt;&gt;", "").strip()
        author = author.removeprefix("(").removesuffix(")").strip()
        detail["email"] = found[0]
    if author:
        detail["name"] = author
