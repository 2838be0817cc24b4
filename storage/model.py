"""The records of Relais: frozen values, as storage gives and takes them.

Times: `*_at` are UTC seconds, `*_ms` UTC milliseconds.
"""

import enum
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["fr", "en"]
SubscriberState = Literal["active", "paused", "unreachable"]
ChatKind = Literal["private", "group", "channel"]
FeedState = Literal["active", "gone", "removed"]


class Lane(enum.IntEnum):
    """Priority of a message: a lower lane always goes first."""

    ANSWER = 0  # answers to button presses; Telegram does not limit them
    REPLY = 1  # answers to commands, edits of a pressed message
    MODERATION = 2  # cards and their redrawing
    RETRACTION = 3  # taking back a comment
    RELAY = 4  # approved comments
    POST = 5  # articles


class OutboxState(enum.IntEnum):
    """Where a message stands."""

    WAITING = 0
    SENDING = 1  # the attempt may have left
    SENT = 2  # kept for tracked rows only
    UNKNOWN = 3  # left, but no answer came: never resent blindly
    PARKED = 4  # given up on, kept for a person to look at
    DROPPED = 5  # tracked row whose chat is gone
    STRANDED = 6  # unknown copy of a comment whose chat is gone: unknown again once it is back


class Spread(enum.IntEnum):
    """How far an article has gone out."""

    BACKLOG = 0
    WAITING = 1
    UNDER_WAY = 2
    DISTRIBUTED = 3


@dataclass(frozen=True, slots=True)
class Feed:
    id: int
    url: str
    title: str | None
    site_url: str | None
    language: str | None
    state: FeedState
    backlog_at: int | None
    next_poll_at: int
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    clean_hash: str | None
    last_polled_at: int | None
    last_success_at: int | None
    last_new_at: int | None
    full_poll_at: int
    errors: int
    error_code: str | None
    wish_seconds: int | None
    redirect_url: str | None
    redirect_seen: int
    redirect_since: int | None
    added_by: int | None
    added_at: int


@dataclass(frozen=True, slots=True)
class Polled:
    """What a successful poll leaves on its feed; None keeps a title, a site or a language.

    `full` says that the server was asked without validators.
    """

    next_poll_at: int
    title: str | None = None
    site_url: str | None = None
    language: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    clean_hash: str | None = None
    wish_seconds: int | None = None
    new_articles: int = 0
    full: bool = False


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed and how many articles it has given."""

    feed: Feed
    articles: int


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article as a feed gives it, cleaned; `tags` are published labels in order."""

    key: str
    url: str | None
    title: str
    lead: str
    body: str
    author: str | None
    published_at: int | None
    image_url: str | None
    section: str | None
    language: str | None
    title_key: str
    content_hash: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    id: int
    feed_id: int
    key: str
    url: str | None
    title: str
    lead: str
    author: str | None
    published_at: int
    first_seen_at: int
    image_url: str | None
    section: str | None
    language: str | None
    content_hash: str
    corrections: int
    story_id: int | None
    comments_open: bool
    spread: Spread
    spread_cursor: int | None
    feed_title: str | None  # joined: what a post names as its source
    tags: tuple["ArticleTag", ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What storing the articles of one poll came to."""

    new: tuple[int, ...]
    corrected: tuple[int, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class ArticleTag:
    """A tag as one article carries it: the canonical tag and the label printed there."""

    id: int
    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class Tag:
    id: int
    key: str
    slug: str
    label: str
    articles: int
    followers: int
    last_article_at: int | None


@dataclass(frozen=True, slots=True)
class Subscriber:
    chat_id: int
    kind: ChatKind
    state: SubscriberState
    language: Language
    language_chosen: bool
    name: str | None
    pseudonym: str | None
    created_at: int
    state_at: int


@dataclass(frozen=True, slots=True)
class Subscription:
    tag: Tag
    muted: bool
    followed_at: int


@dataclass(frozen=True, slots=True)
class InboxUpdate:
    update_id: int
    chat_id: int
    raw: str
    received_at: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    kind: str
    payload: dict[str, object]
    attempts: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Dialog:
    """What a person was asked in a chat and has not answered yet."""

    chat_id: int
    user_id: int
    kind: str
    data: dict[str, object]
    expires_at: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to put in the outbox; the database gives it its id.

    `payload` holds the method's own parameters (without chat_id); `body_id` a shared body that
    they complete. `target_id` is an outbox row whose message this edits, deletes or answers.
    `file` is (name, bytes) of a document. `due_ms` None means now.
    """

    chat_id: int
    lane: Lane
    method: str = "sendMessage"
    payload: dict[str, object] = field(default_factory=dict)
    body_id: int | None = None
    article_id: int | None = None
    comment_id: int | None = None
    revision: int | None = None
    once: int | None = None
    target_id: int | None = None
    tracked: bool = False
    due_ms: int | None = None
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message as the sender claims it; `payload` already joins the shared body's."""

    id: int
    chat_id: int
    lane: Lane
    method: str
    payload: dict[str, object]
    article_id: int | None
    comment_id: int | None
    revision: int | None
    tracked: bool
    state: OutboxState
    due_ms: int
    attempts: int
    floor_id: int | None
    file: tuple[str, bytes] | None = None
    target_id: int | None = None
    message_id: int | None = None  # once sent
    sent_ms: int | None = None  # when the attempt left; once sent, when that was confirmed
    error: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether the text that it left with was erased since."""
        return self.method == "sendMessage" and "text" not in self.payload


@dataclass(frozen=True, slots=True)
class Receipt:
    """A sent message and what it carried."""

    chat_id: int
    message_id: int
    article_id: int | None
    comment_id: int | None
    revision: int | None
    outbox_id: int | None
    sent_at: int
