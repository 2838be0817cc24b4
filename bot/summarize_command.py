"""`relais summarize`: the summary and the parts of an article's page, nothing stored."""

import asyncio
import json
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.config import load_local_settings
from bot.news.fetch import Fetcher, user_agent
from bot.news.page import Page, Verdict, decode_page
from bot.news.page_around import Link
from bot.news.page_reader import PageReader
from bot.news.page_text import read_text_page
from bot.news.parse_pool import ParsePool
from bot.news.politeness import HostLedger
from bot.summary.opening import join_lead
from bot.summary.summarize import Summary, summarize
from bot.summary.words import guess_language
from storage.errors import FetchFailed

_ADDRESS = re.compile(r"^https?:", re.IGNORECASE)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|p|div|article)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageSummary:
    """A page and its summary; None where the page is no article to be summarised."""

    page: Page
    summary: Summary | None

    def to_json(self) -> dict[str, object]:
        """Give everything as values that JSON has."""
        page = asdict(self.page)
        page["verdict"] = self.page.verdict.value
        summary = None
        if self.summary is not None:
            summary = {**asdict(self.summary), "method": self.summary.method.value}
        return {**page, "summary": summary}

    def to_text(self) -> str:
        """Give the same for a person to read in a terminal."""
        page = self.page
        parts = [
            ("Verdict", "" if page.verdict is Verdict.ARTICLE else page.verdict.value),
            ("Lead", page.lead),
            ("Author", page.author or ""),
            ("About", page.author_note or ""),
            ("Published", page.published or ""),
            ("Site", page.site or ""),
            ("Language", page.language or ""),
            ("Sections", ", ".join(page.sections)),
            ("Tags", ", ".join(page.tags)),
            ("Breadcrumb", " > ".join(page.breadcrumb)),
            ("Image", page.image_url or ""),
            *(("Source", _show(link)) for link in page.sources),
            *(("Related", _show(link)) for link in page.related),
        ]
        lines = [f"{name:10} {value}" for name, value in parts if value]
        blocks = [page.title or page.url]
        if self.summary is not None:
            blocks.append(self.summary.text or "Nothing to summarise.")
            points = [f"• {point}" for point in self.summary.key_points]
            blocks.append("\n".join([*points, f"({self.summary.method.value})"]))
        return "\n\n".join([*blocks, "\n".join(lines)])


def _show(link: Link) -> str:
    return f"{link.title} — {link.url}" if link.url else link.title


async def show_summary(source: str, *, sentences: int, as_json: bool) -> int:
    """Print the summary and the parts of a page; 1 where it is no article."""
    settings = load_local_settings()
    found = await summarize_source(
        source, sentences=sentences, allow_private=settings.allow_private_networks
    )
    if as_json:
        print(json.dumps(found.to_json(), ensure_ascii=False, indent=2))
    else:
        print(found.to_text())
    return 0 if found.summary is not None else 1


async def summarize_source(source: str, *, sentences: int, allow_private: bool) -> PageSummary:
    """Read and summarise the page of an address or a file (HTML or plain text).

    Raises a FeedError when there is none.
    """
    page = await _read(source, allow_private=allow_private)
    if page.verdict is not Verdict.ARTICLE:
        return PageSummary(page, None)
    language = page.language or guess_language(page.text, default="fr")
    text = join_lead(page.title, page.lead, page.text, language)
    made = summarize(text, title=page.title, language=language, sentences=sentences)
    return PageSummary(page, made)


async def _read(source: str, *, allow_private: bool) -> Page:
    async with ParsePool(workers=1) as pool:
        if _ADDRESS.match(source):
            async with Fetcher(agent=user_agent(), allow_private=allow_private) as fetcher:
                return await PageReader(fetcher, pool, HostLedger(), time.monotonic).read(source)
        url, body = await asyncio.to_thread(_read_file, Path(source))
        if _MARKUP.search(body[:4096].decode("utf-8", "replace")):
            return await pool.read_page(body, {"content-type": "text/html"}, url)
        return read_text_page(decode_page(body, ""), url)


def _read_file(path: Path) -> tuple[str, bytes]:
    """Give a file's address and content."""
    try:
        return path.absolute().as_uri(), path.read_bytes()
    except OSError as error:
        raise FetchFailed(str(path), "no_file", error.strerror or "") from error
