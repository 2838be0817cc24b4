import pytest

from bot.news.labels import published_labels


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        (["Marché Smartphones", "Xiaomi"], ("Marché Smartphones", "Xiaomi")),
        (["ruby,drb,backgroundrb"], ("ruby", "drb", "backgroundrb")),
        (
            ["Alice Merton,Voice of Germany,Interview"],
            ("Alice Merton", "Voice of Germany", "Interview"),
        ),
        (["Interviews and Appearances, Print"], ("Interviews and Appearances, Print",)),
        (["Kingston, Ontario"], ("Kingston, Ontario",)),
        (["1,000 recettes"], ("1,000 recettes",)),
        (["a,", ",b", ",,"], ("a", "b")),
        (["Lighthouse", "lighthouse", "LIGHTHOUSE"], ("Lighthouse",)),
        (["Tips &amp; Tricks", "Q&#38;A"], ("Tips & Tricks", "Q&A")),
        ([None, "", "  ", "#", "ok"], ("ok",)),
        (["#5G", " 5g "], ("5G",)),
        (["http://schemas.example/2007#video", "vidéo"], ("vidéo",)),
        (["<b>Une</b>"], ("Une",)),
        (["x" * 500, "court"], ("court",)),
        (["deux\nlignes"], ("deux lignes",)),
    ],
)
def test_labels(written: list[str | None], labels: tuple[str, ...]) -> None:
    assert published_labels(written) == labels


def test_a_flood_of_tags_is_bounded() -> None:
    assert len(published_labels(f"tag{n}" for n in range(10_000))) == 60
