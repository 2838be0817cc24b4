"""/tags: all tags by popularity, a tap follows or drops each."""

from handlers.article_lists import page_buttons
from handlers.callbacks import ShowTagPage, ToggleTag
from handlers.events import Command, Press
from handlers.messages import Message
from handlers.messages.message import pairs
from handlers.tag_lists import tag_buttons
from handlers.turn import Turn
from storage.tags import count_tags, list_popular_tags

PAGE = 16


async def list_tags(turn: Turn, _: Command) -> None:
    """Show the most popular tags."""
    await _show(turn, 0)


async def turn_page(turn: Turn, _: Press, payload: ShowTagPage) -> None:
    """Show another page of them."""
    await _show(turn, payload.page)


async def _show(turn: Turn, page: int) -> None:
    page = max(page, 0)
    total = await count_tags(turn.tx)
    tags = await list_popular_tags(turn.tx, limit=PAGE, offset=page * PAGE)
    if not tags and page == 0:
        await turn.show(Message(turn.t("tags_none")))
        return
    buttons = await tag_buttons(turn, tags, ToggleTag)
    turning = page_buttons(turn, page, total > (page + 1) * PAGE, ShowTagPage)
    pages = -(-total // PAGE)
    text = turn.tn("tags_page", total, page=page + 1, pages=max(pages, page + 1))
    await turn.show(Message(text, rows=(*pairs(buttons), turning)))
