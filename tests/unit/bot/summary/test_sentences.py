from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.summary.sentences import split_sentences

HERE = Path(__file__).parent


def read_gold(name: str) -> list[list[str]]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("|") for line in lines if not line.startswith("#")]


def ends(sentences: list[str]) -> set[int]:
    """Where sentences end, counted in characters other than space; the last end is none."""
    lengths = [len("".join(sentence.split())) for sentence in sentences]
    return set(list(accumulate(lengths))[:-1])


def compare(name: str, language: str) -> tuple[float, int, list[str]]:
    right = found = expected = 0
    wrong = []
    for gold in read_gold(name):
        text = "".join(gold).replace("  ", " ")
        got = [sentence.text for sentence in split_sentences(text, language)]
        a, b = ends(gold), ends(got)
        right, found, expected = right + len(a & b), found + len(b), expected + len(a)
        if a != b:
            wrong.append(" | ".join(got))
    return 2 * right / (found + expected), expected, wrong


@pytest.mark.parametrize(
    ("name", "language"), [("boundaries_fr.txt", "fr"), ("boundaries_en.txt", "en")]
)
def test_boundaries_are_found(name, language):
    f1, _, wrong = compare(name, language)
    assert f1 >= 0.99, wrong


def test_french_gold_is_large_enough_to_mean_something():
    assert compare("boundaries_fr.txt", "fr")[1] >= 120


def test_a_title_glued_to_the_sentence_after_it_is_cut_off():
    text = "Un homme très calme, selon un otageLa prise d'otages a duré. Le studio SpaceX suit."
    assert [s.text for s in split_sentences(text, "fr")] == [
        "Un homme très calme, selon un otage",
        "La prise d'otages a duré.",
        "Le studio SpaceX suit.",
    ]


def test_straight_quotes_left_open_do_not_swallow_sentences():
    text = (
        'Je ne le ferai pas". Mais une phrase a choqué : "Il n\'y a pas d\'armes ici". Il insiste.'
        " Puis il part."
    )
    assert len(split_sentences(text, "fr")) == 4


def test_lines_are_paragraphs_unless_they_go_on_in_lower_case():
    text = "Un titre\nUne phrase coupée\nà la ligne. Une autre.\n\nFin"
    assert [(s.text, s.paragraph) for s in split_sentences(text, "fr")] == [
        ("Un titre", 0),
        ("Une phrase coupée à la ligne.", 1),
        ("Une autre.", 1),
        ("Fin", 2),
    ]


def test_only_sentences_that_end_as_such_are_closed():
    closed = [
        s.is_closed
        for s in split_sentences('Un titre\nUne phrase.\n« Oui ! »\n"Oui", dit-il', "fr")
    ]
    assert closed == [False, True, True, False]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("aéZÉ .!?…\"«»“”'’-,()1M\n\u00a0\u202f日。"), max_size=200))
def test_nothing_but_space_is_lost(text):
    joined = "".join("".join(s.text.split()) for s in split_sentences(text, "fr"))
    assert joined == "".join(text.split())


@settings(deadline=None)
@given(st.text(max_size=120), st.sampled_from(["fr", "en", "ja", "xx", ""]))
def test_any_text_in_any_language_is_split(text, language):
    assert all(s.text == s.text.strip() and s.text for s in split_sentences(text, language))
