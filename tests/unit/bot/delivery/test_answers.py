"""One answer, in whatever pieces it comes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.answers import AnswerReader, BadAnswer

COUNTED = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;note=x\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\n" + COUNTED
CLOSED = b"HTTP/1.1 429 Slow\r\nconnection: Close\r\ncontent-length: 5\r\n\r\nhello"
OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "status", "body", "keeps_open"),
    [
        (COUNTED, 200, b"hello", True),
        (CHUNKED, 200, b"hello", True),
        (INTERIM, 200, b"hello", True),
        (CLOSED, 429, b"hello", False),
        (OLD, 200, b"hello", False),
        (EMPTY, 204, b"", True),
        (COUNTED + b"more", 200, b"hello", False),
        (CHUNKED + b"more", 200, b"hello", False),
    ],
)
@given(data=st.data())
def test_pieces_do_not_matter(
    answer: bytes, status: int, body: bytes, keeps_open: bool, data: st.DataObject
) -> None:
    whole = len(answer.removesuffix(b"more"))
    cuts = data.draw(st.lists(st.integers(1, whole - 1), max_size=6).map(sorted))
    reader, found = AnswerReader(), None
    for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True):
        assert found is None  # not before the last piece
        found = reader.feed(answer[start:end])
    assert (found, reader.status, reader.keeps_open) == (body, status, keeps_open)


def test_without_a_length_the_end_is_the_connections() -> None:
    reader = AnswerReader()
    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\nhel") is None
    assert reader.feed(b"lo") is None
    assert reader.end() == b"hello"
    assert not reader.keeps_open


@pytest.mark.parametrize("answer", [COUNTED, CHUNKED, b"HTTP/1.1 200 OK\r\nConte"])
def test_what_is_cut_short_is_no_answer(answer: bytes) -> None:
    reader = AnswerReader()
    assert reader.feed(answer[:-1]) is None
    assert reader.end() is None


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"a" * 70_000,
    ],
)
def test_what_is_no_http_is_refused(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        AnswerReader().feed(answer)


@given(st.binary(max_size=200))
def test_nothing_else_breaks_it(body: bytes) -> None:
    for head in (
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    ):
        reader = AnswerReader()
        try:
            reader.feed(head + body)
        except BadAnswer:
            continue
        reader.end()
