"""Commands that decide as the buttons of a card do: in answer to the card, or by its number.

They are bound to a wording as presses are: to the version that the answered card carried, or to the
wording that the number names.
"""

from dataclasses import dataclass

from handlers.callbacks import NotOurs
from handlers.comment_buttons import (
    Approve,
    AskBan,
    AskReason,
    AskReturn,
    BanFor,
    Keep,
    RejectFor,
    ReturnFor,
    ShowMore,
    Undo,
)
from handlers.comment_desk import Desk
from handlers.comment_text import clean
from handlers.events import Command
from handlers.markup import join
from handlers.moderation import (
    LONGEST_REASON,
    OTHER,
    approve_wording,
    enter,
    keep_reported,
    loser_words,
    reject_wording,
    return_wording,
    undo_approval,
)
from handlers.moderation_cards import deciding_revision, send_card, send_next_card
from handlers.moderation_messages import wording_number
from handlers.moderation_people import read_target
from handlers.turn import Turn
from storage.comment_model import Reason
from storage.errors import Refusal

_BOUND = (
    Approve, AskBan, AskReason, AskReturn, BanFor, Keep, RejectFor, ReturnFor, ShowMore, Undo,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """The version of a comment that a command decides on, and the words that are left."""

    comment_id: int
    version: int
    rest: str


async def command_approve(turn: Turn, command: Command) -> None:
    """Approve a wording."""
    moderator = await enter(turn)
    named = await _read(turn, command)
    which = Approve(named.comment_id, named.version)
    if not await approve_wording(turn, moderator, which):
        await _tell_loser(turn, named, moderator)


async def command_undo(turn: Turn, command: Command) -> None:
    """Take an approval back before it goes out."""
    moderator = await enter(turn)
    named = await _read(turn, command)
    await undo_approval(turn, moderator, Undo(named.comment_id, named.version))


async def command_keep(turn: Turn, command: Command) -> None:
    """Leave a reported comment where it is."""
    moderator = await enter(turn)
    named = await _read(turn, command)
    if not await keep_reported(turn, moderator, Keep(named.comment_id, named.version)):
        await _tell_loser(turn, named, moderator)


async def command_reject(turn: Turn, command: Command) -> None:
    """Reject the newest wording for a reason."""
    await _reject(turn, command, everything=False)


async def command_remove(turn: Turn, command: Command) -> None:
    """Reject a comment with all that readers see of it, for a reason."""
    await _reject(turn, command, everything=True)


async def _reject(turn: Turn, command: Command, *, everything: bool) -> None:
    moderator = await enter(turn)
    named = await _read(turn, command)
    reason = _read_reason(turn, command, named)
    which = RejectFor(named.comment_id, named.version, everything, reason.code)
    if not await reject_wording(turn, moderator, which, reason):
        await _tell_loser(turn, named, moderator)


async def command_return(turn: Turn, command: Command) -> None:
    """Give a wording back to its author, for a reason."""
    moderator = await enter(turn)
    named = await _read(turn, command)
    reason = _read_reason(turn, command, named)
    which = ReturnFor(named.comment_id, named.version, reason.code)
    if not await return_wording(turn, moderator, which, reason):
        await _tell_loser(turn, named, moderator)


async def command_card(turn: Turn, command: Command) -> None:
    """Send a comment's card again, at the end of the chat."""
    await enter(turn)
    asked = await read_target(turn, command)
    await send_card(Desk.of(turn), asked.comment)


async def command_next(turn: Turn, _: Command) -> None:
    """Send the card of the comment that waits longest without one."""
    await enter(turn)
    if not await send_next_card(Desk.of(turn)):
        await turn.respond(turn.t("mod_queue_empty"))


async def _read(turn: Turn, command: Command) -> Named:
    """Find the version that a command means; a wording that is not the newest is refused."""
    asked = await read_target(turn, command)
    comment = asked.comment
    if asked.revision is None:
        version = _version_on_card(command, comment.id)
        if version is None:
            raise Refusal("mod_which", command=command.name)
        return Named(comment.id, version, asked.rest)
    newest = deciding_revision(comment)
    if asked.revision != newest:
        raise Refusal("mod_answer_reworded", id=wording_number(comment.id, newest))
    return Named(comment.id, comment.version, asked.rest)


def _version_on_card(command: Command, comment_id: int) -> int | None:
    """Give the version that the buttons of the answered card decide on."""
    for data in command.answered:
        for kind in _BOUND:
            try:
                payload = kind.parse(data)
            except NotOurs:
                continue
            if payload.comment_id == comment_id:
                return payload.version
    return None


def _read_reason(turn: Turn, command: Command, named: Named) -> Reason:
    """Take the words that are left for a reason: of the list by code or words, or a typed one."""
    text = " ".join(clean(named.rest).text.split())[:LONGEST_REASON]
    choices = Desk.of(turn).rules.reasons
    if not text:
        listed = join(", ", [one.fr if turn.language == "fr" else one.en for one in choices])
        number = str(named.comment_id)
        raise Refusal("mod_which_reason", command=command.name, id=number, reasons=listed)
    wanted = text.casefold().rstrip(".")
    for choice in choices:
        if wanted in (choice.code, choice.fr.casefold(), choice.en.casefold()):
            return Reason(choice.code)
    return Reason(OTHER, text)


async def _tell_loser(turn: Turn, named: Named, moderator: int) -> None:
    await turn.respond(await loser_words(turn, named.comment_id, moderator))
