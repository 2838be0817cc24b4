"""Articles as lists in a message: one line each, and pages that turn in place."""

from collections.abc import Callable

from handlers.callbacks import Payload
from handlers.markup import Markup, cut, join, link, one_line
from handlers.messages import Button
from handlers.messages.dates import show_day
from handlers.messages.post import shown_title
from handlers.turn import Turn
from storage.model import Article

MOST_TITLE = 120
MOST_NAME = 40


def article_line(turn: Turn, article: Article, *, mark: str = "•") -> Markup:
    """Give an article's linked title with its feed and day."""
    title = cut(shown_title(article, turn.language, turn.texts), MOST_TITLE)
    feed = cut(one_line(article.feed_title or ""), MOST_NAME)
    about = join(", ", [feed, show_day(article.published_at, turn.language)])
    return Markup(f"{mark} {link(title, article.url)} <i>({about})</i>")


def page_buttons(
    turn: Turn, page: int, has_more: bool, press: Callable[[int], Payload]
) -> tuple[Button, ...]:
    """Give the buttons to the page before and the page after, those that there are."""
    before = (turn.button("previous_button", press(page - 1)),) if page > 0 else ()
    after = (turn.button("next_button", press(page + 1)),) if has_more else ()
    return before + after
