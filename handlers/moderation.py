"""Moderators' presses: each decides on the version that its card shows, or changes nothing.

Of two presses one wins; the other is told who decided, and sees the card as it is.
"""

from collections.abc import Callable

from handlers.comment_buttons import (
    Approve,
    AskBan,
    AskReason,
    AskReturn,
    Keep,
    RejectFor,
    ReturnFor,
    ShowCard,
    ShowMore,
    Undo,
)
from handlers.comment_desk import Desk
from handlers.comment_effects import publish, redraw_all, tell_rejection, tell_return
from handlers.comment_text import clean
from handlers.comments import ask_question, end_question
from handlers.events import Attendance, Press, Said
from handlers.markup import Markup
from handlers.messages import Message
from handlers.messages.message import Rows
from handlers.moderation_cards import (
    card_texts,
    fill_up_cards,
    get_card,
    redraw_card,
    send_card,
)
from handlers.moderation_messages import (
    Card,
    CardTexts,
    ban_rows,
    more_rows,
    outcome_words,
    reason_rows,
    return_rows,
)
from handlers.turn import Turn
from storage.comment_audit import find_last_decision
from storage.comment_decisions import approve, keep, reject, return_for_changes, undo
from storage.comment_model import Comment, Reason, State
from storage.comment_people import join_moderators, leave_moderators, see_moderator
from storage.comment_reports import resolve_reports
from storage.comments import find_comment
from storage.errors import Refusal
from storage.outbox import find_receipt

LONGEST_REASON = 300
OTHER = "other"


async def enter(turn: Turn) -> int:
    """Let moderators pass, and give who it is: only in their chat, and not after leaving it."""
    person = turn.event.person
    if person is None or turn.chat_id != await Desk.of(turn).moderation_chat():
        raise Refusal("mod_only_here")
    if not await see_moderator(turn.tx, person.id, person.first_name, now=turn.now):
        raise Refusal("mod_left")
    return person.id


async def note_attendance(turn: Turn, event: Attendance) -> None:
    """Keep who came into the moderators' chat and who left it."""
    if turn.chat_id != await Desk.of(turn).moderation_chat():
        return
    for person in event.joined:
        await join_moderators(turn.tx, person.id, person.first_name, now=turn.now)
    for person in event.left:
        await leave_moderators(turn.tx, person.id, now=turn.now)


async def press_approve(turn: Turn, press: Press, payload: Approve) -> None:
    """Approve the wording on the card."""
    moderator = await enter(turn)
    if not await approve_wording(turn, moderator, payload):
        await tell_loser(turn, press, payload.comment_id, moderator)


async def approve_wording(turn: Turn, moderator: int, which: Approve) -> bool:
    """Approve a wording; it goes out once it can no longer be undone."""
    desk, due_ms = Desk.of(turn), Desk.of(turn).undo_until_ms
    change = await approve(
        turn.tx, which.comment_id, which.version, moderator, due_ms=due_ms, now_ms=turn.now_ms
    )
    if change is None:
        return False
    await turn.respond(turn.t("mod_answer_approved"))
    await redraw_all(desk, change)
    if due_ms <= turn.now_ms:
        await publish(desk, which.comment_id)
    await fill_up_cards(desk)
    return True


async def press_undo(turn: Turn, press: Press, payload: Undo) -> None:
    """Take an approval back before it goes out."""
    if not await undo_approval(turn, await enter(turn), payload):
        await _refresh_pressed(turn, press, payload.comment_id)


async def undo_approval(turn: Turn, moderator: int, which: Undo) -> bool:
    """Take an approval back, or say that it is too late."""
    change = await undo(turn.tx, which.comment_id, which.version, moderator, now_ms=turn.now_ms)
    if change is None:
        await turn.respond(turn.t("mod_answer_undo_late"), alert=True)
        return False
    await turn.respond(turn.t("mod_answer_undone"))
    await redraw_all(Desk.of(turn), change)
    return True


async def press_keep(turn: Turn, press: Press, payload: Keep) -> None:
    """Leave a reported comment where it is."""
    moderator = await enter(turn)
    if not await keep_reported(turn, moderator, payload):
        await tell_loser(turn, press, payload.comment_id, moderator)


async def keep_reported(turn: Turn, moderator: int, which: Keep) -> bool:
    """Leave a reported comment where it is; the same reason no longer weighs on it."""
    change = await keep(turn.tx, which.comment_id, which.version, moderator, now_ms=turn.now_ms)
    if change is None:
        return False
    await resolve_reports(turn.tx, which.comment_id, "dismissed")
    await turn.respond(turn.t("mod_answer_kept"))
    await redraw_all(Desk.of(turn), change)
    return True


async def press_reject_for(turn: Turn, press: Press, payload: RejectFor) -> None:
    """Reject for a reason of the list, or ask for a typed one."""
    moderator = await enter(turn)
    if payload.reason == OTHER:
        data: dict[str, object] = {
            "what": "reject",
            "comment": payload.comment_id,
            "version": payload.version,
            "everything": payload.everything,
        }
        await _ask_reason(turn, press, data)
        return
    reason = _listed(turn, payload.reason)
    if not await reject_wording(turn, moderator, payload, reason):
        await tell_loser(turn, press, payload.comment_id, moderator)


async def reject_wording(turn: Turn, moderator: int, which: RejectFor, reason: Reason) -> bool:
    """Reject a wording, or all that a comment ever said."""
    before = await find_comment(turn.tx, which.comment_id)
    change = await reject(
        turn.tx,
        which.comment_id,
        which.version,
        moderator,
        reason,
        everything=which.everything,
        now_ms=turn.now_ms,
    )
    if change is None or before is None:
        return False
    await turn.respond(turn.t("mod_answer_rejected"))
    was_public = before.published is not None
    await tell_rejection(Desk.of(turn), change, reason, was_public=was_public)
    return True


async def press_return_for(turn: Turn, press: Press, payload: ReturnFor) -> None:
    """Return for a reason of the list, or ask for a typed one."""
    moderator = await enter(turn)
    if payload.reason == OTHER:
        data: dict[str, object] = {
            "what": "return",
            "comment": payload.comment_id,
            "version": payload.version,
        }
        await _ask_reason(turn, press, data)
        return
    if not await return_wording(turn, moderator, payload, _listed(turn, payload.reason)):
        await tell_loser(turn, press, payload.comment_id, moderator)


async def return_wording(turn: Turn, moderator: int, which: ReturnFor, reason: Reason) -> bool:
    """Give a wording back to its author."""
    change = await return_for_changes(
        turn.tx, which.comment_id, which.version, moderator, reason, now_ms=turn.now_ms
    )
    if change is None:
        return False
    await turn.respond(turn.t("mod_answer_returned"))
    await tell_return(Desk.of(turn), change, reason)
    return True


async def _ask_reason(turn: Turn, press: Press, data: dict[str, object]) -> None:
    await ask_question(
        turn,
        data,
        turn.t("mod_prompt_reason"),
        "mod_placeholder_reason",
        reply_to=press.message_id,
    )


async def take_reason(turn: Turn, said: Said, data: dict[str, object]) -> None:
    """Take a typed reason: the decision is still bound to the version that the card showed."""
    moderator = await enter(turn)
    text = " ".join(clean(said.text).text.split())[:LONGEST_REASON]
    if not text:
        await turn.reply(Message(turn.t("mod_reason_empty")))
        return
    comment_id, version = data.get("comment"), data.get("version")
    assert isinstance(comment_id, int)
    assert isinstance(version, int)
    reason = Reason(OTHER, text)
    await end_question(turn)
    if data["what"] == "reject":
        which = RejectFor(comment_id, version, bool(data.get("everything")), OTHER)
        done = await reject_wording(turn, moderator, which, reason)
    else:
        which_back = ReturnFor(comment_id, version, OTHER)
        done = await return_wording(turn, moderator, which_back, reason)
    if not done:
        await turn.reply(Message(await loser_words(turn, comment_id, moderator)))


def _listed(turn: Turn, code: str) -> Reason:
    if all(choice.code != code for choice in Desk.of(turn).rules.reasons):
        raise Refusal("button_unknown")
    return Reason(code)


# ---------------------------------------------------------------- second rows of buttons


async def press_ask_reason(turn: Turn, press: Press, payload: AskReason) -> None:
    """Show the reasons to reject."""

    def rows(card: Card, words: CardTexts) -> Rows:
        return reason_rows(card, words, everything=payload.everything)

    await _show_rows(turn, press, payload.comment_id, payload.version, rows)


async def press_ask_return(turn: Turn, press: Press, payload: AskReturn) -> None:
    """Show the reasons to return a comment."""
    await _show_rows(turn, press, payload.comment_id, payload.version, return_rows)


async def press_ask_ban(turn: Turn, press: Press, payload: AskBan) -> None:
    """Show how long the author can be banned."""

    def rows(card: Card, words: CardTexts) -> Rows:
        return ban_rows(card, words, remove=payload.remove)

    await _show_rows(turn, press, payload.comment_id, payload.version, rows)


async def press_more(turn: Turn, press: Press, payload: ShowMore) -> None:
    """Show what else can be done."""
    await _show_rows(turn, press, payload.comment_id, None, more_rows)


async def press_show_card(turn: Turn, press: Press, payload: ShowCard) -> None:
    """Put the card's own buttons back."""
    await enter(turn)
    await _refresh_pressed(turn, press, payload.comment_id)


async def _show_rows(
    turn: Turn,
    press: Press,
    comment_id: int,
    version: int | None,
    rows: Callable[[Card, CardTexts], Rows],
) -> None:
    moderator, desk = await enter(turn), Desk.of(turn)
    comment = await find_comment(turn.tx, comment_id)
    if comment is None or version not in (None, comment.version):
        await tell_loser(turn, press, comment_id, moderator)
        return
    if version is not None and comment.author_id == moderator:
        raise Refusal("mod_answer_own")
    if not await _is_current(turn, press, comment):
        await _refresh_pressed(turn, press, comment_id)
        return
    card = await get_card(desk, comment)
    await redraw_card(desk, comment, rows(card, await card_texts(desk)))


# ---------------------------------------------------------------- presses that come too late


async def tell_loser(turn: Turn, press: Press, comment_id: int, moderator: int) -> None:
    """Tell whose press changed nothing why, and show the comment as it is."""
    await turn.answer(await loser_words(turn, comment_id, moderator), alert=True)
    await _refresh_pressed(turn, press, comment_id)


async def loser_words(turn: Turn, comment_id: int, moderator: int) -> Markup:
    """Say why a decision changed nothing."""
    comment = await find_comment(turn.tx, comment_id)
    if comment is None:
        return turn.t("comment_gone")
    if comment.author_id == moderator:
        return turn.t("mod_answer_own")
    if comment.state is State.APPEALED and comment.decided_by == moderator:
        return turn.t("mod_answer_second")
    last = await find_last_decision(turn.tx, comment_id)
    if comment.waits or last is None:
        return turn.t("mod_answer_changed")
    words = CardTexts(turn.language, turn.texts, Desk.of(turn).rules, turn.now)
    return turn.t("mod_answer_stale", what=outcome_words(last, words))


async def _refresh_pressed(turn: Turn, press: Press, comment_id: int) -> None:
    """Show a comment as it is on its card; an old card that was pressed gives way to a new one."""
    comment, desk = await find_comment(turn.tx, comment_id), Desk.of(turn)
    if comment is None:
        return
    if await _is_current(turn, press, comment):
        await redraw_card(desk, comment)
    else:
        words = await card_texts(desk)
        await turn.edit(Message(words.t("mod_card_moved", id=str(comment.id))))
        await send_card(desk, comment)


async def _is_current(turn: Turn, press: Press, comment: Comment) -> bool:
    """Say whether the card that was pressed is the one on which a comment is decided."""
    receipt = await find_receipt(turn.tx, turn.chat_id, press.message_id)
    return receipt is not None and receipt.outbox_id == comment.card_row
