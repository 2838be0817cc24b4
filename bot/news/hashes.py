"""Whether the bytes of a feed are those of the last poll (pure)."""

import hashlib
import re

_MOVING = re.compile(
    rb"<(lastBuildDate|pubDate|updated|modified|dc:date|slash:comments|thr:total|ttl)\b[^<>]*>"
    rb"[^<]*</\1\s*>",
    re.IGNORECASE,
)


def body_hash(body: bytes) -> str:
    """Give the hash of the bytes as they came."""
    return hashlib.sha256(body).hexdigest()


def clean_hash(body: bytes) -> str:
    """Give the hash of the bytes without dates, counters and comments of the publisher."""
    return hashlib.sha256(_MOVING.sub(b"", _without_comments(body))).hexdigest()


def _without_comments(body: bytes) -> bytes:
    kept: list[bytes] = []
    start = 0
    while (found := body.find(b"<!--", start)) >= 0:
        end = body.find(b"-->", found)
        if end < 0:
            break
        kept.append(body[start:found])
        start = end + 3
    return b"".join([*kept, body[start:]])
