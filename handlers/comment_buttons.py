"""What the buttons of comments carry: readers' under posts and copies, moderators' under cards.

A moderator's button names the version of the comment that its card shows.
"""

from dataclasses import dataclass

from handlers.callbacks import Payload

# ---------------------------------------------------------------- readers


@dataclass(frozen=True, slots=True)
class AnswerComment(Payload):
    """Ask for an answer to a comment."""

    code = "can"
    comment_id: int


@dataclass(frozen=True, slots=True)
class ReportComment(Payload):
    """Ask why a comment is reported."""

    code = "crp"
    comment_id: int


@dataclass(frozen=True, slots=True)
class GiveReport(Payload):
    """Report a comment for a reason."""

    code = "crr"
    comment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MuteAuthor(Payload):
    """Receive no more comments of the person who wrote this one, or receive them again."""

    code = "cmu"
    comment_id: int


@dataclass(frozen=True, slots=True)
class ShowThread(Payload):
    """Show a page of a discussion."""

    code = "cth"
    article_id: int
    page: int = 0
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class StopFollowing(Payload):
    """Follow a discussion no longer, from another message than the post; or again."""

    code = "csf"
    article_id: int
    comment_id: int


@dataclass(frozen=True, slots=True)
class EditComment(Payload):
    """Ask for a new wording of an own comment."""

    code = "ced"
    comment_id: int


@dataclass(frozen=True, slots=True)
class WithdrawComment(Payload):
    """Take an own comment back."""

    code = "cwd"
    comment_id: int


@dataclass(frozen=True, slots=True)
class AppealComment(Payload):
    """Ask why a rejection should be looked at again."""

    code = "cap"
    comment_id: int


@dataclass(frozen=True, slots=True)
class ChoosePseudonym(Payload):
    """Ask for the name that signs the reader's comments."""

    code = "cps"


@dataclass(frozen=True, slots=True)
class CancelQuestion(Payload):
    """Close a small question of ours without an answer."""

    code = "cno"


# ---------------------------------------------------------------- moderators


@dataclass(frozen=True, slots=True)
class Approve(Payload):
    """Approve the wording that the card shows."""

    code = "ma"
    comment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class AskReason(Payload):
    """Show the reasons to reject; `everything` takes an approved wording down, too."""

    code = "mr"
    comment_id: int
    version: int
    everything: bool = False


@dataclass(frozen=True, slots=True)
class RejectFor(Payload):
    """Reject for a reason of the list; "other" asks for a typed one."""

    code = "mrr"
    comment_id: int
    version: int
    everything: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AskReturn(Payload):
    """Show the reasons to return a comment to its author."""

    code = "mt"
    comment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ReturnFor(Payload):
    """Return for a reason of the list; "other" asks for a typed one."""

    code = "mtr"
    comment_id: int
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class AskBan(Payload):
    """Show how long the author can be banned."""

    code = "mb"
    comment_id: int
    version: int
    remove: bool = False


@dataclass(frozen=True, slots=True)
class BanFor(Payload):
    """Ban the author for hours, 0 for good; `remove` takes down what is published."""

    code = "mbb"
    comment_id: int
    version: int
    hours: int
    remove: bool


@dataclass(frozen=True, slots=True)
class ShowMore(Payload):
    """Show what else can be done from a card."""

    code = "mm"
    comment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class ShowCard(Payload):
    """Put a card's own buttons back."""

    code = "mc"
    comment_id: int


@dataclass(frozen=True, slots=True)
class BringCard(Payload):
    """Send a comment's card again, at the end of the chat."""

    code = "mbc"
    comment_id: int


@dataclass(frozen=True, slots=True)
class Undo(Payload):
    """Take an approval back before it is relayed."""

    code = "mu"
    comment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Keep(Payload):
    """Leave a reported comment where it is."""

    code = "mk"
    comment_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Trust(Payload):
    """Grant or refuse trust to the author of a comment."""

    code = "mtu"
    comment_id: int
    is_granted: bool


@dataclass(frozen=True, slots=True)
class Unban(Payload):
    """Lift the ban of the author of a comment."""

    code = "mub"
    comment_id: int


@dataclass(frozen=True, slots=True)
class OpenDiscussion(Payload):
    """Open or close the discussion that a comment belongs to."""

    code = "mod"
    article_id: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class ShowQueue(Payload):
    """List what waits, of one author where a comment of theirs is named."""

    code = "mq"
    comment_id: int = 0


@dataclass(frozen=True, slots=True)
class ShowNext(Payload):
    """Send the card of the comment that waits longest without one."""

    code = "mn"
