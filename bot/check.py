"""`relais check`: what must be right before `relais run`, a line each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError

from bot.config import Settings, load_settings
from bot.counted import counted
from bot.delivery.transport import AiohttpRequest
from bot.feed_trouble import describe_trouble
from bot.local import open_database
from bot.news.fetch import Fetcher, user_agent
from bot.news.parse_pool import ParsePool
from bot.news.probe import Prober
from storage.errors import ConfigError, DamagedDatabase, FeedError, RelaisError, TokenRefused
from storage.feeds import list_feeds

Lines = list[tuple[bool, str]]  # whether it is right, and what to say
Check = Callable[[Settings], Awaitable[Lines]]


async def run_checks() -> int:
    """Run every check and print its lines; 1 when one fails, whatever the others say."""
    try:
        settings = load_settings()
    except ConfigError as error:
        for mistake in error.mistakes:
            print(f"✗ settings    {mistake}")
        return 1
    print("✓ settings    all set")
    failed = False
    checks: tuple[tuple[str, Check], ...] = (
        ("database", _database),
        ("token", _token),
        ("feeds", _feeds),
        ("moderation", _moderation),
    )
    for name, check in checks:
        try:
            lines = await check(settings)
        except RelaisError as error:
            lines = [(False, line) for line in str(error).splitlines()]
        for is_right, line in lines:
            print(f"{'✓' if is_right else '✗'} {name:<11} {line}")
            failed |= not is_right
    return int(failed)


async def _database(settings: Settings) -> Lines:
    async with open_database(settings) as db, db.read() as tx:
        found = str(await tx.value("PRAGMA quick_check(1)"))
    if found != "ok":
        raise DamagedDatabase(f"{settings.database_path} is damaged: {found}")
    return [(True, f"{settings.database_path}, sound")]


async def _token(settings: Settings) -> Lines:
    async with _bot(settings) as bot:
        me = await bot.get_me()
    return [(True, f"@{me.username} at {settings.telegram_api_url}")]


async def _feeds(settings: Settings) -> Lines:
    """Look at every feed, those of FEED_URLS too; a line each."""
    async with open_database(settings) as db, db.read() as tx:
        stored = [feed.url for feed in await list_feeds(tx)]
    lines: Lines = []
    async with (
        Fetcher(agent=user_agent(), allow_private=settings.allow_private_networks) as fetcher,
        ParsePool(workers=1) as pool,
    ):
        prober = Prober(fetcher, pool)
        for url in dict.fromkeys([*stored, *settings.feed_urls]):
            try:
                probe = await prober.probe(url)
                lines.append((True, f"{url}, {counted(probe.articles, 'article')}"))
            except FeedError as error:
                lines.append((False, f"{error.url}: {describe_trouble(error.code)}"))
    return lines or [(True, "none yet; add one with /addfeed or `relais feeds add`")]


async def _moderation(settings: Settings) -> Lines:
    chat_id = settings.moderation_chat_id
    if chat_id is None:
        return [(True, "MODERATION_CHAT_ID is not set: comments are off")]
    async with _bot(settings) as bot:
        try:
            chat = await bot.get_chat(chat_id)
        except (BadRequest, Forbidden) as error:
            raise RelaisError(
                f"MODERATION_CHAT_ID {chat_id}: Telegram says “{error.message}”; add the bot there"
            ) from None
    return [(True, f"{chat.effective_name or chat_id}")]


@asynccontextmanager
async def _bot(settings: Settings) -> AsyncIterator[Bot]:
    """Give a Bot for one question; its errors are sentences for the operator."""
    request = AiohttpRequest(connections=1)
    bot = Bot(
        settings.telegram_bot_token.get_secret_value(),
        base_url=f"{settings.telegram_api_url}/bot",
        request=request,
        get_updates_request=request,
    )
    await request.initialize()
    try:
        yield bot
    except InvalidToken:
        raise TokenRefused from None
    except NetworkError as error:
        reason = f"{type(error).__name__}: {error.message}"
        raise RelaisError(f"{settings.telegram_api_url} answers {reason}") from None
    except TelegramError as error:
        raise RelaisError(f"Telegram answers: {error.message}") from None
    finally:
        await request.shutdown()
