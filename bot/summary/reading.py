"""Which sentences can stand in a summary, and what each needs before it.

Rules of reading, not of content: they hold whatever the points say. French and English.
"""

import re
from collections.abc import Sequence

from bot.summary.sentences import Sentence

SHORTEST_WORDS = 4
LONGEST_WORDS = 90

_QUOTATION = re.compile(r"^[\W\d]*?[\"«“]|^['‘‹][^\W\d_]")
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

    `whole`: the first sentence is the article's own opening, so that it leans on none before it.
    """

    def __init__(
        self, sentences: Sequence[Sentence], language: str, *, whole: bool = False
    ) -> None:
        closed = sum(sentence.is_closed for sentence in sentences)
        prose = closed * 2 >= len(sentences)
        self.allowed = [
            (sentence.is_closed or not prose)
            and sentence.text.rstrip(" .!?…").count(" ") + 1 >= SHORTEST_WORDS
            and sentence.text.count(" ") < LONGEST_WORDS
            and not sentence.text.rstrip().endswith(":")
            for sentence in sentences
        ]
        self._quotation = [is_quotation(sentence.text) for sentence in sentences]
        self._leans = [leans_on_previous(sentence.text, language) for sentence in sentences]
        self._points_ahead = False
        if whole and self._leans[0]:
            self._leans[0] = False
            self._points_ahead = bool(_POINTS_AHEAD.match(sentences[0].text))

    def can_open(self, index: int) -> bool:
        """Tell whether a summary may begin with this sentence."""
        return self.allowed[index] and not self._quotation[index] and not self._leans[index]

    def reads_well(self, chosen: Sequence[int]) -> bool:
        """Tell whether these, in this (rising) order, open well and lean only on one another."""
        if self._points_ahead and chosen[0] == 0 and 1 not in chosen:
            return False
        return self.can_open(chosen[0]) and all(
            self.allowed[i] and (not self._leans[i] or i - 1 in chosen) for i in chosen
        )
