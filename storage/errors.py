"""Every exception of Relais.

RelaisError
├── ConfigError              a setting is wrong; carries every mistake at once
│   └── TokenRefused         Telegram does not know the token; nothing works until it is changed
├── StorageError             the database cannot do its work
│   ├── DatabaseBusy         another process holds the lock for longer than we wait
│   ├── SchemaTooNew         the file was written by a newer Relais
│   ├── DamagedDatabase      the file is not a sound SQLite database of ours
│   ├── DiskFull             no room left for a write
│   └── ReadOnlyDatabase     the file or its folder cannot be written
├── FeedError                a source cannot be read; carries url and a code
│   ├── FetchFailed          no usable answer (time-out, DNS, TLS, HTTP status, ...)
│   ├── FeedGone             410: the source is closed for good
│   ├── NotAFeed             the answer is something else (a page, JSON, nothing)
│   ├── FeedTooLarge         the answer passes the size limit once decompressed
│   └── AddressRefused       the address is private or otherwise not to be called
└── Refusal                  an expected "no" to a person, translated at the edge

What Telegram said about a send is not here: it is a value (bot/delivery/outcomes.py).
"""


class RelaisError(Exception):
    """Base of everything that Relais raises on purpose."""


class ConfigError(RelaisError):
    """Wrong settings; `mistakes` holds one sentence for each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class TokenRefused(ConfigError):
    """Telegram does not know the token; nothing works until it is changed."""

    def __init__(self) -> None:
        super().__init__(["Telegram refuses TELEGRAM_BOT_TOKEN; ask BotFather for the token."])


class StorageError(RelaisError):
    """The database cannot do its work; the text is one sentence for the operator."""


class DatabaseBusy(StorageError):
    """Another process holds the lock for longer than we wait."""


class SchemaTooNew(StorageError):
    """The file was written by a newer version of Relais."""


class DamagedDatabase(StorageError):
    """The file is not a sound database of ours."""


class DiskFull(StorageError):
    """No room is left for a write; nothing was changed."""


class ReadOnlyDatabase(StorageError):
    """The file or its folder cannot be written."""


class FeedError(RelaisError):
    """A source that cannot be read.

    `code` is a stable word that texts and tables use (`timeout`, `dns`, `tls`,
    `http_503`, `not_a_feed`, ...); `retry_after` is the publisher's wish in seconds.
    """

    def __init__(
        self, url: str, code: str, detail: str = "", *, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{url}: {code}" + (f" ({detail})" if detail else ""))
        self.url = url
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class FetchFailed(FeedError):
    """No usable answer came."""


class FeedGone(FeedError):
    """The publisher said 410: closed for good."""


class NotAFeed(FeedError):
    """Something else than a feed came."""


class FeedTooLarge(FeedError):
    """The answer passes the size limit once decompressed."""


class AddressRefused(FeedError):
    """The address is private, local or otherwise not to be called."""


class Refusal(RelaisError):
    """An expected "no" to a person: a text key and its fields, translated at the edge."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields
