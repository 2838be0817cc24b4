"""What must hold of discussions whatever happens: the invariants I1 to I19, checked from outside.

The oracle knows what people did and what moderators saw; it reads what stands in the chats, and the
tables only where an invariant is about them. Every wording carries a token (w00042) of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.chat_model import Shown
from tests.support.comment_notices import check_notices, ensure
from tests.support.discussion import Discussion
from tests.support.discussions.people import ANNE, BASILE, MODERATORS

TOKEN = re.compile(r"w\d{5}")
FINAL = ("withdrawn", "expired", "erased")
NAMES = {ANNE: "Anne", BASILE: "Basile"}


@dataclass
class Known:
    """A comment as its author and the moderators know it."""

    id: int
    author: int
    created_ms: int
    tokens: list[str]
    approved: dict[str, int] = field(default_factory=dict)
    """Which wordings a moderator approved, and when first."""


@dataclass
class Oracle:
    """Watches a discussion; every method raises Broken where an invariant does not hold."""

    world: Discussion
    readers: tuple[int, ...]
    secrets: dict[int, tuple[str, ...]]
    """What must never be read in other people's chats: first names, ids."""
    known: dict[int, Known] = field(default_factory=dict)
    of_token: dict[str, Known] = field(default_factory=dict)
    writers: dict[str, int] = field(default_factory=dict)
    """Who wrote each token, taken as a comment or not."""
    seen_log: int = 0
    closed: set[int] = field(default_factory=set)
    """Comments that readers were not to see after the step before."""
    finals: dict[int, str] = field(default_factory=dict)
    changed_ms: dict[int, int] = field(default_factory=dict)
    """When a reader's wish to receive changed last (follow, mute, block)."""
    follows: set[int] = field(default_factory=set)
    mutes: set[tuple[int, int]] = field(default_factory=set)
    reporters: dict[int, set[int]] = field(default_factory=dict)
    ever_blocked: set[int] = field(default_factory=set)
    erased: set[int] = field(default_factory=set)
    erased_tokens: set[str] = field(default_factory=set)

    def note(self, comment_id: int, author: int, token: str) -> Known:
        """Remember a new comment."""
        known = Known(comment_id, author, self.world.now_ms, [token])
        self.known[comment_id] = known
        self.of_token[token] = known
        return known

    def note_edit(self, comment_id: int, token: str) -> None:
        """Remember another wording."""
        self.known[comment_id].tokens.append(token)
        self.of_token[token] = self.known[comment_id]

    def note_approval(self, comment_id: int, card_text: str) -> None:
        """Remember which wordings a moderator saw on the card that was approved."""
        known = self.known[comment_id]
        for token in set(TOKEN.findall(card_text)) & set(known.tokens):
            known.approved.setdefault(token, self.world.now_ms)

    def note_wish(self, reader: int) -> None:
        """Remember that a reader's wish to receive changed now."""
        self.changed_ms[reader] = self.world.now_ms

    # ------------------------------------------------------------ after every step

    async def check_step(self) -> None:
        """Check what holds at every moment, trouble or not."""
        async with self.world.db.read() as tx:
            comments = await tx.all(
                "SELECT c.*, (SELECT count(*) FROM comment_decisions d WHERE d.comment_id = c.id)"
                " AS decisions FROM comments c"
            )
            rows = {row["id"]: row for row in comments}
            closed = {row["id"] for row in comments if self._expected(row, rows) is None}
            self._check_log(self.closed & closed)
            self.closed = closed
            self._check_single_copies()
            self._check_states(comments)
            await self._check_decisions(tx)
            banned = await tx.value(
                "SELECT count(*) FROM comments c JOIN comment_people p ON p.user_id = c.author_id"
                " WHERE p.banned_until > ? AND c.state IN ('pending', 'appealed', 'returned')"
                # Readers' reports may bring back what a ban left published.
                " AND c.hidden = 0",
                (self.world.now_ms // 1000,),
            )
            ensure(not banned, "I11 a banned author has something in the queue")

    def _check_log(self, closed: set[int]) -> None:
        for entry in self.world.chats.log[self.seen_log :]:
            if entry.chat_id == MODERATORS or entry.kind == "delete":
                continue
            for token in TOKEN.findall(entry.text):
                if entry.chat_id == self.writers[token]:
                    continue  # to the author: waiting, refused or not
                known = self.of_token.get(token)
                ensure(
                    known is not None and token in known.approved,
                    f"I1 {token} reached chat {entry.chat_id} without an approval of it",
                )
                assert known is not None
                undo_ms = self.world.setup.relay_undo_seconds * 1000
                ensure(
                    entry.at_ms >= known.approved[token] + undo_ms,
                    f"I1 {token} reached chat {entry.chat_id} while it could be undone",
                )
                ensure(
                    known.id not in closed,
                    f"I2 {token} left for chat {entry.chat_id} though it was taken back",
                )
            for person, words in self.secrets.items():
                if person != entry.chat_id:
                    leaked = [word for word in words if word in entry.text]
                    ensure(not leaked, f"I18 chat {entry.chat_id} reads {leaked}")
        self.seen_log = len(self.world.chats.log)

    def _check_single_copies(self) -> None:
        for reader in self.readers:
            for comment_id in self.known:
                copies = self._copies(reader, comment_id)
                ensure(len(copies) <= 1, f"I5 {len(copies)} copies of {comment_id} in {reader}")
                own = copies and self.known[comment_id].author == reader
                ensure(not own, f"I14 author {reader} received the own comment {comment_id}")

    def _copies(self, reader: int, comment_id: int) -> list[Shown]:
        return [
            message
            for message in self.world.chats.standing(reader)
            if any(
                b.get("callback_data") == f"cmu:{comment_id}" for r in message.keyboard for b in r
            )
        ]

    def _check_states(self, comments: list[Any]) -> None:
        for row in comments:
            before = self.finals.get(row["id"])
            ensure(
                before is None or row["state"] in (before, "erased"),
                f"I4 comment {row['id']} went from {before} to {row['state']}",
            )
            if row["state"] in FINAL:
                self.finals[row["id"]] = row["state"]
            ensure(
                row["decisions"] == row["version"],
                f"I12 comment {row['id']}: version {row['version']}, audit {row['decisions']}",
            )
            ensure(
                row["state"] != "rejected" or row["reason_code"],
                f"I7 comment {row['id']} was rejected without a reason",
            )
            if row["hidden"]:
                ensure(
                    len(self.reporters.get(row["id"], ())) >= 2,
                    f"I9 comment {row['id']} was hidden by too few accounts",
                )

    async def _check_decisions(self, tx: Any) -> None:
        twice = await tx.all(
            "SELECT comment_id, version FROM comment_decisions WHERE role = 'moderator'"
            " AND comment_id IS NOT NULL GROUP BY comment_id, version HAVING count(*) > 1"
        )
        ensure(not twice, f"I3 two decisions on {[tuple(row) for row in twice]}")
        decided = await tx.all(
            "SELECT comment_id, actor_id FROM comment_decisions WHERE role = 'moderator'"
            " AND comment_id IS NOT NULL"
        )
        own = [
            row["comment_id"]
            for row in decided
            if self.known[row["comment_id"]].author == row["actor_id"]
        ]
        ensure(not own, f"I6 somebody decided on the own comment {own}")

    # ------------------------------------------------------------ once everything has come to rest

    async def check_settled(self) -> None:
        """Check what holds once nothing is under way any more."""
        async with self.world.db.read() as tx:
            rows = await tx.all("SELECT * FROM comments ORDER BY id")
            decisions = await tx.all("SELECT * FROM comment_decisions ORDER BY id")
        comments = {row["id"]: row for row in rows}
        for row in rows:
            expected = self._expected(row, comments)
            ensure(
                row["shown"] == expected,
                f"I2 comment {row['id']} is shown as {row['shown']}, not {expected}",
            )
            token = None if expected is None else self.known[row["id"]].tokens[expected - 1]
            for reader in self._reachable():
                self._check_chat(reader, self.known[row["id"]], token)
        self._check_cards(rows)
        for reader in self._reachable():
            if reader not in self.ever_blocked:
                own = {row["id"] for row in rows if row["author_id"] == reader}
                check_notices(reader, [d for d in decisions if d["comment_id"] in own], self.world)

    def _expected(self, row: Any, comments: dict[int, Any]) -> int | None:
        """Give the revision that should stand before readers, from the states alone."""
        undo = json.loads(row["undo"]) if row["undo"] else None
        published = undo["published"] if undo else row["published"]
        hidden = undo["hidden"] if undo else row["hidden"]
        if published is None or hidden or row["state"] in (*FINAL, "rejected"):
            return None
        parent = comments.get(row["parent_id"])
        if parent is not None and self._expected(parent, comments) is None:
            return None
        return int(published)

    def _reachable(self) -> list[int]:
        gone = self.world.chats.blocked | self.erased
        return [reader for reader in self.readers if reader not in gone]

    def _check_chat(self, reader: int, known: Known, token: str | None) -> None:
        if reader == known.author:
            return
        standing = self.world.chats.standing(reader)
        visible = {t for m in standing for t in TOKEN.findall(m.text)} & set(known.tokens)
        ensure(
            visible <= {token},
            f"I2 chat {reader} shows {visible} of comment {known.id}, which should show {token}",
        )
        copies = self._copies(reader, known.id)
        if self._is_due(reader, known):
            ensure(
                [token] == [t for m in copies for t in TOKEN.findall(m.text) if t in known.tokens]
                if token is not None
                else not copies,
                f"I10 chat {reader} has {[m.text for m in copies]}, due is {token}",
            )
        elif self._wants_nothing(reader, known):
            ensure(not copies, f"I14 chat {reader} received comment {known.id} against its wish")

    def _is_due(self, reader: int, known: Known) -> bool:
        since = self.changed_ms.get(reader, 0)
        is_muted = (reader, known.author) in self.mutes
        return reader in self.follows and not is_muted and since < known.created_ms

    def _wants_nothing(self, reader: int, known: Known) -> bool:
        if self.changed_ms.get(reader, 0) >= known.created_ms:
            return False
        return reader not in self.follows or (reader, known.author) in self.mutes

    def _check_cards(self, rows: list[Any]) -> None:
        cards: dict[int, list[int]] = {}
        rolled_up = 0
        for message in self.world.chats.standing(MODERATORS):
            for button in (b for r in message.keyboard for b in r):
                code, *fields = button.get("callback_data", "").split(":")
                if code == "ma":
                    cards.setdefault(int(fields[0]), []).append(int(fields[1]))
                elif code == "mn":
                    rolled_up += int("".join(c for c in message.text if c.isdigit()))
        waiting = {r["id"]: r["version"] for r in rows if r["state"] in ("pending", "appealed")}
        for comment_id, versions in cards.items():
            ensure(
                versions == [waiting.get(comment_id)],
                f"I13 cards of {comment_id} are of versions {versions},"
                f" it waits with {waiting.get(comment_id)}",
            )
        missing = [comment_id for comment_id in waiting if comment_id not in cards]
        ensure(
            len(missing) == rolled_up,
            f"I13 {missing} wait without a card, {rolled_up} are told to be rolled up",
        )

    def check_erased(self, path: Path) -> None:
        """Check that neither the file nor its log holds a word of who was erased."""
        content = b"".join(
            file.read_bytes() for file in path.parent.iterdir() if file.name.startswith(path.name)
        )
        words = [*self.erased_tokens, *(f"Pseudo{person}" for person in self.erased)]
        found = [word for word in words if word.encode() in content]
        ensure(not found, f"I8 {found} can still be read in the file")
