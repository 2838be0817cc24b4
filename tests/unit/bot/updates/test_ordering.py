"""Which chat a raw update belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.updates.ordering import chat_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["chat", "from", "id", "message", "user"]), inner)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"message": {"chat": {"id": -5}, "from": {"id": 7}}}, -5),
        ({"callback_query": {"from": {"id": 7}, "message": {"chat": {"id": -5}}}}, -5),
        ({"callback_query": {"from": {"id": 7}}}, 7),
        ({"my_chat_member": {"chat": {"id": 3}, "from": {"id": 7}}}, 3),
        ({"poll_answer": {"user": {"id": 9}}}, 9),
        ({"poll": {"id": "5"}}, 0),
        ({}, 0),
    ],
)
def test_the_chat_of_an_update(update, chat):
    assert chat_of({"update_id": 1, **update}) == chat


@given(st.dictionaries(st.sampled_from(["update_id", "message", "callback_query"]), JSON))
def test_any_update_has_a_place(update):
    assert isinstance(chat_of(update), int)
