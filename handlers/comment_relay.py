"""The relay of a comment: a window of chats at a time, what should be there against what is.

Nothing here decides what readers may see; it only carries `shown` to the chats and back.
"""

from dataclasses import dataclass

from handlers.comment_desk import DELETABLE_MS, Desk
from handlers.comment_messages import CopyStyle, render_copy, render_removed
from handlers.comment_status import get_subject, redraw_status
from handlers.messages import to_payload
from storage.comment_bodies import find_body, note_body
from storage.comment_copies import (
    UNKNOWN_WORDING,
    FinishedChange,
    cancel_copy,
    delete_copy,
    end_change,
    is_moving,
    list_finished_changes,
    place_copy,
    retract_copy,
    reword_copy,
)
from storage.comment_model import Comment, Copy
from storage.comment_reach import Reach, get_reach, is_counting, stop_counting
from storage.comment_relays import PlacedCopy, Recipient, list_missing_recipients, list_wrong_copies
from storage.comments import find_comment, get_wording
from storage.model import Draft, Lane, Language, OutboxState
from storage.outbox import add_body, list_own_copies

WINDOW = 100


@dataclass(frozen=True, slots=True)
class Step:
    """Where a window ended: the chat to go on after, None when all were looked at."""

    after: int | None


async def correct_copies(desk: Desk, comment_id: int, *, after: int | None) -> Step:
    """Take back or reword a window of copies that show something else than they should."""
    comment = await find_comment(desk.tx, comment_id)
    if comment is None:
        return Step(None)
    wrong = await list_wrong_copies(
        desk.tx, comment_id, shown=comment.shown, after=after, limit=WINDOW
    )
    for placed in wrong:
        if comment.shown is None:
            await _take_back(desk, placed)
        else:
            await _reword(desk, comment, placed, comment.shown)
    return Step(wrong[-1].copy.chat_id if len(wrong) == WINDOW else None)


async def _take_back(desk: Desk, placed: PlacedCopy) -> None:
    copy = placed.copy
    await end_change(desk.tx, copy)
    match placed.outbox_state:
        case OutboxState.WAITING:
            await cancel_copy(desk.tx, copy)
        case None | OutboxState.PARKED | OutboxState.DROPPED:
            await retract_copy(desk.tx, copy, "gone", change_id=None)
        case OutboxState.STRANDED:
            await retract_copy(desk.tx, copy, "lost", change_id=None)
        case OutboxState.UNKNOWN:
            # However old: an edit to a notice would let it be sent, should it not be there.
            await delete_copy(desk.tx, copy, now_ms=desk.now_ms)
        case _ if _is_old(desk, placed):
            await _mark(desk, copy)
        case _:
            await delete_copy(desk.tx, copy, now_ms=desk.now_ms)


def _is_old(desk: Desk, placed: PlacedCopy) -> bool:
    return placed.sent_ms is not None and placed.sent_ms < desk.now_ms - DELETABLE_MS


async def _mark(desk: Desk, copy: Copy) -> None:
    """Edit a copy that can no longer be deleted to a notice."""
    message = render_removed(await desk.language_of(copy.chat_id), desk.texts)
    row = await desk.enqueue(
        Draft(
            copy.chat_id,
            Lane.RETRACTION,
            "editMessageText",
            to_payload(message),
            target_id=copy.outbox_id,
            tracked=True,
        )
    )
    await retract_copy(desk.tx, copy, "marking", change_id=row)


async def _reword(desk: Desk, comment: Comment, placed: PlacedCopy, revision: int) -> None:
    copy = placed.copy
    await end_change(desk.tx, copy)
    match placed.outbox_state:
        case OutboxState.WAITING:
            await cancel_copy(desk.tx, copy)  # it is placed anew with the wording of now
        case None | OutboxState.PARKED | OutboxState.DROPPED:
            # There is nothing to edit.
            await reword_copy(desk.tx, copy, revision, change_id=None)
        case OutboxState.STRANDED:
            await reword_copy(desk.tx, copy, UNKNOWN_WORDING, change_id=None)
            await retract_copy(desk.tx, copy, "lost", change_id=None)
        case _:
            body = await _get_body(desk, comment, revision, copy.variant)
            row = await desk.enqueue(
                Draft(
                    copy.chat_id,
                    Lane.RELAY,
                    "editMessageText",
                    body_id=body,
                    target_id=copy.outbox_id,
                    tracked=True,
                )
            )
            await reword_copy(desk.tx, copy, revision, change_id=row)


async def place_missing(desk: Desk, comment_id: int, *, after: int | None) -> Step:
    """Put copies in the outbox for a window of chats that should hold one and do not."""
    comment = await find_comment(desk.tx, comment_id)
    if comment is None or comment.shown is None:
        return Step(None)
    recipients = await list_missing_recipients(desk.tx, comment_id, after=after, limit=WINDOW)
    posts = await list_own_copies(
        desk.tx, comment.article_id, [recipient.chat_id for recipient in recipients]
    )
    for recipient in recipients:
        await _place(desk, comment, comment.shown, recipient, posts.get(recipient.chat_id))
    return Step(recipients[-1].chat_id if len(recipients) == WINDOW else None)


async def _place(
    desk: Desk, comment: Comment, revision: int, recipient: Recipient, post: int | None
) -> None:
    """Put a copy in the outbox as a reply to what it answers, or to the chat's own post."""
    is_below_parent = recipient.parent_row is not None
    style = CopyStyle(
        quotes=comment.parent_id is not None and not is_below_parent,
        is_titled=post is None and not is_below_parent,
    )
    variant = style.variant(recipient.language)
    reply: dict[str, object] = {}
    if post is not None and not is_below_parent:
        reply = {"reply_parameters": {"message_id": post}}
    row = await desk.enqueue(
        Draft(
            recipient.chat_id,
            Lane.RELAY,
            payload=reply,
            body_id=await _get_body(desk, comment, revision, variant),
            article_id=comment.article_id,
            comment_id=comment.id,
            revision=revision,
            target_id=recipient.parent_row,
            tracked=True,
        )
    )
    await place_copy(
        desk.tx,
        comment.id,
        recipient.chat_id,
        outbox_id=row,
        revision=revision,
        variant=variant,
    )


async def _get_body(desk: Desk, comment: Comment, revision: int, variant: str) -> int:
    """Give the body that copies of a variant share, rendered the first time."""
    known = await find_body(desk.tx, comment.id, revision, variant)
    if known is not None:
        return known
    language: Language = "fr" if variant.startswith("fr") else "en"
    message = render_copy(
        comment,
        await get_wording(desk.tx, comment.id, revision),
        await get_subject(desk, comment),
        CopyStyle(quotes="q" in variant[2:], is_titled="t" in variant[2:]),
        language,
        desk.texts,
    )
    body = await add_body(desk.tx, to_payload(message), now=desk.now)
    await note_body(desk.tx, comment.id, revision, variant, body)
    return body


async def settle_changes(desk: Desk, comment_id: int) -> None:
    """Note what became of edits and removals; what could not be deleted is marked instead."""
    while finished := await list_finished_changes(desk.tx, comment_id, limit=WINDOW):
        for change in finished:
            await _settle(desk, change)


async def _settle(desk: Desk, change: FinishedChange) -> None:
    copy = change.copy
    if (copy.state, change.outcome) == ("marking", "refused"):
        # Its row stays, parked: by that the copy is known as one that nothing can be done about.
        await retract_copy(desk.tx, copy, "lost", change_id=copy.change_id)
        return
    await end_change(desk.tx, copy)
    match copy.state, change.outcome:
        case _, "never_left":
            await cancel_copy(desk.tx, copy)
        case "rewording", "done" | "refused":
            # A wording that Telegram does not take is not tried again; the next one is.
            await reword_copy(desk.tx, copy, copy.revision, change_id=None)
        case "rewording", _:
            await reword_copy(desk.tx, copy, UNKNOWN_WORDING, change_id=None)
            await retract_copy(desk.tx, copy, "lost", change_id=None)
        case "deleting", "done":
            await retract_copy(desk.tx, copy, "gone", change_id=copy.change_id)
        case "deleting", "refused":
            await _mark(desk, copy)
        case "marking", "done":
            await retract_copy(desk.tx, copy, "notice", change_id=copy.change_id)
        case _:
            await retract_copy(desk.tx, copy, "lost", change_id=copy.change_id)


async def tell_progress(desk: Desk, comment_id: int, told: Reach | None) -> Reach | None:
    """Redraw the author's status where the numbers changed; gives them while they still move."""
    comment = await find_comment(desk.tx, comment_id)
    if comment is None or not await is_counting(desk.tx, comment_id):
        return None
    reach = await get_reach(desk.tx, comment_id)
    is_final = not reach.under_way and not await is_moving(desk.tx, comment_id)
    if is_final or reach != told:
        await redraw_status(desk, comment)
    if is_final:
        await stop_counting(desk.tx, comment_id)
        return None
    return reach
