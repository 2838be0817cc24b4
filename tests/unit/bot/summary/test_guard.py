import pytest

from bot.summary.guard import find_unsupported, measure_support

SOURCE = (
    "La maire de Nordal, Irène Castel, a annoncé jeudi un don de 1 200 euros à l'hôpital."
    " Le taux est de 3,5 % ; la société Lumeo emploie 40 personnes aux États-Unis."
)


@pytest.mark.parametrize(
    "summary",
    [
        "À Nordal, Irène Castel donne 1 200 euros à l'hôpital.",
        "Le don de 1.200 euros vient de la maire, Irène Castel.",
        "Le taux de Lumeo est de 3.5 %, selon Castel.",
        "In the town of Nordal, Irene Castel announced on Thursday a gift of 1,200 euros.",
        "Une aide est annoncée. Elle ira à l'hôpital. L'hôpital de Nordal s'en réjouit.",
        "Les habitants Nordalais saluent Lumeo, qui emploie 40 personnes.",
    ],
)
def test_what_the_article_says_passes_in_other_forms_too(summary):
    assert find_unsupported(summary, SOURCE) == []


@pytest.mark.parametrize(
    ("summary", "wrong"),
    [
        ("À Nordal, un don de 1 300 euros.", ["1 300"]),
        ("Le don vient de Gérard Faucon.", ["Gérard", "Faucon"]),
        ("La société Lumeo emploie 40 personnes à Valmer.", ["Valmer"]),
        ("Le taux est de 35,1 %.", ["35,1"]),
        ("Le don de l'Allemagne est arrivé.", ["Allemagne"]),
    ],
)
def test_what_it_does_not_say_is_named(summary, wrong):
    assert find_unsupported(summary, SOURCE) == wrong


def test_sentences_of_the_article_itself_always_pass():
    assert find_unsupported(SOURCE, SOURCE) == []


def test_support_tells_the_subject_from_another():
    assert measure_support("La maire Irène Castel annonce un don à l'hôpital.", SOURCE, "fr") > 0.6
    assert measure_support("Achetez des téléphones, ils sont superbes.", SOURCE, "fr") == 0
    assert measure_support("", SOURCE, "fr") == 0
