"""A page saved as plain text: breadcrumb, labels, title, body, author, one after another.

Pure. What follows the body under a heading of its own ("Source", "Tags") is no part of the text.
"""

from itertools import takewhile

from bot.news.page import MOST_CHARS, Page, Verdict
from bot.news.page_around import Link, is_part_heading, names_author, names_source
from bot.news.page_fields import is_home

TITLE_WORDS = 30
LABELS = 6
SHORTEST_LEAD = 8  # words


def read_text_page(text: str, url: str) -> Page:
    """Read a page of plain text; without a breadcrumb its first line is the title."""
    lines = [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]
    crumbs = _read_crumbs(lines)
    title, tags = "", []
    if crumbs and crumbs[-1] in lines[1 : LABELS + 2]:
        at = lines.index(crumbs[-1])
        title, tags, lines = crumbs[-1], lines[1:at], lines[at + 1 :]
    elif len(lines) > 2 and len(lines[0].split()) < TITLE_WORDS:
        title, lines = lines[0], lines[1:]
    end = next((i for i, line in enumerate(lines) if is_part_heading(line)), len(lines))
    author, note = _read_author(lines[end:])
    has_lead = bool(crumbs) and end > 1 and len(lines[0].split()) >= SHORTEST_LEAD
    body = "\n".join(lines[:end])[:MOST_CHARS]
    return Page(
        url,
        Verdict.ARTICLE if body else Verdict.NO_ARTICLE,
        title=title,
        lead=lines[0] if has_lead else "",
        text=body,
        author=author,
        author_note=note,
        tags=tuple(tags),
        sections=tuple(crumb for crumb in crumbs[:-1] if not is_home(crumb)),
        breadcrumb=tuple(crumbs),
        related=tuple(Link(line, "") for line in _read_behind_source(lines[end:])),
    )


def _read_crumbs(lines: list[str]) -> list[str]:
    crumbs = [crumb.strip() for crumb in lines[0].split(" > ")] if lines else []
    return crumbs if len(crumbs) > 1 else []


def _read_behind_source(lines: list[str]) -> list[str]:
    """List the titles between the heading of the source and the next one."""
    if not lines or not names_source(lines[0]):
        return []
    return list(takewhile(lambda line: not is_part_heading(line), lines[1:]))


def _read_author(lines: list[str]) -> tuple[str | None, str | None]:
    """Give name and note behind the heading about the author."""
    at = next((i for i, line in enumerate(lines) if names_author(line)), None)
    if at is None:
        return None, None
    name, note = [*lines[at + 1 : at + 3], "", ""][:2]
    return name or None, None if is_part_heading(note) else note or None
