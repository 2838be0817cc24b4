"""An hour at ten times a busy site's load: memory and open files must stay flat.

`python -m tests.chaos.soak --minutes 60`: 100 feeds, 5,000 readers, comments and summaries against
the strict limit of 30 messages a second. A line a minute, then a report; exit code 1 when it fails.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sandbox.newsroom import Publication
from sandbox.telegram import Limits, Person
from tests.chaos.soak_people import Audience
from tests.support.database import make_subscriber
from tests.support.site import Site, site_in

FEEDS, READERS, TOPICS, FOLLOWED = 100, 5000, 60, 4
POLL_SECONDS = 30
ARTICLE_EVERY = 15.0  # some 20 posts a second: the limit of 30 leaves room for all else
DRAIN_SECONDS = 600.0
WARM_SHARE = 0.25
STRICT = Limits(overall_per_second=30, overall_burst=4, hold_seconds=8)
GROWTH, MORE_FILES = 1.15, 10
LINK = re.compile(r'href="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Look:
    """What the process held at one moment."""

    minute: float
    own_mb: float
    all_mb: float
    files: int
    waiting: int
    database_mb: float
    sent: int


class Soak:
    """A site, its readers and what they are owed."""

    def __init__(self, site: Site, readers: list[Person], audience: Audience) -> None:
        self.site = site
        self.readers = readers
        self.audience = audience
        self.follows: dict[str, list[Person]] = {f"topic{n}": [] for n in range(TOPICS)}
        self.owed: dict[str, set[int]] = {}
        self.looks: list[Look] = []
        self._rng = random.Random(20261124)
        self._begun = time.monotonic()

    async def enrol(self) -> None:
        """Make everybody a reader of some topics, the first ones more popular."""
        topics = list(self.follows)
        weights = [1 / (place + 3) for place in range(TOPICS)]
        async with self.site.storage() as db, db.transaction() as tx:
            for reader in self.readers:
                reader.has_started = True
                self.site.telegram.world.seen.add(reader.id)
                chosen = sorted(set(self._rng.choices(topics, weights, k=FOLLOWED)))
                language = "fr" if reader.user.language == "fr" else "en"
                await make_subscriber(tx, reader.id, language=language, follows=tuple(chosen))
                for topic in chosen:
                    self.follows[topic].append(reader)

    async def publish(self) -> None:
        """Publish an article every few seconds."""
        number = 0
        while True:
            number += 1
            name, topic = f"s{number}", self._rng.choice(list(self.follows))
            self.owed[name] = {reader.id for reader in self.follows[topic]}
            self.site.publish(
                name,
                publication=f"p{self._rng.randrange(FEEDS)}",
                title=f"News {number} of {topic}",
                body=tuple(f"Sentence {n} of the text number {number}." for n in range(12)),
                tags=(topic,),
                section="",
            )
            await asyncio.sleep(ARTICLE_EVERY)

    async def watch(self) -> None:
        """Look at the process once a minute and say what was seen."""
        while True:
            await asyncio.sleep(60)
            self.looks.append(await self.look())
            _say(json.dumps(asdict(self.looks[-1])))

    async def look(self) -> Look:
        """Look at the process."""
        life = self.site.relais.life
        assert life.is_running, life.output[-3000:]
        waiting = await self.site.value("SELECT count(*) FROM outbox WHERE state IN (0, 1, 3)")
        files = [Path(f"{self.site.relais.database}{end}") for end in ("", "-wal")]
        return Look(
            minute=round((time.monotonic() - self._begun) / 60, 1),
            own_mb=round(life.own_memory / 1e6, 1),
            all_mb=round(life.memory / 1e6, 1),
            files=life.open_files,
            waiting=waiting,
            database_mb=round(sum(file.stat().st_size for file in files) / 1e6, 1),
            sent=len(self.site.telegram.sent),
        )

    def count_posts(self) -> Counter[int]:
        """Count how many owed posts came so many times."""
        names = {self.site.newsroom.article_url(name): name for name in self.owed}
        seen: Counter[tuple[str, int]] = Counter()
        for sent in self.site.telegram.sent:
            # Lists of articles have links too, but no button to comment.
            if sent.kind == "send" and "com:" in str(sent.call.params.get("reply_markup")):
                for url in LINK.findall(str(sent.call.params.get("text"))):
                    if url in names:
                        seen[names[url], sent.chat_id] += 1
        return Counter(seen[name, chat] for name, chats in self.owed.items() for chat in chats)


async def soak(folder: Path, minutes: float) -> int:
    """Run, drain, report; gives the exit code."""
    papers = [
        Publication(f"p{n}", f"Paper {n}", "en", ("rss", "atom", "wordpress", "json")[n % 4],
                    f"/p{n}/feed")
        for n in range(FEEDS)
    ]  # fmt: skip
    settings = {
        "POLL_INTERVAL_SECONDS": POLL_SECONDS,
        "RELAY_UNDO_SECONDS": 5,
        "LOG_LEVEL": "warning",
        "DEFAULT_LANGUAGE": "en",
    }
    async with site_in(folder, papers=papers, limits=STRICT, latency=0.05, **settings) as site:
        readers = [
            site.telegram.person(f"Reader {n}", "fr" if n % 2 else "en") for n in range(READERS)
        ]
        moderator = site.telegram.person("Anne", "en")
        room = site.telegram.group("Moderation", [moderator])
        site.relais.settings["MODERATION_CHAT_ID"] = str(room.id)
        run = Soak(site, readers, Audience(site, readers, moderator, room))
        await run.enrol()
        await site.relais.begin("run")
        await site.until_polled()
        await _for(minutes * 60, run.publish(), run.watch(), *run.audience.habits())
        begin = time.monotonic()
        for _ in range(2):  # the last articles may just have missed a poll
            await site.until_polled()
        await site.until_quiet(DRAIN_SECONDS)
        return _report(run, await run.look(), time.monotonic() - begin)


async def _for(seconds: float, *acts: Coroutine[Any, Any, None]) -> None:
    """Let all acts go on for some time; the first that fails ends all."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for act in acts:
                group.create_task(act)


def _report(run: Soak, last: Look, drained: float) -> int:
    warm = run.looks[int(len(run.looks) * WARM_SHARE) :]
    quarter = max(1, len(warm) // 4)
    counts = run.count_posts()
    refused = Counter(
        f"{call.status} {call.description}"
        for call in run.site.telegram.calls
        if call.status not in (200, None)
    )
    lines: dict[str, object] = {
        "minutes": run.looks[-1].minute,
        "feeds, readers, articles": f"{FEEDS}, {READERS}, {len(run.owed)}",
        "messages and edits": last.sent,
        **run.audience.figures(),
        "posts owed / never came / came twice": (
            f"{sum(counts.values())} / {counts[0]}"
            f" / {sum(n for times, n in counts.items() if times > 1)}"
        ),
        "queue at the end, after draining s": f"{last.waiting}, {drained:.0f}",
        "longest queue": max(look.waiting for look in run.looks),
        "refused calls": dict(refused) or "none",
        "warnings and errors logged": dict(
            Counter(entry["event"] for entry in run.site.relais.life.events)
        ),
    }
    failed = [counts[0] or len(counts) != 1, last.waiting, "429" in str(refused)]
    for name, most in (("own_mb", GROWTH), ("all_mb", GROWTH), ("files", None)):
        early = statistics.median(getattr(look, name) for look in warm[:quarter])
        late = statistics.median(getattr(look, name) for look in warm[-quarter:])
        lines[f"{name}: first and last quarter after warming up, most"] = (
            f"{early}, {late}, {max(getattr(look, name) for look in run.looks)}"
        )
        failed.append(late > (early * most if most else early + MORE_FILES))
    width = max(map(len, lines))
    for name, value in lines.items():
        _say(f"{name:<{width}}  {value}")
    _say("FAILED" if any(failed) else "held")
    return int(any(failed))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="relais-soak-") as folder:
        return asyncio.run(soak(Path(folder), minutes))


if __name__ == "__main__":
    sys.exit(main())
