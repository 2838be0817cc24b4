"""Whether authors were told: each decision once, none twice."""

from __future__ import annotations

import re
from typing import Any

from tests.support.discussion import TEXTS, Discussion


class Broken(AssertionError):
    """An invariant does not hold; the text begins with its number."""


def ensure(holds: object, what: str) -> None:
    """Raise Broken unless something holds."""
    if not holds:
        raise Broken(what)


def check_notices(author: int, lines: list[Any], world: Discussion) -> None:
    """Check that an author was told of each decision in these lines of the audit, once.

    An approval that was undone or overtaken before it went out is not told.
    """
    refusals = sum(_is_refusal(line) for line in lines)
    approvals = [line for line in lines if line["action"] == "approve"]
    standing = [line for line in approvals if _is_last(line, lines)]
    sends = [e.text for e in world.chats.log if e.chat_id == author and e.kind == "send"]
    told = sum(bool(_REFUSALS.match(text)) for text in sends)
    ensure(told == refusals, f"I7 {author} was told {told} of {refusals} refusals")
    told = sum(bool(_APPROVALS.match(text)) for text in sends)
    ensure(
        len(standing) <= told <= len(approvals),
        f"I7 {author} was told {told} of {len(approvals)} approvals",
    )


def _is_refusal(line: Any) -> bool:
    """Say whether a line of the audit is a decision that its author gets a notice of."""
    if line["action"] in ("reject", "drop_edit"):
        return bool(line["reason_code"] != "banned")
    return line["action"] in ("return", "hide", "expire")


def _is_last(line: Any, lines: list[Any]) -> bool:
    later = [d for d in lines if d["comment_id"] == line["comment_id"] and d["id"] > line["id"]]
    return not later


def _pattern(*keys: str) -> re.Pattern[str]:
    forms = []
    for key in keys:
        for language in ("fr", "en"):
            words = TEXTS.forms(language, key)[0]  # type: ignore[arg-type]
            forms.append(re.sub(r"\\\{\w+\\\}", ".*", re.escape(words)))
    return re.compile("|".join(forms))


_APPROVALS = _pattern(
    "comment_notice_approved", "comment_notice_edit_approved", "comment_status_unseen"
)
_REFUSALS = _pattern(
    "comment_notice_rejected",
    "comment_notice_removed",
    "comment_notice_dropped",
    "comment_notice_returned",
    "comment_notice_hidden",
    "comment_notice_expired",
)
