"""What is published now: articles in order, and the instant at which each paper last changed.

Invariant: two states of a paper never share a last-modified second, so that a client which holds
the older one is never told that nothing has changed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.newsroom.articles import Article, Publication

MODIFIED_BACKDATE = 60  # seconds: leaves room for a burst of changes without dating one ahead


@dataclass(frozen=True, slots=True)
class Published:
    """An article in the archive, with its number and the time it bears."""

    number: int
    published: datetime
    article: Article


class Archive:
    """The articles of every paper; knows nothing of HTTP."""

    def __init__(
        self, publications: Mapping[str, Publication], clock: Callable[[], datetime]
    ) -> None:
        self._publications = publications
        self._clock = clock
        self._articles: dict[str, Published] = {}
        self._withdrawn: set[str] = set()
        self._count = 0
        start = int(clock().timestamp()) - MODIFIED_BACKDATE
        self._modified = dict.fromkeys(publications, start)

    def publish(self, article: Article) -> Published:
        """Add an article; ValueError when its paper is unknown or its id is taken."""
        if article.publication not in self._publications:
            raise ValueError(f"no publication named {article.publication!r}")
        if self.knows(article.id):
            raise ValueError(f"an article named {article.id!r} was published before")
        self._count += 1
        published = article.published or self._clock()
        entry = Published(self._count, published, article)
        self._articles[article.id] = entry
        self._touch(article.publication)
        return entry

    def correct(self, article_id: str, **changes: Any) -> Published:
        """Change fields of an article and note when; KeyError when it is not published."""
        before = self._articles[article_id]
        changes.setdefault("updated", self._clock())
        article = replace(before.article, **changes)
        if (article.id, article.publication) != (article_id, before.article.publication):
            raise ValueError("an article keeps its id and its publication")
        entry = replace(before, article=article)
        self._articles[article_id] = entry
        self._touch(article.publication)
        return entry

    def withdraw(self, article_id: str) -> Published:
        """Take an article out of feed and site; KeyError when it is not published."""
        entry = self._articles.pop(article_id)
        self._withdrawn.add(article_id)
        self._touch(entry.article.publication)
        return entry

    def find(self, article_id: str) -> Published | None:
        """Look an article up by its id."""
        return self._articles.get(article_id)

    def knows(self, article_id: str) -> bool:
        """Tell whether an article was ever published under this id."""
        return article_id in self._articles or article_id in self._withdrawn

    def was_withdrawn(self, article_id: str) -> bool:
        """Tell whether an article was published once and taken back."""
        return article_id in self._withdrawn

    def list_newest(self, publication: str, limit: int) -> list[Published]:
        """The articles of a paper, newest first."""
        mine = [one for one in self._articles.values() if one.article.publication == publication]
        mine.sort(key=lambda one: (one.published, one.number), reverse=True)
        return mine[:limit]

    def list_latest(self, limit: int) -> list[Published]:
        """The last articles that were published, in that order, whatever date they bear."""
        return sorted(self._articles.values(), key=lambda one: one.number)[-limit:]

    def last_modified(self, publication: str) -> datetime:
        """The second at which a paper last changed, as Last-Modified tells it."""
        return datetime.fromtimestamp(self._modified[publication], UTC)

    def _touch(self, publication: str) -> None:
        now = int(self._clock().timestamp()) - MODIFIED_BACKDATE
        self._modified[publication] = max(now, self._modified[publication] + 1)
