import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summary.reading import is_quotation, leans_on_previous
from bot.summary.sentences import split_sentences
from bot.summary.summarize import Method, summarize
from tests.support.shared import shared_path

TITLE = "Le port de Nordal ferme sa grande grue après une panne"
LEAD = (
    "La grande grue du port de Nordal restera à l'arrêt trois semaines,"
    " ce qui détourne vingt navires."
)
SENTENCES = (
    "La grande grue du port de Nordal est tombée en panne dans la nuit de mardi à mercredi.",
    "Elle décharge à elle seule la moitié des conteneurs du port.",
    "« Nous n'avons jamais vu cela », soupire la capitaine du port, Irène Castel.",
    "Une pièce de son moteur doit être fabriquée en Norvège, ce qui prendra trois semaines.",
    "Vingt navires seront détournés vers le port voisin de Valmer, a annoncé la capitainerie.",
    "Les dockers de Nordal craignent pour leurs primes et demandent une réunion à la mairie.",
    "La dernière panne de la grue remonte à 1998.",
    "Un cargo chargé de bananes attend déjà au large depuis deux jours.",
    "La mairie promet une aide de 40 000 euros aux entreprises que la panne prive de travail.",
)
TEXT = " ".join(SENTENCES)


def test_a_summary_is_sentences_of_the_article_in_its_order():
    made = summarize(TEXT, title=TITLE, lead_shown="", sentences=2)
    places = [SENTENCES.index(sentence) for sentence in made.sentences]
    assert made.method is Method.EXTRACT
    assert len(places) == 2
    assert places == sorted(places)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_it_has_as_many_sentences_as_asked(count):
    assert len(summarize(TEXT, title=TITLE, lead_shown="", sentences=count).sentences) == count


@pytest.mark.parametrize("lead_shown", [None, "", LEAD])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_it_opens_neither_on_a_quotation_nor_on_an_orphan_pronoun(lead_shown, count):
    text = " ".join((SENTENCES[2], SENTENCES[1], *SENTENCES[3:]))
    opening = summarize(text, title=TITLE, lead_shown=lead_shown, sentences=count).sentences[0]
    assert not is_quotation(opening)
    assert not leans_on_previous(opening, "fr")


def test_a_sentence_that_leans_comes_only_with_the_one_before_it():
    for count in range(1, 6):
        taken = summarize(TEXT, title=TITLE, lead_shown="", sentences=count).sentences
        assert SENTENCES[1] not in taken or SENTENCES[0] in taken


def test_with_the_lead_unseen_the_summary_opens_as_the_article_does():
    made = summarize(f"{LEAD}\n{TEXT}", title=TITLE, lead_shown=None, sentences=2)
    assert made.sentences[0] == LEAD


def test_labels_do_not_take_the_leads_place():
    story = (
        "The council of Nordal voted on Monday to rebuild the harbour wall after the storm.",
        "Work starts in May and will cost 40 million euros, the mayor said.",
        "Shipping firms had asked for a deeper channel as well.",
        "Engineers from Valmer drew the plans last winter.",
        "The old wall dates from 1870 and was damaged twice in a decade.",
        "Residents worry about noise during the two years of works.",
        "A public hearing takes place in the town hall on Friday evening.",
    )
    text = "\n".join(("VIDEO.", "At a glance", "Jane Doe .", "12 May 2026 .", *story))
    made = summarize(text, lead_shown=None, language="en", sentences=2)
    assert made.sentences == story[:2]


@pytest.mark.parametrize(
    "dateline",
    ["NORDAL (AFP) – ", "Nordal, 12 mai (AFP) - ", "(CNN)", "(CNN) -- ", "Nordal (Reuters) — "],
)
def test_an_agencys_dateline_is_not_of_the_sentence(dateline):
    made = summarize(f"{dateline}{LEAD}\n{TEXT}", lead_shown=None, sentences=1)
    assert made.sentences == (LEAD,)


@pytest.mark.parametrize("opening", ["Le syndicat (AP) - ", "Nordal (ville) – ", "Nordal : "])
def test_other_openings_stay(opening):
    first = f"{opening}{LEAD}"
    assert summarize(f"{first}\n{TEXT}", lead_shown=None, sentences=1).sentences == (first,)


def test_a_pronoun_that_opens_the_article_comes_with_the_sentence_that_explains_it():
    opening = "Elle avait tenu vingt-huit ans dans le vent et le sel."
    text = f"{opening} {TEXT}"
    assert summarize(text, lead_shown=None, sentences=1).sentences == (SENTENCES[0],)
    assert summarize(text, lead_shown=None, sentences=2).sentences == (opening, SENTENCES[0])
    # Without the article's lead before it, nobody knows who "Elle" is.
    assert opening not in summarize(text, lead_shown="", sentences=2).sentences


def test_this_and_it_open_an_article_as_any_word_does():
    for opening in ("C'est la panne de trop pour le port.", "Mais où passe donc le port ?"):
        made = summarize(f"{opening} {TEXT}", lead_shown=None, sentences=1)
        assert made.sentences == (opening,)


def test_with_the_lead_unseen_no_summary_passes_over_a_lead_that_may_stand():
    lines = shared_path("summary/orangesum_valid.jsonl").read_text(encoding="utf-8").splitlines()
    stood = 0
    for article in map(json.loads, lines[:150]):
        lead, *_ = (each.text.lstrip("- ") for each in split_sentences(article["ref"], "fr"))
        allowed = is_closed_prose(lead) and not is_quotation(lead)
        if allowed and not leans_on_previous(lead, "fr"):
            text = f"{article['ref']}\n{article['text']}"
            assert summarize(text, lead_shown=None, sentences=1).sentences == (lead,)
            stood += 1
    assert stood > 120


def is_closed_prose(text):
    return 4 <= len(text.split()) < 90 and text[-1] in ".!?…"


def test_what_the_shown_lead_says_is_not_said_again():
    made = summarize(f"{LEAD}\n{TEXT}", title=TITLE, lead_shown=LEAD, sentences=3)
    assert LEAD not in made.sentences + made.key_points


@pytest.mark.parametrize("lead_shown", [None, ""])
def test_what_one_sentence_says_no_other_repeats(lead_shown):
    again = (
        "Dans la nuit de mardi à mercredi, la grande grue du port de Nordal est tombée en panne."
    )
    text = " ".join((SENTENCES[0], again, *SENTENCES[3:]))
    made = summarize(text, title=TITLE, lead_shown=lead_shown, sentences=3)
    assert len({SENTENCES[0], again} & set(made.sentences)) == 1


def test_key_points_are_further_sentences_that_stand_alone():
    made = summarize(TEXT, title=TITLE, lead_shown="", sentences=2)
    assert 2 <= len(made.key_points) <= 4
    assert not set(made.key_points) & set(made.sentences)
    assert not any(is_quotation(each) or leans_on_previous(each, "fr") for each in made.key_points)


NOISE = [
    "Lire aussi : Le port de Nordal en dix dates, la grue et la panne.",
    "À lire aussi La grue du port de Nordal, une histoire.",
    "Read also: the crane of the port of Nordal.",
    "Photo : la grande grue du port de Nordal / Agence du Phare",
    "La grande grue du port de Nordal © Irène Castel",
    "window.player = new Player('grue', 'nordal', 'port');",
    'var config = {"port": "nordal", "grue": true};',
    "Crédits photo : Ville de Nordal, service du port.",
    "Abonnez-vous à la lettre du port de Nordal pour tout savoir de la grue.",
    "Nous utilisons des cookies pour mesurer l'audience du port de Nordal.",
    "jbo/kle/port",
    "By Irène Castel and Jo Kleber for The Nordal Gazette",
    "Par Irène Castel",
    "Nordal Gazette Reporter .",
    "Last updated at 5:02 PM on 21st July 2026 .",
    "11:54 EST, 4 September 2026 .",
    "Image caption The great crane of the port of Nordal.",
    "Editor's note: Irène Castel is the harbour master of the port of Nordal.",
    "[This text on the port of Nordal was first published in The Nordal Gazette.]",
    "# cat > /etc/nordal/port.rules << 'EOF' grue=1 EOF # portadm reload && grue trigger",
    "Note de la rédaction : la grue du port de Nordal a changé de nom.",
]


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_never_taken(noise):
    text = "\n".join((noise, *SENTENCES[:4], noise + " ", *SENTENCES[4:], noise))
    for lead_shown in (None, ""):
        made = summarize(text, title=TITLE, lead_shown=lead_shown, sentences=6)
        assert noise not in made.sentences + made.key_points


def test_a_short_article_is_given_as_it_is():
    made = summarize("\n".join((*SENTENCES[:3], NOISE[0])), title=TITLE, lead_shown="")
    assert made.sentences == SENTENCES[:3]
    assert made.short
    assert made.method is Method.WHOLE


def test_nothing_is_left_where_the_shown_lead_is_all_there_is():
    assert summarize(LEAD, title=TITLE, lead_shown=LEAD).method is Method.NOTHING
    assert summarize("", lead_shown=None).method is Method.NOTHING


def test_headings_between_paragraphs_are_not_taken():
    text = "\n".join((*SENTENCES[:4], "La grande grue du port de Nordal", *SENTENCES[4:]))
    made = summarize(text, title=TITLE, lead_shown="", sentences=5)
    assert "La grande grue du port de Nordal" not in made.sentences + made.key_points


def test_a_list_without_full_stops_is_summarised_by_its_items():
    items = [
        f"Le numéro {n} du classement est la ville de Port-{n} avec ses {n} grues"
        for n in range(20)
    ]
    assert len(summarize("\n".join(items), title="Les villes", lead_shown="").sentences) == 2


@pytest.mark.parametrize("bullet", ["- ", "-", "• ", "* ", "- - "])
def test_the_mark_of_a_list_is_not_of_the_sentence(bullet):
    text = "\n".join((bullet + SENTENCES[0], *(f"- {each}" for each in SENTENCES[3:])))
    made = summarize(text, title=TITLE, lead_shown=None, sentences=3)
    assert set(made.sentences) <= set(SENTENCES)
    assert made.sentences[0] == SENTENCES[0]


def test_the_dash_of_a_dialogue_stays():
    dialogue = "— La grande grue du port de Nordal est tombée, dit-on au port depuis mardi."
    made = summarize(
        "\n".join((dialogue, *SENTENCES[3:])), title=TITLE, lead_shown=None, sentences=1
    )
    assert made.sentences == (dialogue,)


def test_a_live_blog_gives_its_opening_and_newest_entries():
    old = [
        f"{h}h{m:02} : Un navire ancien numéro {h}{m} quitte le port de Nordal."
        for h in (8, 9)
        for m in (0, 20)
    ]
    new = ["11h30 : La grue de Nordal repart enfin après trois semaines d'arrêt complet."]
    text = "\n".join((SENTENCES[0], *new, *reversed(old)))
    made = summarize(text, title=TITLE, lead_shown=None, sentences=2)
    assert (
        made.sentences[1] == "La grue de Nordal repart enfin après trois semaines d'arrêt complet."
    )


def test_english_is_summarised_too():
    text = (
        "The great crane of the port of Nordal broke down during the night to Wednesday. "
        "It unloads half of all containers. “Unheard of,” said the harbour master, Irene Castel. "
        "A part of the crane's motor must be made in Norway, which will take three weeks. "
        "Twenty ships will be sent to the nearby port of Valmer, the harbour office announced. "
        "Dockers in Nordal fear for their bonuses and want to meet the mayor this week. "
        "The city promises 40,000 euros to the firms that the broken crane leaves without work."
    )
    made = summarize(text, title="Nordal's crane breaks down", lead_shown="", language="en")
    assert len(made.sentences) == 2
    assert not leans_on_previous(made.sentences[0], "en")


def test_scripts_without_spaces_are_given_by_their_lead():
    text = (
        "港の大きなクレーンが故障した。部品はノルウェーで作られる。二十隻の船が隣の港へ向かう。"
        "港の人々は心配している。市は支援を約束した。"
    )
    made = summarize(text, language="ja", sentences=2)
    assert made.sentences == ("港の大きなクレーンが故障した。", "部品はノルウェーで作られる。")
    assert made.method is Method.LEAD


def test_another_language_takes_the_same_path():
    text = (
        "Der große Kran im Hafen von Nordal ist in der Nacht zum Mittwoch ausgefallen. "
        "Ein Teil des Motors muss in Norwegen hergestellt werden, und das dauert drei Wochen. "
        "Zwanzig Schiffe werden in den Hafen von Valmer umgeleitet, teilte die Hafenmeisterei mit. "
        "Die Hafenarbeiter von Nordal fürchten um ihre Zulagen und verlangen ein Treffen. "
        "Die Stadt verspricht den Firmen ohne Arbeit eine Hilfe von 40.000 Euro für diesen Monat. "
        "Ein Frachter voller Bananen wartet seit zwei Tagen vor der Küste auf einen Platz. "
        "Der letzte Ausfall des Krans liegt lange zurück, er war im Jahr 1998."
    )
    made = summarize(text, title="Der Kran von Nordal", lead_shown="", language="de")
    assert made.method is Method.EXTRACT
    assert all(sentence in text for sentence in made.sentences)


def test_decomposed_letters_make_no_difference():
    other = summarize(
        unicodedata.normalize("NFD", TEXT), title=unicodedata.normalize("NFD", TITLE), lead_shown=""
    )
    assert other == summarize(TEXT, title=TITLE, lead_shown="")


def test_a_very_long_text_is_bounded():
    text = "\n".join(f"{sentence} ({n})." for n in range(3000) for sentence in SENTENCES)
    assert len(summarize(text, title=TITLE, lead_shown="").sentences) == 2


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([*SENTENCES, *NOISE, "Un titre", "12h30 : ceci.", ""]), max_size=25),
    st.integers(1, 4),
)
def test_any_mixture_gives_only_its_own_sentences(lines, count):
    text = "\n".join(lines)
    words = " ".join(text.split())
    for lead_shown in (None, "", LEAD):
        made = summarize(text, title=TITLE, lead_shown=lead_shown, sentences=count)
        assert all(each in words for each in made.sentences + made.key_points)
        assert not set(NOISE) & set(made.sentences + made.key_points)


def test_the_shared_article_reads_well():
    page = shared_path("article/xiaomi.txt").read_text(encoding="utf-8")
    body = page.split("Source\n")[0].split("\n\n", 3)
    made = summarize(body[3], title=body[1], lead_shown=body[2], sentences=2)
    assert len(made.sentences) == 2
    assert not leans_on_previous(made.sentences[0], "fr")
