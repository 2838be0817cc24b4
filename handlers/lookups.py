"""What a button or a command names; where it is gone, a Refusal says so kindly."""

from storage.articles import find_article
from storage.comment_model import Comment
from storage.comments import find_comment
from storage.database import Transaction
from storage.errors import Refusal
from storage.model import Article, Tag
from storage.tags import find_tag_by_id


async def get_article(tx: Transaction, article_id: int) -> Article:
    """Give an article."""
    article = await find_article(tx, article_id)
    if article is None:
        raise Refusal("article_gone")
    return article


async def get_tag(tx: Transaction, tag_id: int) -> Tag:
    """Give a tag."""
    tag = await find_tag_by_id(tx, tag_id)
    if tag is None:
        raise Refusal("tag_gone")
    return tag


async def get_comment(tx: Transaction, comment_id: int) -> Comment:
    """Give a comment, whatever its state."""
    comment = await find_comment(tx, comment_id)
    if comment is None:
        raise Refusal("comment_gone")
    return comment


async def get_shown_comment(tx: Transaction, comment_id: int) -> Comment:
    """Give a comment that readers see."""
    comment = await get_comment(tx, comment_id)
    if comment.shown is None:
        raise Refusal("comment_gone")
    return comment


async def get_authored_comment(tx: Transaction, comment_id: int) -> Comment:
    """Give a comment whose author is still known."""
    comment = await get_comment(tx, comment_id)
    if comment.author_id is None:
        raise Refusal("comment_gone")
    return comment
