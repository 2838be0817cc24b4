from bot.news.page import Verdict
from bot.news.page_around import Link
from bot.news.page_text import read_text_page
from tests.support.shared import shared_path

TEXT = """Accueil > Ponts > Le pont rouvre
Ponts
Vie locale

Le pont rouvre

Le pont de Saint-Ourlet rouvre mardi. Une fête est prévue.

Les travaux ont duré six mois.

Source

Le pont en images

Tags

À propos de l'auteur

Paul Ségur

Paul Ségur suit la vie des communes depuis 2009.

Ajouter un commentaire
"""


def test_every_part_of_a_page_saved_as_text_comes_out():
    page = read_text_page(TEXT, "file:///page.txt")
    assert page.title == "Le pont rouvre"
    assert page.tags == ("Ponts", "Vie locale")
    assert page.breadcrumb == ("Accueil", "Ponts", "Le pont rouvre")
    assert page.sections == ("Ponts",)
    assert page.author == "Paul Ségur"
    assert page.author_note == "Paul Ségur suit la vie des communes depuis 2009."
    assert page.lead == "Le pont de Saint-Ourlet rouvre mardi. Une fête est prévue."
    assert page.related == (Link("Le pont en images", ""),)
    assert page.text.startswith("Le pont de Saint-Ourlet")
    assert page.text.endswith("six mois.")


def test_without_a_breadcrumb_the_first_line_is_the_title():
    page = read_text_page("Le pont rouvre\nLe pont rouvre mardi.\nUne fête est prévue.", "x")
    assert (page.title, page.text) == (
        "Le pont rouvre",
        "Le pont rouvre mardi.\nUne fête est prévue.",
    )


def test_an_empty_text_is_no_article():
    assert read_text_page(" \n ", "x").verdict is Verdict.NO_ARTICLE


def test_the_shared_page_gives_its_parts():
    page = read_text_page(shared_path("article/xiaomi.txt").read_text(encoding="utf-8"), "x")
    assert page.tags == ("Xiaomi", "Marché Smartphones")
    assert page.sections == ("Smartphones",)
    assert page.author == "Louise Millon"
    assert page.lead.startswith("Le fabricant chinois")
    assert [link.title[:4] for link in page.related] == ["MWC "]
    assert page.author_note is not None
    assert "conquérir le marché américain." in page.text.splitlines()[-1]
