"""What operators are told unasked: trouble with a feed, or something given up on. Pure."""

from typing import Literal

from handlers.feed_words import error_words, feed_name
from handlers.markup import Markup, link
from handlers.messages import Button, Message
from handlers.messages.dates import show_distance
from handlers.operator_buttons import AskRemoval, ShowFeeds, ShowParked
from handlers.texts import Catalogue
from storage.model import Feed, Language
from storage.parked import ParkedKind

FeedTrouble = Literal["silent", "failing", "gone", "moved"]


def render_feed_notice(
    kind: FeedTrouble, feed: Feed, language: Language, texts: Catalogue, *, now: int
) -> Message:
    """Tell that a feed fell silent, fails for long, was closed, or has another address."""
    since = {
        "silent": feed.last_new_at or feed.backlog_at,
        "failing": feed.last_success_at or feed.added_at,
    }.get(kind)
    text = texts.text(
        language,
        f"notice_feed_{kind}",
        feed=link(feed_name(feed), feed.url),
        since="" if since is None else show_distance(since, now, language),
        reason=_reason(feed, language, texts),
        url=feed.url,
    )
    rows = (
        (
            Button(texts.text(language, "feeds_button"), ShowFeeds()),
            Button(texts.text(language, "remove_button"), AskRemoval(feed.id)),
        ),
    )
    return Message(text, rows=rows)


def render_parked_notice(
    kind: ParkedKind, subject: int, reason: str, language: Language, texts: Catalogue
) -> Message:
    """Tell that an update, a message or a job was given up on; `subject` is its id."""
    text = texts.text(language, f"notice_parked_{kind}", id=str(subject), reason=reason)
    return Message(text, rows=((Button(texts.text(language, "parked_button"), ShowParked()),),))


def _reason(feed: Feed, language: Language, texts: Catalogue) -> Markup:
    return error_words(feed.error_code or "failed", language, texts)
