"""Links as Telegram reads them: which are usable, and how they look afterwards."""

from __future__ import annotations

import re

_SPLIT = re.compile(r"(?:([a-zA-Z][a-zA-Z0-9+.-]*)://)?([^/?#]*)(.*)", re.DOTALL)
_APP_LINK = re.compile(r"(tg|ton|tonsite):(?://)?([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"[0-9A-Za-z.\-_~!$&'()*+,;=%\u0080-\U0010ffff]+")
_APP_HOST = re.compile(r"[0-9A-Za-z_-]+")
_USER_LINK = re.compile(r"tg:(?://)?user/?\?id=(\d+)", re.IGNORECASE)


class LinkError(Exception):
    """A link that Telegram refuses, with its reason."""


def check_link(link: str, *, https_only: bool = False) -> str:
    """Return the normalised link; raise LinkError with the server's words.

    http(s) links need a dot in the host, so `http://localhost` is refused.
    """
    app_link = _APP_LINK.fullmatch(link)
    if app_link:
        return _check_app_link(*app_link.groups())
    split = _SPLIT.fullmatch(link)
    if split is None:  # pragma: no cover - the pattern matches every text
        raise LinkError("Wrong HTTP URL")
    scheme, authority, rest = split.groups()
    scheme = (scheme or "http").lower()
    if scheme not in ("http", "https"):
        raise LinkError("Unsupported URL protocol")
    if https_only and scheme != "https":
        raise LinkError("Only HTTPS links are allowed")
    user, at, host_and_port = authority.rpartition("@")
    host, port = _split_port(host_and_port)
    if not host:
        raise LinkError("URL host is empty")
    if not _HOST.fullmatch(host):
        raise LinkError("Unallowed characters in URL host")
    if "." not in host:
        raise LinkError("Wrong HTTP URL")
    if not rest.startswith("/"):
        rest = f"/{rest}"
    return f"{scheme}://{user}{at}{host.lower()}{port}{rest}"


def user_of_link(link: str) -> int | None:
    """Return the user id of a tg://user?id=N link."""
    match = _USER_LINK.fullmatch(link)
    return int(match[1]) if match else None


def _check_app_link(scheme: str, host: str, rest: str) -> str:
    scheme = scheme.lower()
    if scheme == "tg" and not _APP_HOST.fullmatch(host):
        raise LinkError("Wrong tg URL")
    if not host:
        raise LinkError(f"Wrong {scheme} URL")
    if rest.startswith("/?"):
        rest = rest[1:]
    return f"{scheme}://{host.lower()}{rest}"


def _split_port(host_and_port: str) -> tuple[str, str]:
    """Split `host:port` and check the port; the port comes back with its colon."""
    host, colon, port = host_and_port.partition(":")
    if not colon:
        return host, ""
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise LinkError("Wrong port number specified in the URL")
    return host, f":{port}"
