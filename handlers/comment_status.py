"""Telling authors: the living status message of a comment, and one notice for each decision."""

from handlers.comment_desk import Desk
from handlers.comment_messages import Subject, reason_words, render_status, short_title
from handlers.messages import Button, Message, to_payload
from storage.articles import find_article
from storage.comment_model import Comment, Reason, View
from storage.comment_reach import get_reach
from storage.comment_threads import count_shown
from storage.comment_views import find_status_row, set_status_row
from storage.comments import find_comment, get_wording
from storage.model import Draft, Lane
from storage.outbox import find_row


async def get_subject(desk: Desk, comment: Comment) -> Subject:
    """Give what a comment is about."""
    parent = None
    if comment.parent_id is not None:
        answered = await find_comment(desk.tx, comment.parent_id)
        if answered is not None and answered.shown is not None:
            parent = await get_wording(desk.tx, answered.id, answered.shown)
    return Subject(
        await find_article(desk.tx, comment.article_id),
        parent,
        await count_shown(desk.tx, comment.article_id),
    )


async def render_own_status(desk: Desk, comment: Comment) -> Message:
    """Give an author's view of a comment as it is now."""
    assert comment.author_id is not None
    return render_status(
        comment,
        await get_wording(desk.tx, comment.id, comment.revision),
        await get_subject(desk, comment),
        await get_reach(desk.tx, comment.id),
        await desk.language_of(comment.author_id),
        desk.texts,
        desk.rules,
    )


async def send_status(desk: Desk, comment: Comment, *, reply_to: int | None) -> None:
    """Send an author the living status message of a new comment, in answer to the comment."""
    assert comment.author_id is not None
    view = View(0, comment.author_id, "status", comment.article_id, comment.id)
    message = await render_own_status(desk, comment)
    row = await desk.send_view(view, message, Lane.REPLY, reply_to=reply_to)
    await set_status_row(desk.tx, comment.id, row)


async def redraw_status(desk: Desk, comment: Comment) -> None:
    """Bring an author's status message up to date."""
    row = await find_status_row(desk.tx, comment.id)
    if comment.author_id is None or row is None:
        return
    message = await render_own_status(desk, comment)
    await desk.redraw(comment.author_id, row, message, Lane.REPLY)


async def notify_author(
    desk: Desk,
    comment: Comment,
    key: str,
    *,
    reason: Reason | None = None,
    buttons: tuple[Button, ...] = (),
) -> None:
    """Tell an author of a decision, once, in answer to the status message."""
    if comment.author_id is None:
        return
    language = await desk.language_of(comment.author_id)
    words = "" if reason is None else reason_words(reason, language, desk.texts, desk.rules)
    title = short_title(await find_article(desk.tx, comment.article_id))
    text = desk.text(language, key, title=title, reason=words.rstrip("."))
    await tell_author(desk, comment, Message(text, rows=(buttons,) if buttons else ()))


async def tell_author(desk: Desk, comment: Comment, message: Message) -> None:
    """Send an author a message that answers the status message."""
    assert comment.author_id is not None
    row = await find_status_row(desk.tx, comment.id)
    status = None if row is None else await find_row(desk.tx, row)
    await desk.enqueue(
        Draft(
            comment.author_id,
            Lane.REPLY,
            payload=to_payload(message),
            target_id=None if status is None else status.id,
        )
    )
