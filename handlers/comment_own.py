"""What authors do with their own comments: edit, withdraw, appeal; and the name that signs them."""

from handlers.comment_buttons import AppealComment, ChoosePseudonym, EditComment, WithdrawComment
from handlers.comment_desk import Desk
from handlers.comment_effects import publish, redraw_all
from handlers.comment_messages import can_appeal
from handlers.comment_rules import LONGEST_APPEAL, Refused
from handlers.comment_text import LONGEST_NAME, clean, clean_name
from handlers.comments import ask_question, end_question, give_back, judge
from handlers.events import Press, Said
from handlers.messages import Message
from handlers.moderation_cards import ask_moderators, fill_up_cards, send_card
from handlers.routing import private
from handlers.turn import Turn
from storage.comment_model import WAITING, Comment, State
from storage.comment_writing import appeal, approve_by_rules, edit, is_editable, withdraw
from storage.comments import find_comment
from storage.errors import Refusal
from storage.subscribers import set_pseudonym

DAY = 86_400
EDITABLE = (State.PENDING, State.RETURNED, State.APPROVED)


async def press_edit(turn: Turn, press: Press, payload: EditComment) -> None:
    """Ask for a new wording of an own comment."""
    await ask_for_edit(turn, payload.comment_id, reply_to=press.message_id)


async def ask_for_edit(turn: Turn, comment_id: int, *, reply_to: int | None) -> None:
    """Ask for a new wording, where one can still be given."""
    comment = await _get_own(turn, comment_id)
    if comment.state not in EDITABLE:
        raise Refusal("comment_closed_already")
    minutes = turn.setup.comment_rules.edit_minutes
    if not await is_editable(turn.tx, comment.id, approved_since=turn.now - minutes * 60):
        raise Refusal("comment_refused_edit", window=minutes)
    data: dict[str, object] = {"what": "edit", "comment": comment.id}
    text = turn.t("comment_prompt_edit")
    await ask_question(turn, data, text, "comment_placeholder", reply_to=reply_to)


async def take_edit(turn: Turn, said: Said, comment_id: int) -> None:
    """Take a new wording: it waits for a moderator, readers keep the approved one."""
    comment = await _get_own(turn, comment_id)
    written = await judge(turn, said, comment.article_id, comment.parent_id, edited=comment)
    if isinstance(written.verdict, Refused):
        await give_back(turn, written.verdict, said.text)
        return
    desk = Desk.of(turn)
    since = turn.now - desk.rules.edit_minutes * 60
    change = await edit(
        turn.tx,
        comment,
        written.wording,
        written.verdict.holds,
        approved_since=since,
        now_ms=turn.now_ms,
    )
    if change is None:
        refused = Refused("comment_refused_edit", {"window": desk.rules.edit_minutes})
        await give_back(turn, refused, said.text)
        return
    await end_question(turn)
    if written.verdict.holds:
        await redraw_all(desk, change)
        if comment.state not in WAITING or comment.card_row is None:
            await ask_moderators(desk, change.comment)
        return
    approved = await approve_by_rules(
        turn.tx, change.comment, due_ms=desk.undo_until_ms, now_ms=turn.now_ms
    )
    if approved is None:  # hidden by reports: a person decides, whoever wrote it
        await redraw_all(desk, change)
        return
    await redraw_all(desk, approved)
    await send_card(desk, approved.comment)
    if desk.undo_until_ms <= turn.now_ms:
        await publish(desk, comment.id)


async def press_withdraw(turn: Turn, _: Press, payload: WithdrawComment) -> None:
    """Take an own comment back from everywhere it went."""
    await withdraw_own(turn, payload.comment_id)


async def withdraw_own(turn: Turn, comment_id: int) -> None:
    """Take an own comment back; its status tells how far that is."""
    own = await _get_own(turn, comment_id)
    desk = Desk.of(turn)
    assert own.author_id is not None
    change = await withdraw(turn.tx, own.id, own.author_id, now_ms=turn.now_ms)
    if change is None:
        raise Refusal("comment_closed_already")
    await turn.respond(turn.t("comment_withdrawn_answer"))
    await redraw_all(desk, change)
    await fill_up_cards(desk)


async def press_appeal(turn: Turn, press: Press, payload: AppealComment) -> None:
    """Ask why a rejection should be looked at again."""
    await ask_for_appeal(turn, payload.comment_id, reply_to=press.message_id)


async def ask_for_appeal(turn: Turn, comment_id: int, *, reply_to: int | None) -> None:
    """Ask for an author's words, where a rejection can still be appealed."""
    comment = await _get_own(turn, comment_id)
    if comment.state is not State.REJECTED or not can_appeal(comment):
        raise Refusal("comment_refused_appeal")
    data: dict[str, object] = {"what": "appeal", "comment": comment.id}
    text = turn.t("comment_prompt_appeal")
    await ask_question(turn, data, text, "comment_placeholder", reply_to=reply_to)


async def take_appeal(turn: Turn, said: Said, comment_id: int) -> None:
    """Take an author's words for an appeal; another moderator decides where there are two."""
    comment = await _get_own(turn, comment_id)
    text = clean(said.text).text
    if not text or len(text) > LONGEST_APPEAL:
        await give_back(turn, Refused("comment_refused_appeal_long"), said.text)
        return
    desk = Desk.of(turn)
    assert said.person is not None
    change = await appeal(
        turn.tx,
        comment.id,
        said.person.id,
        text,
        rejected_since=turn.now - desk.rules.appeal_days * DAY,
        now_ms=turn.now_ms,
    )
    if change is None:
        await give_back(turn, Refused("comment_refused_appeal"), said.text)
        return
    await end_question(turn)
    await turn.reply(Message(turn.t("comment_appealed")))
    await redraw_all(desk, change)
    await ask_moderators(desk, change.comment)


async def press_name(turn: Turn, press: Press, _: ChoosePseudonym) -> None:
    """Ask for the name that signs a reader's comments."""
    await ask_for_name(turn, reply_to=press.message_id)


async def ask_for_name(turn: Turn, *, reply_to: int | None) -> None:
    """Ask for a name, telling the present one."""
    private(turn)
    subscriber = await turn.subscribe()
    name = subscriber.pseudonym or subscriber.name or turn.t("comment_anonymous")
    text = turn.t("comment_prompt_name", name=name)
    data: dict[str, object] = {"what": "name"}
    await ask_question(turn, data, text, "comment_placeholder_name", reply_to=reply_to)


async def take_name(turn: Turn, said: Said) -> None:
    """Take a name for comments to come; those written keep theirs."""
    name = clean_name(said.text)
    is_whole = bool(name) and len(said.text.strip()) <= LONGEST_NAME
    if not is_whole or Desk.of(turn).rules.banned.find(name):
        await turn.reply(Message(turn.t("comment_name_refused")))
        return
    await set_pseudonym(turn.tx, turn.chat_id, name)
    await end_question(turn)
    await turn.reply(Message(turn.t("comment_name_set", name=name)))


async def _get_own(turn: Turn, comment_id: int) -> Comment:
    """Give a comment to its author; anybody else is told that it is not there."""
    comment = await find_comment(turn.tx, comment_id)
    person = turn.event.person
    if comment is None or person is None or comment.author_id != person.id:
        raise Refusal("comment_gone")
    return comment
