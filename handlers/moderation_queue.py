"""The moderators' queue: what waits, cards on demand, pre-moderation, and the log of decisions."""

import csv
import io
import re
from datetime import UTC, datetime

from handlers.comment_buttons import BringCard, ShowNext, ShowQueue
from handlers.comment_desk import Desk
from handlers.comments import PREMOD
from handlers.events import Command, Press
from handlers.lookups import get_comment
from handlers.messages import Message
from handlers.messages.dates import show_moment
from handlers.moderation import enter
from handlers.moderation_cards import card_texts, send_card, send_next_card
from handlers.moderation_messages import QueueLine, render_queue
from handlers.turn import Turn
from storage.articles import find_article
from storage.comment_audit import NewDecision, each_decision, record_decision
from storage.comment_model import FOR_GOOD, Action, Comment, Decision
from storage.comments import (
    count_by_state,
    find_comment,
    get_wording,
    list_waiting,
    list_waiting_about,
)
from storage.errors import Refusal
from storage.facts import set_fact
from storage.folding import fold_text
from storage.model import Draft, Lane

MOST_LINES = 10
MOST_PREMOD_HOURS = 168
LOG_COLUMNS = (
    "at", "action", "role", "moderator", "moderator_id", "comment", "revision", "version",
    "article", "person_id", "from_state", "to_state", "reason", "reason_text", "until",
)  # fmt: skip


async def command_queue(turn: Turn, command: Command) -> None:
    """List what waits, oldest first: all, about an article's words, or of a comment's author."""
    await enter(turn)
    words = command.words.strip()
    match = re.fullmatch(r"#?(\d{1,12})", words)
    if match is not None:
        comment = await find_comment(turn.tx, int(match[1]))
        if comment is None or comment.author_id is None:
            raise Refusal("mod_no_comment", id=match[1])
        waiting = await list_waiting(turn.tx, author_id=comment.author_id, limit=MOST_LINES)
    elif words:
        waiting = await list_waiting_about(turn.tx, fold_text(words), limit=MOST_LINES)
    else:
        waiting = await list_waiting(turn.tx, limit=MOST_LINES)
    await turn.reply(await _queue(turn, waiting))


async def press_queue(turn: Turn, _: Press, payload: ShowQueue) -> None:
    """List what waits, of the author of a comment where one is named."""
    await enter(turn)
    comment = await find_comment(turn.tx, payload.comment_id) if payload.comment_id else None
    author_id = None if comment is None else comment.author_id
    waiting = await list_waiting(turn.tx, author_id=author_id, limit=MOST_LINES)
    await turn.reply(await _queue(turn, waiting))


async def _queue(turn: Turn, waiting: list[Comment]) -> Message:
    lines = [
        QueueLine(
            comment,
            await get_wording(turn.tx, comment.id, comment.revision),
            await find_article(turn.tx, comment.article_id),
        )
        for comment in waiting
    ]
    words = await card_texts(Desk.of(turn))
    return render_queue(lines, await count_by_state(turn.tx), words)


async def press_bring_card(turn: Turn, _: Press, payload: BringCard) -> None:
    """Send a comment's card again, at the end of the chat."""
    await enter(turn)
    await send_card(Desk.of(turn), await get_comment(turn.tx, payload.comment_id))


async def press_next(turn: Turn, _: Press, __: ShowNext) -> None:
    """Send the card of the comment that waits longest without one."""
    await enter(turn)
    if not await send_next_card(Desk.of(turn)):
        await turn.answer(turn.t("mod_queue_empty"))


async def command_premod(turn: Turn, command: Command) -> None:
    """Let everybody's comments wait for a while, or no longer."""
    moderator = await enter(turn)
    words = command.words.strip().lower()
    hours = re.fullmatch(r"(\d{1,3})\s?h?", words)
    if words == "off":
        until = turn.now
    elif not words:
        until = turn.now + Desk.of(turn).rules.premod_minutes * 60
    elif hours is not None and 0 < int(hours[1]) <= MOST_PREMOD_HOURS:
        until = turn.now + int(hours[1]) * 3600
    else:
        raise Refusal("mod_how_long", command=command.name)
    await set_fact(turn.tx, PREMOD, str(until))
    decision = NewDecision(Action.PREMOD, "moderator", moderator, until_at=until)
    await record_decision(turn.tx, decision, now_ms=turn.now_ms)
    if until <= turn.now:
        await turn.reply(Message(turn.t("mod_premod_off")))
    else:
        moment = show_moment(until, turn.language)
        await turn.reply(Message(turn.t("mod_premod_on", until=moment)))


async def command_modlog(turn: Turn, _: Command) -> None:
    """Send who decided what as a CSV file."""
    await enter(turn)
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow(LOG_COLUMNS)
    async for decision in each_decision(turn.tx):
        writer.writerow(_log_line(decision))
    payload: dict[str, object] = {
        "caption": str(turn.t("mod_log_caption")),
        "parse_mode": "HTML",
    }
    name = f"modlog-{datetime.fromtimestamp(turn.now, UTC):%Y-%m-%d}.csv"
    # With a byte order mark, so that spreadsheets read the accents.
    content = output.getvalue().encode("utf-8-sig")
    await turn.enqueue(
        Draft(turn.chat_id, Lane.REPLY, "sendDocument", payload, file=(name, content))
    )


def _log_line(decision: Decision) -> list[object]:
    reason = decision.reason
    is_moderator = decision.role == "moderator"
    return [
        _moment(decision.at),
        decision.action.value,
        decision.role,
        _cell(decision.actor_name if is_moderator else None),
        decision.actor_id if is_moderator else None,
        decision.comment_id,
        decision.revision,
        decision.version,
        decision.article_id,
        decision.person_id,
        decision.from_state,
        decision.to_state,
        None if reason is None else reason.code,
        None if reason is None else _cell(reason.text),
        None if decision.until_at is None else _moment(decision.until_at),
    ]


def _moment(at: int) -> str:
    return "for good" if at >= FOR_GOOD else datetime.fromtimestamp(at, UTC).isoformat()


def _cell(text: str | None) -> str | None:
    """Keep a typed text from being taken for a formula by a spreadsheet."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text
