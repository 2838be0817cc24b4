"""What readers see of comments: copies, discussions, the author's status. Pure.

A wording is rendered here only, so that what moderators approve is what readers get.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.callbacks import WriteComment
from handlers.comment_buttons import (
    AnswerComment,
    AppealComment,
    CancelQuestion,
    EditComment,
    GiveReport,
    MuteAuthor,
    ReportComment,
    ShowThread,
    StopFollowing,
    WithdrawComment,
)
from handlers.comment_rules import CommentRules
from handlers.comment_text import excerpt, to_html
from handlers.markup import Markup, bold, escape, join, link
from handlers.messages import Button, Message
from handlers.messages.dates import show_moment
from handlers.messages.message import Rows
from handlers.texts import Catalogue
from storage.comment_model import FOR_GOOD, Comment, Reason, State, ThreadLine, Wording
from storage.comment_reach import Reach
from storage.model import Article, Language

MOST_QUOTE = 160
MOST_TITLE = 80
REPORT_REASONS = ("spam", "insult", "private", "other")
PAGE_LINES, PAGE_CHARACTERS = 5, 3000


@dataclass(frozen=True, slots=True)
class Subject:
    """What a comment is about: its article, what it answers, how many are shown."""

    article: Article | None
    parent: Wording | None
    shown: int


def render_wording(wording: Wording) -> Markup:
    """Give a wording as everybody sees it."""
    return Markup(to_html(wording.text, wording.entities))


def short_title(article: Article | None) -> str:
    """Give an article's title for the middle of a sentence."""
    return excerpt(article.title, MOST_TITLE) if article is not None else "…"


def reason_words(reason: Reason, language: Language, texts: Catalogue, rules: CommentRules) -> str:
    """Give the words for a reason, to go on a sentence: typed ones, or the list's."""
    if reason.text:
        return reason.text
    for choice in rules.reasons:
        if choice.code == reason.code:
            words = choice.fr if language == "fr" else choice.en
            return words if words[:2].isupper() else words[0].lower() + words[1:]
    key = "comment_reason_banned" if reason.code == "banned" else "comment_reason_other"
    return texts.text(language, key)


@dataclass(frozen=True, slots=True)
class CopyStyle:
    """What a copy repeats because its chat cannot see it above: the parent's words, the title."""

    quotes: bool = False
    is_titled: bool = False

    def variant(self, language: Language) -> str:
        """Name the body that copies of this style share."""
        return f"{language}{'q' * self.quotes}{'t' * self.is_titled}"


def render_copy(
    comment: Comment,
    wording: Wording,
    subject: Subject,
    style: CopyStyle,
    language: Language,
    texts: Catalogue,
) -> Message:
    """Give the message that carries a comment to a reader."""
    if subject.parent is None:
        head = texts.text(language, "comment_relay_head", name=wording.name)
    else:
        head = texts.text(
            language, "comment_relay_head_answer", name=wording.name, parent=subject.parent.name
        )
    if style.is_titled and subject.article is not None:
        title = link(short_title(subject.article), subject.article.url)
        head = join(" ", [head, texts.text(language, "comment_relay_article", title=title)])
    quote = Markup("")
    if style.quotes and subject.parent is not None:
        words = escape(excerpt(subject.parent.text, MOST_QUOTE))
        quote = Markup(f"<blockquote>{words}</blockquote>")
    return Message(
        join("\n", [head, quote, render_wording(wording)]),
        rows=_copy_rows(comment, subject.shown, language, texts),
    )


def _copy_rows(comment: Comment, shown: int, language: Language, texts: Catalogue) -> Rows:
    def label(key: str, **fields: object) -> Markup:
        return texts.text(language, key, **fields)

    thread = ShowThread(comment.article_id)
    return (
        (
            Button(label("comment_reply_button"), AnswerComment(comment.id)),
            Button(label("comment_thread_button", n=shown), thread),
        ),
        (
            Button(label("comment_report_button"), ReportComment(comment.id)),
            Button(label("comment_mute_button"), MuteAuthor(comment.id)),
        ),
        (Button(label("comment_unfollow_button"), StopFollowing(comment.article_id, comment.id)),),
    )


def render_removed(language: Language, texts: Catalogue) -> Message:
    """Give what a copy becomes that can no longer be deleted."""
    return Message(texts.text(language, "comment_relay_gone"))


# ---------------------------------------------------------------- the author's status


def render_status(
    comment: Comment,
    wording: Wording,
    subject: Subject,
    reach: Reach,
    language: Language,
    texts: Catalogue,
    rules: CommentRules,
) -> Message:
    """Give an author's living message: the comment as others see it, and where it stands."""
    title = short_title(subject.article)
    parts: list[str] = [
        texts.text(language, "comment_status_head", title=title),
        _state_line(comment, reach, language, texts, rules),
    ]
    if comment.state is State.WITHDRAWN:
        parts.append(progress_line(reach, language, texts))
    elif comment.state is not State.ERASED:
        parts += ["", bold(wording.name), render_wording(wording)]
    return Message(
        Markup("\n".join(escape(part) for part in parts).strip()),
        rows=_status_rows(comment, subject.shown, language, texts),
    )


def _state_line(
    comment: Comment, reach: Reach, language: Language, texts: Catalogue, rules: CommentRules
) -> Markup:
    words = (
        reason_words(comment.reason, language, texts, rules) if comment.reason is not None else ""
    )
    match comment.state:
        case State.APPROVED if comment.undo_until_ms is not None:
            key = "comment_status_pending_edit" if comment.shown else "comment_status_pending"
        case State.APPROVED if comment.shown is None:
            key = "comment_status_unseen"
        case State.APPROVED:
            published = (
                texts.plural(language, "comment_status_reached", reach.reached)
                if reach.reached
                else texts.text(language, "comment_status_approved")
            )
            if comment.reason is None:
                return published
            dropped = texts.text(language, "comment_status_dropped", reason=words)
            return join(" ", [published, dropped])
        case State.PENDING if comment.hidden:
            key = "comment_status_hidden"
        case State.PENDING if comment.is_edit:
            key = "comment_status_pending_edit"
        case State.PENDING:
            key = _pending_key(comment)
        case state:
            key = f"comment_status_{state}"
    return texts.text(language, key, reason=words.rstrip("."))


def _pending_key(comment: Comment) -> str:
    """Say that a comment waits; whoever is read more strictly than usual is told why."""
    codes = {hold.code for hold in comment.held}
    return next(
        (f"comment_status_pending_{c}" for c in ("rejections", "premod") if c in codes),
        "comment_status_pending",
    )


def progress_line(reach: Reach, language: Language, texts: Catalogue) -> Markup:
    """Say how far a removal is; empty where nothing was to be removed."""
    if not reach.to_remove:
        return Markup("")
    line = texts.plural(language, "comment_progress", reach.to_remove, removed=reach.removed)
    if not reach.lost:
        return line
    return join(" ", [line, texts.plural(language, "comment_progress_lost", reach.lost)])


def _status_rows(comment: Comment, shown: int, language: Language, texts: Catalogue) -> Rows:
    def label(key: str, **fields: object) -> Markup:
        return texts.text(language, key, **fields)

    withdraw = Button(label("comment_withdraw_button"), WithdrawComment(comment.id))
    thread = Button(label("comment_thread_button", n=shown), ShowThread(comment.article_id))
    match comment.state:
        case State.PENDING | State.RETURNED | State.APPROVED:
            edit = Button(label("comment_edit_button"), EditComment(comment.id))
            return ((edit, withdraw), (thread,)) if shown else ((edit, withdraw),)
        case State.REJECTED if can_appeal(comment):
            appeal = Button(label("comment_appeal_button"), AppealComment(comment.id))
            return ((appeal, withdraw),)
        case State.REJECTED | State.APPEALED:
            return ((withdraw,),)
        case _:
            return ()


def can_appeal(comment: Comment) -> bool:
    """Say whether a rejection can be looked at again: once, and not after a ban."""
    return comment.appeal is None and (comment.reason is None or comment.reason.code != "banned")


# ---------------------------------------------------------------- discussions


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a discussion; `pages` counts them all."""

    lines: Sequence[ThreadLine]
    number: int
    pages: int
    newest_first: bool
    total: int


def cut_pages(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Cut a discussion into pages (from, to) of few comments and a message's length."""
    pages: list[tuple[int, int]] = []
    start = size = 0
    for place, length in enumerate(lengths):
        if place - start >= PAGE_LINES or (place > start and size + length > PAGE_CHARACTERS):
            pages.append((start, place))
            start, size = place, 0
        size += length
    if start < len(lengths):
        pages.append((start, len(lengths)))
    return pages


def render_thread(article: Article, page: Page, language: Language, texts: Catalogue) -> Message:
    """Give a page of a discussion, with buttons to answer and report each comment."""
    title = link(short_title(article), article.url)
    head = texts.text(language, "comment_thread_head", title=title)
    if not page.lines:
        empty = texts.text(language, "comment_thread_empty")
        write = Button(texts.text(language, "post_comment"), WriteComment(article.id))
        return Message(join("\n\n", [head, empty]), rows=((write,),))
    count = texts.plural(language, "comment_thread_count", page.total)
    lines = [_thread_line(line, language, texts) for line in page.lines]
    return Message(
        join("\n\n", [join(" · ", [head, count]), *lines]),
        rows=_thread_rows(article.id, page, language, texts),
    )


def _thread_line(line: ThreadLine, language: Language, texts: Catalogue) -> Markup:
    facts: list[str] = [str(line.id), bold(line.wording.name)]
    if line.parent_id is not None:
        facts.append(texts.text(language, "comment_thread_answer", number=str(line.parent_id)))
    facts.append(show_moment(line.created_at, language))
    return join("\n", [join(" · ", facts), render_wording(line.wording)])


def _thread_rows(article_id: int, page: Page, language: Language, texts: Catalogue) -> Rows:
    def label(key: str, **fields: object) -> Markup:
        return texts.text(language, key, **fields)

    def turned(number: int, newest_first: bool) -> ShowThread:
        return ShowThread(article_id, number, newest_first)

    rows = [
        (
            Button(label("comment_thread_reply", number=str(line.id)), AnswerComment(line.id)),
            Button(label("comment_thread_report", number=str(line.id)), ReportComment(line.id)),
        )
        for line in page.lines
    ]
    steps: list[Button] = []
    if page.number > 0:
        steps.append(Button(label("previous_button"), turned(page.number - 1, page.newest_first)))
    if page.number + 1 < page.pages:
        steps.append(Button(label("next_button"), turned(page.number + 1, page.newest_first)))
    order = "comment_oldest_button" if page.newest_first else "comment_newest_button"
    last = (
        Button(label(order), turned(0, not page.newest_first)),
        Button(label("post_comment"), WriteComment(article_id)),
    )
    return tuple(row for row in (*rows, tuple(steps), last) if row)


def render_report_question(comment_id: int, language: Language, texts: Catalogue) -> Message:
    """Ask why a comment is reported, without repeating it."""
    rows = [
        (Button(texts.text(language, f"comment_report_{code}"), GiveReport(comment_id, code)),)
        for code in REPORT_REASONS
    ]
    cancel = (Button(texts.text(language, "comment_cancel_button"), CancelQuestion()),)
    return Message(texts.text(language, "comment_report_ask"), rows=(*rows, cancel))


def banned_words(
    until_at: int, language: Language, texts: Catalogue, prefix: str, **fields: object
) -> Markup:
    """Say that somebody is banned, with the end where there is one."""
    if until_at >= FOR_GOOD:
        return texts.text(language, f"{prefix}_for_good", **fields)
    return texts.text(language, prefix, until=show_moment(until_at, language), **fields)
