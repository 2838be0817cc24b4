"""The texts: the same in both languages, all of them used, well typed, safe to send."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.markup import Markup, plain
from handlers.texts import FOLDER, LANGUAGES, Catalogue
from sandbox.telegram.html import parse_html
from storage.model import Language

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = Catalogue.load()
KEYS = CATALOGUE.keys("en")
NARROW = "\u202f"
FIELD = re.compile(r"\{\w+\}")


def sources() -> Iterator[ast.AST]:
    for package in ("handlers", "bot"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield ast.parse(path.read_text())


def texts(language: Language) -> Iterator[tuple[str, str]]:
    for key in sorted(KEYS):
        for form in CATALOGUE.forms(language, key):
            yield key, form


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def shown(template: str) -> str:
    """Give what a person sees, fields as they stand."""
    return plain(Markup(re.sub(r"<code>.*?</code>", "", template)))


def test_both_languages_have_the_same_keys() -> None:
    assert CATALOGUE.keys("fr") == KEYS


def test_no_key_is_there_twice() -> None:
    for language in LANGUAGES:
        found = re.findall(r'(?m)^msgid "(.+)"$', (FOLDER / f"{language}.po").read_text())
        assert len(found) == len(set(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_plurals_have_both_forms(language: Language) -> None:
    for key in KEYS:
        forms = CATALOGUE.forms(language, key)
        assert all(form.strip() for form in forms), key
        assert len(forms) == len(CATALOGUE.forms("en", key)), key


def test_both_languages_fill_in_the_same_fields() -> None:
    for key in KEYS:
        named = [set().union(*map(fields, CATALOGUE.forms(lang, key))) for lang in LANGUAGES]
        assert named[0] == named[1], key
        assert all(name.isidentifier() for name in named[0]), key


def test_french_spaces_are_narrow_and_do_not_break() -> None:
    for key, form in texts("fr"):
        text = shown(form)
        for sign in re.finditer(r"[?!:;»]", text):
            before = text[: sign.start()]
            if sign[0] == ":" and text[sign.end() :].startswith("//"):
                continue
            assert before.endswith((NARROW, "?", "!")), (key, text)
        assert not re.search(rf"«(?!{NARROW})", text), (key, text)
        assert not re.search(rf"[ \u00a0]{NARROW}|{NARROW}[ \u00a0]", text), (key, text)


def test_french_apostrophes_and_quotes_are_typographic() -> None:
    for key, form in texts("fr"):
        assert not re.search("['\"“”]", shown(form)), key


def test_english_quotes_are_typographic() -> None:
    for key, form in texts("en"):
        assert not re.search("['\"]", shown(form)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_html_that_telegram_reads(language: Language) -> None:
    for key, form in texts(language):
        parsed, _ = parse_html(form)
        assert parsed == plain(Markup(form)), key


def test_menu_descriptions_have_no_formatting_and_fit() -> None:
    for language in LANGUAGES:
        for key, form in texts(language):
            if key.startswith("command_"):
                assert plain(Markup(form)) == form
                assert 1 <= len(form) <= 256


def test_answers_to_presses_fit() -> None:
    for language in LANGUAGES:
        for key, form in texts(language):
            if key.endswith("_answer"):
                assert len(shown(form)) <= 150, key


# ---------------------------------------------------------------- the source and its keys

# Where a call's key is among its arguments.
_CALLS = {"t": 0, "tn": 0, "button": 0, "Refusal": 0, "text": 1, "plural": 1}


def constants(node: ast.AST) -> Iterator[str]:
    """Give the strings that an expression of keys may be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def pattern(node: ast.JoinedStr) -> re.Pattern[str]:
    """Give the keys that an f-string may be, as a pattern."""
    parts = (
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
        for part in node.values
    )
    return re.compile("".join(parts))


def calls() -> Iterator[tuple[ast.Call, str, ast.AST]]:
    """Give every call that takes a key, its function's name and the key's expression."""
    for tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = _CALLS.get(name)
            if place is not None and len(node.args) > place:
                yield node, name, node.args[place]


def test_every_key_of_the_source_is_defined() -> None:
    for _, name, key in calls():
        for constant in constants(key):
            if name != "text" or "_" in constant:
                assert constant in KEYS
        if isinstance(key, ast.JoinedStr):
            assert any(pattern(key).fullmatch(known) for known in KEYS)


def test_every_key_is_used() -> None:
    used: set[str] = set()
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.search(
                "[a-z]_|_[a-z]", pattern(node).pattern
            ):
                used |= {key for key in KEYS if pattern(node).fullmatch(key)}
    assert KEYS - used == set()


def test_every_call_fills_in_the_fields_of_its_text() -> None:
    for node, name, key in calls():
        given = {keyword.arg for keyword in node.keywords}
        if None in given or name == "button":
            continue
        for constant in constants(key):
            if constant in KEYS:
                wanted = set().union(*map(fields, CATALOGUE.forms("en", constant)))
                extra = {"n"} if name in ("tn", "plural") else set()
                assert wanted - extra <= given, constant


# ---------------------------------------------------------------- the catalogue itself


def test_what_is_filled_in_is_escaped_unless_it_is_markup() -> None:
    text = CATALOGUE.text("en", "follow_done", tags="<b>&")
    assert "&lt;b&gt;&amp;" in text
    assert "<b>5G</b>" in CATALOGUE.text("en", "follow_done", tags=Markup("<b>5G</b>"))


@pytest.mark.parametrize(
    ("language", "n", "expected"),
    [
        ("en", 0, "0 articles"),
        ("en", 1, "1 article"),
        ("en", 1234, "1,234 articles"),
        ("fr", 0, "0 article"),
        ("fr", 1, "1 article"),
        ("fr", 2, "2 articles"),
        ("fr", 1_000_000, f"1{NARROW}000{NARROW}000 articles"),
    ],
)
def test_numbers_and_plurals_follow_the_language(language: Language, n: int, expected: str) -> None:
    assert CATALOGUE.plural(language, "feeds_articles", n) == expected


def test_a_key_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        CATALOGUE.text("en", "no_such_text")
