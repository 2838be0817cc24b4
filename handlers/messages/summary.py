"""A summary as readers see it: title, sentences, how it was made, and the link. Pure."""

from urllib.parse import urlsplit

from babel import Locale

from handlers.callbacks import ShowKeyPoints
from handlers.markup import Markup, bold, cut, escape, is_blank, join, link, one_line
from handlers.messages.message import Button, Message
from handlers.texts import Catalogue
from storage.model import Language
from storage.summaries import StoredSummary

MOST_TITLE = 300
MOST_LEAD = 600
MOST_SENTENCES = 2000  # characters
MOST_POINT = 250

# How a summary was made, where no model wrote it; the codes are kept in the database.
MADE = {
    "extract": "summary_made_extract",
    "lead": "summary_made_extract",
    "whole": "summary_made_whole",
}
# Why a page could not be used: a FeedError's code or a page's verdict, in groups that readers get.
_REASONS = {
    "private_address": "private",
    "odd_address": "private",
    "port": "private",
    "scheme": "private",
    "timeout": "slow",
    "parse_timeout": "slow",
    "too_large": "large",
    "not_html": "not_html",
    "paywall": "paywall",
    "consent": "consent",
    "forbidden": "forbidden",
    "no_article": "no_article",
    "error": "gone",
    "gone": "gone",
    "http_404": "gone",
    "http_410": "gone",
    "http_401": "paywall",
    "http_402": "paywall",
    "http_403": "refused",
    "cloudflare": "refused",
    "http_429": "busy",
    "busy": "busy",
    "failed": "broken",
    "parse_failed": "broken",
}


def render_summary(
    summary: StoredSummary, language: Language, texts: Catalogue, *, lead: str = ""
) -> Message:
    """Give the message of a summary, with the button of its key points where it has some.

    `lead` is the article's, for whoever has not read it in the post.
    """
    return _render(summary, language, texts, points=False, lead=lead)


def render_key_points(
    summary: StoredSummary, language: Language, texts: Catalogue, *, lead: str = ""
) -> Message:
    """Give the same message with the key points below."""
    return _render(summary, language, texts, points=True, lead=lead)


def render_nothing(
    title: str, url: str | None, language: Language, texts: Catalogue, *, reason: str | None = None
) -> Message:
    """Say that there is nothing to summarise, or why the page cannot be read."""
    if reason is None:
        said = texts.text(language, "summary_nothing")
    else:
        said = texts.text(language, "summary_failed", reason=reason_words(reason, language, texts))
    return Message(join("\n\n", [_head(title, url), said]), rows=_rows(url, language, texts))


def reason_words(code: str, language: Language, texts: Catalogue) -> Markup:
    """Say why a page could not be used."""
    return texts.text(language, f"summary_reason_{_REASONS.get(code, 'down')}")


def _render(
    summary: StoredSummary,
    language: Language,
    texts: Catalogue,
    *,
    points: bool,
    lead: str,
) -> Message:
    parts = [
        _head(summary.title, summary.url),
        cut(one_line(lead), MOST_LEAD),
        escape(cut(" ".join(summary.sentences), MOST_SENTENCES)),
    ]
    if points and summary.key_points:
        lines = [escape(f"• {cut(one_line(point), MOST_POINT)}") for point in summary.key_points]
        head = bold(texts.text(language, "summary_key_points"))
        parts.append(join("\n", [head, *lines]))
    parts.append(_foot(summary, language, texts))
    rows = _rows(summary.url, language, texts)
    if summary.key_points and not points:
        button = Button(
            texts.text(language, "summary_key_points_button"), ShowKeyPoints(summary.id)
        )
        rows = ((button, *(rows[0] if rows else ())),)
    return Message(join("\n\n", parts), rows=rows)


def _head(title: str, url: str | None) -> Markup:
    shown = cut(one_line(title), MOST_TITLE)
    if is_blank(shown):
        shown = (urlsplit(url).hostname if url else None) or "…"
    return bold(link(shown, url))


def _foot(summary: StoredSummary, language: Language, texts: Catalogue) -> Markup:
    """Say how the summary was made, and in which language where that is not the reader's."""
    notes: list[str] = []
    if summary.note is not None:
        reason = reason_words(summary.note, language, texts)
        notes.append(texts.text(language, "summary_note_feed", reason=reason))
    if summary.method not in MADE:
        model = summary.method.rpartition("/")[0]
        notes.append(texts.text(language, "summary_made_model", model=model))
    elif summary.note is None or summary.method != "whole":
        notes.append(texts.text(language, MADE[summary.method]))
    name = Locale(language).languages.get(summary.language)
    if summary.language != language and name is not None:
        notes.append(texts.text(language, "summary_other_language", name=name))
    return Markup(f"<i>{join(' ', notes)}</i>")


def _rows(url: str | None, language: Language, texts: Catalogue) -> tuple[tuple[Button, ...], ...]:
    if url is None:
        return ()
    return ((Button(texts.text(language, "summary_read_button"), url=url),),)
