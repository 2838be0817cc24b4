"""The words of a sentence as the ranking compares them: folded, without stop words, stemmed.

Stems are cut words, in French and English; every other language is compared word by word.
"""

import re

_WORD = re.compile(r"\w+")
# Chinese, Japanese, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Cutting after so many letters ranks as well as Snowball does (OrangeSum), and costs nothing.
STEM_LETTERS = 7

_STOP_FR = (
    "le la les l un une des du de d au aux en dans sur sous par pour avec sans vers chez"
    " entre contre depuis pendant avant après selon dès lors jusqu et ou où mais donc or ni"
    " car que qu qui quoi dont quand comme si ne n pas plus moins très trop peu aussi encore"
    " déjà ainsi alors puis enfin ce c cet cette ces cela ça celui celle ceux celles il elle"
    " ils elles on je j tu nous vous me m te t se s lui leur leurs eux y son sa ses mon ma mes"
    " ton ta tes notre nos votre vos est sont était étaient être été étant a ai as ont avait"
    " avaient avoir eu aura auront aurait sera seront serait seraient soit fait faire font"
    " peut peuvent pourrait doit doivent dit tout tous toute toutes autre autres même mêmes"
    " quelque quelques plusieurs chaque aucun aucune tel telle là ici bien deux avons avez"
    " sommes êtes suis ayant fut furent ait aient aujourd hui notamment"
)
_STOP_EN = (
    "the a an of in on at by for to from with without into over under about after before"
    " between against during since until and or but so nor if than then that this these those"
    " which who whom whose what when where why how as is are was were be been being am has"
    " have had having do does did not no it its he him his she her they them their we us our"
    " you your i me my mine one two also more most very too just can could will would shall"
    " should may might must there here all any some each other such own same only up out off"
    " down again said says say s t d ll re ve m"
)
STOP_WORDS = {"fr": frozenset(_STOP_FR.split()), "en": frozenset(_STOP_EN.split())}
_NO_STOP_WORDS: frozenset[str] = frozenset()


def list_words(text: str) -> list[str]:
    """List the words in lower case, accents kept; apostrophes and hyphens separate."""
    return _WORD.findall(text.lower().replace("_", " "))


def list_stems(words: list[str], language: str) -> list[str]:
    """List the stems of the words that carry meaning, in order; single letters are left out."""
    stop = STOP_WORDS.get(language, _NO_STOP_WORDS)
    longest = STEM_LETTERS if language in STOP_WORDS else None
    return [
        word[:longest] for word in words if word not in stop and (len(word) > 1 or word.isdigit())
    ]


def guess_language(text: str, *, default: str) -> str:
    """Guess French or English from the stop words; `default` where neither stands out."""
    words = list_words(text[:4000])
    shares = {
        language: sum(word in stop for word in words) / (len(words) or 1)
        for language, stop in STOP_WORDS.items()
    }
    best = max(shares, key=lambda language: shares[language])
    others = [share for language, share in shares.items() if language != best]
    return best if shares[best] > 0.2 and shares[best] > 1.5 * max(others) else default


def has_unspaced_script(text: str) -> bool:
    """Tell whether most letters are of a script that puts no spaces between words."""
    opening = text[:4000]
    if not _UNSPACED.search(opening):
        return False
    return 2 * len(_UNSPACED.findall(opening)) > sum(char.isalpha() for char in opening)
