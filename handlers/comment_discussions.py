"""Discussions in a reader's chat: follow and unfollow, and the pages of approved comments."""

from collections.abc import Iterable

from handlers.callbacks import FollowDiscussion
from handlers.comment_buttons import ShowThread, StopFollowing
from handlers.comment_desk import Desk
from handlers.comment_messages import Page, cut_pages, render_thread
from handlers.events import Press
from handlers.lookups import get_article
from handlers.messages import Message, post_rows
from handlers.messages.message import Rows
from handlers.turn import Turn
from storage.comment_model import View
from storage.comment_threads import (
    count_shown,
    follow_discussion,
    follows_discussion,
    get_discussed_article,
    get_thread_lines,
    list_places,
    unfollow_discussion,
)
from storage.comment_views import find_view, list_threads_showing, update_view
from storage.model import Article, Lane, Language
from storage.outbox import find_receipt


async def toggle_follow(turn: Turn, _: Press, payload: FollowDiscussion) -> None:
    """Follow the discussion of a post's article, or no longer; the post's buttons tell which."""
    article = await get_article(turn.tx, payload.article_id)
    place = await get_discussed_article(turn.tx, article.id)
    await turn.subscribe()
    follows = await follow_discussion(turn.tx, place, turn.chat_id, now_ms=turn.now_ms)
    if not follows:
        await unfollow_discussion(turn.tx, place, turn.chat_id)
    await turn.answer(turn.t("comment_following" if follows else "comment_unfollowed"))
    await turn.edit_buttons(await rows_of_post(turn, article, follows=follows))


async def rows_of_post(turn: Turn, article: Article, *, follows: bool | None = None) -> Rows:
    """Give a post's buttons as they are for this chat, with the discussion once there is one."""
    place = await get_discussed_article(turn.tx, article.id)
    if follows is None:
        follows = await follows_discussion(turn.tx, place, turn.chat_id)
    rows = post_rows(
        article,
        turn.language,
        turn.texts,
        turn.setup.features,
        follows_discussion=follows,
    )
    shown = await count_shown(turn.tx, place) if turn.setup.features.comments else 0
    if not shown:
        return rows
    return (*rows, (turn.button("comment_thread_button", ShowThread(place), n=shown),))


async def stop_following(turn: Turn, _: Press, payload: StopFollowing) -> None:
    """Follow a discussion no longer, from a copy of a comment; again where it is not followed."""
    place = await get_discussed_article(turn.tx, payload.article_id)
    follows = await follows_discussion(turn.tx, place, turn.chat_id)
    await follow_or_leave(turn, place, follows=not follows)


async def follow_or_leave(turn: Turn, article_id: int, *, follows: bool) -> None:
    """Follow the discussion of an article, or no longer, and say so."""
    article = await get_article(turn.tx, article_id)
    place = await get_discussed_article(turn.tx, article.id)
    await turn.subscribe()
    if follows:
        await follow_discussion(turn.tx, place, turn.chat_id, now_ms=turn.now_ms)
    else:
        await unfollow_discussion(turn.tx, place, turn.chat_id)
    await turn.respond(turn.t("comment_following" if follows else "comment_unfollowed"))


async def show_thread(turn: Turn, press: Press, payload: ShowThread) -> None:
    """Show a page of a discussion: in place where a page was pressed, else as a new message."""
    article = await get_article(turn.tx, payload.article_id)
    place = await get_discussed_article(turn.tx, article.id)
    receipt = await find_receipt(turn.tx, turn.chat_id, press.message_id)
    row = None if receipt is None else receipt.outbox_id
    view = None if row is None else await find_view(turn.tx, row)
    if view is None or view.kind != "thread":
        await send_thread(turn, place, reply_to=press.message_id)
        return
    page, message = await _draw_page(
        Desk.of(turn), place, turn.chat_id, turn.language, payload.page, payload.newest_first
    )
    await update_view(turn.tx, view.outbox_id, _page_data(page))
    await turn.edit(message)


async def send_thread(turn: Turn, article_id: int, *, reply_to: int | None) -> None:
    """Send a discussion's first page."""
    desk = Desk.of(turn)
    place = await get_discussed_article(turn.tx, article_id)
    page, message = await _draw_page(
        desk, place, turn.chat_id, turn.language, number=0, newest_first=False
    )
    view = View(0, turn.chat_id, "thread", place, None, _page_data(page))
    await desk.send_view(view, message, Lane.REPLY, reply_to=reply_to)


async def redraw_threads(desk: Desk, comment_ids: Iterable[int]) -> None:
    """Redraw the pages that show any of some comments, which changed or are shown no longer."""
    for view in await list_threads_showing(desk.tx, comment_ids):
        assert view.article_id is not None
        language = await desk.language_of(view.chat_id)
        number, newest_first = view.data.get("page", 0), view.data.get("newest_first", False)
        assert isinstance(number, int)
        page, message = await _draw_page(
            desk, view.article_id, view.chat_id, language, number, bool(newest_first)
        )
        await update_view(desk.tx, view.outbox_id, _page_data(page))
        await desk.redraw(view.chat_id, view.outbox_id, message, Lane.RETRACTION)


async def _draw_page(
    desk: Desk,
    article_id: int,
    chat_id: int,
    language: Language,
    number: int,
    newest_first: bool,
) -> tuple[Page, Message]:
    """Draw the page with that number, or the last one where there are fewer."""
    places = await list_places(desk.tx, article_id, muted_by=chat_id)
    if newest_first:
        places.reverse()
    pages = cut_pages([place.length for place in places])
    number = max(0, min(number, len(pages) - 1))
    start, end = pages[number] if pages else (0, 0)
    ids = [place.comment_id for place in places[start:end]]
    lines = await get_thread_lines(desk.tx, ids)
    page = Page(lines, number, len(pages), newest_first, len(places))
    article = await get_article(desk.tx, article_id)
    return page, render_thread(article, page, language, desk.texts)


def _page_data(page: Page) -> dict[str, object]:
    ids = [line.id for line in page.lines]
    return {"page": page.number, "newest_first": page.newest_first, "ids": ids}
