"""Each rule refuses or holds for its own reason, and only then."""

from dataclasses import replace

import pytest

from handlers.comment_folding import WordList
from handlers.comment_rules import (
    Accepted,
    Attempt,
    Circumstances,
    CommentRules,
    Pace,
    Rate,
    Refused,
    has_lost_trust,
    is_trusted,
    report_weight,
    screen,
)
from handlers.comment_settings import default_rules
from handlers.comment_text import CleanText
from storage.comment_model import FOR_GOOD, Hold, Standing

NOW = 1_800_000_000
RULES = replace(
    default_rules(),
    banned=WordList(["viagra"]),
    suspect=WordList(["casino*"]),
    reader_rate=Rate(3, 600),
    article_rate=Rate(5, 60),
    bot_rate=Rate(9, 60),
)
KNOWN = Standing(1, approved=3)
TRUSTED = Standing(1, approved=25, recent_approved=20)


def attempt(text: str = "Bien dit", **fields: object) -> Attempt:
    return replace(Attempt(CleanText(text), "Zoé"), **fields)  # type: ignore[arg-type]


def judge(
    what: Attempt | None = None, who: Standing = KNOWN, rules: CommentRules = RULES, **facts: object
) -> Refused | Accepted:
    circumstances = replace(Circumstances(NOW), **facts)  # type: ignore[arg-type]
    return screen(what or attempt(), who, circumstances, rules)


def refusal(*args: object, **facts: object) -> str:
    verdict = judge(*args, **facts)  # type: ignore[arg-type]
    assert isinstance(verdict, Refused)
    return verdict.key


def holds(*args: object, **facts: object) -> tuple[Hold, ...]:
    verdict = judge(*args, **facts)  # type: ignore[arg-type]
    assert isinstance(verdict, Accepted)
    return verdict.holds


def test_whoever_is_banned_is_told_until_when() -> None:
    assert judge(who=Standing(1, banned_until=NOW + 60)) == Refused(
        "comment_refused_banned", {"until": NOW + 60}
    )
    assert refusal(who=Standing(1, banned_until=FOR_GOOD)) == "comment_refused_banned"
    assert isinstance(judge(who=Standing(1, banned_until=NOW)), Accepted)


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        ({"is_open": False}, "comment_refused_closed"),
        ({"parent_shown": False}, "comment_refused_parent"),
        ({"is_duplicate": True}, "comment_refused_duplicate"),
        ({"by_reader": Pace(3, NOW - 590)}, "comment_refused_fast"),
        ({"by_article": Pace(5, NOW - 1)}, "comment_refused_busy_article"),
        ({"by_bot": Pace(9, NOW - 1)}, "comment_refused_busy"),
    ],
)
def test_circumstances_that_refuse(facts: dict[str, object], key: str) -> None:
    assert refusal(**facts) == key


@pytest.mark.parametrize(
    ("what", "key"),
    [
        (attempt(""), "comment_refused_empty"),
        (attempt("x" * 2001), "comment_refused_long"),
        (attempt(is_forwarded=True), "comment_refused_forwarded"),
        (attempt("du VІАGRA"), "comment_refused_word"),  # Cyrillic І and А
        (attempt(name="Viagra"), "comment_refused_name"),
        (Attempt(CleanText("liens", links=3), "Zoé"), "comment_refused_links"),
    ],
)
def test_attempts_that_are_refused(what: Attempt, key: str) -> None:
    assert refusal(what) == key


def test_a_refusal_says_the_numbers_of_its_rule() -> None:
    assert judge(attempt("x" * 2001)) == Refused(
        "comment_refused_long", {"length": 2001, "most": 2000}
    )
    assert judge(by_reader=Pace(3, NOW - 480)) == Refused(
        "comment_refused_fast", {"minutes": 2, "most": 3}
    )
    assert judge(attempt("du VІАGRA")) == Refused("comment_refused_word", {"word": "VІАGRA"})


def test_the_longest_text_is_taken() -> None:
    assert isinstance(judge(attempt("x" * 2000)), Accepted)


def test_an_edit_is_no_new_comment_for_the_pace() -> None:
    assert isinstance(judge(attempt(is_edit=True), by_reader=Pace(3, NOW)), Accepted)


def test_everybody_waits_and_a_first_comment_says_so() -> None:
    assert holds() == (Hold("everyone"),)
    assert holds(who=Standing(1)) == (Hold("first"),)


def test_all_reasons_to_wait_are_kept_with_what_matched() -> None:
    what = Attempt(CleanText("au CАSINО et au casino", links=2, mentions=1), "Casinos")
    assert holds(what, TRUSTED, premod=True, repeats=2) == (
        Hold("premod"),
        Hold("suspect", "CАSINО"),
        Hold("name", "Casinos"),
        Hold("links", "2"),
        Hold("mentions", "1"),
        Hold("repeat", "2"),
    )


def test_trust_lets_through_what_no_rule_holds() -> None:
    assert holds(who=TRUSTED) == ()
    assert holds(who=replace(KNOWN, trust="granted")) == ()
    assert holds(who=replace(TRUSTED, trust="refused")) == (Hold("everyone"),)


@pytest.mark.parametrize(
    ("approved", "rejected", "trusted"),
    [(19, 0, False), (20, 0, True), (20, 1, True), (20, 2, False), (0, 0, False)],
)
def test_trust_is_earned(approved: int, rejected: int, trusted: bool) -> None:
    assert is_trusted(Standing(1, approved=approved, rejected=rejected), RULES) is trusted


@pytest.mark.parametrize(
    ("approved", "rejected", "lost"), [(14, 6, True), (15, 5, False), (0, 1, False), (0, 2, True)]
)
def test_trust_is_lost_by_recent_rejections(approved: int, rejected: int, lost: bool) -> None:
    standing = Standing(
        1, trust="granted", approved=90, recent_approved=approved, recent_rejected=rejected
    )
    assert has_lost_trust(standing, RULES) is lost
    assert is_trusted(standing, RULES) is not lost
    if lost:
        assert holds(who=standing) == (Hold("rejections", f"{rejected}/{approved + rejected}"),)


def test_reports_weigh_by_accuracy_and_age() -> None:
    day = 86_400
    assert report_weight(Standing(1), day) == 1
    assert report_weight(Standing(1), day - 1) == 0.25
    assert report_weight(Standing(1, reports_upheld=8), day) == pytest.approx(1.8)
    assert report_weight(Standing(1, reports_dismissed=8), day) == pytest.approx(0.2)
