"""What moderators see: cards, reasons, the queue. Pure.

A card shows exactly the wording that its buttons decide on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from handlers.callbacks import Payload
from handlers.comment_buttons import (
    Approve,
    AskBan,
    AskReason,
    AskReturn,
    BanFor,
    BringCard,
    Keep,
    OpenDiscussion,
    RejectFor,
    ReturnFor,
    ShowCard,
    ShowMore,
    ShowNext,
    ShowQueue,
    Trust,
    Unban,
    Undo,
)
from handlers.comment_messages import reason_words, render_wording, short_title
from handlers.comment_rules import CommentRules
from handlers.comment_text import excerpt
from handlers.markup import Markup, escape, join, link
from handlers.messages import Button, Message
from handlers.messages.dates import show_distance, show_moment
from handlers.messages.message import Rows, pairs
from handlers.texts import Catalogue
from storage.comment_model import Action, Comment, Decision, Hold, Standing, State, Wording
from storage.model import Article, Language

MOST_EXCERPT = 200
BAN_HOURS = (1, 24, 168)


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a card shows."""

    comment: Comment
    revision: int  # of the wording
    wording: Wording
    article: Article | None
    parent: Wording | None
    before: Wording | None  # the approved wording, where an edit is under review
    standing: Standing
    is_trusted: bool
    is_banned: bool
    upheld: int  # reports upheld against the author
    reports: Mapping[str, int]  # undecided ones
    last: Decision | None
    decided_by: str  # who gave the verdict that is appealed


class CardTexts:
    """Texts in the moderators' language."""

    def __init__(self, language: Language, texts: Catalogue, rules: CommentRules, now: int) -> None:
        self.language = language
        self.texts = texts
        self.rules = rules
        self.now = now

    def t(self, key: str, **fields: object) -> Markup:
        """Give a text."""
        return self.texts.text(self.language, key, **fields)

    def button(self, key: str, press: Payload, **fields: object) -> Button:
        """Give a button."""
        return Button(self.t(key, **fields), press)


def render_card(card: Card, words: CardTexts) -> Message:
    """Give the card on which a comment is decided, or which tells how it was."""
    if card.comment.state is State.ERASED:
        return Message(_outcome(card, words))
    head = words.t(
        "mod_card_head",
        id=wording_number(card.comment.id, card.revision),
        name=card.wording.name,
        title=_title(card.article, words),
    )
    facts = join("\n", [head, _history(card, words), *_context(card, words)])
    return Message(
        join("\n\n", [facts, render_wording(card.wording), _outcome(card, words)]),
        rows=card_rows(card, words),
    )


def wording_number(comment_id: int, revision: int) -> str:
    """Give the number by which a command names a wording: 12 for the first, 12.2 for the next."""
    return str(comment_id) if revision == 1 else f"{comment_id}.{revision}"


def _title(article: Article | None, words: CardTexts) -> Markup:
    if article is None:
        return words.t("mod_article_gone")
    return link(short_title(article), article.url)


def _history(card: Card, words: CardTexts) -> Markup:
    history = words.t(
        "mod_history",
        approved=card.standing.approved,
        rejected=card.standing.rejected,
        upheld=card.upheld,
    )
    return join(", ", [history, words.t("mod_history_trusted") if card.is_trusted else ""])


def _context(card: Card, words: CardTexts) -> list[str]:
    lines: list[str] = []
    comment = card.comment
    if card.parent is not None:
        text = excerpt(card.parent.text, MOST_EXCERPT)
        lines.append(words.t("mod_answers", name=card.parent.name, text=text))
    if comment.held and comment.state is State.PENDING and not comment.hidden:
        reasons = join(", ", [_hold(hold, words) for hold in comment.held])
        lines.append(words.t("mod_held", reasons=reasons))
    if card.before is not None:
        before = excerpt(card.before.text, MOST_EXCERPT)
        lines.append(words.t("mod_card_edit", before=before))
    if comment.state is State.APPEALED and comment.reason is not None:
        reason = reason_words(comment.reason, words.language, words.texts, words.rules)
        lines.append(
            words.t(
                "mod_card_appeal", name=card.decided_by, reason=reason, appeal=comment.appeal or ""
            )
        )
    if card.reports:
        counts = [f"{words.t(f'comment_report_{code}')} ({n})" for code, n in card.reports.items()]
        lines.append(words.t("mod_card_reports", reasons=", ".join(counts)))
    if comment.hidden:
        lines.append(words.t("mod_card_hidden"))
    return lines


def _hold(hold: Hold, words: CardTexts) -> Markup:
    return words.t(f"mod_hold_{hold.code}", match=hold.match)


def _outcome(card: Card, words: CardTexts) -> Markup:
    """Say what happened last, and when an approval goes out."""
    lines: list[str] = []
    if card.last is not None and not card.comment.waits:
        lines.append(outcome_words(card.last, words))
    if card.comment.state is State.APPROVED and card.comment.undo_until_ms is not None:
        when = show_distance(card.comment.undo_until_ms // 1000, words.now, words.language)
        lines.append(words.t("mod_done_relay", when=when))
    return join("\n", lines)


def outcome_words(decision: Decision, words: CardTexts) -> Markup:
    """Say who did what, and when."""
    name = decision.actor_name or words.t("mod_someone")
    when = show_moment(decision.at, words.language)
    reason = (
        reason_words(decision.reason, words.language, words.texts, words.rules)
        if decision.reason is not None
        else ""
    )
    key = f"mod_done_{decision.action}"
    if decision.action is Action.APPROVE and decision.role == "rules":
        key = "mod_done_approve_rules"
    return words.t(key, name=name, when=when, reason=reason)


def card_rows(card: Card, words: CardTexts) -> Rows:
    """Give the buttons of a card: those that can still do something."""
    comment = card.comment
    at = (comment.id, comment.version)
    more = words.button("mod_more_button", ShowMore(*at))
    if comment.state is State.APPROVED:
        if card.reports:
            keep = words.button("mod_keep_button", Keep(*at))
            return ((keep, words.button("mod_remove_button", AskReason(*at, True))), (more,))
        first = (
            words.button("mod_undo_button", Undo(*at))
            if comment.undo_until_ms is not None
            else words.button("mod_remove_button", AskReason(*at, True))
        )
        return ((first, more),)
    if not comment.waits:
        return ((more,),) if comment.state is not State.ERASED else ()
    ban = words.button("mod_ban_button", AskBan(*at))
    third: tuple[Button, ...] = (ban, more)
    if comment.state is State.PENDING:
        third = (words.button("mod_return_button", AskReturn(*at)), ban, more)
    return (decision_row(card, words), third)


def decision_row(card: Card, words: CardTexts) -> tuple[Button, ...]:
    """Give the buttons that decide."""
    at = (card.comment.id, card.comment.version)
    approve = words.button("mod_approve_button", Approve(*at))
    if card.before is None or card.comment.hidden:
        return (approve, words.button("mod_reject_button", AskReason(*at)))
    return (
        approve,
        words.button("mod_reject_edit_button", AskReason(*at)),
        words.button("mod_reject_all_button", AskReason(*at, True)),
    )


def reason_rows(card: Card, words: CardTexts, *, everything: bool) -> Rows:
    """Give the reasons to reject below what decides."""
    at = (card.comment.id, card.comment.version)
    first = (decision_row(card, words),) if card.comment.waits else ()
    choices = _reason_choices(words, lambda code: RejectFor(*at, everything, code))
    return (*first, *choices, (_back(card, words),))


def return_rows(card: Card, words: CardTexts) -> Rows:
    """Give the reasons to return a comment to its author."""
    at = (card.comment.id, card.comment.version)
    choices = _reason_choices(words, lambda code: ReturnFor(*at, code))
    return (*choices, (_back(card, words),))


def _reason_choices(words: CardTexts, press: Callable[[str], Payload]) -> Rows:
    """Give a button for each reason of the list, and one that asks for a typed one."""
    codes = (*(reason.code for reason in words.rules.reasons), "other")
    return pairs([Button(_reason_label(code, words), press(code)) for code in codes])


def _reason_label(code: str, words: CardTexts) -> str:
    for choice in words.rules.reasons:
        if choice.code == code:
            return choice.fr if words.language == "fr" else choice.en
    return words.t("mod_other_reason_button")


def ban_rows(card: Card, words: CardTexts, *, remove: bool) -> Rows:
    """Give how long an author can be banned, and whether published comments go, too."""
    at = (card.comment.id, card.comment.version)
    times = [
        words.button("mod_ban_hours_button", BanFor(*at, hours, remove), hours=hours)
        for hours in BAN_HOURS
    ]
    times.append(words.button("mod_ban_for_good_button", BanFor(*at, 0, remove)))
    switch = words.button(
        "mod_ban_remove_on" if remove else "mod_ban_remove_off", AskBan(*at, not remove)
    )
    return (*pairs(times), (switch,), (_back(card, words),))


def more_rows(card: Card, words: CardTexts) -> Rows:
    """Give what else can be done about a comment's author and discussion."""
    comment = card.comment
    trust = words.button(
        "mod_distrust_button" if card.is_trusted else "mod_trust_button",
        Trust(comment.id, not card.is_trusted),
    )
    person = words.button("mod_person_button", ShowQueue(comment.id))
    rows: list[tuple[Button, ...]] = [(trust, person)]
    if card.is_banned:
        rows.append((words.button("mod_unban_button", Unban(comment.id)),))
    elif not comment.waits:
        rows.append((words.button("mod_ban_button", AskBan(comment.id, comment.version)),))
    if card.article is not None:
        is_open = card.article.comments_open
        key = "mod_close_button" if is_open else "mod_open_button"
        rows.append((words.button(key, OpenDiscussion(card.article.id, not is_open)),))
    return (*rows, (_back(card, words),))


def _back(card: Card, words: CardTexts) -> Button:
    return words.button("mod_back_button", ShowCard(card.comment.id))


# ---------------------------------------------------------------- the queue


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A waiting comment as the queue lists it."""

    comment: Comment
    wording: Wording
    article: Article | None


def render_rollup(waiting: int, words: CardTexts) -> Message:
    """Give the one message that stands for the cards that were not sent."""
    if not waiting:
        return Message(words.t("mod_rollup_done"))
    text = words.texts.plural(words.language, "mod_rollup", waiting)
    return Message(text, rows=((words.button("mod_next_button", ShowNext()),),))


def render_queue(
    lines: Sequence[QueueLine], counts: Mapping[State, int], words: CardTexts
) -> Message:
    """List what waits, oldest first, with a button for each card."""
    shown = [
        words.t(
            "mod_queue_line",
            id=str(line.comment.id),
            name=line.wording.name,
            title=_title(line.article, words),
            when=show_distance(line.comment.created_at, words.now, words.language),
        )
        for line in lines
    ]
    buttons = [
        words.button("mod_queue_card_button", BringCard(line.comment.id), id=str(line.comment.id))
        for line in lines
    ]
    numbers = {state.value: counts.get(state, 0) for state in State}
    parts = [
        words.t("mod_queue_head"),
        Markup("\n".join(escape(line) for line in shown)) if shown else words.t("mod_queue_empty"),
        words.t("mod_queue_counts", **numbers),
    ]
    rows = tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5))
    return Message(join("\n\n", parts), rows=rows)
