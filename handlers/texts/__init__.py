"""The texts that people read, in every language, from the .po files beside this module.

A key is there in all languages or in none; what is filled in is escaped unless it is Markup.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from handlers.markup import Markup, escape
from storage.model import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
FOLDER = Path(__file__).parent


def find_language(code: object) -> Language | None:
    """Give the language of a code, None where we do not speak it."""
    return next((language for language in LANGUAGES if language == code), None)


Forms = tuple[str, ...]  # one text, or singular and plural


class Catalogue:
    """Every text in every language, read once at start."""

    def __init__(self, texts: Mapping[Language, Mapping[str, Forms]]) -> None:
        self._texts = texts
        self._locales = {language: Locale(language) for language in texts}

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Catalogue":
        """Read the .po file of each language."""
        return cls({language: _read(folder / f"{language}.po") for language in LANGUAGES})

    def keys(self, language: Language) -> frozenset[str]:
        """Give the keys that a language has."""
        return frozenset(self._texts[language])

    def forms(self, language: Language, key: str) -> Forms:
        """Give the unfilled text of a key: one form, or singular and plural."""
        return self._texts[language][key]

    def text(self, language: Language, key: str, **fields: object) -> Markup:
        """Give a text with its fields filled in."""
        (template,) = self._texts[language][key]
        return self._fill(language, template, fields)

    def plural(self, language: Language, key: str, n: int, **fields: object) -> Markup:
        """Give the form of a text that fits `n`, which is also the field {n}."""
        one, other = self._texts[language][key]
        is_one = self._locales[language].plural_form(n) == "one"
        return self._fill(language, one if is_one else other, {"n": n, **fields})

    def _fill(self, language: Language, template: str, fields: Mapping[str, object]) -> Markup:
        shown = {name: self._show(language, value) for name, value in fields.items()}
        return Markup(template.format_map(shown))

    def _show(self, language: Language, value: object) -> Markup:
        if isinstance(value, int):
            return Markup(format_decimal(value, locale=self._locales[language]))
        return escape(value)


def _read(path: Path) -> dict[str, Forms]:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem, abort_invalid=True)
    texts: dict[str, Forms] = {}
    for message in catalog:
        if not message.id:
            continue  # the header
        key = message.id if isinstance(message.id, str) else message.id[0]
        string = message.string
        texts[key] = (string,) if isinstance(string, str) else tuple(string or ())
    return texts
