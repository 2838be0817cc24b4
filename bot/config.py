"""The settings: read once from the environment and `.env`, frozen, every mistake named at once."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from handlers.comment_settings import load_comment_rules
from storage.errors import ConfigError
from storage.model import Language

FREE_MESSAGES_PER_SECOND = 30  # what Telegram grants without paid broadcasts


class LocalSettings(BaseSettings):
    """What the commands need that talk to nobody: names in the environment are in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    database_path: Path = Path("relais.db")
    database_durability: Literal["normal", "full"] = "normal"
    allow_private_networks: bool = False
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("log_format", "log_level", "database_durability", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return _lowered(value)


class Settings(LocalSettings):
    """Everything that an operator may set."""

    telegram_bot_token: SecretStr
    telegram_api_url: str = "https://api.telegram.org"
    feed_urls: Annotated[tuple[str, ...], NoDecode] = ()
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    moderation_chat_id: int | None = None
    poll_interval_seconds: int = Field(default=600, ge=1, le=86_400)
    messages_per_second: int = Field(default=FREE_MESSAGES_PER_SECOND, ge=1, le=1000)
    paid_broadcast: bool = Field(default=False, validate_default=True)
    default_language: Language = "en"
    relay_undo_seconds: int = Field(default=60, ge=0, le=3600)
    comment_rules_path: Path | None = None
    summary_api_url: str | None = None
    summary_api_key: SecretStr | None = None
    summary_model: str | None = Field(default=None, validate_default=True)
    summary_daily_limit: int = Field(default=500, ge=0)
    summary_reader_daily_limit: int = Field(default=20, ge=0)
    web_port: int | None = Field(default=None, ge=0, le=65_535)

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_has_the_shape_of_one(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value().strip()):
            raise ValueError("should look like 123456:ABC-def, as BotFather gives it")
        return SecretStr(value.get_secret_value().strip())

    @field_validator("feed_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: Any) -> Any:
        return tuple(re.split(r"[\s,]+", value.strip(" ,\n"))) if isinstance(value, str) else value

    @field_validator("feed_urls")
    @classmethod
    def _urls_are_http(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [url for url in value if not is_http_address(url)]
        if wrong:
            raise ValueError(f"should hold http(s) addresses only, not {', '.join(wrong)}")
        return value

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        parts = [part for part in re.split(r"[\s,]+", value) if part]
        wrong = [part for part in parts if not part.isdecimal()]
        if wrong:
            raise ValueError(f"should hold user ids (numbers) only, not {', '.join(wrong)}")
        return frozenset(map(int, parts))

    @field_validator("telegram_api_url", "summary_api_url")
    @classmethod
    def _address_without_slash(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not is_http_address(value):
            raise ValueError("should be an http(s) address")
        return value.rstrip("/")

    @field_validator("comment_rules_path")
    @classmethod
    def _rules_can_be_read(cls, value: Path | None) -> Path | None:
        try:
            load_comment_rules(value)
        except ConfigError as error:
            raise _mistakes(error.mistakes) from None
        return value

    @field_validator("default_language", mode="before")
    @classmethod
    def _lower_language(cls, value: Any) -> Any:
        return _lowered(value)

    # What two settings must agree on is asked of the later one: a validator of the whole model
    # would keep silent as long as any other setting is wrong.
    @field_validator("paid_broadcast")
    @classmethod
    def _speed_is_paid(cls, value: bool, info: ValidationInfo) -> bool:
        if info.data.get("messages_per_second", 0) > FREE_MESSAGES_PER_SECOND and not value:
            needs = f"MESSAGES_PER_SECOND above {FREE_MESSAGES_PER_SECOND} needs"
            raise _mistakes([f"{needs} PAID_BROADCAST=true."])
        return value

    @field_validator("summary_model")
    @classmethod
    def _address_has_a_model(cls, value: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("summary_api_url") and not value:
            raise _mistakes(["SUMMARY_API_URL needs SUMMARY_MODEL, the model to ask for."])
        return value


def is_http_address(text: str) -> bool:
    """Say whether a text is an http(s) address."""
    return re.match(r"https?://[^/\s]", text, re.IGNORECASE) is not None


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ConfigError with a sentence for every mistake."""
    return _load(Settings, overrides)


def load_local_settings(**overrides: Any) -> LocalSettings:
    """Read what works without a token; raises ConfigError as `load_settings` does."""
    return _load(LocalSettings, overrides)


AnySettings = TypeVar("AnySettings", bound=LocalSettings)


def _load(kind: type[AnySettings], overrides: dict[str, Any]) -> AnySettings:
    try:
        return kind(**overrides)
    except ValidationError as error:
        raise ConfigError([said for detail in error.errors() for said in _say(detail)]) from None


def _mistakes(sentences: list[str]) -> PydanticCustomError:
    """Give an error that is told in its own sentences."""
    return PydanticCustomError("mistakes", "", {"mistakes": sentences})


def _lowered(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _say(detail: Any) -> list[str]:
    """Say what is wrong with one setting; never its value, which may be a secret."""
    if detail["type"] == "mistakes":
        return list(detail["ctx"]["mistakes"])
    name = str(detail["loc"][0]).upper() if detail["loc"] else ""
    if detail["type"] == "missing":
        hint = " (BotFather gives it)" if name == "TELEGRAM_BOT_TOKEN" else ""
        return [f"{name} is not set{hint}."]
    message = str(detail["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return [f"{name} {message}.".strip()]
