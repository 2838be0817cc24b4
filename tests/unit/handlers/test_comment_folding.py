"""Listed words are found through disguises, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.comment_folding import WordList, fold, text_key

WORDS = WordList(["idiot", "ass", "casino*", "crypto gratuit", "merde", "салат"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Quel IDIOT !", "IDIOT"),
        ("un 1d10t de plus", "1d10t"),
        ("i d i o t", "i d i o t"),
        ("i.d.i.o.t", "i.d.i.o.t"),
        ("idiiiioooot", "idiiiioooot"),
        ("id\u200biot", "id\u200biot"),
        ("𝐢𝐝𝐢𝐨𝐭", "𝐢𝐝𝐢𝐨𝐭"),
        ("ｉｄｉｏｔ", "ｉｄｉｏｔ"),
        ("ⓘⓓⓘⓞⓣ", "ⓘⓓⓘⓞⓣ"),
        ("иdiоt", None),
        ("idiоt", "idiоt"),  # a Cyrillic о
        ("a$$", "a$$"),
        ("CАSINОS en ligne", "CАSINОS"),
        ("crypto   gratuit", "crypto   gratuit"),
        ("mérde", "mérde"),
        ("САЛАТ", "САЛАТ"),
        ("casi\u00adno", "casi\u00adno"),
    ],
)
def test_finds_disguised_words(text: str, written: str | None) -> None:
    found = WORDS.find(text)
    assert [match.written for match in found] == ([] if written is None else [written])


@pytest.mark.parametrize(
    "text", ["as soon as", "grass", "455", "idiotie", "videotape", "100 %", ""]
)
def test_leaves_other_words_alone(text: str) -> None:
    assert WORDS.find(text) == []


def test_names_the_term_of_the_list() -> None:
    assert [match.term for match in WORDS.find("Casinos et m3rde")] == ["casino*", "merde"]


def test_a_list_of_nothing_finds_nothing() -> None:
    assert WordList(["", "*", " . "]).find("anything *") == []


@given(st.text(max_size=60))
def test_folded_places_lead_into_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.places)
    assert list(folded.places) == sorted(folded.places)
    assert all(0 <= place < len(text) for place in folded.places)


@given(st.text(alphabet="abcdiot ", min_size=1, max_size=30))
def test_a_word_is_found_wherever_it_stands(around: str) -> None:
    assert WORDS.find(f"{around} , idiot, {around}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bravo à tous !", "bravo A TOUS"),
        ("Bravo à tous", "B​ravo, à tous..."),
        ("👍👍", "👍 👍"),
    ],
)
def test_the_same_said_twice_has_one_key(one: str, other: str) -> None:
    assert text_key(one) == text_key(other) != ""


def test_different_texts_have_different_keys() -> None:
    assert len({text_key(t) for t in ("oui", "non", "👍", "👎", "oui oui")}) == 5
    assert text_key(" \n") == ""
