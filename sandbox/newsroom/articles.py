"""What the newsroom publishes, and the sample files it is read from.

A sample is a Markdown file: TOML between two `+++` lines, then paragraphs between blank lines.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

SAMPLES = Path(__file__).resolve().parent.parent / "samples"

FeedFormat = Literal["wordpress", "atom", "rss", "json"]


@dataclass(frozen=True, slots=True)
class Publication:
    """A paper of the newsroom: one feed, one front page, its authors with their notes."""

    key: str
    title: str
    language: str
    format: FeedFormat
    path: str
    description: str = ""
    authors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Article:
    """One article; `published` None means at the moment it is published."""

    id: str
    publication: str
    title: str
    lead: str = ""
    body: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    section: str = ""
    source: str = ""
    published: datetime | None = None
    updated: datetime | None = None

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The lead and the body, in reading order."""
        return (self.lead, *self.body) if self.lead else self.body


def load_publications(folder: Path = SAMPLES) -> tuple[Publication, ...]:
    """Read the papers of a samples folder, in the order of the file."""
    tables = tomllib.loads((folder / "publications.toml").read_text("utf-8"))
    return tuple(Publication(key=key, **table) for key, table in tables.items())


def load_samples(folder: Path = SAMPLES) -> tuple[Article, ...]:
    """Read the sample articles, oldest first."""
    articles = [read_article(path) for path in (folder / "articles").glob("*.md")]
    return tuple(sorted(articles, key=lambda article: (article.published or _NEVER, article.id)))


def read_article(path: Path) -> Article:
    """Read one sample file; its name without suffix is the article's id."""
    return parse_article(path.stem, path.read_text("utf-8"))


def parse_article(article_id: str, text: str) -> Article:
    """Read an article out of a sample's text; ValueError says what is missing."""
    opening, header, body = [*text.split("+++\n", 2), "", ""][:3]
    if opening or not body:
        raise ValueError(f"sample {article_id}: no header between two +++ lines")
    fields: dict[str, Any] = tomllib.loads(header)
    published = fields.pop("date", None)
    fields["tags"] = tuple(fields.get("tags", ()))
    paragraphs = tuple(part.strip() for part in body.split("\n\n") if part.strip())
    return Article(id=article_id, body=paragraphs, published=published, **fields)


def make_slug(title: str) -> str:
    """Turn a title into the last part of an address: ASCII, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].rstrip("-") or "article"


_NEVER = datetime.min.replace(tzinfo=UTC)
