"""Why a feed cannot be read, in English for the shell, as the operators' chat says it."""

from handlers.feed_words import error_words
from handlers.markup import plain
from handlers.texts import Catalogue


def describe_trouble(code: str) -> str:
    """Give the words for a FeedError's code."""
    return plain(error_words(code, "en", Catalogue.load()))
