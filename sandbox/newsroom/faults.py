"""What can be made to go wrong with an address of the newsroom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_ERROR_PAGE = b"""<!doctype html><html><head><title>Down for maintenance</title></head>
<body><h1>Back in five minutes</h1><p>Our editors are changing a light bulb.</p></body></html>"""


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer given instead of the right one, or before it.

    `delay` seconds pass first; with `status` None the right answer follows. `cut` closes the
    connection halfway through the body.
    """

    status: int | None = None
    body: bytes = b""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    cut: bool = False

    @classmethod
    def server_error(cls, status: int = 500) -> "Fault":
        """The site answers with an error page."""
        return cls(status, _ERROR_PAGE, "text/html")

    @classmethod
    def slow(cls, seconds: float) -> "Fault":
        """The right answer, late."""
        return cls(delay=seconds)

    @classmethod
    def too_many(cls, retry_after: int | str) -> "Fault":
        """429 with Retry-After: seconds, or an HTTP date."""
        return cls(429, b"Slow down, please.", headers={"Retry-After": str(retry_after)})

    @classmethod
    def not_a_feed(cls) -> "Fault":
        """A page saying 200 where the feed should be."""
        return cls(200, _ERROR_PAGE, "text/html")

    @classmethod
    def gone(cls) -> "Fault":
        """410: the address is given up for good."""
        return cls(410, b"Gone.")

    @classmethod
    def redirect(cls, location: str, *, permanent: bool = False) -> "Fault":
        """301 or 302 to another address."""
        return cls(301 if permanent else 302, headers={"Location": location})

    @classmethod
    def answer(cls, body: bytes, content_type: str, status: int = 200) -> "Fault":
        """Any body at all, for instance 20 MB of it."""
        return cls(status, body, content_type)

    @classmethod
    def cut_short(cls) -> "Fault":
        """The right answer, of which only the first half arrives."""
        return cls(cut=True)
