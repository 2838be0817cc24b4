"""Decompression of HTTP bodies in bounded pieces.

Invariant: no call makes more than PIECE_BYTES of output at once, however small the input, so the
reader can stop at its limit before a bomb has grown.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli

PIECE_BYTES = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


class InflateError(ValueError):
    """The compressed data is damaged, ends too early, or is of an unknown kind."""


class Inflater(Protocol):
    """Turns compressed chunks into plain pieces."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk holds, in bounded pieces; raises InflateError."""
        ...

    def close(self) -> None:
        """Raise InflateError when the data ended before its end mark."""
        ...


class _Zlib:
    """gzip (several members too) and deflate, with and without its zlib header."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._decoder: zlib._Decompress | None = None
        self._plain = False
        self._held = b""  # too short to be told what it starts

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        data, self._held = self._held + chunk, b""
        while data:
            if self._plain:
                yield data
                return
            if self._decoder is None or self._decoder.eof:
                if len(data) < len(_GZIP_MAGIC):
                    self._held = data
                    return
                if not self._start(data):
                    return
                continue
            try:
                piece = self._decoder.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise InflateError(str(error)) from error
            data = self._decoder.unused_data if self._decoder.eof else self._decoder.unconsumed_tail
            if piece:
                yield piece

    def _start(self, data: bytes) -> bool:
        """Prepare for what `data` starts; False for padding behind the last end mark."""
        if self._gzip and data.startswith(_GZIP_MAGIC):
            self._decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        elif self._decoder is not None:
            return False
        elif self._gzip:
            # Servers exist that announce gzip and send the plain text.
            self._plain = True
        else:
            has_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._decoder = zlib.decompressobj(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)
        return True

    def close(self) -> None:
        begun = self._held if self._decoder is None else not self._decoder.eof
        if begun:
            raise InflateError("the compressed body ends too early")


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()
        self._fed = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        self._fed = True
        try:
            while not self._decoder.is_finished():
                piece = self._decoder.process(chunk, output_buffer_limit=PIECE_BYTES)
                chunk = b""
                if piece:
                    yield piece
                elif self._decoder.can_accept_more_data():
                    return
                else:
                    raise InflateError("the decoder makes no progress")
        except brotli.error as error:
            raise InflateError(str(error)) from error

    def close(self) -> None:
        if self._fed and not self._decoder.is_finished():
            raise InflateError("the compressed body ends too early")


class _Identity:
    def feed(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def close(self) -> None:
        return


class _Chain:
    """Several codings applied one after the other; the last applied is undone first."""

    def __init__(self, inflaters: list[Inflater]) -> None:
        self._inflaters = inflaters

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        pieces: Iterator[bytes] = iter((chunk,))
        for inflater in self._inflaters:
            pieces = _through(inflater, pieces)
        return pieces

    def close(self) -> None:
        for inflater in self._inflaters:
            inflater.close()


def _through(inflater: Inflater, pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from inflater.feed(piece)


def make_inflater(content_encoding: str) -> Inflater:
    """Give the inflater for a Content-Encoding header; raises InflateError for unknown codings."""
    codings = [name.strip().lower() for name in content_encoding.split(",")]
    inflaters = [_make(name) for name in reversed(codings) if name not in ("", "identity")]
    if len(inflaters) > 2:
        raise InflateError("too many content codings")
    return inflaters[0] if len(inflaters) == 1 else _Chain(inflaters or [_Identity()])


def _make(name: str) -> Inflater:
    if name in ("gzip", "x-gzip"):
        return _Zlib(gzip=True)
    if name == "deflate":
        return _Zlib(gzip=False)
    if name == "br":
        return _Brotli()
    raise InflateError(f"unknown content coding {name[:40]!r}")
