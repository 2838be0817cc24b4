"""What stands between a reader and a page's article: walls, errors, and the publisher's wish.

Pure. Walls count where little text is left: many free pages carry an offer to subscribe as well.
"""

import re
from collections.abc import Mapping

from lxml import html

WALLED_WORDS = 250
CONSENT_WORDS = 80
ERROR_WORDS = 120

_PAYWALL = re.compile(
    r"(?:réservée?|réservés?) (?:aux|à nos) abonnée?s|pour lire la suite|abonnez-vous pour lire|"
    r"(?:la suite|lire l['’]intégralité|il vous reste \d+ ?%).{0,80}abonn|"
    r"cet article est (?:payant|réservé)|déjà abonnée? ?\?|"
    r"subscribe to (?:continue|read|keep)|(?:subscribers? only|only for subscribers|"
    r"for subscribers)|"
    r"already a subscriber|to continue reading",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"(?:nous et nos (?:\d+ )?partenaires|we and our (?:\d+ )?partners|avant d['’]accéder|"
    r"before you continue|accepter (?:et continuer|et fermer|tous? les cookies|tout)|"
    r"accept (?:all|and continue)|continuer sans accepter|gérer (?:mes|les) (?:cookies|choix)|"
    r"manage (?:cookies|options|preferences)|votre vie privée|your privacy)",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"^\W*(?:(?:erreur|error) ?)?(?:404|403|410|500|502|503)\b|(?:page|article) (?:introuvable|"
    r"non trouvée?)|"
    r"(?:page|article) not found|cette page n['’]existe (?:pas|plus)|access denied|accès refusé|"
    r"just a moment|are you (?:a )?(?:human|robot)|attention required|service unavailable|"
    r"site en maintenance|down for maintenance|internal server error",
    re.IGNORECASE,
)
_WALL_BOX = (
    ".//*[contains(concat(' ', @class, ' ', @id, ' '), 'paywall')"
    " or contains(concat(' ', @class, ' ', @id, ' '), 'subscriber-only')]"
)
_SILENT = {"nosnippet", "none"}


def may_excerpt(tree: html.HtmlElement, headers: Mapping[str, str]) -> bool:
    """Tell whether the publisher lets excerpts be shown."""
    wishes = _read_robots(tree, headers)
    return not (wishes & _SILENT or "max-snippet:0" in wishes)


def may_keep(tree: html.HtmlElement, headers: Mapping[str, str]) -> bool:
    """Tell whether a copy of the text may be stored."""
    return "noarchive" not in _read_robots(tree, headers)


def _read_robots(tree: html.HtmlElement, headers: Mapping[str, str]) -> set[str]:
    said = [
        str(meta.get("content") or "")
        for meta in tree.iter("meta")
        if str(meta.get("name") or "").lower() in ("robots", "googlebot")
    ]
    said.append(headers.get("x-robots-tag", ""))
    return {word.replace(" ", "").lower() for text in said for word in text.split(",")}


def is_error(tree: html.HtmlElement, title: str, words: int) -> bool:
    """Tell whether the page says that something is wrong, though its status did not."""
    if words >= ERROR_WORDS:
        return False
    heads = [title, *(node.text_content() for node in tree.iter("title", "h1"))]
    return any(_ERROR.search(" ".join(head.split())) for head in heads)


def find_wall(tree: html.HtmlElement, text: str, *, is_free: bool | None) -> str | None:
    """Give "paywall" or "consent" where one leaves little of the article, else None.

    `is_free` is what the page's own data say (isAccessibleForFree).
    """
    words = len(text.split())
    seen = " ".join(_visible_text(tree).split())
    if words < WALLED_WORDS and (
        is_free is False or _PAYWALL.search(seen) or tree.xpath(_WALL_BOX)
    ):
        return "paywall"
    if words < CONSENT_WORDS and len(_CONSENT.findall(seen)) >= 2:
        return "consent"
    if _CONSENT.search(text) and words < 2 * CONSENT_WORDS:
        return "consent"
    return None


def _visible_text(tree: html.HtmlElement) -> str:
    nodes = tree.xpath(
        "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"
    )
    return " ".join(str(node) for node in nodes)
