"""Reading one HTTP/1.1 answer from the pieces that a connection gives (pure)."""

from collections.abc import Mapping

_LARGEST_HEAD = 1 << 16
_LARGEST_BODY = 1 << 26
_END = b"\r\n\r\n"


class BadAnswer(ValueError):
    """What came is no answer of HTTP/1.1, or longer than any that is expected."""


class AnswerReader:
    """Takes pieces until the answer is whole.

    `status` and `keeps_open`, whether the connection may serve another request, are known then.
    """

    def __init__(self) -> None:
        self._received = b""
        self._headers: Mapping[bytes, bytes] | None = None
        self._length: int | None = None  # None: up to the connection's end, or in chunks
        self.status = 0
        self.keeps_open = False

    def feed(self, piece: bytes) -> bytes | None:
        """Take a piece; gives the body once it is whole. Raises BadAnswer."""
        self._received = self._received + piece if self._received else piece
        while self._headers is None:
            if not self._read_head():
                return None
        if self._length is not None:
            return self._read_counted(self._length)
        if self._headers.get(b"transfer-encoding", b"").lower() == b"chunked":
            return self._read_chunks()
        if len(self._received) > _LARGEST_BODY:
            raise BadAnswer("an endless body")
        self.keeps_open = False
        return None

    def end(self) -> bytes | None:
        """Take the end of the connection; gives a body that only it could end, else None."""
        is_open_ended = (
            self._headers is not None
            and self._length is None
            and b"transfer-encoding" not in self._headers
        )
        return self._received if is_open_ended else None

    def _read_head(self) -> bool:
        """Read status and headers if they are there; those of an interim answer are skipped."""
        head, found, rest = self._received.partition(_END)
        if not found:
            if len(head) > _LARGEST_HEAD:
                raise BadAnswer("an endless head")
            return False
        self._received = rest
        first, *lines = head.split(b"\r\n")
        version, _, status = first.partition(b" ")
        if version not in (b"HTTP/1.1", b"HTTP/1.0") or not status[:3].isdigit():
            raise BadAnswer("no status line")
        self.status = int(status[:3])
        if self.status < 200:
            return True
        headers: dict[bytes, bytes] = {}
        for line in lines:
            name, _, value = line.partition(b":")
            headers[name.strip().lower()] = value.strip()
        self._headers = headers
        self._length = self._find_length(headers)
        self.keeps_open = (
            version == b"HTTP/1.1" and headers.get(b"connection", b"").lower() != b"close"
        )
        return True

    def _find_length(self, headers: Mapping[bytes, bytes]) -> int | None:
        if self.status in (204, 304):
            return 0
        length = headers.get(b"content-length")
        if length is None or b"transfer-encoding" in headers:
            return None
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            raise BadAnswer("a wrong length")
        return int(length)

    def _read_counted(self, length: int) -> bytes | None:
        if len(self._received) < length:
            return None
        if len(self._received) > length:
            self.keeps_open = False  # nobody asked for more
            return self._received[:length]
        return self._received

    def _read_chunks(self) -> bytes | None:
        """Join the chunks if the last one is there; few answers come in many pieces."""
        if len(self._received) > _LARGEST_BODY:
            raise BadAnswer("an endless body")
        at, chunks = 0, []
        while True:
            line_end = self._received.find(b"\r\n", at)
            if line_end < 0:
                return None
            size = _chunk_size(self._received[at:line_end])
            start, end = line_end + 2, line_end + 2 + size
            if size == 0:
                break
            if len(self._received) < end + 2:
                return None
            chunks.append(self._received[start:end])
            at = end + 2
        return self._after_chunks(start, b"".join(chunks))

    def _after_chunks(self, at: int, body: bytes) -> bytes | None:
        """Skip the trailer, which ends with an empty line."""
        trailer = b"\r\n" + self._received[at:]
        end = trailer.find(_END)
        if end < 0:
            return None
        if len(trailer) > end + len(_END):
            self.keeps_open = False
        return body


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    try:
        size = int(digits, 16) if digits.isalnum() else -1
    except ValueError:
        size = -1
    if not 0 <= size <= _LARGEST_BODY:
        raise BadAnswer("a wrong chunk")
    return size
