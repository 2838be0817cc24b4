"""/parked: what was given up on, for operators to look at and to try again."""

from handlers.article_lists import page_buttons
from handlers.events import Command, Press
from handlers.markup import Markup, cut, join, one_line
from handlers.messages import Button, Message
from handlers.messages.dates import show_distance
from handlers.operator_buttons import RetryAllParked, RetryParked, ShowParked
from handlers.turn import Turn
from storage.errors import Refusal
from storage.parked import (
    Parked,
    count_parked,
    find_kind,
    list_parked,
    retry_all_parked,
    retry_parked,
)

PAGE = 5
MOST_REASON = 200


async def list_all(turn: Turn, _: Command) -> None:
    """Show what was given up on."""
    await _show(turn, 0)


async def turn_page(turn: Turn, _: Press, payload: ShowParked) -> None:
    """Show another page of it."""
    await _show(turn, payload.page)


async def retry(turn: Turn, _: Press, payload: RetryParked) -> None:
    """Try one thing again."""
    kind = find_kind(payload.kind)
    if kind is None or not await retry_parked(turn.tx, kind, payload.item_id, now_ms=turn.now_ms):
        raise Refusal("parked_not_there")
    await turn.answer(turn.tn("parked_again_answer", 1))
    await _show(turn, payload.page)


async def retry_all(turn: Turn, _: Press, __: RetryAllParked) -> None:
    """Try again whatever can be."""
    count = await retry_all_parked(turn.tx, now_ms=turn.now_ms)
    if not count:
        raise Refusal("parked_not_there")
    await turn.answer(turn.tn("parked_again_answer", count))
    await _show(turn, 0)


async def _show(turn: Turn, page: int) -> None:
    count = await count_parked(turn.tx)
    if not count:
        await turn.show(Message(turn.t("parked_none")))
        return
    pages = -(-count // PAGE)
    page = min(max(page, 0), pages - 1)
    items = await list_parked(turn.tx, limit=PAGE, offset=page * PAGE)
    shown = list(enumerate(items, start=page * PAGE + 1))
    head = turn.tn("parked_head", count, page=page + 1, pages=pages)
    retries = tuple(
        Button(turn.t("parked_retry_button", number=number), RetryParked(item.id, page, item.kind))
        for number, item in shown
        if item.can_retry
    )
    everything = (turn.button("parked_all_button", RetryAllParked()),) if retries else ()
    turning = page_buttons(turn, page, page + 1 < pages, ShowParked)
    lines = [_describe(turn, number, item) for number, item in shown]
    rows = (retries, everything, turning)
    await turn.show(Message(join("\n\n", [head, *lines]), rows=rows))


def _describe(turn: Turn, number: int, item: Parked) -> Markup:
    about = turn.t(
        f"parked_{item.kind}",
        id=str(item.id),
        chat="–" if item.chat_id is None else str(item.chat_id),
        what=item.what,
        when=show_distance(item.at, turn.now, turn.language),
    )
    reason = cut(one_line(item.reason), MOST_REASON)
    final = "" if item.can_retry else turn.t("parked_final")
    return join("\n", [turn.t("parked_line", number=number, about=about), reason, final])
