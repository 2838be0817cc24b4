"""The lead that a page shows apart: put before the text once, if it is one."""

import pytest

from bot.summary.opening import join_lead

TITLE = "Le port de Nordal ferme sa grande grue"
LEAD = "La grue du port restera à l'arrêt trois semaines, ce qui détourne vingt navires."
TEXT = (
    "La grande grue de Nordal est en panne depuis mardi.\n"
    "Une pièce doit être faite en Norvège, en trois semaines. Vingt navires iront à Valmer."
)


def test_a_lead_that_is_shown_apart_opens_the_text():
    assert join_lead(TITLE, LEAD, TEXT, "fr") == f"{LEAD}\n{TEXT}"


def test_a_lead_that_the_text_holds_is_not_said_twice():
    for whole in (f"{LEAD}\n{TEXT}", f"{LEAD} Vingt.\n{TEXT}", f"Récit.\n{LEAD.upper()}\n{TEXT}"):
        assert join_lead(TITLE, LEAD, whole, "fr") == whole


@pytest.mark.parametrize(
    "lead",
    [
        "",
        "Panne à Nordal.",
        "La grue du port restera à l'arrêt trois semaines, ce qui détourne vingt […]",
        "La grue du port restera à l'arrêt trois semaines, ce qui détourne vingt navires...",
        "La grue du port de Nordal restera à l'arrêt trois semaines à cause d'une",
        "Toute l'actualité en direct : politique, société, économie, sport, culture et vidéos.",
    ],
)
def test_what_is_cut_or_of_another_subject_is_no_lead(lead):
    assert join_lead(TITLE, lead, TEXT, "fr") == TEXT
