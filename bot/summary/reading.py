"""Which sentences can stand in a summary, and what each needs before it.

Rules of reading, not of content: they hold whatever the points say. French and English.
"""

import re
from collections.abc import Sequence

from bot.summary.sentences import Sentence

SHORTEST_WORDS = 4
LONGEST_WORDS = 90
UNCLOSED_WORDS = 12  # a first line so long is a sentence that lost its full stop, not a title
LEAD_SENTENCES = 3  # an opening paragraph of more is not the lead but the article itself
LEAD_WORDS = 80

_QUOTATION = re.compile(r"^[\W\d]*?[\"«“]|^['‘‹][^\W\d_]")
# Words in quotation marks that the sentence goes on from: "« Dune » sort mercredi".
_NAME = re.compile(
    r"""^[«“"][ \u00a0\u202f]?(?:[^\s«»“”".!?…,]+[ \u00a0\u202f]?){1,5}[»”"][ ]
        (?!(?:dit|lance|répond|répète|explique|assure|clame|crie|sourit|soupire|peste|insiste|résume
          |he|she|they|said|says|reads?|replie[ds]|told|asked|asks|shouted|writes|wrote)\b)
        [a-zà-ÿ]""",
    re.VERBOSE,
)
# A sentence that leans on the one before it: "Il", "Celle-ci", "Mais", "She". "Il y a" does not.
_LEANS = {
    "fr": re.compile(
        r"""^\W*(?: (?: ils?(?![ \u00a0](?:y|faut|fait|reste|existe|pleut|neige)\b) | elles? | ceux
          | celles? | celui | cela | ça | son | sa | ses | leurs? | ce[ ](?:dernier|sont|qui|que)
          | cette[ ]dernière | ces[ ]derni[eè]re?s | mais | or | et | car | donc | puis | ensuite
          | cependant | toutefois | pourtant | néanmoins | en[ ]revanche )(?!\w)
          | c['’] | ce[ ]n['’] )""",
        re.IGNORECASE | re.VERBOSE,
    ),
    "en": re.compile(
        r"""^\W*(?: he | she | it | they | this | that | these | those | his | hers? | its | their
          | but | and | so | then | however | yet | nevertheless | instead | otherwise | meanwhile
          | also )(?!\w)""",
        re.IGNORECASE | re.VERBOSE,
    ),
}
# Who is meant, an article's first sentence may leave to its second: "He waited 25 years. A man …"
_POINTS_AHEAD = re.compile(
    r"\W*(?:ils?|elles?|ceux|celles?|celui|son|sa|ses|leurs?|he|she|they|his|hers?|their)(?!\w)",
    re.IGNORECASE,
)


def is_quotation(text: str) -> bool:
    """Tell whether it opens with a quotation."""
    return bool(_QUOTATION.match(text))


def leans_on_previous(text: str, language: str) -> bool:
    """Tell whether it opens with a word whose meaning the sentence before it gives."""
    return language in _LEANS and bool(_LEANS[language].match(text))


class Readability:
    """The rules for one article: which sentences may be taken, and which sets of them read well.

    `whole`: the text still opens with its lead. Then its first sentence leans on none before it,
    though it may leave to the second who is meant; `lead` is the paragraph that it opens. Headings
    may stand above it.
    """

    def __init__(
        self, sentences: Sequence[Sentence], language: str, *, whole: bool = False
    ) -> None:
        closed = sum(sentence.is_closed for sentence in sentences)
        prose = closed * 2 >= len(sentences)
        self.allowed = [
            _may_stand(sentence, closed=sentence.is_closed or not prose) for sentence in sentences
        ]
        self._quotation = [is_quotation(sentence.text) for sentence in sentences]
        self._leans = [leans_on_previous(sentence.text, language) for sentence in sentences]
        self._points_ahead: int | None = None
        self.lead = range(0)
        if whole:
            self._ease_opening(sentences)
            self.lead = _find_lead(sentences, self.allowed)

    def can_open(self, index: int) -> bool:
        """Tell whether a summary may begin with this sentence."""
        return self.allowed[index] and not self._quotation[index] and not self._leans[index]

    def reads_well(self, chosen: Sequence[int]) -> bool:
        """Tell whether these, in this (rising) order, open well and lean only on one another."""
        if chosen[0] == self._points_ahead and chosen[0] + 1 not in chosen:
            return False
        return self.can_open(chosen[0]) and all(
            self.allowed[i] and (not self._leans[i] or i - 1 in chosen) for i in chosen
        )

    def list_inseparable(self) -> tuple[int, ...]:
        """List the opening and its neighbour, where only both together say who is meant."""
        if self._points_ahead is None:
            return ()
        pair = (self._points_ahead, self._points_ahead + 1)
        return pair if self.reads_well(pair) else ()

    def _ease_opening(self, sentences: Sequence[Sentence]) -> None:
        """Ask nothing of the article's own opening that only a sentence before it could give."""
        first = sentences[0]
        if not first.is_closed and first.text.count(" ") + 1 >= UNCLOSED_WORDS:
            self.allowed[0] = _may_stand(first, closed=True)
        start = next((i for i, allowed in enumerate(self.allowed) if allowed), 0)
        if any(each.is_closed or each.text.endswith(":") for each in sentences[:start]):
            return
        if _NAME.match(sentences[start].text):
            self._quotation[start] = False
        if self._leans[start]:
            self._leans[start] = False
            if _POINTS_AHEAD.match(sentences[start].text):
                self._points_ahead = start
                self._leans[start] = not self._explains(sentences, start + 1)

    def _explains(self, sentences: Sequence[Sentence], index: int) -> bool:
        """Tell whether a sentence can say who was meant before it: no quotation, no pronoun."""
        return (
            index < len(sentences)
            and not self._quotation[index]
            and not _POINTS_AHEAD.match(sentences[index].text)
        )


def _may_stand(sentence: Sentence, *, closed: bool) -> bool:
    """Tell whether it is a sentence that says something by itself: no title, stub or colon."""
    return (
        closed
        and sentence.text.rstrip(" .!?…").count(" ") + 1 >= SHORTEST_WORDS
        and sentence.text.count(" ") < LONGEST_WORDS
        and not sentence.text.rstrip().endswith(":")
    )


def _find_lead(sentences: Sequence[Sentence], allowed: Sequence[bool]) -> range:
    """Find the paragraph of the first sentence that may stand, unless the article is in it."""
    start = next((i for i, may_stand in enumerate(allowed) if may_stand), 0)
    end = start
    while end < len(sentences) and sentences[end].paragraph == sentences[start].paragraph:
        end += 1
    words = sum(sentence.text.count(" ") + 1 for sentence in sentences[start:end])
    short = end - start <= LEAD_SENTENCES and words <= LEAD_WORDS and end < len(sentences)
    return range(start, end if short else start)
