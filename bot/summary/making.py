"""Making one summary: the best text that can be had, then sentences of it, then the kept record.

The feed's text serves where it is long enough or the page cannot be had. One summary is made at a
time for each article, so that fifty readers at once cost one page and one summary.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.news.page import Page, Verdict
from bot.news.page_reader import PageReader
from bot.news.urls import canonical_url
from bot.summary.opening import join_lead
from bot.summary.provider import ChatSummarizer, Source
from bot.summary.summarize import Method, Summary, summarize
from bot.summary.words import guess_language
from storage.articles import (
    find_article,
    find_article_by_url,
    find_article_text,
    set_article_text,
)
from storage.database import Database
from storage.errors import FeedError
from storage.model import Article
from storage.summaries import (
    NewSummary,
    StoredSummary,
    add_summary,
    find_article_summary,
    find_page_summary,
)
from storage.tags import tag_articles

log = logging.getLogger(__name__)

ENOUGH_WORDS = 150  # a feed's text this long is the article, not an excerpt
LONG_WORDS = 450  # longer articles get three sentences
PAGE_KEPT_SECONDS = 3600  # a page that is no stored article may have changed after this
REFUSED_SECONDS = 600  # then a model that gave nothing usable is asked again
EXTRACTS = (Method.EXTRACT, Method.WHOLE, Method.LEAD)
# Reasons that the next look would find again; any other may be over in a minute.
LASTING = frozenset({*(verdict.value for verdict in Verdict), "private_address", "too_large"})
LASTING -= {Verdict.ERROR.value}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: in which language a model would write, and whose daily cap it counts for."""

    person_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """No summary: the reader has seen it all, or `reason` says why the text cannot be had."""

    title: str
    url: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    """What is summarised; `lead_shown` as summarize() takes it."""

    title: str
    body: str
    lead_shown: str | None
    language: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a summary is of, as it is kept."""

    article_id: int | None
    url: str | None
    content_hash: str


class SummaryMaker:
    """Makes summaries and keeps them; finds those that are kept.

    With `chat` a model writes them, in the reader's language; where it cannot, they are extracts.
    """

    def __init__(
        self, db: Database, pages: PageReader, clock: Clock, chat: ChatSummarizer | None = None
    ) -> None:
        self._db = db
        self._pages = pages
        self._clock = clock
        self._chat = chat
        self._unwritten: dict[tuple[str, str], float] = {}
        self._locks: dict[int | str, asyncio.Lock] = {}
        self._waiting: dict[int | str, int] = {}

    @property
    def is_translating(self) -> bool:
        """Say whether readers of two languages may be given two summaries of an article."""
        return self._chat is not None

    async def of_article(self, article_id: int, reader: Reader) -> StoredSummary | Nothing | None:
        """Give an article's summary, made now where none is kept; None once the article is gone."""
        async with self._alone(article_id):
            async with self._db.read() as tx:
                article = await find_article(tx, article_id)
            if article is None:
                return None
            kept = await self._find_kept(article, reader.language)
            if kept is not None:
                return kept
            text = await self._get_text(article)
            subject = _Subject(article.id, article.url, article.content_hash)
            return await self._make(text, subject, reader)

    async def of_link(self, url: str, reader: Reader) -> StoredSummary | Nothing | None:
        """Give the summary of the stored article or else of the page at an address."""
        canonical = canonical_url(url) or url
        async with self._db.read() as tx:
            article = await find_article_by_url(tx, canonical)
        if article is None:
            return await self._of_page(canonical, reader)
        return await self.of_article(article.id, reader)

    async def complete(self, article: Article) -> None:
        """Take the tags of an article from its page, where its feed gave none; never raises."""
        if article.url is None:
            return
        try:
            page = await self._pages.read(article.url)
            if page.verdict not in (Verdict.ARTICLE, Verdict.PAYWALL):
                return
            async with self._db.transaction() as tx:
                await tag_articles(tx, {article.id: page.tags or page.sections})
        except Exception as error:
            log.info("page_not_read", extra={"article": article.id, "error": type(error).__name__})

    @asynccontextmanager
    async def _alone(self, key: int | str) -> AsyncIterator[None]:
        """Let one at a time make the summary of an article."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        self._waiting[key] = self._waiting.get(key, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key], self._locks[key]

    async def _of_page(self, url: str, reader: Reader) -> StoredSummary | Nothing:
        async with self._alone(url):
            kept = await self._find_kept_page(url, reader.language)
            if kept is not None:
                return kept
            try:
                page = await self._pages.read(url)
            except FeedError as error:
                return Nothing("", url, error.code)
            if page.verdict is not Verdict.ARTICLE:
                return Nothing(page.title, url, page.verdict.value)
            language = guess_language(page.text, default=page.language or "")
            digest = hashlib.sha256(page.text.encode()).hexdigest()[:32]
            whole = join_lead(page.title, page.lead, page.text, language)
            text = _Text(page.title, whole, None, language)
            return await self._make(text, _Subject(None, url, digest), reader)

    async def _find_kept(self, article: Article, language: str) -> StoredSummary | None:
        kinds = await self._kinds(article.content_hash, language)
        async with self._db.read() as tx:
            for method, written_in in kinds:
                found = await find_article_summary(
                    tx, article.id, article.content_hash, method=method, language=written_in
                )
                if found is not None and is_lasting(found):
                    return found
        return None

    async def _find_kept_page(self, url: str, language: str) -> StoredSummary | None:
        after = int(self._clock.now()) - PAGE_KEPT_SECONDS
        kinds = await self._kinds(url, language)
        async with self._db.read() as tx:
            for method, written_in in kinds:
                found = await find_page_summary(
                    tx, url, method=method, language=written_in, after=after
                )
                if found is not None:
                    return found
        return None

    async def _kinds(self, wording: str, language: str) -> list[tuple[str, str | None]]:
        """Give method and language of the kept summaries that serve a reader, best first."""
        extracts: list[tuple[str, str | None]] = [(method.value, None) for method in EXTRACTS]
        if self._chat is None:
            return extracts
        written = (self._chat.method, language)
        if not await self._chat.is_ready() or self._was_refused(wording, language):
            return [written, *extracts]
        return [written, (Method.WHOLE.value, None)]  # short articles are given as they are

    def _was_refused(self, wording: str, language: str) -> bool:
        """Say whether the model gave no usable summary of a wording a moment ago."""
        since = self._clock.monotonic() - REFUSED_SECONDS
        self._unwritten = {key: at for key, at in self._unwritten.items() if at > since}
        return (wording, language) in self._unwritten

    async def _get_text(self, article: Article) -> _Text:
        """Give the longest text there is: the feed's, or the page's where the feed is short."""
        async with self._db.read() as tx:
            kept = await find_article_text(tx, article.id)
        body, source = kept or ("", "feed")
        note = None
        if source == "feed" and len(body.split()) < ENOUGH_WORDS and article.url is not None:
            page, note = await self._try_page(article, article.url)
            if page is not None and len(page.text.split()) > len(body.split()):
                body = page.text
                if page.may_keep:
                    await self._keep_page(article, page)
        language = guess_language(f"{article.title} {body}", default=article.language or "")
        lead = article.lead.strip()
        return _Text(article.title, body or lead, lead or None, language, note)

    async def _try_page(self, article: Article, url: str) -> tuple[Page | None, str | None]:
        """Give a page with its article's text, or why there is none."""
        if article.corrections:
            self._pages.forget(url)
        try:
            page = await self._pages.read(url)
        except FeedError as error:
            return None, error.code
        return (page, None) if page.verdict is Verdict.ARTICLE else (None, page.verdict.value)

    async def _keep_page(self, article: Article, page: Page) -> None:
        """Keep a page's text, unless the article was corrected since it was read."""
        async with self._db.transaction() as tx:
            now = await find_article(tx, article.id)
            if now is None or now.content_hash != article.content_hash:
                return
            await set_article_text(tx, article.id, page.text)
            if not now.tags:
                await tag_articles(tx, {article.id: page.tags})

    async def _make(
        self, text: _Text, subject: _Subject, reader: Reader
    ) -> StoredSummary | Nothing:
        count = 3 if len(text.body.split()) > LONG_WORDS else 2
        made = await _summarize(text, count)
        if made.method is Method.NOTHING and text.note is not None:
            # All that can be had is what the post showed: given again, with the reason.
            made = await _summarize(replace(text, lead_shown=None), count)
        if made.method is Method.NOTHING:
            return Nothing(text.title, subject.url, text.note)
        summary = _new_summary(made, text, subject, count)
        if self._chat is not None and not made.short:
            summary = await self._write(self._chat, summary, text, reader)
        async with self._db.transaction() as tx:
            return await add_summary(tx, summary, now=int(self._clock.now()))

    async def _write(
        self, chat: ChatSummarizer, extract: NewSummary, text: _Text, reader: Reader
    ) -> NewSummary:
        """Have a model write the summary; where it cannot or must not, the extract serves."""
        source = Source(text.title, text.body, reader.language, extract.length)
        sentences = await chat.write(source, person_id=reader.person_id)
        if sentences is None:
            wording = extract.url if extract.article_id is None else extract.content_hash
            self._unwritten[wording or "", reader.language] = self._clock.monotonic()
            return extract
        return replace(extract, sentences=sentences, language=reader.language, method=chat.method)


def _new_summary(made: Summary, text: _Text, subject: _Subject, count: int) -> NewSummary:
    return NewSummary(
        article_id=subject.article_id,
        url=subject.url,
        content_hash=subject.content_hash,
        language=made.language,
        length=count,
        method=made.method.value,
        title=text.title,
        sentences=made.sentences,
        key_points=made.key_points,
        note=text.note,
    )


def is_lasting(summary: StoredSummary) -> bool:
    """Say whether making a summary again would give the same."""
    return summary.note is None or summary.note in LASTING


async def _summarize(text: _Text, count: int) -> Summary:
    return await asyncio.to_thread(
        summarize,
        text.body,
        title=text.title,
        lead_shown=text.lead_shown,
        language=text.language,
        sentences=count,
    )
