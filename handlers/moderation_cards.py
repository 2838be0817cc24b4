"""Cards in the moderators' chat: one for each comment that waits, redrawn whenever it changes.

When too many are open, the others wait behind one message with a button for the next, so that a
raid cannot flood the chat.
"""

from handlers.comment_desk import DELETABLE_MS, Desk
from handlers.comment_rules import is_trusted
from handlers.messages import Message
from handlers.messages.message import Rows
from handlers.moderation_messages import Card, CardTexts, render_card, render_rollup
from storage.articles import find_article
from storage.comment_audit import find_last_decision
from storage.comment_model import Comment, State, View
from storage.comment_people import (
    count_reports_upheld_against,
    find_moderator_name,
    get_standing,
)
from storage.comment_reports import get_open_reports
from storage.comment_views import (
    count_open_cards,
    find_card_row,
    list_refused_deletions,
    set_card_row,
)
from storage.comments import count_waiting, find_comment, get_wording, list_waiting
from storage.facts import get_fact, set_fact
from storage.model import Draft, Lane
from storage.outbox import find_row, forget_rows

ROLLUP = "comments_rollup"  # the outbox row of the message that stands for cards not sent


async def card_texts(desk: Desk) -> CardTexts:
    """Give the texts in the moderators' language."""
    return CardTexts(await desk.moderation_language(), desk.texts, desk.rules, desk.now)


async def get_card(desk: Desk, comment: Comment) -> Card:
    """Gather what a card shows."""
    tx = desk.tx
    parent = before = None
    if comment.parent_id is not None:
        answered = await find_comment(tx, comment.parent_id)
        if answered is not None:
            parent = await get_wording(tx, answered.id, answered.shown or answered.revision)
    if comment.state is State.PENDING and comment.is_edit and comment.published is not None:
        before = await get_wording(tx, comment.id, comment.published)
    author_id = comment.author_id or 0
    standing = await get_standing(tx, author_id)
    decider = comment.decided_by
    name = None if decider is None else await find_moderator_name(tx, decider)
    _, reports = await get_open_reports(tx, comment.id)
    language = await desk.moderation_language()
    return Card(
        comment=comment,
        revision=deciding_revision(comment),
        wording=await get_wording(tx, comment.id, deciding_revision(comment)),
        article=await find_article(tx, comment.article_id),
        parent=parent,
        before=before,
        standing=standing,
        is_trusted=is_trusted(standing, desk.rules),
        is_banned=standing.banned_until > desk.now,
        upheld=await count_reports_upheld_against(tx, author_id),
        reports=reports,
        last=await find_last_decision(tx, comment.id),
        decided_by=name or desk.text(language, "mod_someone"),
    )


def deciding_revision(comment: Comment) -> int:
    """Give the wording that a decision is about: the newest, or the one that readers see."""
    if comment.state is State.APPROVED and comment.published is not None:
        return comment.published
    return comment.revision


async def draw_card(desk: Desk, comment: Comment, rows: Rows | None = None) -> Message:
    """Give a comment's card as it is now, with other buttons where given."""
    card = await get_card(desk, comment)
    words = await card_texts(desk)
    message = render_card(card, words)
    return message if rows is None else message.with_rows(*rows)


async def send_card(desk: Desk, comment: Comment) -> None:
    """Put a comment's card at the end of the moderators' chat; an older one points to it."""
    chat_id = await desk.moderation_chat()
    if chat_id is None:
        return
    await _retire_card(desk, chat_id, comment)
    view = View(0, chat_id, "card", comment.article_id, comment.id)
    row = await desk.send_view(view, await draw_card(desk, comment), Lane.MODERATION)
    await set_card_row(desk.tx, comment.id, row)


async def _retire_card(desk: Desk, chat_id: int, comment: Comment) -> None:
    row = await find_card_row(desk.tx, comment.id)
    if row is None:
        return
    words = await card_texts(desk)
    message = Message(words.t("mod_card_moved", id=str(comment.id)))
    await desk.redraw(chat_id, row, message, Lane.MODERATION)
    await set_card_row(desk.tx, comment.id, None)


async def ask_moderators(desk: Desk, comment: Comment) -> None:
    """Bring a comment that begins to wait to the moderators: by a card, or behind the others."""
    chat_id = await desk.moderation_chat()
    if chat_id is None:
        return
    await _retire_card(desk, chat_id, comment)
    if await count_open_cards(desk.tx) < desk.rules.most_cards:
        await send_card(desk, comment)
    else:
        await refresh_rollup(desk)


async def redraw_card(desk: Desk, comment: Comment, rows: Rows | None = None) -> None:
    """Bring a comment's card up to date where there is one, with other buttons where given."""
    chat_id = await desk.moderation_chat()
    row = await find_card_row(desk.tx, comment.id)
    if chat_id is None or row is None:
        return
    message = await draw_card(desk, comment, rows)
    await desk.redraw(chat_id, row, message, Lane.MODERATION)


async def send_next_card(desk: Desk) -> bool:
    """Send the card of the comment that waits longest without one; False when none does."""
    waiting = await list_waiting(desk.tx, without_card=True, limit=1)
    for comment in waiting:
        await send_card(desk, comment)
    await refresh_rollup(desk)
    return bool(waiting)


async def fill_up_cards(desk: Desk) -> None:
    """After a decision: let the next rolled-up comment take the place."""
    _, rolled_up = await count_waiting(desk.tx)
    if rolled_up and await count_open_cards(desk.tx) < desk.rules.most_cards:
        await send_next_card(desk)
    else:
        await refresh_rollup(desk)


async def refill_cards(desk: Desk) -> None:
    """Bring out as many cards as may be open: some went out of reach with the chat they were in."""
    if await desk.moderation_chat() is None:
        return
    while await count_open_cards(desk.tx) < desk.rules.most_cards:
        if not await send_next_card(desk):
            return


async def empty_refused_rollups(desk: Desk) -> None:
    """Let messages that Telegram did not delete, for they had grown too old, say that all is done.

    Nothing but the message for rolled-up cards is deleted among views.
    """
    chat_id = await desk.moderation_chat()
    if chat_id is None:
        return
    for deletion, row in await list_refused_deletions(desk.tx):
        message = render_rollup(0, await card_texts(desk))
        await desk.redraw(chat_id, row, message, Lane.MODERATION)
        await forget_rows(desk.tx, [deletion])


async def refresh_rollup(desk: Desk) -> None:
    """Keep the message that stands for cards not sent: sent, edited in place, or taken away."""
    chat_id = await desk.moderation_chat()
    if chat_id is None:
        return
    _, waiting = await count_waiting(desk.tx)
    stored = await get_fact(desk.tx, ROLLUP)
    sent = await find_row(desk.tx, int(stored)) if stored else None
    if sent is not None and sent.chat_id != chat_id:
        sent = None  # it stayed in the group that the chat was before
    row = None if sent is None else sent.id
    if sent is not None and not waiting:
        if (sent.sent_ms or desk.now_ms) > desk.now_ms - DELETABLE_MS:
            draft = Draft(chat_id, Lane.MODERATION, "deleteMessage", target_id=sent.id)
            await desk.enqueue(draft)
        else:
            message = render_rollup(0, await card_texts(desk))
            await desk.redraw(chat_id, sent.id, message, Lane.MODERATION)
        await set_fact(desk.tx, ROLLUP, "")
    elif waiting:
        message = render_rollup(waiting, await card_texts(desk))
        if row is None:
            view = View(0, chat_id, "rollup", None, None)
            row = await desk.send_view(view, message, Lane.MODERATION)
        else:
            row = await desk.redraw(chat_id, row, message, Lane.MODERATION)
        await set_fact(desk.tx, ROLLUP, str(row))
