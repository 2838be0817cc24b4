"""Summaries of texts that still open with their lead: the lead in its order, and how they open."""

import pytest

from bot.summary.reading import Readability
from bot.summary.sentences import split_sentences
from bot.summary.summarize import summarize

LEAD = (
    "La grande grue du port de Nordal restera à l'arrêt trois semaines.",
    "Des armateurs, venus parfois de fort loin avec femmes et enfants, s'en plaignent bruyamment.",
)
BODY = (
    "La grande grue du port de Nordal est tombée en panne mardi.",
    "Une pièce du moteur de la grue doit être fabriquée en Norvège, ce qui prendra trois semaines.",
    "Vingt navires seront détournés du port de Nordal vers Valmer, a annoncé la capitainerie.",
    "Les dockers du port de Nordal craignent pour leurs primes et demandent une réunion.",
    "Un cargo chargé de bananes attend déjà au large depuis deux jours.",
    "La mairie promet une aide de 40 000 euros aux entreprises que la panne prive de travail.",
)
TEXT = "\n".join((" ".join(LEAD), " ".join(BODY)))


def take(text, count, **others):
    return summarize(text, lead_shown=None, sentences=count, **others).sentences


def test_the_lead_is_followed_in_its_order_whatever_resembles_the_rest_more():
    assert take(TEXT, 1) == LEAD[:1]
    assert take(TEXT, 2) == LEAD
    three = (*LEAD, "Nous avons voulu savoir comment on en est arrivé là.")
    assert take("\n".join((" ".join(three), *BODY)), 3) == three


def test_an_opening_paragraph_that_holds_the_article_is_not_its_lead():
    def find_lead(*lines):
        return Readability(split_sentences("\n".join(lines), "fr"), "fr", whole=True).lead

    assert find_lead(" ".join(LEAD), " ".join(BODY)) == range(2)
    assert find_lead("VIDÉO", " ".join(LEAD), " ".join(BODY)) == range(1, 3)
    assert not find_lead(" ".join(LEAD))
    assert not find_lead(" ".join((*LEAD, *BODY[:2])), *BODY[2:])
    long = BODY[0].rstrip(".") + " après une nuit de vent, de pluie et de neige" * 2 + "."
    assert find_lead(f"{LEAD[0]} {long} {LEAD[1]}", *BODY) == range(3)
    assert not find_lead(f"{long} {long} {long}", *BODY)


@pytest.mark.parametrize(
    "label",
    ["VIDÉO. ", "SONDAGE EXCLUSIF. ", "FAIT DIVERS - ", "MÉTÉO : ", "- VIDÉO.\n", "JUSTICE\n"],
)
def test_a_label_in_capitals_is_not_of_the_first_sentence(label):
    assert take(label + TEXT, 2) == LEAD


def test_a_label_gives_the_opening_nothing_to_lean_on():
    opening = "C'est la panne de trop pour le port de Nordal et pour ses deux cents dockers."
    assert take("\n".join((f"VIDÉO. {opening}", *BODY)), 1) == (opening,)


@pytest.mark.parametrize("opening", ["L'ONU ", "Le TGV : ", "TGV, ", "SNCF et RATP - "])
def test_capitals_that_are_of_the_sentence_stay(opening):
    first = opening + LEAD[0]
    assert take("\n".join((first, *BODY)), 1) == (first,)


def test_a_long_first_line_that_lost_its_full_stop_is_a_sentence_and_a_short_one_a_title():
    long = "La grande grue du port de Nordal restera à l'arrêt jusqu'au mois de juin, dit le maire"
    assert take("\n".join((long, *BODY)), 1) == (long,)
    assert take("\n".join(("La grande grue du port de Nordal à l'arrêt", *BODY)), 1) == BODY[:1]


def test_the_title_above_the_text_is_not_taken_for_its_lead():
    title = "La grande grue du port de Nordal restera à l'arrêt jusqu'au mois de juin, dit le maire"
    assert take("\n".join((title, *BODY)), 1, title=title) == BODY[:1]


@pytest.mark.parametrize(
    "first",
    [
        "« La Grande Grue » sort mercredi dans les salles de Nordal et de Valmer.",
        '"Nordal" est le nom que porte depuis mardi la grande grue du port.',
    ],
)
def test_a_name_in_quotation_marks_is_no_quotation(first):
    assert take("\n".join((first, *BODY)), 1) == (first,)


@pytest.mark.parametrize(
    "first",
    [
        "« Inacceptable », dit le maire de Nordal au sujet de la grue du port.",
        "« Jamais » répond le maire de Nordal à ceux qui demandent une grue neuve.",
        "« Nous attendons la pièce ! » a lancé le maire de Nordal mardi soir.",
        "« La grue repartira » : le maire de Nordal l'a promis mardi soir au port.",
    ],
)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_speech_never_opens_a_summary(first, count):
    assert take("\n".join((first, *BODY)), count)[0] == BODY[0]


def test_a_pronoun_opens_only_where_the_next_sentence_names_who_is_meant():
    opening = "Elle avait tenu vingt-huit ans dans le vent et le sel."
    assert take("\n".join((f"{opening} {LEAD[0]}", *BODY)), 2) == (opening, LEAD[0])
    named = "Mais la grande grue du port de Nordal a cédé mardi sous la tempête."
    assert take("\n".join((f"{opening} {named}", *BODY)), 2) == (opening, named)
    for dark in ("Elle a pourtant cédé mardi soir.", "« Elle était lasse », dit Irène Castel."):
        for count in (1, 2, 3):
            assert take("\n".join((f"{opening} {dark}", *BODY)), count)[0] == BODY[0]


def test_headings_above_the_opening_give_it_nothing_to_lean_on():
    first = "This report counts the ships that the broken crane of Nordal keeps waiting."
    others = (
        "Twenty ships were sent to the nearby port of Valmer, the harbour office announced.",
        "Dockers in Nordal fear for their bonuses and want to meet the mayor this week.",
        "A part of the crane's motor must be made in Norway, which will take three weeks.",
        "The city promises 40,000 euros to the firms that the crane leaves without work.",
        "A cargo of bananas has been waiting off the coast since Sunday, its captain said.",
        "The last breakdown of the crane goes back to the winter of 1998.",
    )
    text = "\n".join(("Introduction", first, *others))
    assert take(text, 1, language="en") == (first,)
    # What a colon or a sentence stands before does lean on it.
    for before in ("The harbour office writes to all of us:", "Hear, hear."):
        assert take("\n".join((before, first, *others)), 1, language="en") == others[:1]
