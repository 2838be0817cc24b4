"""`relais summarize` on files: what is printed, and the exit code."""

import json
import re
from pathlib import Path

import pytest

from bot.summarize_command import show_summary, summarize_source
from storage.errors import FetchFailed

PAGES = Path(__file__).parents[2] / "support" / "pages"
TEXT = "\n".join(
    (
        "Le pont rouvre",
        "La commune de Saint-Ourlet a rouvert mardi son pont de pierre, fermé depuis la crue.",
        "Les travaux ont coûté 1,2 million d'euros, payés pour moitié par la région voisine.",
        "Le maire promet une piste pour les vélos, longue de quatre kilomètres, avant l'été.",
        "Une fête est prévue samedi sur les deux rives, avec un repas pour cinq cents personnes.",
        "Les piles du pont ont été reprises une à une par une équipe de neuf maçons du pays.",
        "Le dernier chantier sur ce pont datait de 1956, disent les archives de la commune.",
    )
)


NO_ARTICLES = {
    "paywall_fr": "paywall",
    "paywall_en": "paywall",
    "cookie_wall_fr": "consent",
    "soft_404_fr": "error",
    "front_page_fr": "no_article",
    "nosnippet_fr": "forbidden",
    "empty": "no_article",
}


async def test_a_page_is_shown_with_its_parts(capsys):
    source = str(PAGES / "magazine_fr.html")
    assert await show_summary(source, sentences=2, as_json=False) == 0
    shown = capsys.readouterr().out
    for part in ("Nora Keller", "Marché Smartphones", "Accueil > Smartphones", "Portrait :"):
        assert part in shown


async def test_json_has_every_part_and_the_summary(capsys):
    source = str(PAGES / "magazine_fr.html")
    assert await show_summary(source, sentences=1, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "article"
    assert found["tags"] == ["Lumeo", "Marché Smartphones"]
    assert found["summary"]["sentences"] == [found["lead"].split(". ")[0] + "."]
    assert found["summary"]["method"] == "extract"


@pytest.mark.parametrize("name", NO_ARTICLES)
async def test_what_is_no_article_is_said_with_exit_code_1(name, capsys):
    assert await show_summary(str(PAGES / f"{name}.html"), sentences=2, as_json=False) == 1
    shown = capsys.readouterr().out
    assert re.search(rf"^Verdict +{NO_ARTICLES[name]}$", shown, re.MULTILINE)
    assert "(extract)" not in shown


async def test_plain_text_is_summarised_too(tmp_path):
    file = tmp_path / "article.txt"
    file.write_text(TEXT, encoding="utf-8")
    found = await summarize_source(str(file), sentences=2, allow_private=False)
    assert found.page.title == "Le pont rouvre"
    assert found.summary is not None
    assert len(found.summary.sentences) == 2


async def test_a_file_that_is_not_there_is_a_feed_error(tmp_path):
    with pytest.raises(FetchFailed):
        await summarize_source(str(tmp_path / "no.html"), sentences=2, allow_private=False)
