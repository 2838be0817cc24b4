import gzip
import zlib

import brotli
import pytest

from bot.news.inflate import PIECE_BYTES, InflateError, make_inflater

TEXT = ("Le port s'éveille. " * 5000).encode()


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODED = {
    "": TEXT,
    "identity": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT),
    "GZIP": gzip.compress(TEXT[:50_000]) + gzip.compress(TEXT[50_000:]),
    "deflate": zlib.compress(TEXT),
    " deflate ": _raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "deflate, gzip": gzip.compress(zlib.compress(TEXT)),
    "br,identity": brotli.compress(TEXT),
}


def _inflate(coding: str, data: bytes, step: int) -> bytes:
    inflater = make_inflater(coding)
    pieces = [
        piece
        for start in range(0, len(data), step)
        for piece in inflater.feed(data[start : start + step])
    ]
    inflater.close()
    return b"".join(pieces)


@pytest.mark.parametrize("coding", ENCODED)
@pytest.mark.parametrize("step", [1, 1000, 1 << 20])
def test_every_coding_is_undone_however_it_is_cut(coding: str, step: int) -> None:
    data = ENCODED[coding] if len(ENCODED[coding]) < 5000 or step > 1 else ENCODED[coding][:0]
    assert _inflate(coding, data, step) == (TEXT if data else b"")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_pieces_stay_small_whatever_they_come_from(coding: str) -> None:
    zeros = bytes(20_000_000)
    packed = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}[coding](zeros)
    sizes = [len(piece) for piece in make_inflater(coding).feed(packed)]
    assert sum(sizes) == len(zeros)
    assert max(sizes) <= 16 * PIECE_BYTES


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_body_cut_short_is_told(coding: str) -> None:
    inflater = make_inflater(coding)
    list(inflater.feed(ENCODED[coding][:-9]))
    with pytest.raises(InflateError):
        inflater.close()


@pytest.mark.parametrize("coding", ["deflate", "br"])
def test_damaged_data_is_told(coding: str) -> None:
    with pytest.raises(InflateError):
        _inflate(coding, b"\x78\x9c" + b"\xff" * 100, 50)


def test_damage_inside_gzip_is_told() -> None:
    packed = bytearray(ENCODED["gzip"])
    packed[20:40] = b"\xff" * 20
    with pytest.raises(InflateError):
        _inflate("gzip", bytes(packed), 1000)


def test_plain_text_announced_as_gzip_is_taken_as_it_is() -> None:
    assert _inflate("gzip", b"<rss>plain</rss>", 3) == b"<rss>plain</rss>"


def test_padding_behind_gzip_is_ignored() -> None:
    assert _inflate("gzip", ENCODED["gzip"] + bytes(600), 1000) == TEXT


@pytest.mark.parametrize("coding", ["zstd", "gzip, gzip, gzip", "nonsense"])
def test_unknown_and_absurd_codings_are_refused(coding: str) -> None:
    with pytest.raises(InflateError):
        make_inflater(coding)
