"""Writing comments: the question, and the text that answers it.

Sending the text is enough. A refusal says which rule it was and gives the text back.
"""

from dataclasses import dataclass

from handlers.callbacks import WriteComment
from handlers.comment_buttons import AnswerComment
from handlers.comment_desk import Desk
from handlers.comment_effects import publish
from handlers.comment_folding import text_key
from handlers.comment_messages import banned_words, short_title
from handlers.comment_rules import Accepted, Attempt, Circumstances, Pace, Refused, screen
from handlers.comment_status import send_status
from handlers.comment_text import clean, clean_name
from handlers.events import Command, Press, Said
from handlers.lookups import get_article, get_comment, get_shown_comment
from handlers.markup import Markup, escape, join
from handlers.messages import Button, Message, Prompt
from handlers.messages.dates import show_moment
from handlers.moderation_cards import ask_moderators, send_card
from handlers.turn import Turn
from storage.articles import find_article
from storage.comment_model import FOR_GOOD, Comment, NewComment, View, Wording
from storage.comment_pace import (
    Lately,
    count_by_author,
    count_everywhere,
    count_on_article,
    count_repeats,
    is_said_already,
)
from storage.comment_people import get_standing
from storage.comment_threads import follow_discussion, get_discussed_article
from storage.comment_writing import approve_by_rules, submit
from storage.comments import find_comment
from storage.dialogs import delete_dialog, set_dialog
from storage.errors import Refusal
from storage.facts import get_fact
from storage.model import Dialog, Draft, Lane
from storage.outbox import find_receipt

DIALOG = "comment"
DIALOG_SECONDS = 3600
DEEP_LINK = "comment"  # of t.me/<bot>?start=comment_<article>
MOST_DIGITS = 18
PREMOD = "comments_premod_until"
REPEAT_SECONDS, REPEAT_LETTERS = 86_400, 20
MOST_GIVEN_BACK = 3000


async def ask_from_post(turn: Turn, press: Press, payload: WriteComment) -> None:
    """Ask for a comment on the article of a post."""
    await ask(turn, payload.article_id, reply_to=press.message_id)


async def ask_from_copy(turn: Turn, press: Press, payload: AnswerComment) -> None:
    """Ask for an answer to a comment that was pressed."""
    comment = await get_shown_comment(turn.tx, payload.comment_id)
    await ask(turn, comment.article_id, parent_id=comment.id, reply_to=press.message_id)


async def ask_by_command(turn: Turn, command: Command) -> None:
    """Take the words after /comment, in answer to an article's message; ask for them otherwise."""
    receipt = None
    if command.reply_to is not None:
        receipt = await find_receipt(turn.tx, turn.chat_id, command.reply_to)
    if receipt is None or (receipt.article_id is None and receipt.comment_id is None):
        raise Refusal("comment_how")
    parent = None
    if receipt.comment_id is not None:
        parent = await get_comment(turn.tx, receipt.comment_id)
    article_id = parent.article_id if parent is not None else receipt.article_id
    assert article_id is not None
    parent_id = None if parent is None else parent.id
    if command.words and turn.is_private:
        await take(turn, command.spoken(), article_id=article_id, parent_id=parent_id)
    else:
        await ask(turn, article_id, parent_id=parent_id, reply_to=command.reply_to)


async def ask_from_link(turn: Turn, article: str) -> None:
    """Ask for a comment on the article that a deep link names."""
    if not (article.isascii() and article.isdecimal() and len(article) <= MOST_DIGITS):
        raise Refusal("article_gone")
    await ask(turn, int(article))


async def ask(
    turn: Turn, article_id: int, *, parent_id: int | None = None, reply_to: int | None = None
) -> None:
    """Ask for a comment; the next message, or the answer to the question, is the comment."""
    if not turn.is_private or turn.event.person is None:
        await _lead_to_private(turn, article_id)
        return
    article = await get_article(turn.tx, article_id)
    place = await get_discussed_article(turn.tx, article_id)
    standing = await get_standing(turn.tx, turn.event.person.id)
    if standing.banned_until >= FOR_GOOD:
        raise Refusal("comment_refused_banned_for_good")
    if standing.banned_until > turn.now:
        until = show_moment(standing.banned_until, turn.language)
        raise Refusal("comment_refused_banned", until=until)
    if not await _is_open(turn, place):
        raise Refusal("comment_refused_closed")
    await turn.subscribe()
    data: dict[str, object] = {"what": "write", "article": place, "parent": parent_id}
    key, placeholder = "comment_prompt", "comment_placeholder"
    if parent_id is not None:
        key, placeholder = "comment_prompt_answer", "comment_placeholder_answer"
    text = turn.t(key, title=short_title(article))
    await ask_question(turn, data, text, placeholder, reply_to=reply_to, comment_id=parent_id)


async def _lead_to_private(turn: Turn, article_id: int) -> None:
    """Lead whoever wants to comment in a group to the private chat, where the question waits."""
    start = f"{DEEP_LINK}_{article_id}"
    text = turn.t("comment_private_only", bot=turn.setup.bot_username)
    if isinstance(turn.event, Press):
        await turn.answer(text, alert=True, start=start)
        return
    button = Button(turn.t("comment_private_button"), url=turn.deep_link(start))
    await turn.reply(Message(text, rows=((button,),)))


async def ask_question(
    turn: Turn,
    data: dict[str, object],
    text: Markup,
    placeholder: str,
    *,
    reply_to: int | None,
    comment_id: int | None = None,
) -> None:
    """Ask somebody for a text; `data` says what the answer is for."""
    assert turn.event.person is not None
    message = Message(text, prompt=Prompt(turn.t(placeholder)))
    view = View(0, turn.chat_id, "prompt", None, comment_id, data)
    await Desk.of(turn).send_view(view, message, Lane.REPLY, reply_to=reply_to)
    expires_at = turn.now + DIALOG_SECONDS
    dialog = Dialog(turn.chat_id, turn.event.person.id, DIALOG, data, expires_at)
    await set_dialog(turn.tx, dialog)


async def end_question(turn: Turn) -> None:
    """Forget what somebody was asked: it is answered."""
    assert turn.event.person is not None
    await delete_dialog(turn.tx, turn.chat_id, turn.event.person.id)


@dataclass(frozen=True, slots=True)
class Written:
    """A text that somebody wrote, judged."""

    wording: Wording
    verdict: Refused | Accepted


async def take(turn: Turn, said: Said, *, article_id: int, parent_id: int | None) -> None:
    """Take a text as a comment: store it, show it to its author and to the moderators."""
    assert said.person is not None
    desk = Desk.of(turn)
    await turn.subscribe()
    place = await get_discussed_article(turn.tx, article_id)
    written = await judge(turn, said, place, parent_id)
    if isinstance(written.verdict, Refused):
        await give_back(turn, written.verdict, said.text)
        return
    new = NewComment(
        place,
        said.person.id,
        parent_id,
        written.wording,
        written.verdict.holds,
        said.message_id,
    )
    comment = await submit(turn.tx, new, now_ms=turn.now_ms)
    await follow_discussion(turn.tx, place, turn.chat_id, now_ms=turn.now_ms)
    await end_question(turn)
    await bring_in(desk, comment, reply_to=said.message_id)


async def bring_in(desk: Desk, comment: Comment, *, reply_to: int) -> None:
    """Show a new comment to its author and the moderators; no reason to wait is an approval."""
    if comment.held:
        await send_status(desk, comment, reply_to=reply_to)
        await ask_moderators(desk, comment)
        return
    change = await approve_by_rules(desk.tx, comment, due_ms=desk.undo_until_ms, now_ms=desk.now_ms)
    assert change is not None
    await send_status(desk, change.comment, reply_to=reply_to)
    await send_card(desk, change.comment)
    if desk.undo_until_ms <= desk.now_ms:
        await publish(desk, comment.id)


async def judge(
    turn: Turn, said: Said, place: int, parent_id: int | None, *, edited: Comment | None = None
) -> Written:
    """Judge a text by the rules, as a new comment or as an edit of one."""
    assert said.person is not None
    text = clean(said.text, said.entities)
    wording = Wording(_pseudonym(turn), text.text, text.entities, text_key(text.text))
    attempt = Attempt(text, wording.name, edited is not None, said.forwarded)
    circumstances = await _circumstances(turn, place, parent_id, wording, edited)
    standing = await get_standing(turn.tx, said.person.id)
    return Written(wording, screen(attempt, standing, circumstances, Desk.of(turn).rules))


def _pseudonym(turn: Turn) -> str:
    """Give the name that signs a reader's comments: the chosen one, else the first name."""
    subscriber = turn.subscriber
    chosen = "" if subscriber is None else subscriber.pseudonym or subscriber.name or ""
    return clean_name(chosen) or turn.t("comment_anonymous")


async def _circumstances(
    turn: Turn, place: int, parent_id: int | None, wording: Wording, edited: Comment | None
) -> Circumstances:
    tx, now, rules = turn.tx, turn.now, Desk.of(turn).rules
    assert turn.event.person is not None
    person_id = turn.event.person.id
    parent = None if parent_id is None else await find_comment(tx, parent_id)
    but = None if edited is None else edited.id
    is_long = len(wording.text) >= REPEAT_LETTERS
    return Circumstances(
        now=now,
        is_open=await _is_open(turn, place),
        parent_shown=parent_id is None or (parent is not None and parent.shown is not None),
        is_duplicate=await is_said_already(
            tx, person_id, place, parent_id, wording.text_key, but=but
        ),
        repeats=await count_repeats(tx, wording.text_key, since=now - REPEAT_SECONDS, but=but)
        if is_long
        else 0,
        premod=int(await get_fact(tx, PREMOD) or 0) > now,
        by_reader=_pace(
            await count_by_author(tx, person_id, since=now - rules.reader_rate.seconds)
        ),
        by_article=_pace(await count_on_article(tx, place, since=now - rules.article_rate.seconds)),
        by_bot=_pace(await count_everywhere(tx, since=now - rules.bot_rate.seconds)),
    )


def _pace(lately: Lately) -> Pace:
    return Pace(lately.count, lately.oldest_at)


async def _is_open(turn: Turn, article_id: int) -> bool:
    article = await find_article(turn.tx, article_id)
    return article is not None and article.comments_open


async def give_back(turn: Turn, refused: Refused, text: str) -> None:
    """Say which rule refused a text, and give the text back, ready to be copied."""
    words = _refusal_words(turn, refused)
    if not text.strip():
        await turn.reply(Message(words))
        return
    if len(text) <= MOST_GIVEN_BACK:
        copy = Markup(f"<code>{escape(text)}</code>")
        await turn.reply(Message(join("\n\n", [words, turn.t("comment_your_text"), copy])))
        return
    await turn.reply(Message(join("\n\n", [words, turn.t("comment_your_text")])))
    # No formatting at all: it fits in one message exactly as it came.
    payload: dict[str, object] = {
        "text": text,
        "entities": [],
        "link_preview_options": {"is_disabled": True},
    }
    await turn.enqueue(Draft(turn.chat_id, Lane.REPLY, payload=payload))


def _refusal_words(turn: Turn, refused: Refused) -> Markup:
    match refused.fields:
        case {"until": int(until)}:
            return banned_words(until, turn.language, turn.texts, "comment_refused_banned")
        case {"minutes": int(minutes)}:
            return turn.tn(refused.key, minutes)
        case fields:
            return turn.t(refused.key, **fields)
