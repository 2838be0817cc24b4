"""The settings: every mistake at once, no secret in any text, and .env.example in step."""

import re
from pathlib import Path

import pytest

from bot.config import Settings, load_settings
from storage.errors import ConfigError

TOKEN = "123456:very-secret_token"
EXAMPLE = Path(__file__).parents[3] / ".env.example"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_a_token_is_enough(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    settings = load_settings()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.poll_interval_seconds == 600
    assert settings.messages_per_second == 30
    assert settings.relay_undo_seconds == 60
    assert settings.web_port is None
    assert not settings.allow_private_networks


def test_every_mistake_is_named_at_once(monkeypatch):
    monkeypatch.setenv("POLL_INTERVAL_SECONDS", "0")
    monkeypatch.setenv("ADMIN_IDS", "12,anne")
    monkeypatch.setenv("DEFAULT_LANGUAGE", "de")
    monkeypatch.setenv("FEED_URLS", "ftp://example.org/feed")
    monkeypatch.setenv("MESSAGES_PER_SECOND", "100")  # without PAID_BROADCAST
    monkeypatch.setenv("SUMMARY_API_URL", "https://model.example")  # without SUMMARY_MODEL
    with pytest.raises(ConfigError) as caught:
        load_settings()
    text = "\n".join(caught.value.mistakes)
    for name in (
        "TELEGRAM_BOT_TOKEN", "POLL_INTERVAL_SECONDS", "ADMIN_IDS", "DEFAULT_LANGUAGE", "FEED_URLS",
        "MESSAGES_PER_SECOND", "SUMMARY_MODEL",
    ):  # fmt: skip
        assert name in text
    assert len(caught.value.mistakes) == 7


def test_the_comment_rules_mistakes_are_named_with_the_others(monkeypatch, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("[limits]\nreader_rate = 3\nspeed = 1\n")
    monkeypatch.setenv("COMMENT_RULES_PATH", str(rules))
    monkeypatch.setenv("ADMIN_IDS", "anne")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    named = [mistake.split()[0] for mistake in caught.value.mistakes]
    assert sorted(named) == [
        "ADMIN_IDS", "COMMENT_RULES_PATH:", "COMMENT_RULES_PATH:", "TELEGRAM_BOT_TOKEN",
    ]  # fmt: skip
    monkeypatch.setenv("COMMENT_RULES_PATH", str(tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match=r"none\.toml cannot be read"):
        load_settings()


def test_a_wrong_token_is_not_repeated(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "my secret words")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "secret words" not in str(caught.value)
    assert "TELEGRAM_BOT_TOKEN" in str(caught.value)


def test_the_token_is_not_in_the_repr(monkeypatch):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert "secret_token" not in repr(load_settings())


@pytest.mark.parametrize(
    "text",
    ["https://a.example/f https://b.example/g", "https://a.example/f, https://b.example/g"],
)
def test_feed_urls_are_separated_by_spaces_or_commas(monkeypatch, text):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("FEED_URLS", text)
    assert load_settings().feed_urls == ("https://a.example/f", "https://b.example/g")


@pytest.mark.parametrize(
    ("rate", "paid", "fine"),
    [
        ("30", "false", True),
        ("31", "false", False),
        ("1000", "true", True),
        ("1001", "true", False),
    ],
)
def test_more_than_thirty_a_second_is_paid(monkeypatch, rate, paid, fine):
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    monkeypatch.setenv("MESSAGES_PER_SECOND", rate)
    monkeypatch.setenv("PAID_BROADCAST", paid)
    if fine:
        assert load_settings().messages_per_second == int(rate)
    else:
        with pytest.raises(ConfigError, match="MESSAGES_PER_SECOND"):
            load_settings()


def test_a_file_named_dot_env_is_read(tmp_path):
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nADMIN_IDS=1, 2\n")
    assert load_settings().admin_ids == {1, 2}


def test_the_example_names_every_setting_and_its_default(tmp_path):
    text = EXAMPLE.read_text("utf-8")
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(named) == {name.upper() for name in Settings.model_fields}
    set_lines = re.sub(r"^#(?=[A-Z_]+=.)", "", text, flags=re.MULTILINE)
    filled = set_lines.replace("TELEGRAM_BOT_TOKEN=", f"TELEGRAM_BOT_TOKEN={TOKEN}")
    (tmp_path / ".env").write_text(filled)
    from_example = load_settings()
    (tmp_path / ".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\n")
    assert from_example == load_settings()
