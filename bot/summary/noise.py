"""What stands in an article's text and is no part of it: players, credits, "Lire aussi", appeals.

One pattern a line, so that a new kind of noise is one line more. Pure.
"""

import re

_SPACE = r"[ \u00a0\u202f]*"
_OPENINGS = (
    rf"(?:à|a) (?:lire|voir|écouter|découvrir){_SPACE}(?:[:>–—«-]|$)",
    r"(?:à|a) (?:lire|voir|écouter|découvrir) (?:aussi|également|ensuite|sur)\b",
    r"(?:lire|voir|écouter|regarder|retrouvez|découvrez) (?:aussi|également|ici|notre|nos)\b",
    r"(?:lire|voir) (?:la suite|plus)\b",
    r"(?:read (?:more|also|next)|(?:see|watch) also|(?:click|tap) here)\b",
    rf"related(?: articles?)?{_SPACE}:",
    rf"(?:crédits?|credits?|photos?|image|vidéo|video|légende|sources?)(?: photo)?{_SPACE}[:©(/]",
    r"(?:©|\(c\) )",
    r"(?:copyright|tous droits réservés|all rights reserved)\b",
    r"(?:publicité|advertisement|sponsored)\W*$",
    r"(?:cliquez|abonnez-vous|inscrivez-vous|suivez-nous|partagez)\b",
    r"(?:subscribe|sign up|follow us|share this)\b",
    r"(?:nous utilisons|we use|accepter|accept)\b.*\bcookies?",
    r"(?:the post|cet article|l['’]article) .{0,200}(?:appeared first|est apparu en premier)",
    r"(?:temps de lecture\b|\d+ ?min(?:utes?)? (?:read|de lecture)\b)",
    r"(?:publié|mis à jour|modifié) (?:le|à) \d",
    r"(?:posted|(?:last )?updated|published)(?: (?:on|at) |:)",
    r"\d{1,2}[:.]\d\d ?(?:[ap]m )?(?:e[sd]t|gmt|bst|cet)\b",
    r"(?:image (?:copyright|caption|source)|media (?:playback|caption))\b",
    r"(?:scroll down|share this with)\b",
    r"(?:editor['’]s note|(?:the|these) (?:views|opinions) expressed|note de la rédaction|ndlr)\b",
    r"(?:ajouter un commentaire|(?:leave|post) a (?:comment|reply))\b",
)
_OPENING = re.compile(rf"^\W*(?:{'|'.join(_OPENINGS)})", re.IGNORECASE)
_PROGRAMS = (
    r"function ?\(",
    r"\bvar \w+ ?=",
    r"=> ?\{",
    r"\{\{",
    r"https?://\S+$",
    r"^[#$] [a-z]",
    r"\([\"'{\[](?<=\w..)",
    r": ?(?:true|false|null)\b",
)
_PROGRAM = re.compile("|".join(_PROGRAMS))
_PROGRAM_SIGNS = re.compile(r"[({=/:]")  # one of these is in each of them
# What stands before the first sentence, with or without a stop: "VIDÉO.", "FAIT DIVERS - Un homme".
_CAPITALS = r"[A-ZÀ-Þ][A-ZÀ-Þ'’-]+(?: [A-ZÀ-Þ\d'’-]+){0,3}"
_LABEL = re.compile(rf"^\W*{_CAPITALS}\W*$")
_LABEL_BEFORE = re.compile(rf"{_CAPITALS}(?: [-–—]+|{_SPACE}[.:]) (?=[A-ZÀ-Þ«“\"])")
_SIGNATURE = re.compile(r"^[a-z]{2,4}(?:[-/][a-z]{2,6}){1,5}\W*$")
# "By Jane Doe and John Roe for The Gazette", "Gazette Reporter ."
_BYLINE = re.compile(
    r"(?:By|Par)(?: (?:[A-ZÀ-Þ][\w.'’-]*|and|et|for|pour|in|à|the|of|du?))*\W*$"
    r"|(?:[A-ZÀ-Þ]\w+ ){1,3}(?:Reporter|Correspondent|Staff)s?\W*$"
)
_EDITORS_NOTE = re.compile(r"\[[^\[\]]*\]\W*$")
_AGENCY = re.compile(r"©|/ ?(?:AFP|Reuters|SIPA|Getty|AP)\b|Getty Images|\bAFP ?/", re.IGNORECASE)
_CREDIT_CHARS = 130
_DATELINE = re.compile(
    r"(?:(?:[A-ZÀ-Þ\d][\w.'’-]*|de|du|la|le|les|sur|of|ja\w+|fé\w+|ma\w+|av\w+|ju\w+|ao\w+|se\w+"
    r"|oc\w+|no\w+|dé\w+),? ){0,6}"
    r"\((?:CNN|AP|AFP|UPI|EFE|ANSA|Reuters|Bloomberg|Xinhua|Belga|ATS|dpa"
    r"|Associated Press|Agence France-Presse)(?: [^()]{1,20})?\)"
    r"(?: ?[-–—]{1,2} ?|(?<=CNN\)) |)(?=[A-ZÀ-Þ«“\"])"
)


def is_noise(text: str) -> bool:
    """Tell whether it is no sentence of the article."""
    return bool(
        _OPENING.match(text)
        or _is_program(text)
        or _LABEL.match(text)
        or _SIGNATURE.match(text)
        or _BYLINE.match(text)
        or _EDITORS_NOTE.match(text)
        or _is_credit(text)
        or not any(char.isalpha() for char in text)
    )


def strip_dateline(text: str) -> str:
    """Take what stands before a sentence from it: "PARIS (AFP) – ", "(CNN)", "VIDÉO - "."""
    match = _DATELINE.match(text) or _LABEL_BEFORE.match(text)
    return text[match.end() :] if match and match.end() < len(text) else text


def _is_program(text: str) -> bool:
    return (
        "window." in text
        or "document." in text
        or bool(_PROGRAM_SIGNS.search(text) and _PROGRAM.search(text))
    )


def _is_credit(text: str) -> bool:
    """Tell whether it names an agency without being a sentence."""
    return len(text) <= _CREDIT_CHARS and text[-1] not in ".!?" and bool(_AGENCY.search(text))
