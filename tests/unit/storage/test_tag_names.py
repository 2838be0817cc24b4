"""Keys, slugs, labels and hashtags of tags, by example."""

import pytest

from storage.tag_names import MAX_KEY, clean_label, fold_tag, hashtag, slug_of


@pytest.mark.parametrize(
    "spellings",
    [
        ("Marché Smartphones", "marche-smartphones", "#MarchéSmartphones", "MARCHE_SMARTPHONES"),
        ("Marché Smartphones", "marché\u00a0smartphones", "marche\u0301 smart\u00adphones"),
        ("5G", "#5g", "5 g", "５Ｇ"),
        ("Cœur", "coeur", "CŒUR", "#Cœur"),
        ("Ægir", "aegir"),
        ("Straße", "strasse", "STRASSE", "STRAẞE"),
        ("L'iPhone", "L’iPhone", "l-iphone", "liphone"),
        ("C++", "c++", "#C++", "CPlusPlus", "c plus plus"),
        ("C#", "c#", "#C#", "CSharp"),
        ("Canal+", "Canal Plus", "#CanalPlus"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("İstanbul", "istanbul", "ISTANBUL"),
        ("ﬁbre", "fibre"),
        ("Tests & Astuces", "tests-astuces"),
        ("Xiaomi™", "xiaomi"),
        ("हिन्दी", "#हिन्दी", " हिन्दी "),
        ("ガス", "ｶﾞｽ"),
        ("ёлка", "ЕЛКА"),
        ("\u200bGalaxy\u200b Note", "galaxy-note"),
    ],
)
def test_spellings_of_one_tag(spellings: tuple[str, ...]) -> None:
    assert len({fold_tag(spelling) for spelling in spellings}) == 1
    assert fold_tag(spellings[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C", "C++"),
        ("C", "C#"),
        ("C++", "C#"),
        ("ガス", "カス"),  # gas, dregs: the voicing is the letter
        ("कि", "की"),
        ("ที่", "ทิ"),
        ("🔥", "⚡"),
        ("Galaxy S25", "Galaxy S26"),
    ],
)
def test_different_tags(one: str, other: str) -> None:
    assert fold_tag(one) != fold_tag(other)


@pytest.mark.parametrize("label", ["", " ", "#", "##", "# #", "-", "_", "'", "…", "!!!", "\u200b"])
def test_labels_that_name_no_tag(label: str) -> None:
    assert fold_tag(label) is None


def test_a_label_of_emoji_is_its_own_key() -> None:
    assert fold_tag("🔥") == fold_tag(" #🔥 ") == "🔥"
    assert fold_tag("❤️") == fold_tag("❤") == "❤"
    assert fold_tag("🔥🔥") != fold_tag("🔥")
    assert fold_tag("Café ☕") == "cafe"


def test_a_sentence_is_no_tag() -> None:
    assert fold_tag("a" * MAX_KEY) == "a" * MAX_KEY
    assert fold_tag("a" * (MAX_KEY + 1)) is None
    assert fold_tag("ﷺ" * 20) is None
    assert fold_tag("!" * 5000 + "a") is None
    assert fold_tag(" " * 5000 + "a") == "a"


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Marché Smartphones", "marche-smartphones"),
        ("#Intelligence  Artificielle", "intelligence-artificielle"),
        ("Android 4.4", "android-4-4"),
        ("C++", "c-plus-plus"),
        ("🔥", "🔥"),
        ("", ""),
    ],
)
def test_slugs(label: str, slug: str) -> None:
    assert slug_of(label) == slug


@pytest.mark.parametrize(
    ("label", "tag"),
    [
        ("Marché Smartphones", "MarchéSmartphones"),
        ("xiaomi", "xiaomi"),
        ("5G", "5G"),
        ("intelligence artificielle", "IntelligenceArtificielle"),
        ("Android 4.4", "Android4_4"),
        ("L'iPhone", "LIPhone"),
        ("C++", "CPlusPlus"),
        ("C#", "CSharp"),
        ("R&D", "RD"),
        ("Санкт-Петербург", "СанктПетербург"),
        ("東京", "東京"),
        ("2025", ""),  # Telegram links no number
        ("🔥", ""),
        ("हिन्दी", ""),  # its marks end a hashtag
        ("", ""),
    ],
)
def test_hashtags(label: str, tag: str) -> None:
    assert hashtag(label) == tag


def test_labels_are_shown_on_one_line() -> None:
    assert clean_label("  #Marché\n Smartphones\x00 ") == "Marché Smartphones"
    assert clean_label("\u202eabc\ud800") == "abc"
    assert clean_label("👩\u200d💻") == "👩\u200d💻"
