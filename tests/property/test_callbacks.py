"""Button payloads: what is packed is read back, fits into a button, and stays readable for ever."""

from __future__ import annotations

import sys
from dataclasses import MISSING, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import callbacks, operator_buttons
from handlers.callbacks import MOST_BYTES, Kept, NotOurs, Payload

# Every code in use with a button as it was first given out. Never change a line; add some.
GIVEN_OUT = {
    "sum:7": callbacks.Summarize(7),
    "com:7": callbacks.WriteComment(7),
    "dis:7": callbacks.FollowDiscussion(7),
    "tags:7": callbacks.ShowTags(7),
    "post:7": callbacks.ShowPost(7),
    "pf:7:8": callbacks.FollowFromPost(7, 8),
    "pm:7:8": callbacks.MuteFromPost(7, 8),
    "tt:8": callbacks.ToggleTag(8),
    "tp:0": callbacks.ShowTagPage(0),
    "dt:8:1": callbacks.DropTag(8, 1),
    "fl:1": callbacks.ShowFollowing(1),
    "uf:1,zz": callbacks.UndoFollow("1,zz"),
    "fa:1,zz": callbacks.FollowAgain("1,zz"),
    "la:0:1": callbacks.ShowLatest(0, True),
    "se:2:deux mots: fin": callbacks.ShowFound(2, "deux mots: fin"),
    "ta:8:0": callbacks.ShowTagArticles(8, 0),
    "op:7": callbacks.OpenPost(7),
    "st": callbacks.ShowSettings(),
    "ln:fr": callbacks.ChooseLanguage("fr"),
    "pa:1": callbacks.Pause(True),
    "fg:1": callbacks.EraseMe(True),
    "fe:0": operator_buttons.ShowFeeds(0),
    "fr:3:0": operator_buttons.AskRemoval(3, 0),
    "fx:3": operator_buttons.RemoveFeed(3),
    "fp:5": operator_buttons.ProbeOffer(5),
    "fo:5": operator_buttons.AddOffer(5),
    "fn": operator_buttons.DropOffer(),
    "pk:1": operator_buttons.ShowParked(1),
    "pr:9:0:message": operator_buttons.RetryParked(9, 0, "message"),
    "px": operator_buttons.RetryAllParked(),
    "al:3:4:1": operator_buttons.MergeTags(3, 4, True),
    "kp:5": callbacks.ShowKeyPoints(5),
}
# A dataclass with slots is made twice; the first one only waits for its collection.
KINDS = [
    kind
    for kind in Payload.__subclasses__()
    if kind is not Kept and getattr(sys.modules[kind.__module__], kind.__name__) is kind
]
NUMBERS = st.integers(-(2**63), 2**63 - 1)
SHORT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def payloads(draw: st.DrawFn) -> Payload:
    kind = draw(st.sampled_from(KINDS))
    values: list[Any] = []
    for field in fields(kind):
        strategy: st.SearchStrategy[Any] = {bool: st.booleans(), str: SHORT}.get(
            field.type,
            NUMBERS,  # type: ignore[call-overload]
        )
        values.append(draw(strategy))
    return kind(*values)


@given(payloads())
def test_what_is_packed_is_read_back(payload: Payload) -> None:
    try:
        data = payload.pack()
    except ValueError:
        return  # three numbers of 19 digits are no ids of ours
    assert 1 <= len(data.encode()) <= MOST_BYTES
    assert type(payload).parse(data) == payload
    assert [kind for kind in KINDS if _reads(kind, data)] == [type(payload)]


@given(st.sampled_from(KINDS), st.text(max_size=64))
def test_foreign_text_is_refused_and_never_breaks(kind: type[Payload], data: str) -> None:
    for text in (data, f"{kind.code}:{data}"):
        try:
            payload = kind.parse(text)
        except NotOurs:
            continue
        assert isinstance(payload, kind)


def _reads(kind: type[Payload], data: str) -> bool:
    try:
        kind.parse(data)
    except NotOurs:
        return False
    return True


def test_no_two_kinds_share_a_code() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert all(code and ":" not in code for code in codes)


def test_only_the_last_field_may_hold_any_text() -> None:
    for kind in KINDS:
        assert all(field.type in (int, bool) for field in fields(kind)[:-1]), kind


@pytest.mark.parametrize(("data", "payload"), GIVEN_OUT.items())
def test_buttons_given_out_stay_readable(data: str, payload: Payload) -> None:
    assert type(payload).parse(data) == payload
    assert payload.pack() == data


def test_every_kind_of_ours_is_in_the_table_of_buttons_given_out() -> None:
    modules = (callbacks.__name__, operator_buttons.__name__)
    ours = {kind for kind in KINDS if kind.__module__ in modules}
    assert ours == {type(payload) for payload in GIVEN_OUT.values()}


def test_a_field_added_later_is_missing_in_old_buttons() -> None:
    for kind in KINDS:
        optional = [field.default is not MISSING for field in fields(kind)]
        assert optional == sorted(optional), kind
    assert callbacks.DropTag.parse("dt:8") == callbacks.DropTag(8, 0)


def test_what_does_not_fit_into_a_button_is_an_error() -> None:
    with pytest.raises(ValueError, match="fit"):
        callbacks.ShowFound(0, "é" * 40).pack()
