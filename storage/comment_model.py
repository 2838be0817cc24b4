"""The records of readers' comments: frozen values, as storage gives and takes them.

Times: `*_at` are UTC seconds, `*_ms` UTC milliseconds.
"""

import enum
from dataclasses import dataclass, field
from typing import Literal

FOR_GOOD = 9_999_999_999  # a ban that never ends

Verdict = Literal["approved", "rejected"]
Role = Literal["author", "moderator", "rules", "readers", "clock"]
Trust = Literal["earned", "granted", "refused"]
CopyState = Literal["placed", "rewording", "deleting", "gone", "marking", "notice", "lost"]
ViewKind = Literal["card", "rollup", "thread", "prompt", "status"]


class State(enum.StrEnum):
    """Where moderation of a comment stands."""

    PENDING = "pending"
    RETURNED = "returned"  # to its author, for changes
    APPROVED = "approved"
    REJECTED = "rejected"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"  # final but for erasure
    EXPIRED = "expired"  # final but for erasure
    ERASED = "erased"  # final


WAITING = (State.PENDING, State.APPEALED)  # for a moderator


class Action(enum.StrEnum):
    """What the audit records."""

    SUBMIT = "submit"
    EDIT = "edit"
    APPEAL = "appeal"
    WITHDRAW = "withdraw"
    ERASE = "erase"
    APPROVE = "approve"
    REJECT = "reject"
    DROP_EDIT = "drop_edit"  # the edit is refused, the approved wording stays
    RETURN = "return"
    UNDO = "undo"
    KEEP = "keep"  # reports dismissed, nothing changes for readers
    HIDE = "hide"  # by reports
    REPORTED = "reported"  # a first report: moderators are asked, readers still see it
    EXPIRE = "expire"
    BAN = "ban"
    UNBAN = "unban"
    TRUST = "trust"
    DISTRUST = "distrust"
    CLOSE = "close"
    OPEN = "open"
    PREMOD = "premod"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a comment waits: the code of a rule and what matched it."""

    code: str
    match: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of formatting; offset and length in code points of the text."""

    kind: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What a comment says: plain text, its formatting, and the name that signs it."""

    name: str
    text: str
    entities: tuple[Entity, ...] = ()
    text_key: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """The n-th wording of a comment."""

    comment_id: int
    number: int
    wording: Wording
    created_at: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as stored; its wordings are read apart."""

    id: int
    article_id: int
    author_id: int | None
    parent_id: int | None
    state: State
    version: int
    revision: int
    published: int | None
    shown: int | None
    hidden: bool
    undo_until_ms: int | None  # an approval can be undone until then, and is relayed then
    held: tuple[Hold, ...]
    appeal: str | None
    verdict: Verdict | None
    decided_by: int | None
    reason: "Reason | None"
    source_id: int | None
    status_row: int | None
    card_row: int | None
    relay_due_ms: int | None
    created_at: int

    @property
    def waits(self) -> bool:
        """Say whether a moderator has to decide."""
        return self.state in WAITING

    @property
    def is_edit(self) -> bool:
        """Say whether readers keep an approved wording while a newer one is undecided."""
        return self.published is not None and self.published != self.revision


@dataclass(frozen=True, slots=True)
class NewComment:
    """A comment that passed the rules."""

    article_id: int
    author_id: int
    parent_id: int | None
    wording: Wording
    held: tuple[Hold, ...] = ()
    source_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a comment was rejected or returned: a code of the list, or typed words."""

    code: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the audit."""

    id: int
    comment_id: int | None
    article_id: int | None
    person_id: int | None
    revision: int | None
    version: int | None
    role: Role
    actor_id: int | None
    action: Action
    from_state: State | None
    to_state: State | None
    reason: Reason | None
    until_at: int | None
    at: int
    actor_name: str | None = None  # of a moderator


@dataclass(frozen=True, slots=True)
class Standing:
    """How an author stands: what the moderators decided, and the history of the comments."""

    user_id: int
    banned_until: int = 0
    trust: Trust = "earned"
    approved: int = 0
    rejected: int = 0
    recent_approved: int = 0  # among the latest decided ones
    recent_rejected: int = 0
    reports_upheld: int = 0  # of reports this person made
    reports_dismissed: int = 0


@dataclass(frozen=True, slots=True)
class Copy:
    """A comment in one reader's chat: what was put there and whether it is there."""

    comment_id: int
    chat_id: int
    outbox_id: int
    revision: int
    variant: str
    state: CopyState
    change_id: int | None


@dataclass(frozen=True, slots=True)
class View:
    """A message of ours that shows or asks for a comment."""

    outbox_id: int
    chat_id: int
    kind: ViewKind
    article_id: int | None
    comment_id: int | None
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A comment as a discussion lists it."""

    id: int
    parent_id: int | None
    wording: Wording
    created_at: int
