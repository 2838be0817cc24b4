"""The operators' rules are read whole, or every mistake is named."""

from pathlib import Path

import pytest

from handlers.comment_rules import Rate, ReasonChoice
from handlers.comment_settings import default_rules, load_comment_rules
from storage.errors import ConfigError

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "comment_rules.toml"


def test_no_file_means_the_defaults() -> None:
    rules = load_comment_rules(None)
    assert rules.reasons == default_rules().reasons
    assert rules.suspect.find("un casino")


def test_the_documented_example_is_the_defaults() -> None:
    example, default = load_comment_rules(EXAMPLE), default_rules()
    assert example.reasons == default.reasons
    assert example.banned.terms == default.banned.terms
    assert example.suspect.terms == default.suspect.terms
    for name in ("reader_rate", "bot_rate", "most_links", "report_threshold", "most_cards"):
        assert getattr(example, name) == getattr(default, name)


def test_a_file_replaces_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[words]\nbanned = ["truc"]\n[limits]\nreader_rate = [2, 30]\nmost_links = 0\n'
        '[[reasons]]\ncode = "dull"\nfr = "Sans intérêt"\nen = "Dull"\n',
        "utf-8",
    )
    rules = load_comment_rules(path)
    assert rules.banned.terms == ("truc",)
    assert rules.suspect.terms == default_rules().suspect.terms
    assert (rules.reader_rate, rules.most_links) == (Rate(2, 30), 0)
    assert rules.reasons == (ReasonChoice("dull", "Sans intérêt", "Dull"),)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(
        '[wrods]\n[words]\nbanned = "x"\nother = []\n'
        "[limits]\nreader_rate = 3\nmost_links = -1\nspeed = 1\ntrust_rejected_share = 2\n"
        "report_threshold = 0\n"
        '[[reasons]]\ncode = "other"\nfr = "a"\nen = "b"\n'
        '[[reasons]]\ncode = "b"\nfr = ""\nen = "b"\n'
        + '[[reasons]]\ncode = "c"\nfr = "c"\nen = "c"\n'
        * 2,
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        load_comment_rules(path)
    text = str(caught.value)
    for part in ("wrods", "words.banned", "words.other", "reader_rate", "most_links", "speed"):
        assert part in text
    for part in ("trust_rejected_share", "report_threshold", "reason 1", "reason b", "c occurs"):
        assert part in text


@pytest.mark.parametrize("content", [b"[words", b"\xff\xfe"])
def test_what_is_no_toml_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="no TOML file"):
        load_comment_rules(path)


def test_a_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_comment_rules(tmp_path / "none.toml")
