"""A newsroom that is empty, on a port of the kernel's choice, and articles made for one test."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.newsroom import Article, Newsroom


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    """A running newsroom with the four sample papers and no article yet."""
    async with Newsroom() as room:
        yield room


def make_article(article_id: str, **fields: Any) -> Article:
    """Make a short article; every field can be overridden."""
    defaults: dict[str, Any] = {
        "publication": "courrier",
        "title": f"Article {article_id}",
        "lead": "Un chapeau court.",
        "body": ("Un premier paragraphe.", "Un second."),
        "tags": ("5G",),
        "author": "Solène Marquevert",
        "section": "Smartphones",
    }
    return Article(id=article_id, **{**defaults, **fields})
