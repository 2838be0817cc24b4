"""Tag names: whatever people type, its key, slug and hashtag stay one tag."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.telegram.autolinks import find_spans
from storage.folding import fold_text, is_accent
from storage.tag_names import MAX_KEY, clean_label, fold_tag, hashtag, slug_of

text = st.text(max_size=40)
words = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=1, max_size=4
)


@given(text)
@example("ŉ")
@example("ǰabc x")
@example("ͅ")
def test_folding_twice_changes_nothing(label: str) -> None:
    assert fold_text(fold_text(label)) == fold_text(label)


@given(text)
def test_folding_leaves_no_accent(label: str) -> None:
    folded = unicodedata.normalize("NFKD", fold_text(label))
    assert not [c for c in folded if is_accent(c)]


def test_folding_skips_no_accent_for_speed() -> None:
    accents = [chr(point) for point in range(0x110000) if is_accent(chr(point))]
    assert len(accents) > 1000
    assert [c for c in accents if fold_text(f"a{c}b") != "ab"] == []


@given(text)
def test_a_key_is_its_own_key(label: str) -> None:
    key = fold_tag(label)
    if key is not None:
        assert fold_tag(key) == key
        assert 0 < len(key) <= MAX_KEY


@given(text)
@example("+")
@example("1+1")
@example("ß#")
def test_the_slug_and_the_label_have_the_same_key(label: str) -> None:
    key = fold_tag(label)
    if key is not None:
        assert fold_tag(slug_of(label)) == key
        assert fold_tag(clean_label(label)) == key
        assert fold_tag(f"#{label}") == key


@given(text)
@example("ǰ x")
@example("C++ 11")
@example("हिन्दी")
@example("2025")
def test_the_hashtag_has_the_same_key_and_links_whole(label: str) -> None:
    tag = hashtag(label)
    if tag:
        assert fold_tag(tag) == fold_tag(label) or fold_tag(label) is None
        assert find_spans(f"x #{tag} y") == [("hashtag", 2, 3 + len(tag))]


@given(words, st.sampled_from([" ", "-", "_", "'", "’", "\u202f", "  "]))
def test_separators_and_case_do_not_matter(parts: list[str], separator: str) -> None:
    key = fold_tag("".join(parts))
    assert fold_tag(separator.join(parts)) == key
    assert fold_tag(separator.join(parts).upper()) == fold_tag(
        separator.join(parts).upper().lower()
    )


@given(st.text(st.characters(max_codepoint=0x17F), max_size=20))
def test_accents_and_case_do_not_matter(label: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", label) if not unicodedata.combining(c))
    assert fold_tag(label) == fold_tag(plain) == fold_tag(label.lower())
