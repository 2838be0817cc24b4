"""The rules a comment meets before a person looks: refused, held with every reason, or trusted.

Pure: the circumstances are given, and the same attempt in the same circumstances ends the same.
"""

from dataclasses import dataclass, field

from handlers.comment_folding import WordList
from handlers.comment_text import CleanText
from storage.comment_model import Hold, Standing

LONGEST_TEXT = 2000
LONGEST_APPEAL = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in any `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    """A reason to reject that moderators pick from: its code and the words readers get."""

    code: str
    fr: str
    en: str


@dataclass(frozen=True, slots=True)
class CommentRules:
    """Everything that operators may tune (see docs/comment_rules.toml)."""

    reasons: tuple[ReasonChoice, ...]
    banned: WordList = field(default_factory=lambda: WordList(()))
    suspect: WordList = field(default_factory=lambda: WordList(()))
    most_links: int = 2
    reader_rate: Rate = Rate(10, 600)
    article_rate: Rate = Rate(100, 600)
    bot_rate: Rate = Rate(600, 600)
    edit_minutes: int = 15
    appeal_days: int = 7
    expiry_days: int = 30
    report_threshold: float = 3.0
    most_cards: int = 10
    trust_approved: int = 20
    trust_rejected_share: float = 0.05
    lost_rejected_share: float = 0.30
    premod_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody wants to say."""

    text: CleanText
    name: str
    is_edit: bool = False
    is_forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """What was written within a rate's window: how many, and when the oldest."""

    count: int = 0
    oldest_at: int = 0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules have to know besides the attempt itself."""

    now: int
    is_open: bool = True
    parent_shown: bool = True
    is_duplicate: bool = False  # this author said the same here already
    repeats: int = 0  # the same elsewhere or by others, lately
    premod: bool = False
    by_reader: Pace = Pace()
    by_article: Pace = Pace()
    by_bot: Pace = Pace()


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken: the text's key says which rule."""

    key: str
    fields: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Taken; with no holds it is approved by the rules."""

    holds: tuple[Hold, ...]


def screen(
    attempt: Attempt, standing: Standing, circumstances: Circumstances, rules: CommentRules
) -> Refused | Accepted:
    """Judge an attempt: the first rule against it refuses, all reasons to wait are kept."""
    refusal = (
        _refuse_person(standing, circumstances)
        or _refuse_place(circumstances)
        or _refuse_form(attempt)
        or _refuse_pace(attempt, circumstances, rules)
        or _refuse_content(attempt, circumstances, rules)
    )
    if refusal is not None:
        return refusal
    return Accepted(tuple(_holds(attempt, standing, circumstances, rules)))


def is_trusted(standing: Standing, rules: CommentRules) -> bool:
    """Say whether an author's comments need no moderator as long as no rule holds them."""
    if standing.trust == "refused" or has_lost_trust(standing, rules):
        return False
    if standing.trust == "granted":
        return True
    decided = standing.approved + standing.rejected
    return (
        standing.approved >= rules.trust_approved
        and standing.rejected / decided < rules.trust_rejected_share
    )


def has_lost_trust(standing: Standing, rules: CommentRules) -> bool:
    """Say whether too many of the latest comments were rejected; one alone never counts."""
    recent = standing.recent_approved + standing.recent_rejected
    return (
        standing.recent_rejected >= 2
        and standing.recent_rejected / recent >= rules.lost_rejected_share
    )


def report_weight(standing: Standing, account_age_seconds: int) -> float:
    """Weigh a report by its maker's accuracy: 1 at first, near 2 or 0 with experience.

    An account younger than a day weighs a quarter: accounts are cheap.
    """
    upheld, dismissed = standing.reports_upheld, standing.reports_dismissed
    weight = 2 * (upheld + 1) / (upheld + dismissed + 2)
    return weight if account_age_seconds >= 86_400 else weight / 4


def _refuse_person(standing: Standing, circumstances: Circumstances) -> Refused | None:
    if standing.banned_until <= circumstances.now:
        return None
    return Refused("comment_refused_banned", {"until": standing.banned_until})


def _refuse_place(circumstances: Circumstances) -> Refused | None:
    if not circumstances.is_open:
        return Refused("comment_refused_closed")
    if not circumstances.parent_shown:
        return Refused("comment_refused_parent")
    return None


def _refuse_form(attempt: Attempt) -> Refused | None:
    if attempt.is_forwarded:
        return Refused("comment_refused_forwarded")
    if not attempt.text.text:
        return Refused("comment_refused_empty")
    length = len(attempt.text.text)
    if length > LONGEST_TEXT:
        return Refused("comment_refused_long", {"length": length, "most": LONGEST_TEXT})
    return None


def _refuse_pace(
    attempt: Attempt, circumstances: Circumstances, rules: CommentRules
) -> Refused | None:
    for key, pace, rate in (
        ("comment_refused_fast", circumstances.by_reader, rules.reader_rate),
        ("comment_refused_busy_article", circumstances.by_article, rules.article_rate),
        ("comment_refused_busy", circumstances.by_bot, rules.bot_rate),
    ):
        if pace.count >= rate.count and not attempt.is_edit:
            wait = max(pace.oldest_at + rate.seconds - circumstances.now, 1)
            return Refused(key, {"minutes": -(-wait // 60), "most": rate.count})
    return None


def _refuse_content(
    attempt: Attempt, circumstances: Circumstances, rules: CommentRules
) -> Refused | None:
    if circumstances.is_duplicate:
        return Refused("comment_refused_duplicate")
    banned = rules.banned.find(attempt.text.text)
    if banned:
        return Refused("comment_refused_word", {"word": banned[0].written})
    if rules.banned.find(attempt.name):
        return Refused("comment_refused_name", {"name": attempt.name})
    if attempt.text.links > rules.most_links:
        return Refused("comment_refused_links", {"most": rules.most_links})
    return None


def _holds(
    attempt: Attempt, standing: Standing, circumstances: Circumstances, rules: CommentRules
) -> list[Hold]:
    holds = []
    if circumstances.premod:
        holds.append(Hold("premod"))
    if standing.approved + standing.rejected == 0:
        holds.append(Hold("first"))
    elif has_lost_trust(standing, rules):
        recent = standing.recent_approved + standing.recent_rejected
        holds.append(Hold("rejections", f"{standing.recent_rejected}/{recent}"))
    elif not is_trusted(standing, rules):
        holds.append(Hold("everyone"))
    holds += [Hold("suspect", match.written) for match in rules.suspect.find(attempt.text.text)]
    holds += [Hold("name", match.written) for match in rules.suspect.find(attempt.name)]
    if attempt.text.links:
        holds.append(Hold("links", str(attempt.text.links)))
    if attempt.text.mentions:
        holds.append(Hold("mentions", str(attempt.text.mentions)))
    if circumstances.repeats:
        holds.append(Hold("repeat", str(circumstances.repeats)))
    return holds
