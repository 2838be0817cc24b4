"""What moderators decide about people and discussions: bans, trust, closing and opening."""

import re
from dataclasses import dataclass

from handlers.comment_buttons import BanFor, OpenDiscussion, Trust, Unban
from handlers.comment_desk import Desk
from handlers.comment_effects import redraw_all
from handlers.comment_messages import banned_words, short_title
from handlers.comment_status import tell_author
from handlers.events import Command, Press
from handlers.lookups import get_article, get_authored_comment
from handlers.markup import Markup, escape, join
from handlers.messages import Message
from handlers.moderation import enter
from handlers.moderation_cards import fill_up_cards, redraw_card
from handlers.turn import Turn
from storage.articles import find_article_by_url, set_comments_open
from storage.comment_audit import NewDecision, record_decision
from storage.comment_decisions import reject_all_of
from storage.comment_model import FOR_GOOD, Action, Comment
from storage.comment_model import Trust as TrustLevel
from storage.comment_people import (
    ban,
    find_latest_comment_of,
    list_banned,
    set_trust,
    unban,
)
from storage.comment_threads import get_discussed_article
from storage.comment_views import find_view
from storage.comments import find_comment, get_wording
from storage.errors import Refusal
from storage.outbox import find_receipt

HOUR = 3600
MOST_HOURS = 24 * 365
_NUMBER = re.compile(r"(?:n[°º]\s?|#)?(\d{1,12})(?:\.(\d{1,4}))?(?:\s+|$)", re.IGNORECASE)
_REMOVE_WORDS = {"remove", "all", "tout", "retirer"}
_FOR_GOOD_WORDS = {"for", "good", "forever", "pour", "toujours"}
_HOURS = re.compile(r"(\d{1,6})\s?h?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """The comment that a command is about, and the words that are left.

    `revision` is the wording that its number named, None where its card was answered.
    """

    comment: Comment
    revision: int | None
    rest: str

    @property
    def words(self) -> list[str]:
        """The words that are left, in small letters."""
        return self.rest.lower().split()


async def read_target(turn: Turn, command: Command) -> Asked:
    """Find the comment that a command names by number, or by answering its card."""
    rest, revision = command.words, None
    comment_id = await _answered_card(turn, command)
    if comment_id is None:
        match = _NUMBER.match(rest)
        if match is None:
            raise Refusal("mod_which", command=command.name)
        comment_id, revision, rest = int(match[1]), int(match[2] or 1), rest[match.end() :]
    comment = await find_comment(turn.tx, comment_id)
    if comment is None or comment.author_id is None:
        raise Refusal("mod_no_comment", id=str(comment_id))
    return Asked(comment, revision, rest)


async def _answered_card(turn: Turn, command: Command) -> int | None:
    if command.reply_to is None:
        return None
    receipt = await find_receipt(turn.tx, turn.chat_id, command.reply_to)
    row = None if receipt is None else receipt.outbox_id
    view = None if row is None else await find_view(turn.tx, row)
    return None if view is None or view.kind != "card" else view.comment_id


async def command_ban(turn: Turn, command: Command) -> None:
    """Ban an author for hours or for good; "remove" takes down what is published."""
    moderator = await enter(turn)
    asked = await read_target(turn, command)
    remove = not _REMOVE_WORDS.isdisjoint(asked.words)
    rest = [word for word in asked.words if word not in _REMOVE_WORDS | _FOR_GOOD_WORDS]
    hours = 0
    if rest:
        match = _HOURS.match(rest[0])
        if match is None or not 0 < int(match[1]) <= MOST_HOURS:
            raise Refusal("mod_how_long", command=command.name)
        hours = int(match[1])
    await _ban(turn, moderator, asked.comment, hours=hours, remove=remove)


async def press_ban(turn: Turn, _: Press, payload: BanFor) -> None:
    """Ban the author of the comment on a card."""
    moderator = await enter(turn)
    comment = await get_authored_comment(turn.tx, payload.comment_id)
    hours = max(0, min(payload.hours, MOST_HOURS))
    await _ban(turn, moderator, comment, hours=hours, remove=payload.remove)


async def _ban(turn: Turn, moderator: int, comment: Comment, *, hours: int, remove: bool) -> None:
    assert comment.author_id is not None
    author_id, desk = comment.author_id, Desk.of(turn)
    if author_id == moderator:
        raise Refusal("mod_ban_self")
    until_at = turn.now + hours * HOUR if hours else FOR_GOOD
    is_new = await ban(turn.tx, author_id, moderator, until_at=until_at, now_ms=turn.now_ms)
    changes = await reject_all_of(
        turn.tx, author_id, moderator, published_too=remove, now_ms=turn.now_ms
    )
    if not is_new and not changes:
        raise Refusal("mod_no_change")
    for change in changes:
        await redraw_all(desk, change)
    if all(change.comment.id != comment.id for change in changes):
        await redraw_card(desk, comment)
    if is_new:
        language = await desk.language_of(author_id)
        words = banned_words(until_at, language, turn.texts, "comment_notice_banned")
        await tell_author(desk, comment, Message(words))
    await fill_up_cards(desk)
    name = (await get_wording(turn.tx, comment.id, comment.revision)).name
    told = banned_words(until_at, turn.language, turn.texts, "mod_banned", name=name)
    if changes:
        told = join(" ", [told, turn.tn("mod_banned_comments", len(changes))])
    await _tell(turn, told)


async def command_unban(turn: Turn, command: Command) -> None:
    """Lift a ban; without a comment, list who is banned."""
    moderator = await enter(turn)
    if not command.words and command.reply_to is None:
        await _list_banned(turn)
        return
    asked = await read_target(turn, command)
    await _unban(turn, moderator, asked.comment)


async def press_unban(turn: Turn, _: Press, payload: Unban) -> None:
    """Lift the ban of the author of the comment on a card."""
    moderator = await enter(turn)
    await _unban(turn, moderator, await get_authored_comment(turn.tx, payload.comment_id))


async def _unban(turn: Turn, moderator: int, comment: Comment) -> None:
    assert comment.author_id is not None
    if comment.author_id == moderator:
        raise Refusal("mod_ban_self")
    if not await unban(turn.tx, comment.author_id, moderator, now_ms=turn.now_ms):
        raise Refusal("mod_no_change")
    desk = Desk.of(turn)
    language = await desk.language_of(comment.author_id)
    text = desk.text(language, "comment_notice_unbanned")
    await tell_author(desk, comment, Message(text))
    await redraw_card(desk, comment)
    name = (await get_wording(turn.tx, comment.id, comment.revision)).name
    await _tell(turn, turn.t("mod_unbanned", name=name))


async def _list_banned(turn: Turn) -> None:
    lines: list[Markup] = []
    for user_id, until_at in await list_banned(turn.tx, now=turn.now):
        comment_id = await find_latest_comment_of(turn.tx, user_id)
        comment = None if comment_id is None else await find_comment(turn.tx, comment_id)
        if comment is None:
            continue
        name = (await get_wording(turn.tx, comment.id, comment.revision)).name
        lines.append(
            banned_words(
                until_at, turn.language, turn.texts, "mod_unban_line", id=str(comment.id), name=name
            )
        )
    if not lines:
        await turn.reply(Message(turn.t("mod_unban_none")))
        return
    text = Markup("\n".join(escape(line) for line in (turn.t("mod_unban_list"), *lines)))
    await turn.reply(Message(text))


async def command_trust(turn: Turn, command: Command) -> None:
    """Grant trust to an author, or refuse it with "off"."""
    moderator = await enter(turn)
    asked = await read_target(turn, command)
    await _trust(turn, moderator, asked.comment, is_granted="off" not in asked.words)


async def press_trust(turn: Turn, _: Press, payload: Trust) -> None:
    """Grant or refuse trust to the author of the comment on a card."""
    moderator = await enter(turn)
    comment = await get_authored_comment(turn.tx, payload.comment_id)
    await _trust(turn, moderator, comment, is_granted=payload.is_granted)


async def _trust(turn: Turn, moderator: int, comment: Comment, *, is_granted: bool) -> None:
    assert comment.author_id is not None
    if comment.author_id == moderator:
        raise Refusal("mod_ban_self")
    level: TrustLevel = "granted" if is_granted else "refused"
    if not await set_trust(turn.tx, comment.author_id, level, moderator, now_ms=turn.now_ms):
        raise Refusal("mod_no_change")
    desk = Desk.of(turn)
    language = await desk.language_of(comment.author_id)
    notice = "comment_notice_trusted" if is_granted else "comment_notice_distrusted"
    await tell_author(desk, comment, Message(desk.text(language, notice)))
    await redraw_card(desk, comment)
    name = (await get_wording(turn.tx, comment.id, comment.revision)).name
    await _tell(turn, turn.t("mod_trusted" if is_granted else "mod_distrusted", name=name))


async def command_close(turn: Turn, command: Command) -> None:
    """Close an article's discussion."""
    moderator = await enter(turn)
    await _open(turn, moderator, await _read_article(turn, command), is_open=False)


async def command_open(turn: Turn, command: Command) -> None:
    """Open an article's discussion again."""
    moderator = await enter(turn)
    await _open(turn, moderator, await _read_article(turn, command), is_open=True)


async def _read_article(turn: Turn, command: Command) -> int:
    """Find the article that a command names: by its address, or by one of its comments."""
    if not command.words.lower().startswith(("http://", "https://")):
        return (await read_target(turn, command)).comment.article_id
    article = await find_article_by_url(turn.tx, command.words.split()[0])
    if article is None:
        raise Refusal("article_gone")
    return await get_discussed_article(turn.tx, article.id)


async def press_open(turn: Turn, _: Press, payload: OpenDiscussion) -> None:
    """Open or close a discussion from a card."""
    moderator = await enter(turn)
    await _open(turn, moderator, payload.article_id, is_open=payload.is_open)


async def _open(turn: Turn, moderator: int, article_id: int, *, is_open: bool) -> None:
    article = await get_article(turn.tx, article_id)
    if not await set_comments_open(turn.tx, article_id, is_open):
        raise Refusal("mod_no_change")
    action = Action.OPEN if is_open else Action.CLOSE
    decision = NewDecision(action, "moderator", moderator, article_id=article_id)
    await record_decision(turn.tx, decision, now_ms=turn.now_ms)
    key = "mod_opened" if is_open else "mod_closed"
    await _tell(turn, turn.t(key, title=short_title(article)))


async def _tell(turn: Turn, text: Markup) -> None:
    """Tell the moderators' chat what was decided; a press is answered by that."""
    await turn.reply(Message(text))
