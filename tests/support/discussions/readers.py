"""Steps of the stateful test of discussions: what readers do."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from handlers.comment_buttons import GiveReport, MuteAuthor
from tests.support.discussions.stage import (
    AUTHORS,
    PAUL,
    READERS,
    ROB,
    ZOE,
    Stage,
    carries,
    picks,
)


class ReaderSteps(Stage):
    """Follow, mute, report, read, block."""

    @rule(reader=st.sampled_from(READERS))
    def toggle_follow(self, reader: int) -> None:
        async def toggle() -> None:
            if reader in self.oracle.erased:
                return
            await self.world.press(reader, self.posts[reader], f"dis:{self.article}")
            self.oracle.follows ^= {reader}
            self.oracle.note_wish(reader)

        self.do(toggle())

    @rule(reader=st.sampled_from(READERS), pick=picks)
    def mute(self, reader: int, pick: int) -> None:
        self.do(self._mute(reader, pick))

    async def _mute(self, reader: int, pick: int) -> None:
        copies = [m for m in self.world.chats.standing(reader) if carries(m, "cmu:")]
        if not copies or reader in self.oracle.erased:
            return
        copy = copies[pick % len(copies)]
        comment_id = int(carries(copy, "cmu:").split(":")[1])
        row = await self._row(comment_id)
        await self.world.press(reader, copy, MuteAuthor(comment_id).pack())
        if row["author_id"] is not None:
            self.oracle.mutes ^= {(reader, row["author_id"])}
            self.oracle.note_wish(reader)

    @rule(author=st.sampled_from([ZOE, ROB]))
    def mute_and_go_on(self, author: int) -> None:
        """Mute an author who then writes again."""
        self.do(self._mute_and_go_on(author))

    async def _mute_and_go_on(self, author: int) -> None:
        comment_id = await self._publish(author)
        if comment_id is not None:
            for copy in self.world.chats.standing(PAUL):
                if carries(copy, "cmu:") == f"cmu:{comment_id}":
                    await self.world.press(PAUL, copy, MuteAuthor(comment_id).pack())
                    self.oracle.mutes ^= {(PAUL, author)}
                    self.oracle.note_wish(PAUL)
            self.world.advance(2)
            await self._publish(author)

    @rule(reader=st.sampled_from(READERS), pick=picks, twice=st.booleans())
    def report(self, reader: int, pick: int, twice: bool) -> None:
        self.do(self._report(reader, pick, twice))

    async def _report(self, reader: int, pick: int, twice: bool) -> None:
        ids = await self._ids("shown IS NOT NULL")
        if not ids or reader in self.oracle.erased:
            return
        await self._report_known(reader, ids[pick % len(ids)], times=1 + twice)

    @rule(author=st.sampled_from(AUTHORS), times=st.sampled_from([1, 3]))
    def report_what_is_published(self, author: int, times: int) -> None:
        """Let a reader who did not write it report a comment, and again."""
        self.do(self._report_what_is_published(author, times))

    async def _report_what_is_published(self, author: int, times: int) -> None:
        comment_id = await self._publish(author)
        if comment_id is not None:
            await self._report_known(PAUL, comment_id, times=times)

    async def _report_known(self, reader: int, comment_id: int, *, times: int) -> None:
        self.oracle.reporters.setdefault(comment_id, set()).add(reader)
        for _ in range(times):
            await self.world.press(
                reader, self.posts[reader], GiveReport(comment_id, "spam").pack()
            )
        await self._look()

    @rule(reader=st.sampled_from(READERS), newest=st.booleans())
    def read_thread(self, reader: int, newest: bool) -> None:
        data = f"cth:{self.article}:0:{int(newest)}"
        self.do(self.world.press(reader, self.posts[reader], data))

    @rule(reader=st.sampled_from([ROB, PAUL]))
    def block_or_unblock(self, reader: int) -> None:
        self.do(self._block_or_unblock(reader))

    async def _block_or_unblock(self, reader: int) -> None:
        blocked = self.world.chats.blocked
        blocked ^= {reader}
        self.oracle.ever_blocked.add(reader)
        self.oracle.note_wish(reader)
        await self.world.block(reader, is_blocked=reader in blocked)
        if reader not in blocked:
            await self.world.upkeep.tidy()
