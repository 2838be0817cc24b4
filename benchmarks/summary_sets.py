"""The articles that benchmarks.summaries runs on: a jsonl of title, text and ref on each line."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# OrangeSum's validation split, which lies beside the project where it is developed.
VALIDATION = Path(__file__).parents[2] / "shared" / "summary" / "orangesum_valid.jsonl"

Item = dict[str, Any]


def read_items(path: Path, limit: int | None) -> list[Item]:
    """Read the first lines, or all."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[:limit] if line.strip()]


def get_refs(item: Item) -> list[str]:
    """Give the references of an item: one, or several."""
    refs = item.get("refs") or item["ref"]
    return [refs] if isinstance(refs, str) else list(refs)


def put_lead_back(items: Sequence[Item]) -> list[Item]:
    """Give articles that open with their human lead again; the title, kept back, is the reference.

    The lead cannot be: a summary that begins with it would be scored against itself.
    """
    return [
        {"title": "", "text": f"{get_refs(item)[0]}\n{item['text']}", "ref": item["title"]}
        for item in items
    ]
