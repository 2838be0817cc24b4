"""Tags as publishers write them → the labels of an article (pure)."""

import re
from collections.abc import Iterable

from bot.news.clean import clean_line
from storage.tag_names import clean_label, fold_tag

_MOST = 60
# A list in one element is written without spaces: "ruby,drb,backgroundrb". A comma with a space
# belongs to a name ("Kingston, Ontario", "Vreeland, Frederick"), one between digits to a number.
_LIST_COMMA = re.compile(r"(?<!\d),(?=\S)|,(?=[^\s\d])")
_ADDRESS = re.compile(r"^[a-z][a-z0-9+.\-]*://", re.IGNORECASE)


def published_labels(written: Iterable[str | None]) -> tuple[str, ...]:
    """Give the labels in their order: entities undone, lists split, none twice, none empty."""
    labels: dict[str, str] = {}
    for text in written:
        for part in _split(clean_line(text)) if text else ():
            label = clean_label(part.strip(" ,;"))
            key = None if _ADDRESS.match(label) else fold_tag(label)
            if key is not None:
                labels.setdefault(key, label)
        if len(labels) >= _MOST:
            break
    return tuple(labels.values())[:_MOST]


def _split(text: str) -> list[str]:
    if ", " in text:
        return [text]
    return [part for part in _LIST_COMMA.split(text) if part.strip()]
