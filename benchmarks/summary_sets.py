"""The articles that benchmarks.summaries runs on: a jsonl of title, text and ref on each line.

Where the lead is kept there are three: the lead put back and the title, kept back, as reference;
the same with the lead itself as reference; and what English feeds carry, against its title.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.news.entries import to_article
from bot.news.feed import read_feed
from bot.summary.words import guess_language
from storage.errors import FeedError

# What lies beside the project where it is developed: OrangeSum's validation split, captured feeds.
_SHARED = Path(__file__).parents[2] / "shared"
VALIDATION = _SHARED / "summary" / "orangesum_valid.jsonl"
FEEDS = _SHARED / "feeds"

SHORTEST_TEXT = 150  # words
SHORTEST_TITLE = 4
FROM_ONE_FEED = 15

Item = dict[str, Any]


def read_items(path: Path, limit: int | None) -> list[Item]:
    """Read the first lines, or all."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:limit] if line.strip()]


def get_refs(item: Item) -> list[str]:
    """Give the references of an item: one, or several."""
    refs = item.get("refs") or item["ref"]
    return [refs] if isinstance(refs, str) else list(refs)


def put_lead_back(items: Sequence[Item], *, score_lead: bool = False) -> list[Item]:
    """Give articles that open with their human lead again.

    The reference is the title, kept back; or the lead, which says how much of it is lost.
    """
    return [
        {
            "title": "",
            "text": f"{get_refs(item)[0]}\n{item['text']}",
            "ref": get_refs(item)[0] if score_lead else item["title"],
        }
        for item in items
    ]


def read_feed_items(paths: Iterable[Path], language: str, limit: int | None) -> list[Item]:
    """Give the full texts that feeds carry in a language; the title, kept back, is the reference.

    No more than a few of each feed, so that none decides.
    """
    items = [item for path in sorted(paths) for item in _read_feed_items(path, language)]
    return items[:limit]


def _read_feed_items(path: Path, language: str) -> Iterator[Item]:
    try:
        entries = read_feed(path.read_bytes(), {}, f"https://feed.invalid/{path.name}", 0.0).entries
    except FeedError:
        return
    texts: set[str] = set()
    for article in map(to_article, entries):
        enough = len(article.body.split()) >= SHORTEST_TEXT
        titled = len(article.title.split()) >= SHORTEST_TITLE
        if not enough or not titled or article.body in texts:
            continue
        if guess_language(article.body, default="") == language:
            texts.add(article.body)
            yield {"title": "", "text": article.body, "ref": article.title}
        if len(texts) == FROM_ONE_FEED:
            return
