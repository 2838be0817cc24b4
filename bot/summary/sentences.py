"""Text to sentences: sentencex, with what it gets wrong in French and English news repaired.

Pure. Every sentence is a stripped slice of its (NFC) paragraph; nothing is lost but space.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sentencex import segment

TERMINATORS = ".!?…。!?।؟۔"
CLOSERS = " \u00a0\u202f\"'”’»)]」』"

# A piece that ends with one of these is not over: titles before a name, "cf.", "p. 12".
_ABBREVIATIONS = frozenset(
    "m mm mme mmes mlle mlles me mgr dr drs pr prof st ste sts vve cf env av apr art al p pp"
    " vol n no nos fig éd ed chap tél tel bd boul boulev fbg hab ind réf ref ann coll trad mr"
    " mrs ms messrs gen gén capt cpt col lt sgt maj adm rev hon sen rep gov pres vs approx"
    " dept est inc ltd corp bros ave jan feb aug sept oct nov dec janv févr juil déc".split()
)
# The ones that may also end a sentence: what follows decides.
_SOFT_ABBREVIATIONS = frozenset(
    "etc inc ltd corp bros ave st est hab p n no ed al me ind col coll sept oct nov dec jan"
    " feb aug av art mm ms gen pres".split()
)
_INITIAL_IS_A_WORD_AFTER = frozenset(
    "vitamine vitamines plan groupe catégorie série classe ligne point hépatite type option"
    " annexe niveau zone lot étage bâtiment hall terminal quai porte ligue division serie"
    " vitamin group category class line hepatitis appendix level grade and et ou or".split()
)
_OPENING_WORDS = frozenset(
    "le la les l un une des du de d il elle ils elles on ce cet cette ces c cela ça ceux"
    " celui celle je nous vous tu j son sa ses leur leurs mon ma mes notre nos votre vos au"
    " aux en dans sur sous pour par avec sans selon après avant depuis pendant mais or et ou"
    " car donc puis ainsi alors enfin ensuite toutefois cependant pourtant si quand lorsque"
    " comme que qui quoi où à tous toute toutes tout aucun aucune plusieurs certains certaines"
    " deux trois quatre the a an this that these those it he she they we you i his her their"
    " our in on at for from by with but and or so then when while after before since if as"
    " there here what who why how no not most some many both aujourd hier demain face malgré"
    " outre chez vers lors dès entre contre parmi quant voici voilà d'autres autre d’autres"
    " néanmoins désormais actuellement".split()
)

_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*|n°)\.[\"'”’»)\]]*$")
_INITIAL = re.compile(r"(?:^|[\s(\[«“\"'’.-])([^\W\d_a-zà-öø-ÿ])\.$")
_FIRST_WORD = re.compile(r"[\W_]*([^\W\d_]+)")
_ERA = re.compile(r"\b(?:av|apr)\. ?J\.-C\.$")
# A sentence glued to the next one: "fin.Début", "tonnes.35 wagons", "fin».Un", "fin.« Oui". Each
# pattern starts with its rarest character and looks behind it, which is what makes it quick.
_GLUED = re.compile(
    r"[.!?…](?:(?<=[^\W\d_]{2}.)|(?<=[\d%€)\]”»!?….].))[.!?…]*[”»]?"
    r"(?=[A-ZÀ-ÖØ-Þ«“][\w'’ \u00a0\u202f])"
    r"|[.!?…](?<=[a-zà-öø-ÿ]{4}.)[.!?…]*(?=\d)"
    r"|[”»](?<=[.!?….].)(?=[A-ZÀ-ÖØ-Þ«“])"
)
# What sentencex leaves whole though a sentence may end there: "etc. Les", "2 m. Leur".
_MISSED = re.compile(r"[.…][”»)]? (?=[A-ZÀ-ÖØ-Þ«“])")
_INNER_END = re.compile(r"[.!?…”»]")  # one of these is in both
# A title glued to the sentence after it ("selon un otageLa prise"): only before a function word,
# for names are written so too ("SpaceX", "YouTube").
_CAPITAL_INSIDE = re.compile(r"[A-ZÀÉ](?:(?<=[a-zà-öø-ÿ]{2}.)|(?<=\w[”»].))")
_SENTENCE_START = re.compile(
    r"(?:Les?|La|Une?|Des|Ce(?:tte|t|s)?|Ils?|Elles?|Dans|Selon|Depuis|Pour|Mais|Lors|Après|Avant|Alors"
    r"|Ainsi|En|Au|Aux|À|Sur|Si|The|This|It|In)[ \u00a0]|(?:L|D|C|Aujourd)['’]\w"
)
_ENDING = 40  # characters looked at for an abbreviation
_ABBREVIATION_ENDS = ".)]’"
_STRAIGHT_QUOTE = re.compile(r'"')
_WEB_NAME = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; `paragraph` counts the non-empty lines from 0."""

    text: str
    paragraph: int

    @property
    def is_closed(self) -> bool:
        """Tell whether it ends as sentences do; titles and list items do not."""
        ending = self.text.rstrip(CLOSERS)[-1:]
        return ending != "" and ending in TERMINATORS


def split_sentences(text: str, language: str) -> list[Sentence]:
    """Split a text, one paragraph a line, into its sentences in order.

    A line that goes on in lower case is taken for a wrapped one and joined to the line before.
    """
    return [
        Sentence(sentence, number)
        for number, paragraph in enumerate(_split_paragraphs(text))
        for sentence in _split_paragraph(paragraph, language)
    ]


def _split_paragraphs(text: str) -> list[str]:
    paragraphs: list[str] = []
    blank_before = True
    for line in unicodedata.normalize("NFC", text).splitlines():
        line = " ".join(line.split())
        if not line:
            blank_before = True
            continue
        goes_on = line[0].islower() and not blank_before and paragraphs[-1][-1] not in ".!?…"
        if goes_on:
            paragraphs[-1] += " " + line
        else:
            paragraphs.append(line)
        blank_before = False
    return paragraphs


def _split_paragraph(paragraph: str, language: str) -> Iterator[str]:
    directed = _direct_quotes(paragraph)
    start = end = 0
    pieces = [part for piece in segment(language, directed) for part in _cut_glued(piece)]
    for index, piece in enumerate(pieces):
        end += len(piece)
        following = pieces[index + 1] if index + 1 < len(pieces) else ""
        if following and _goes_on(directed[start:end].rstrip(), following):
            continue
        sentence = paragraph[start:end].strip()
        start = end
        if sentence:
            yield sentence


def _direct_quotes(paragraph: str) -> str:
    """Give straight quotes a direction, so that one left open cannot pair with a stranger.

    Lengths are kept: positions in the result are positions in the paragraph.
    """

    def directed(match: re.Match[str]) -> str:
        before = paragraph[match.start() - 1 : match.start()] or " "
        after = paragraph[match.end() : match.end() + 1] or " "
        opens = (before.isspace() or before in "([«'’-") and not after.isspace()
        glued = (
            before in ".!?…" and after.isupper() and paragraph[: match.start()].count('"') % 2 == 0
        )
        return "“" if opens or glued else "”"

    return _STRAIGHT_QUOTE.sub(directed, paragraph)


def _cut_glued(piece: str) -> Iterator[str]:
    cuts = {
        match.start()
        for match in _CAPITAL_INSIDE.finditer(piece)
        if _SENTENCE_START.match(piece, match.start())
    }
    if _INNER_END.search(piece, 0, len(piece.rstrip()) - 1):
        cuts.update(match.end() for match in _GLUED.finditer(piece))
        cuts.update(match.end() for match in _MISSED.finditer(piece))
    cuts.discard(len(piece))
    if not cuts:
        yield piece
        return
    if "@" in piece or "/" in piece or "www" in piece:
        for match in _WEB_NAME.finditer(piece):
            cuts -= set(range(match.start() + 1, match.end()))
    start = 0
    for cut in sorted(cuts):
        if not _is_inside_quotation(piece, cut) and not _goes_on(piece[:cut].rstrip(), piece[cut:]):
            yield piece[start:cut]
            start = cut
    yield piece[start:]


def _is_inside_quotation(piece: str, at: int) -> bool:
    before, after = piece[:at], piece[at:]
    return any(
        before.count(opening) > before.count(closing) and closing in after
        for opening, closing in (("“", "”"), ("«", "»"), ("(", ")"))
    )


def _is_initial(text: str) -> bool:
    return text[1:2] == "."


def _goes_on(piece: str, following: str) -> bool:
    """Tell whether the boundary between two pieces is a false one."""
    start = following.lstrip()
    if not start or start[0] in "-–,;:)]”»" or not piece:
        return True
    if piece[-1] not in _ABBREVIATION_ENDS:
        return False
    first = _FIRST_WORD.match(start)
    word = first[1] if first else ""
    opens = word.lower() in _OPENING_WORDS and word[:1].isupper() and not _is_initial(start)
    if piece.endswith("J.-C.") and _ERA.search(piece[-_ENDING:]):
        return word.islower()
    ending = piece[-_ENDING:]
    initial = None if ending[-2:-1].islower() else _INITIAL.search(ending)
    if initial:
        before = ending[: initial.start()].rsplit(None, 1)[-1:] or [""]
        stands_alone = before[0].lower().strip("«“(") in _INITIAL_IS_A_WORD_AFTER
        return not (opens or stands_alone) and word != ""
    match = _LAST_WORD.search(ending.rsplit(None, 1)[-1])
    if match is None:
        return False
    last = match[1].lower()
    if last in _SOFT_ABBREVIATIONS or match[1] == "m":
        return word.islower() or (not opens and last != "etc")
    return last in _ABBREVIATIONS
