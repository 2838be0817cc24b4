"""Send every captured feed through `relais feeds inspect` and compare with feedparser's answer.

Usage: python benchmarks/feed_corpus.py FOLDER [TABLE.csv]. Prints the sums; the table has a row
for each feed: entries, and how many lack tags, an author or a date, ours and theirs.
"""

import asyncio
import csv
import io
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import feedparser

from bot.inspect import inspect_source
from storage.errors import FeedError

COLUMNS = ("entries", "no_tags", "no_author", "no_date", "no_title", "no_link")


def their_counts(body: bytes) -> Counter[str]:
    """Count what feedparser gives on its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = feedparser.parse(
            io.BytesIO(body), response_headers={"content-type": "application/xml"}
        )
    counts: Counter[str] = Counter(entries=len(result.entries))
    for entry in result.entries:
        date = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
        counts["no_tags"] += not any(tag["term"] for tag in dict.get(entry, "tags") or ())
        counts["no_author"] += not dict.get(entry, "author")
        counts["no_date"] += date is None
        counts["no_title"] += not dict.get(entry, "title")
        counts["no_link"] += not dict.get(entry, "link")
    return counts


async def our_counts(path: Path) -> Counter[str]:
    """Count what an inspection gives."""
    inspection = await inspect_source(str(path), allow_private=False)
    counts: Counter[str] = Counter(entries=len(inspection.articles))
    for article in inspection.articles:
        counts["no_tags"] += not article.tags
        counts["no_author"] += not article.author
        counts["no_date"] += article.published_at is None
        counts["no_title"] += not article.title
        counts["no_link"] += not article.url
    return counts


def main() -> None:
    """Compare feed by feed."""
    paths = sorted(p for p in Path(sys.argv[1]).iterdir() if p.suffix != ".csv")
    rows, failed, sums = [], 0, {"ours": Counter[str](), "theirs": Counter[str]()}
    start = time.perf_counter()
    for path in paths:
        theirs = their_counts(path.read_bytes())
        try:
            ours = asyncio.run(our_counts(path))
        except FeedError as error:
            failed += 1
            print(f"failed: {error}")
            continue
        sums["ours"] += ours
        sums["theirs"] += theirs
        rows.append([path.name, *(count[c] for c in COLUMNS for count in (ours, theirs))])
        if ours["entries"] != theirs["entries"]:
            print(f"{path.name}: {ours['entries']} entries, feedparser {theirs['entries']}")
    if len(sys.argv) > 2:
        with Path(sys.argv[2]).open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["feed", *(f"{c}_{who}" for c in COLUMNS for who in sums)])
            table.writerows(rows)
    print(f"{len(paths)} feeds, {failed} failed, {time.perf_counter() - start:.0f} s")
    for column in COLUMNS:
        print(f"{column:10} ours {sums['ours'][column]:5}  theirs {sums['theirs'][column]:5}")


if __name__ == "__main__":
    main()
