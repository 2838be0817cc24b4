import pytest

from bot.news.lead import LEAD_LENGTH, make_lead, strip_marks


def test_a_short_text_is_its_own_lead() -> None:
    assert make_lead("Un texte.\n\nEt la suite.").text == "Un texte. Et la suite."
    assert not make_lead("Un texte.").excerpt
    assert make_lead("").text == ""


def test_a_long_text_is_cut_at_a_words_end() -> None:
    lead = make_lead("Le bateau rentre au port, " * 40)
    assert len(lead.text) <= LEAD_LENGTH
    assert lead.text.endswith("…")
    assert lead.text[:-1].split()[-1] in ("Le", "bateau", "rentre", "au", "port")
    assert not lead.excerpt


def test_one_endless_word_is_cut_anywhere() -> None:
    assert make_lead("x" * 1000).text == "x" * (LEAD_LENGTH - 1) + "…"


def test_exactly_the_limit_is_not_cut() -> None:
    assert make_lead("mot " * 74 + "fini").text == ("mot " * 74 + "fini")
    assert len("mot " * 74 + "fini") == LEAD_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        "Une phrase coupée […]",
        "Une phrase coupée [...]",
        "Une phrase coupée [ … ] ",
        "Une phrase coupée (…)",
        "Une phrase coupée […]\n\nL’article Un titre est apparu en premier sur Le Courrier.",
        "Une phrase coupée […] The post Un titre appeared first on Le Courrier.",
        "Une phrase coupée…\nThe post Un titre first appeared on Le Courrier.",
        "Une phrase coupée… Lire la suite →",
        "Une phrase coupée [...] Read more »",
        "Une phrase coupée\n\nContinue reading Un titre",
    ],
)
def test_the_mark_of_a_cut_is_seen_and_replaced(text: str) -> None:
    assert make_lead(text).text == "Une phrase coupée…"


@pytest.mark.parametrize("text", ["Une phrase [...]", "Une phrase. […]", "x… Lire la suite"])
def test_a_cut_text_is_an_excerpt(text: str) -> None:
    assert make_lead(text).excerpt


@pytest.mark.parametrize(
    "text",
    [
        "You can read more about him at home.",
        "« Il […] partit », dit-elle.",
        "He said [...] and left.",
        "The post office appeared first on the map.",
        "La suite au prochain numéro.",
        "More to come soon.",
    ],
)
def test_words_that_only_look_like_marks_stay(text: str) -> None:
    lead = make_lead("Avant cela. " + text)
    assert lead.text == "Avant cela. " + text
    assert not lead.excerpt


def test_a_whole_body_loses_its_signature_only() -> None:
    body = "Un.\n\nDeux.\n\nThe post Un titre appeared first on Le Courrier."
    assert strip_marks(body) == ("Un.\n\nDeux.", False)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ["[…", " \n", "the post ", "... ", "read more ", "("])
def test_hostile_ends_cost_nothing(part: str) -> None:
    make_lead(part * 300_000)
