"""Our own pages, each with the parts that must come out of it beside it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.news.page import Page, Verdict, decode_page, read_page

PAGES = Path(__file__).parents[3] / "support" / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))
LISTS = ("tags", "sections", "breadcrumb")


def read(name: str) -> tuple[Page, dict]:
    expected = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    body = (PAGES / f"{name}.html").read_bytes()
    return read_page(body, expected.pop("headers"), expected.pop("url")), expected


def test_there_are_at_least_twenty_pages_in_both_languages():
    assert len(NAMES) >= 20
    assert {name.rsplit("_", 1)[-1] for name in NAMES} >= {"fr", "en"}


@pytest.mark.parametrize("name", NAMES)
def test_every_expected_part_comes_out(name):
    page, expected = read(name)
    for text in expected.pop("text_has", []):
        assert text in page.text
    for text in expected.pop("text_lacks", []):
        assert text not in page.text
    found = {}
    for key in expected:
        value = getattr(page, key)
        if key in ("sources", "related"):
            value = [[link.title, link.url] for link in value]
        found[key] = list(value) if key in LISTS else value
    assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_only_articles_give_a_text(name):
    page, _ = read(name)
    assert bool(page.text) == (page.verdict in (Verdict.ARTICLE, Verdict.PAYWALL))


def test_the_extractor_is_imported_by_the_workers_alone():
    look = "import bot.app, bot.summarize_command, sys; print('trafilatura' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_table_of_charsets():
    said = "l’été « chaud » – 3 €"
    for codec in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decode_page(said.encode(codec), "text/html; charset=utf-8") == said
    cyrillic = "Мост снова открыт"
    assert decode_page(cyrillic.encode("cp1251"), "text/html; charset=windows-1251") == cyrillic
    meta = b'<meta charset="koi8-r">'
    assert decode_page(meta + cyrillic.encode("koi8-r"), "").endswith(cyrillic)
    assert decode_page("été".encode("cp1252"), "text/html; charset=no-such-thing") == "été"


def test_a_letter_cut_in_two_does_not_change_the_charset():
    body = ("é" * 100).encode()[:-1]
    assert decode_page(body, "").startswith("é" * 99)


@settings(deadline=None)
@given(
    st.binary(max_size=400), st.sampled_from(["text/html", "text/html; charset=x", "", "image/png"])
)
def test_any_bytes_give_a_page(body, kind):
    assert isinstance(read_page(body, {"content-type": kind}, "https://journal.example/a"), Page)


@settings(deadline=None)
@given(st.text(alphabet="<>/ad\"'=[]{}!-\u0000é&;#", max_size=200))
def test_broken_markup_gives_a_page(text):
    body = b"<html><body>" + text.encode()
    assert isinstance(read_page(body, {}, "https://journal.example/a"), Page)
