"""/following: what a chat follows and mutes, with a button to drop each."""

from functools import partial

from handlers.article_lists import page_buttons
from handlers.callbacks import DropTag, ShowFollowing, ShowTagPage
from handlers.events import Command, Press
from handlers.markup import Markup, bold, join
from handlers.messages import Message
from handlers.messages.message import Rows, pairs
from handlers.tag_lists import redraw, tag_buttons
from handlers.tags import flip
from handlers.turn import Turn
from storage.subscribers import count_subscriptions, list_subscriptions

PAGE = 16


async def list_followed(turn: Turn, _: Command) -> None:
    """List what the chat follows."""
    await _show(turn, 0)


async def turn_page(turn: Turn, _: Press, payload: ShowFollowing) -> None:
    """Show another page of it."""
    await _show(turn, payload.page)


async def drop(turn: Turn, press: Press, payload: DropTag) -> None:
    """Drop a tag of the list, or take it back: it keeps its place until the list is asked anew."""
    await flip(turn, payload.tag_id)
    if press.keyboard:
        rows = await redraw(turn, press.keyboard)
        await turn.edit(Message(await _text(turn, payload.page), rows=rows))
    else:
        await _show(turn, payload.page)


async def _show(turn: Turn, page: int) -> None:
    page = max(page, 0)
    followed, muted = await count_subscriptions(turn.tx, turn.chat_id)
    if followed + muted == 0:
        rows: Rows = ((turn.button("tags_all_button", ShowTagPage()),),)
        await turn.show(Message(turn.t("following_none"), rows=rows))
        return
    listed = await list_subscriptions(turn.tx, turn.chat_id, limit=PAGE, offset=page * PAGE)
    buttons = await tag_buttons(
        turn, (subscription.tag for subscription in listed), partial(DropTag, page=page)
    )
    has_more = followed + muted > (page + 1) * PAGE
    turning = page_buttons(turn, page, has_more, ShowFollowing)
    await turn.show(Message(await _text(turn, page), rows=(*pairs(buttons), turning)))


async def _text(turn: Turn, page: int) -> Markup:
    followed, muted = await count_subscriptions(turn.tx, turn.chat_id)
    listed = await list_subscriptions(turn.tx, turn.chat_id, limit=PAGE, offset=max(page, 0) * PAGE)
    names = join(", ", (bold(s.tag.label) for s in listed if not s.muted))
    muted_names = join(", ", (bold(s.tag.label) for s in listed if s.muted))
    parts = [
        join("\n", [turn.tn("following_count", followed), names]) if followed else "",
        turn.tn("following_muted", muted, tags=muted_names) if muted_names else "",
        turn.t("follow_paused") if turn.is_paused else "",
        turn.t("following_tap"),
    ]
    return join("\n\n", parts)
