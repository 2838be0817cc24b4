"""Feeds in words: their names, their state, why one cannot be read."""

from handlers.markup import Markup, cut, is_blank, one_line
from handlers.texts import Catalogue
from storage.model import Feed, Language

MOST_NAME = 80

# The codes of FeedError that have a text of their own: feed_error_<code>.
_KNOWN = frozenset(
    "bad_url scheme port private_address odd_address timeout dns tls refused unreachable"
    " disconnected truncated bad_answer bad_redirect redirect_loop too_many_redirects too_large"
    " bad_encoding gone cloudflare empty html not_a_feed no_feed parse_failed parse_timeout"
    " no_file failed".split()
)
_SAME = {
    "odd_address": "private_address",
    "scheme": "bad_url",
    "port": "bad_url",
    "redirect_loop": "redirects",
    "too_many_redirects": "redirects",
    "bad_redirect": "redirects",
    "html": "no_feed",
    "not_a_feed": "no_feed",
    "truncated": "disconnected",
    "refused": "unreachable",
    "bad_answer": "damaged",
    "bad_encoding": "damaged",
    "parse_failed": "damaged",
    "parse_timeout": "damaged",
}


def feed_name(feed: Feed) -> str:
    """Give a feed's title, or its address where it has none."""
    title = one_line(feed.title or "")
    return cut(feed.url if is_blank(title) else title, MOST_NAME)


def error_words(code: str, language: Language, texts: Catalogue) -> Markup:
    """Say in words why a feed cannot be read; `code` is a FeedError's."""
    if code.startswith("http_"):
        return texts.text(language, "feed_error_http", status=code.removeprefix("http_"))
    if code not in _KNOWN:
        return texts.text(language, "feed_error_other", code=code)
    return texts.text(language, f"feed_error_{_SAME.get(code, code)}")
