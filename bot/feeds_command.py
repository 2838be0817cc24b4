"""`relais feeds …`: feeds from the shell, beside a running bot or without one."""

import asyncio
import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import listparser
from rich.console import Console
from rich.progress import track

from bot.config import is_http_address, load_local_settings
from bot.counted import counted
from bot.feed_trouble import describe_trouble
from bot.local import open_database
from storage.errors import RelaisError
from storage.feeds import add_feed, find_feed, list_feed_health, list_feeds, remove_feed

IMPORT_BATCH = 100


async def add(url: str) -> int:
    """Look at the address, then add the feed it is or names; 1 when there is none or several."""
    from bot.news.probe import probe_address

    settings = load_local_settings()
    probe = await probe_address(url, allow_private=settings.allow_private_networks)
    if len(probe.choices) > 1:
        print("Several feeds are there; add one of them:")
        for choice in probe.choices:
            print(f"  {choice.url}  {choice.title or ''}")
        return 1
    address = probe.choices[0].url
    async with open_database(settings) as db, db.transaction() as tx:
        feed, created = await add_feed(tx, address, now=int(time.time()), title=probe.title)
    state = "Added" if created else "Already there"
    articles = counted(probe.articles, "article")
    print(f"{state}: {feed.url} ({probe.title or 'untitled'}, {articles})")
    return 0


async def show() -> int:
    """Print a line for each feed."""
    async with open_database(load_local_settings()) as db, db.read() as tx:
        healths = await list_feed_health(tx)
    for health in healths:
        feed = health.feed
        code = feed.error_code
        trouble = "" if code is None else f"  {describe_trouble(code)} (× {feed.errors})"
        polled = _ago(feed.last_success_at)
        articles = counted(health.articles, "article")
        print(f"{feed.url}  {feed.title or '—'}  {articles}  {polled}{trouble}")
    if not healths:
        print("No feed yet. Add one: relais feeds add URL")
    return 0


async def remove(url: str) -> int:
    """Stop following a feed; 1 when it is not there."""
    async with open_database(load_local_settings()) as db, db.transaction() as tx:
        feed = await find_feed(tx, url)
        is_there = feed is not None and feed.state != "removed"
        if feed is not None and is_there:
            await remove_feed(tx, feed.id)
    print(f"Removed: {url}" if is_there else f"No such feed: {url}. See: relais feeds list")
    return 0 if is_there else 1


async def import_opml(file: Path) -> int:
    """Add every feed of an OPML file, in batches that each commit."""
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise RelaisError(f"{file} cannot be read: {error.strerror}.") from None
    found = listparser.parse(content)
    named = list(dict.fromkeys(feed["url"] for feed in found["feeds"] if feed.get("url")))
    urls = [url for url in named if is_http_address(url)]
    if not urls:
        raise RelaisError(f"{file} names no feed; is it an OPML file?")
    batches = [urls[start : start + IMPORT_BATCH] for start in range(0, len(urls), IMPORT_BATCH)]
    added = 0
    async with open_database(load_local_settings()) as db:
        for batch in track(batches, "Importing", console=Console(stderr=True), transient=True):
            async with db.transaction() as tx:
                for url in batch:
                    _, created = await add_feed(tx, url, now=int(time.time()))
                    added += created
    print(f"{counted(added, 'feed')} added, {len(urls) - added} already there.")
    for url in named:
        if not is_http_address(url):
            print(f"Left out, not an http(s) address: {url}")
    return 0


async def export_opml() -> int:
    """Print the feeds as OPML."""
    async with open_database(load_local_settings()) as db, db.read() as tx:
        feeds = await list_feeds(tx)
    root = ET.Element("opml", version="2.0")
    ET.SubElement(ET.SubElement(root, "head"), "title").text = "Relais"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        name = feed.title or feed.url
        attributes = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
        if feed.site_url:
            attributes["htmlUrl"] = feed.site_url
        ET.SubElement(body, "outline", attributes)
    ET.indent(root)
    print(ET.tostring(root, encoding="unicode", xml_declaration=True))
    return 0


async def inspect(source: str, *, as_json: bool) -> int:
    """Print what a feed would give."""
    from bot.inspect import inspect_source

    settings = load_local_settings()
    inspection = await inspect_source(source, allow_private=settings.allow_private_networks)
    if as_json:
        print(json.dumps(inspection.to_json(), ensure_ascii=False, indent=2))
    else:
        print(inspection.to_text())
    return 0


def _ago(at: int | None) -> str:
    if at is None:
        return "never polled"
    minutes = max(0, int(time.time()) - at) // 60
    return f"polled {minutes} min ago"
