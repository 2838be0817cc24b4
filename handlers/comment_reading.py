"""What readers do with other people's comments: report them, mute who wrote them."""

from handlers.comment_buttons import CancelQuestion, GiveReport, MuteAuthor, ReportComment
from handlers.comment_desk import Desk
from handlers.comment_effects import redraw_all
from handlers.comment_messages import REPORT_REASONS, render_report_question
from handlers.comment_rules import report_weight
from handlers.comment_status import notify_author
from handlers.events import Press
from handlers.lookups import get_authored_comment, get_shown_comment
from handlers.messages import Message, to_payload
from handlers.moderation_cards import ask_moderators, redraw_card, send_card
from handlers.turn import Turn
from storage.comment_decisions import ask_about_report, hide
from storage.comment_model import Comment, State
from storage.comment_people import get_standing, is_muted, mute_person, unmute_person
from storage.comment_reports import add_report, get_open_reports
from storage.errors import Refusal
from storage.model import Draft, Lane


async def press_report(turn: Turn, press: Press, payload: ReportComment) -> None:
    """Ask a reader why a comment is reported."""
    await ask_why(turn, payload.comment_id, reply_to=press.message_id)


async def ask_why(turn: Turn, comment_id: int, *, reply_to: int) -> None:
    """Ask for the reason of a report, in answer to what asked for it."""
    comment, person = await get_shown_comment(turn.tx, comment_id), turn.event.person
    if person is None or comment.author_id == person.id:
        raise Refusal("comment_report_self")
    message = render_report_question(comment.id, turn.language, turn.texts)
    content = to_payload(message)
    content["reply_parameters"] = {"message_id": reply_to}
    await turn.enqueue(Draft(turn.chat_id, Lane.REPLY, payload=content))


async def take_report(turn: Turn, press: Press, payload: GiveReport) -> None:
    """Count a report; moderators are asked at the first, readers are spared at the threshold."""
    comment = await get_shown_comment(turn.tx, payload.comment_id)
    person = press.person
    if person is None or comment.author_id == person.id:
        raise Refusal("comment_report_self")
    if payload.reason not in REPORT_REASONS:
        raise Refusal("button_unknown")
    subscriber = await turn.subscribe()
    standing = await get_standing(turn.tx, person.id)
    weight = report_weight(standing, turn.now - subscriber.created_at)
    added = await add_report(turn.tx, comment, person.id, payload.reason, weight, now=turn.now)
    await turn.edit(Message(turn.t("comment_reported" if added else "comment_report_twice")))
    if added:
        await _weigh(Desk.of(turn), comment)


async def _weigh(desk: Desk, comment: Comment) -> None:
    """Bring a reported comment to the moderators, and away from readers at the threshold."""
    weight, reasons = await get_open_reports(desk.tx, comment.id)
    if not reasons:
        return  # moderators disagreed with all of this before
    if weight >= desk.rules.report_threshold:
        change = await hide(desk.tx, comment.id, now_ms=desk.now_ms)
        if change is not None:
            await redraw_all(desk, change)
            await notify_author(desk, change.comment, "comment_notice_hidden")
            await ask_moderators(desk, change.comment)
    elif sum(reasons.values()) == 1 and comment.state is State.APPROVED:
        change = await ask_about_report(desk.tx, comment.id, now_ms=desk.now_ms)
        if change is not None:
            await send_card(desk, change.comment)
    else:
        await redraw_card(desk, comment)


async def press_mute(turn: Turn, _: Press, payload: MuteAuthor) -> None:
    """Keep a person's comments away from this chat, or let them come again."""
    await toggle_mute(turn, payload.comment_id)


async def toggle_mute(turn: Turn, comment_id: int) -> None:
    """Mute who wrote a comment, or no longer; no name is told."""
    comment, person = await get_authored_comment(turn.tx, comment_id), turn.event.person
    assert comment.author_id is not None
    if person is not None and comment.author_id == person.id:
        raise Refusal("comment_mute_self")
    await turn.subscribe()
    if await is_muted(turn.tx, turn.chat_id, comment.author_id):
        await unmute_person(turn.tx, turn.chat_id, comment.author_id)
        await turn.respond(turn.t("comment_unmuted"))
        return
    await mute_person(turn.tx, turn.chat_id, comment.author_id)
    await turn.respond(turn.t("comment_muted"), alert=True)


async def cancel_question(turn: Turn, _: Press, __: CancelQuestion) -> None:
    """Close a small question of ours."""
    await turn.edit(Message(turn.t("comment_cancelled")))
