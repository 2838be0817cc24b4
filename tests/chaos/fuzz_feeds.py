"""Bytes that libFuzzer finds, on the way from an answer to a feed or a page.

`pip install atheris; python -m tests.chaos.fuzz_feeds CORPUS_FOLDER -max_total_time=60`. Anything
but a record or a FeedError is a crash; so is whatever takes more than 10 seconds.
"""

import sys

import atheris

with atheris.instrument_imports(include=["bot.news", "feedparser"]):
    from bot.news.feed import read_feed
    from bot.news.page import read_page
    from storage.errors import FeedError

URL = "https://gazette.example/feed.xml"
NOW = 1_800_000_000.0
TYPES = ("", "text/xml", "application/json", "text/html; charset=latin-1", "x/y; charset=utf-16")


def try_bytes(data: bytes) -> None:
    """Read the same bytes as a feed and as a page; the first byte chooses the type."""
    if not data:
        return
    headers = {"content-type": TYPES[data[0] % len(TYPES)]}
    for read in (lambda: read_feed(data[1:], headers, URL, NOW),
                 lambda: read_page(data[1:], headers, URL)):  # fmt: skip
        try:
            read()
        except FeedError:
            pass


if __name__ == "__main__":
    atheris.Setup([*sys.argv, "-timeout=10", "-max_len=65536"], try_bytes)
    atheris.Fuzz()
