"""Addresses of articles: canonical form, and joining of relative ones (pure)."""

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

# Parameters that say where a click came from and nothing about the page.
_TRACKING = re.compile(
    r"^(?:utm_\w+|at_(?:medium|campaign|custom\d*|format|link\w*|ptr_name|bbc_team)|ns_\w+|"
    r"mtm_\w+|pk_(?:campaign|kwd|source|medium)|piwik_\w+|matomo_\w+|hsa_\w+|"
    r"_?hs(?:enc|mi|ctatracking)|oly_(?:anon|enc)_id|mc_[ce]id|mkt_tok|vero_(?:conv|id)|"
    r"fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|yclid|ysclid|igshid|igsh|ttclid|"
    r"li_fat_id|srsltid|wt\.?mc|wt_mc|cmpid|cmp_id|xtor|xtref|xtcr|sc_campaign|ito|"
    r"__twitter_impression|_ga|_gl|ftcamp|ref_src|ref_url|rb_clickid|s_cid|guccounter|"
    r"guce_referr\w*|feature=emb_\w+)$",
    re.IGNORECASE,
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_MAX_LENGTH = 2048


def canonical_url(url: str | None) -> str | None:
    """Give the one spelling of an http(s) address; None for anything else.

    Lower-case scheme and host, no default port, no user, no dot segments, normal escapes, no
    tracking parameters, no fragment unless it names a page ("#!..."). It leads to the same page.
    """
    if not url:
        return None
    try:
        parts = urlsplit(_without_blanks(url))
        host, port = parts.hostname, parts.port
        if parts.scheme not in _DEFAULT_PORTS or not host:
            return None
        host = _ascii_host(host)
    except ValueError:
        return None
    place = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        place = f"{place}:{port}"
    path = _escaped(_without_dots(parts.path)) or "/"
    fragment = _escaped(parts.fragment) if parts.fragment.startswith("!") else ""
    query = _escaped(_without_tracking(parts.query))
    result = urlunsplit((parts.scheme, place, path, query, fragment))
    return result if len(result) <= _MAX_LENGTH else None


def absolute_url(base: str | None, url: str | None) -> str | None:
    """Give an address as seen from a base; None when the outcome is no http(s) address."""
    if not url:
        return None
    try:
        joined = urljoin(base or "", _without_blanks(url))
        parts = urlsplit(joined)
        good = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return joined if good and len(joined) <= _MAX_LENGTH else None


def host_of(url: str | None) -> str:
    """Give the host of an address without "www."; "" when it has none."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").rstrip(".")


def without_tracking(url: str) -> str:
    """Drop tracking parameters from anything that has a query."""
    head, mark, rest = url.partition("?")
    if not mark:
        return url
    query, hash_mark, fragment = rest.partition("#")
    query = _without_tracking(query)
    return head + (f"?{query}" if query else "") + hash_mark + fragment


def _without_blanks(url: str) -> str:
    return re.sub(r"[\t\r\n]", "", url.strip(" \t\r\n\x00\u00a0\ufeff"))


def _ascii_host(host: str) -> str:
    """Give a host as it is asked for; raises ValueError where dots are all there is."""
    host = host if host.isascii() else host.encode("idna").decode("ascii")
    host = host.rstrip(".").lower()
    if not host:
        raise ValueError("no host")
    return host


def _without_tracking(query: str) -> str:
    if not query:
        return ""
    kept = (p for p in query.split("&") if p and not _TRACKING.match(p.partition("=")[0]))
    return "&".join(kept)


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    result: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(result) > 1:
                result.pop()
        elif segment != ".":
            result.append(segment)
    if segments[-1] in (".", ".."):
        result.append("")
    return "/".join(result)


def _escaped(text: str) -> str:
    """Write escapes in one way: upper-case hex, none for unreserved, all for the forbidden."""
    text = quote(text, safe="%/:?#[]@!$&'()*+,;=-._~", errors="replace")
    return _ESCAPE.sub(_one_escape, re.sub(r"%(?![0-9a-fA-F]{2})", "%25", text))


def _one_escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"
