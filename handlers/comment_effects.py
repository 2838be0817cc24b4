"""What follows from a change of a comment: everything that shows it is redrawn, people are told.

All of it joins the transaction of the change.
"""

from handlers.comment_buttons import AppealComment, EditComment
from handlers.comment_desk import Desk
from handlers.comment_discussions import redraw_threads
from handlers.comment_messages import can_appeal
from handlers.comment_status import notify_author, redraw_status
from handlers.messages import Button
from handlers.moderation_cards import fill_up_cards, redraw_card
from storage.comment_decisions import expire, go_live
from storage.comment_model import Comment, Reason, State
from storage.comment_reports import resolve_reports
from storage.comments import Change, Shift, find_comment


async def redraw_all(desk: Desk, change: Change) -> None:
    """Redraw a comment's status and card, and whatever else shows what changed with it."""
    await redraw_status(desk, change.comment)
    await redraw_card(desk, change.comment)
    await redraw_shifted(desk, change.shifts, but=change.comment.id)


async def redraw_shifted(desk: Desk, shifts: tuple[Shift, ...], *, but: int | None = None) -> None:
    """Redraw the discussions and statuses that show comments whose place changed."""
    await redraw_threads(desk, [shift.comment_id for shift in shifts])
    for shift in shifts:
        other = None if shift.comment_id == but else await find_comment(desk.tx, shift.comment_id)
        if other is not None:
            await redraw_status(desk, other)


async def publish(desk: Desk, comment_id: int) -> bool:
    """Let an approval reach readers once it can no longer be undone, and tell its author."""
    change = await go_live(desk.tx, comment_id, now_ms=desk.now_ms)
    if change is None:
        return False
    comment = change.comment
    await resolve_reports(desk.tx, comment.id, "dismissed")
    await redraw_all(desk, change)
    if comment.published is not None:
        await notify_author(desk, comment, _published_key(change))
    return True


def _published_key(change: Change) -> str:
    own = next((s for s in change.shifts if s.comment_id == change.comment.id), None)
    if change.comment.shown is None:
        return "comment_status_unseen"
    if own is not None and own.before is not None:
        return "comment_notice_edit_approved"
    return "comment_notice_approved"


async def tell_rejection(desk: Desk, change: Change, reason: Reason, *, was_public: bool) -> None:
    """Tell an author that a wording was rejected, with the way to appeal."""
    comment = change.comment
    if comment.state is State.REJECTED:
        await resolve_reports(desk.tx, comment.id, "upheld")
    await redraw_all(desk, change)
    if comment.state is State.APPROVED:
        key = "comment_notice_dropped"
    else:
        key = "comment_notice_removed" if was_public else "comment_notice_rejected"
    buttons = await _appeal_button(desk, comment) if comment.state is State.REJECTED else ()
    await notify_author(desk, comment, key, reason=reason, buttons=buttons)
    await fill_up_cards(desk)


async def _appeal_button(desk: Desk, comment: Comment) -> tuple[Button, ...]:
    if comment.author_id is None or not can_appeal(comment):
        return ()
    label = desk.text(await desk.language_of(comment.author_id), "comment_appeal_button")
    return (Button(label, AppealComment(comment.id)),)


async def tell_return(desk: Desk, change: Change, reason: Reason) -> None:
    """Tell an author what to change."""
    await redraw_all(desk, change)
    comment = change.comment
    if comment.author_id is not None:
        label = desk.text(await desk.language_of(comment.author_id), "comment_edit_button")
        button = Button(label, EditComment(comment.id))
        await notify_author(
            desk, comment, "comment_notice_returned", reason=reason, buttons=(button,)
        )
    await fill_up_cards(desk)


async def close_expired(desk: Desk, comment_id: int, *, before: int) -> None:
    """Close a comment undecided since before a time, and tell its author."""
    change = await expire(desk.tx, comment_id, before=before, now_ms=desk.now_ms)
    if change is None:
        return
    await redraw_all(desk, change)
    await notify_author(desk, change.comment, "comment_notice_expired")
    await fill_up_cards(desk)
