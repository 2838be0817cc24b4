"""Commands that do what the buttons of comments do, for who writes rather than taps.

Each answers the message it is about, or names a comment by the number that discussions show.
"""

import re
from dataclasses import dataclass

from handlers.comment_discussions import follow_or_leave, send_thread
from handlers.comment_own import (
    ask_for_appeal,
    ask_for_edit,
    ask_for_name,
    take_appeal,
    take_edit,
    take_name,
    withdraw_own,
)
from handlers.comment_reading import ask_why, toggle_mute
from handlers.comments import DIALOG, end_question
from handlers.events import Command
from handlers.routing import private
from handlers.turn import Turn
from storage.comment_people import unmute_everybody
from storage.comment_views import find_view
from storage.comments import find_comment, find_comment_by_source
from storage.dialogs import find_dialog
from storage.errors import Refusal
from storage.outbox import find_receipt

_NUMBERED = re.compile(r"(?:n[°º]\s?|no\.\s?|#)?(\d{1,12})(?:\s+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a command is about: an article or a comment."""

    article_id: int | None = None
    comment_id: int | None = None


async def command_discussion(turn: Turn, command: Command) -> None:
    """Show the discussion of an article."""
    await send_thread(turn, await _find_place(turn, command), reply_to=command.message_id)


async def command_join(turn: Turn, command: Command) -> None:
    """Follow a discussion."""
    await follow_or_leave(turn, await _find_place(turn, command), follows=True)


async def command_leave(turn: Turn, command: Command) -> None:
    """Follow a discussion no longer."""
    await follow_or_leave(turn, await _find_place(turn, command), follows=False)


async def command_report(turn: Turn, command: Command) -> None:
    """Ask why a comment is reported."""
    comment_id, _ = await _find_comment(turn, command)
    await ask_why(turn, comment_id, reply_to=command.message_id)


async def command_mute(turn: Turn, command: Command) -> None:
    """Mute who wrote a comment, or no longer; "off" ends every mute, whose copies may be gone."""
    if command.words.strip().lower() == "off":
        count = await unmute_everybody(turn.tx, turn.chat_id)
        if not count:
            raise Refusal("comment_muted_nobody")
        await turn.respond(turn.tn("comment_unmuted_everybody", count))
        return
    comment_id, _ = await _find_comment(turn, command)
    await toggle_mute(turn, comment_id)


async def command_edit(turn: Turn, command: Command) -> None:
    """Take a new wording of an own comment, or ask for it."""
    private(turn)
    comment_id, said = await _find_comment(turn, command)
    if said.words:
        await take_edit(turn, said.spoken(), comment_id)
    else:
        await ask_for_edit(turn, comment_id, reply_to=command.reply_to)


async def command_withdraw(turn: Turn, command: Command) -> None:
    """Take an own comment back."""
    private(turn)
    comment_id, _ = await _find_comment(turn, command)
    await withdraw_own(turn, comment_id)


async def command_appeal(turn: Turn, command: Command) -> None:
    """Take the reasons of an appeal, or ask for them."""
    private(turn)
    comment_id, said = await _find_comment(turn, command)
    if said.words:
        await take_appeal(turn, said.spoken(), comment_id)
    else:
        await ask_for_appeal(turn, comment_id, reply_to=command.reply_to)


async def command_name(turn: Turn, command: Command) -> None:
    """Take the name that signs a reader's comments, or ask for it."""
    private(turn)
    await turn.subscribe()
    if command.words:
        await take_name(turn, command.spoken())
    else:
        await ask_for_name(turn, reply_to=None)


async def command_cancel(turn: Turn, _: Command) -> None:
    """Forget what somebody was asked, so that what comes next is no answer to it."""
    person = turn.event.person
    dialog = None
    if person is not None:
        dialog = await find_dialog(turn.tx, turn.chat_id, person.id, now=turn.now)
    if dialog is None or dialog.kind != DIALOG:
        raise Refusal("comment_nothing_to_cancel")
    await end_question(turn)
    await turn.respond(turn.t("comment_cancelled"))


async def _find_place(turn: Turn, command: Command) -> int:
    """Give the article whose discussion a command is about."""
    subject, _ = await _find_subject(turn, command)
    if subject.article_id is not None:
        return subject.article_id
    comment = None
    if subject.comment_id is not None:
        comment = await find_comment(turn.tx, subject.comment_id)
    if comment is None:
        raise Refusal("comment_which_article", command=command.name)
    return comment.article_id


async def _find_comment(turn: Turn, command: Command) -> tuple[int, Command]:
    """Give the comment that a command is about, and the command without its number."""
    subject, rest = await _find_subject(turn, command)
    if subject.comment_id is None:
        raise Refusal("comment_which_comment", command=command.name)
    return subject.comment_id, rest


async def _find_subject(turn: Turn, command: Command) -> tuple[Subject, Command]:
    answered = await _find_answered(turn, command)
    if answered is not None:
        return answered, command
    match = _NUMBERED.match(command.words)
    if match is None:
        return Subject(), command
    return Subject(comment_id=int(match[1])), command.without(match.end())


async def _find_answered(turn: Turn, command: Command) -> Subject | None:
    """Give what the answered message is about: one of ours, or one that became a comment."""
    person = turn.event.person
    if command.reply_to is None or person is None:
        return None
    receipt = await find_receipt(turn.tx, turn.chat_id, command.reply_to)
    if receipt is None:
        own = await find_comment_by_source(turn.tx, person.id, command.reply_to)
        return None if own is None else Subject(own.article_id, own.id)
    view = None if receipt.outbox_id is None else await find_view(turn.tx, receipt.outbox_id)
    if view is not None and view.kind != "prompt":
        return Subject(view.article_id, view.comment_id)
    if receipt.comment_id is None and receipt.article_id is None:
        return None
    return Subject(receipt.article_id, receipt.comment_id)
