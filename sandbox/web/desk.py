"""The editor's desk of the page: publish, correct and withdraw articles from what a form holds."""

from typing import Any

from sandbox.newsroom import Article, Newsroom
from sandbox.newsroom.articles import make_slug

Json = dict[str, Any]

ACTIONS = ("publish", "correct", "withdraw")


def edit_newsroom(newsroom: Newsroom, action: str, asked: Json) -> Json:
    """Do one of `ACTIONS`; KeyError or ValueError says what the form lacks."""
    if action == "withdraw":
        newsroom.withdraw(str(asked["id"]))
        return {}
    fields = read_form(asked)
    if action == "correct":
        return {"id": newsroom.correct(str(asked["id"]), **fields).id}
    publication = str(asked["publication"])
    article = Article(_free_id(newsroom, str(fields["title"])), publication, **fields)
    return {"id": article.id, "url": newsroom.publish(article)}


def read_form(asked: Json) -> Json:
    """Read an article's fields: tags between commas, paragraphs between blank lines."""
    fields: Json = {
        name: str(asked.get(name, "")).strip() for name in ("title", "lead", "author", "section")
    }
    if not fields["title"]:
        raise ValueError("an article needs a title")
    tags = (tag.strip(" #") for tag in str(asked.get("tags", "")).split(","))
    paragraphs = (part.strip() for part in str(asked.get("body", "")).split("\n\n"))
    fields["tags"] = tuple(tag for tag in tags if tag)
    fields["body"] = tuple(part for part in paragraphs if part)
    return fields


def _free_id(newsroom: Newsroom, title: str) -> str:
    slug = candidate = make_slug(title)
    number = 1
    while newsroom.knows(candidate):
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
