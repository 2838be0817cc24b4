"""Erasing a person's part in discussions: stored texts, copies in chats, and what shows them."""

from handlers.comment_desk import Desk
from handlers.comment_effects import redraw_shifted
from handlers.moderation_cards import fill_up_cards, redraw_card
from handlers.turn import Turn
from storage.comment_erasure import erase_comments
from storage.comments import find_comment


async def erase_discussions(turn: Turn, user_id: int) -> None:
    """Erase a person's comments and redraw, in other people's chats, whatever showed them."""
    desk = Desk.of(turn)
    erased = await erase_comments(turn.tx, user_id, now_ms=turn.now_ms)
    await redraw_shifted(desk, erased.shifts)
    for comment_id in (*erased.comment_ids, *erased.answer_ids):
        comment = await find_comment(turn.tx, comment_id)
        if comment is not None:
            await redraw_card(desk, comment)
    await fill_up_cards(desk)
