"""The operators' rules for comments: what COMMENT_RULES_PATH holds, or the defaults.

Read once at start; every mistake is named at once.
"""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from handlers.comment_folding import WordList
from handlers.comment_rules import CommentRules, Rate, ReasonChoice
from storage.errors import ConfigError

DEFAULT_REASONS = (
    ReasonChoice("off_topic", "Hors sujet", "Off topic"),
    ReasonChoice("insult", "Attaque ou insulte une personne", "Attacks or insults somebody"),
    ReasonChoice("hate", "Incite à la haine", "Incites to hatred"),
    ReasonChoice("spam", "Publicité ou spam", "Advertising or spam"),
    ReasonChoice("private", "Révèle des données personnelles", "Reveals private data"),
    ReasonChoice("unlawful", "Contraire à la loi", "Against the law"),
)
DEFAULT_BANNED = ("viagra", "cialis")
DEFAULT_SUSPECT = (
    "casino*", "bitcoin*", "crypto gratuit*", "free crypto", "whatsapp", "gagnez de l'argent",
    "make money", "connard*", "connass*", "salope*", "encul*", "nique", "fuck*", "asshole*",
    "bitch*", "cunt*",
)  # fmt: skip
_RATES = ("reader_rate", "article_rate", "bot_rate")
_SHARES = ("trust_rejected_share", "lost_rejected_share")
_CODE = re.compile(r"[a-z][a-z_]{0,11}")
RESERVED_CODES = frozenset({"other", "banned"})  # a typed reason; the author was banned


def default_rules() -> CommentRules:
    """Give the rules that hold where operators set none."""
    return CommentRules(DEFAULT_REASONS, WordList(DEFAULT_BANNED), WordList(DEFAULT_SUSPECT))


def load_comment_rules(path: Path | None) -> CommentRules:
    """Read the rules' file; raises ConfigError with a sentence for every mistake."""
    if path is None:
        return default_rules()
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(
            [f"COMMENT_RULES_PATH: {path} cannot be read: {error.strerror}."]
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"COMMENT_RULES_PATH: {path} is no TOML file: {error}."]) from None
    mistakes: list[str] = []
    rules = _rules(content, mistakes)
    if mistakes:
        raise ConfigError([f"COMMENT_RULES_PATH: {mistake}" for mistake in mistakes])
    return rules


def _rules(content: dict[str, Any], mistakes: list[str]) -> CommentRules:
    known = {"words", "reasons", "limits"}
    mistakes += [f"[{name}] is unknown." for name in sorted(set(content) - known)]
    words = _table(content, "words", mistakes)
    mistakes += [f"words.{name} is unknown." for name in sorted(set(words) - {"banned", "suspect"})]
    limits = _limits(_table(content, "limits", mistakes), mistakes)
    return CommentRules(
        reasons=_reasons(content["reasons"], mistakes) if "reasons" in content else DEFAULT_REASONS,
        banned=WordList(_terms(words, "banned", DEFAULT_BANNED, mistakes)),
        suspect=WordList(_terms(words, "suspect", DEFAULT_SUSPECT, mistakes)),
        **limits,
    )


def _table(content: dict[str, Any], name: str, mistakes: list[str]) -> dict[str, Any]:
    table = content.get(name, {})
    if isinstance(table, dict):
        return table
    mistakes.append(f"[{name}] should be a table.")
    return {}


def _terms(
    words: dict[str, Any], name: str, default: tuple[str, ...], mistakes: list[str]
) -> tuple[str, ...]:
    terms = words.get(name, default)
    if not isinstance(terms, (list, tuple)) or not all(isinstance(t, str) for t in terms):
        mistakes.append(f"words.{name} should be a list of words.")
        return ()
    return tuple(terms)


def _reasons(entries: Any, mistakes: list[str]) -> tuple[ReasonChoice, ...]:
    if not isinstance(entries, list) or not 1 <= len(entries) <= 12:
        mistakes.append("[[reasons]] should be 1 to 12 tables with code, fr and en.")
        return DEFAULT_REASONS
    reasons: list[ReasonChoice] = []
    for number, entry in enumerate(entries, 1):
        words = entry if isinstance(entry, dict) else {}
        code, fr, en = (words.get(name) for name in ("code", "fr", "en"))
        if not isinstance(code, str) or not _CODE.fullmatch(code) or code in RESERVED_CODES:
            mistakes.append(f"reason {number}: code should be 1 to 12 letters a-z or _.")
        elif not isinstance(fr, str) or not isinstance(en, str) or not fr.strip() or not en.strip():
            mistakes.append(f"reason {code}: fr and en should hold the words for readers.")
        elif any(reason.code == code for reason in reasons):
            mistakes.append(f"reason {code} occurs twice.")
        else:
            reasons.append(ReasonChoice(code, fr.strip()[:60], en.strip()[:60]))
    return tuple(reasons) or DEFAULT_REASONS


def _limits(table: dict[str, Any], mistakes: list[str]) -> dict[str, Any]:
    names = {f.name for f in fields(CommentRules)} - {"reasons", "banned", "suspect"}
    limits: dict[str, Any] = {}
    for name, value in table.items():
        if name not in names:
            mistakes.append(f"limits.{name} is unknown.")
        elif name in _RATES:
            if isinstance(value, list) and len(value) == 2 and all(_is_count(v, 1) for v in value):
                limits[name] = Rate(*value)
            else:
                mistakes.append(f"limits.{name} should be [how many, in how many seconds].")
        elif name in _SHARES:
            if isinstance(value, (int, float)) and 0 < value <= 1:
                limits[name] = float(value)
            else:
                mistakes.append(f"limits.{name} should be between 0 and 1.")
        elif name == "report_threshold":
            if isinstance(value, (int, float)) and value > 0:
                limits[name] = float(value)
            else:
                mistakes.append(f"limits.{name} should be a number above 0.")
        elif _is_count(value, 0 if name == "most_links" else 1):
            limits[name] = value
        else:
            mistakes.append(f"limits.{name} should be a whole number.")
    return limits


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
