"""A post: the message that carries an article, and the buttons under it. Pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from handlers.callbacks import FollowDiscussion, ShowTags, Summarize, WriteComment
from handlers.markup import Markup, bold, cut, is_blank, join, link, one_line
from handlers.messages.dates import show_date
from handlers.messages.message import Button, Message, Preview, Rows
from handlers.texts import Catalogue
from storage.model import Article, ArticleTag, Language
from storage.tag_names import hashtag

MOST_TITLE = 300
MOST_LEAD = 600
MOST_NAME = 80
MOST_TAGS = 12
MOST_HASHTAG = 100


@dataclass(frozen=True, slots=True)
class Features:
    """What is built in beside the main job; its buttons and commands appear with it."""

    summaries: bool = False
    comments: bool = False
    chat_model: bool = False  # summaries may be written by the operator's chat endpoint


def render_post(
    article: Article, language: Language, texts: Catalogue, features: Features
) -> Message:
    """Give the message that carries an article to readers of a language."""
    lead = cut(one_line(article.lead), MOST_LEAD)
    tags = " ".join(_tag_words(article.tags))
    foot = join("\n", [source_line(article, language), tags])
    head = bold(link(shown_title(article, language, texts), article.url))
    picture = article.image_url or article.url
    return Message(
        join("\n\n", [head, "" if is_blank(lead) else lead, foot]),
        rows=post_rows(article, language, texts, features),
        preview=None if picture is None else Preview(picture),
    )


def post_rows(
    article: Article,
    language: Language,
    texts: Catalogue,
    features: Features,
    *,
    follows_discussion: bool = False,
) -> Rows:
    """Give the buttons under a post."""

    def label(key: str) -> Markup:
        return texts.text(language, key)

    first: list[Button] = []
    second: list[Button] = []
    if features.summaries:
        first.append(Button(label("post_summary"), Summarize(article.id)))
    if features.comments:
        key = "post_unfollow_discussion" if follows_discussion else "post_follow_discussion"
        first.append(Button(label("post_comment"), WriteComment(article.id)))
        second.append(Button(label(key), FollowDiscussion(article.id)))
    if article.tags:
        second.append(Button(label("post_tags"), ShowTags(article.id)))
    return tuple(tuple(row) for row in (first, second) if row)


def shown_title(article: Article, language: Language, texts: Catalogue) -> str:
    """Give an article's title, or what stands for it where it has none."""
    title = one_line(article.title)
    if not is_blank(title):
        return cut(title, MOST_TITLE)
    host = urlsplit(article.url).hostname if article.url else None
    return host or texts.text(language, "post_untitled")


def source_line(article: Article, language: Language) -> Markup:
    """Give feed, author and date, those that are known."""
    names = [one_line(name or "") for name in (article.feed_title, article.author)]
    shown = [cut(name, MOST_NAME) for name in dict.fromkeys(names) if not is_blank(name)]
    return Markup(f"<i>{join(' · ', [*shown, show_date(article.published_at, language)])}</i>")


def _tag_words(tags: tuple[ArticleTag, ...]) -> list[str]:
    """Give tags as hashtags that Telegram links, or as they are where it links none."""
    words: list[str] = []
    for tag in tags:
        word = hashtag(tag.label)
        shown = f"#{word}" if 0 < len(word) <= MOST_HASHTAG else cut(one_line(tag.label), 40)
        if shown not in words and not is_blank(shown):
            words.append(shown)
    return words[:MOST_TAGS]
