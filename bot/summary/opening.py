"""An article's whole text where its page shows the lead apart from the body.

Pure. The lead is the publisher's own summary: nothing is a better opening. What a page only tells
search engines may be cut, of another subject, or the body's own first words; that is no lead.
"""

from bot.news.lead import strip_marks
from bot.summary.sentences import CLOSERS, TERMINATORS
from bot.summary.words import list_stems, list_words

SHORTEST_LEAD = 8  # words
OF_THE_ARTICLE = 0.3  # share of a lead's words that its article uses, title included
SAID_ALREADY = 0.8  # share of a lead's words that one paragraph holds
FIRST_PARAGRAPHS = 5


def join_lead(title: str, lead: str, text: str, language: str) -> str:
    """Give the text with its lead before it, unless it is there already or is none."""
    lead, is_cut = strip_marks(lead)
    ending = lead.rstrip(CLOSERS)[-1:]
    if is_cut or not ending or ending not in TERMINATORS or lead.endswith(("…", "...")):
        return text
    stems = set(list_stems(list_words(lead), language))
    whole = f"{title}\n{text}"
    if len(lead.split()) < SHORTEST_LEAD or _share(stems, whole, language) < OF_THE_ARTICLE:
        return text
    opening = text.splitlines()[:FIRST_PARAGRAPHS]
    if any(_share(stems, paragraph, language) >= SAID_ALREADY for paragraph in opening):
        return text
    return f"{lead}\n{text}"


def _share(stems: set[str], text: str, language: str) -> float:
    """Give the share of the stems that a text holds."""
    found = stems & set(list_stems(list_words(text), language))
    return len(found) / (len(stems) or 1)
