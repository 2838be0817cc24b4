"""Steps of the stateful test of discussions: what authors do, and the trouble on the way."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from handlers.callbacks import EraseMe
from storage.comment_people import set_trust
from storage.model import Lane
from tests.support.chat_model import Shown
from tests.support.discussion import Fault
from tests.support.discussions.people import ANNE, MODERATORS
from tests.support.discussions.stage import (
    AUTHORS,
    DAY,
    LINA,
    ROB,
    ZOE,
    Stage,
    faults,
    picks,
    troubles,
)


class AuthorSteps(Stage):
    """Write, edit, withdraw, appeal, erase."""

    @rule(author=st.sampled_from(AUTHORS), parent=st.none() | picks)
    def write(self, author: int, parent: int | None) -> None:
        self.do(self._write(author, parent))

    @rule()
    def trust_lina(self) -> None:
        async def trust() -> None:
            async with self.world.db.transaction() as tx:
                await set_trust(tx, LINA, "granted", ANNE, now_ms=self.world.now_ms)

        self.do(trust())

    @rule(author=st.sampled_from(AUTHORS), fault=troubles)
    def publish(self, author: int, fault: Fault) -> None:
        """Write, approve, and let it reach everybody: the short way, with trouble at first."""
        self.do(self._publish(author, fault=fault))

    @rule(pick=picks, as_message=st.booleans())
    def edit(self, pick: int, as_message: bool) -> None:
        self.do(self._edit(pick, as_message))

    async def _edit(self, pick: int, as_message: bool) -> None:
        closed = pick % 5 == 0  # what is closed must stay so, whatever its author tries
        row = (
            await self._pick(pick, prefer="state = 'withdrawn'", among="1")
            if closed
            else await self._pick(pick, prefer="published IS NOT NULL")
        )
        if row is None:
            return
        author = self.oracle.known[row["id"]].author
        token = self._token(author)
        if as_message and row["source_id"]:
            await self.world.reword(author, row["source_id"], f"Mieux {token}")
        else:
            status = self._status(author, row["id"])
            if status is None:
                return
            prompt = await self._ask(author, status, f"ced:{row['id']}")
            if prompt is None:
                return
            await self.world.say(author, f"Mieux {token}", reply_to=prompt.message_id)
        await self._note_edit(row, token)

    @rule(author=st.sampled_from(AUTHORS), fault=faults)
    def edit_what_is_published(self, author: int, fault: Fault | None) -> None:
        self.do(self._edit_what_is_published(author, fault))

    async def _edit_what_is_published(self, author: int, fault: Fault | None) -> None:
        comment_id = await self._publish(author)
        if comment_id is None:
            return
        token, row = self._token(author), await self._row(comment_id)
        await self.world.reword(author, row["source_id"], f"Mieux {token}")
        await self._note_edit(row, token)
        await self.world.step_relay()
        await self.world.deliver(fault)

    @rule(author=st.sampled_from(AUTHORS), sent=st.integers(0, 3), fault=faults)
    def withdraw_in_mid_fan_out(self, author: int, sent: int, fault: Fault | None) -> None:
        self.do(self._withdraw_in_mid_fan_out(author, sent, fault))

    async def _withdraw_in_mid_fan_out(self, author: int, sent: int, fault: Fault | None) -> None:
        comment_id = await self._write(author, None)
        if comment_id is None:
            return
        await self._bring_card(comment_id)
        await self._press_card(comment_id, ANNE, "ma")
        await self.world.deliver_all()
        self.world.advance(61)
        await self._relay_all()
        for _ in range(sent):
            await self.world.deliver(fault, lanes=(Lane.RELAY,))
        await self._check()  # what is not taken back yet may be sent
        await self._withdraw_known(comment_id)
        for _ in range(4):
            await self.world.deliver(fault)

    @rule(author=st.sampled_from(AUTHORS), days=st.sampled_from([0, 3]))
    def withdraw_what_was_answered(self, author: int, days: int) -> None:
        """Take away what somebody answered, while copies can be deleted or no more."""
        self.do(self._withdraw_what_was_answered(author, days))

    async def _withdraw_what_was_answered(self, author: int, days: int) -> None:
        parent = await self._publish(author)
        if parent is None:
            return
        await self._publish(ROB if author != ROB else LINA, parent=parent)
        self.world.advance(days * DAY)
        await self._withdraw_known(parent)

    @rule(author=st.sampled_from(AUTHORS), fault=troubles, relay_first=st.booleans())
    def withdraw_while_an_edit_is_under_way(
        self, author: int, fault: Fault, relay_first: bool
    ) -> None:
        """Take back an old comment whose newest wording is on its way at that moment."""
        self.do(self._withdraw_while_an_edit_is_under_way(author, fault, relay_first))

    async def _withdraw_while_an_edit_is_under_way(
        self, author: int, fault: Fault, relay_first: bool
    ) -> None:
        comment_id = await self._publish(author)
        if comment_id is None:
            return
        token, row = self._token(author), await self._row(comment_id)
        await self.world.reword(author, row["source_id"], f"Mieux {token}")
        await self._note_edit(row, token)
        self.world.advance(3 * DAY)
        await self._bring_card(comment_id)
        await self._press_card(comment_id, ANNE, "ma")
        await self.world.deliver_all()
        self.world.advance(61)
        await self._relay_all()
        await self.world.deliver(fault, lanes=(Lane.RELAY,), hold=True)
        await self._check()
        await self._withdraw_known(comment_id)
        if relay_first:
            await self.world.step_relay()
        self.world.advance(2)
        await self.world.deliver(lanes=(Lane.RELAY,))

    @rule(pick=picks, then_edit=st.booleans())
    def withdraw(self, pick: int, then_edit: bool) -> None:
        self.do(self._withdraw(pick, then_edit))

    async def _withdraw(self, pick: int, then_edit: bool) -> None:
        row = await self._pick(pick, prefer="published IS NOT NULL")
        if row is None:
            return
        await self._withdraw_known(row["id"])
        if then_edit and row["source_id"]:
            token = self._token(row["author_id"])
            await self.world.reword(row["author_id"], row["source_id"], f"Encore {token}")
            await self._note_edit(row, token)

    @rule(pick=picks)
    def appeal(self, pick: int) -> None:
        self.do(self._appeal(pick))

    async def _appeal(self, pick: int) -> None:
        row = await self._pick(pick, prefer="state = 'rejected'")
        if row is not None:
            await self._appeal_known(row["id"])

    async def _appeal_known(self, comment_id: int) -> None:
        author = self.oracle.known[comment_id].author
        await self.world.deliver_all()
        status = self._status(author, comment_id)
        if status is None:
            return
        prompt = await self._ask(author, status, f"cap:{comment_id}")
        if prompt is not None:
            await self.world.say(author, "Si, si.", reply_to=prompt.message_id)
        await self._look()

    @rule(author=st.sampled_from(AUTHORS), hours=st.sampled_from([0, 1]))
    def appeal_once_banned(self, author: int, hours: int) -> None:
        self.do(self._appeal_once_banned(author, hours))

    async def _appeal_once_banned(self, author: int, hours: int) -> None:
        comment_id = await self._write(author, None)
        if comment_id is None:
            return
        await self.world.deliver_all()
        await self._look()
        await self._press_card(comment_id, ANNE, "reject")
        await self.world.say(ANNE, f"/ban {comment_id} {hours or ''}".strip(), chat=MODERATORS)
        await self._appeal_known(comment_id)

    async def _ask(self, author: int, status: Shown, data: str) -> Shown | None:
        """Press a button that leads to a question; gives the question where there is one."""
        await self.world.deliver_all()
        last = self.world.chats.last_id
        await self.world.press(author, status, data)
        await self.world.deliver_all()
        prompts = [
            message
            for message in self.world.chats.standing(author)
            if message.is_prompt and message.message_id > last
        ]
        return prompts[-1] if prompts else None

    @precondition(lambda self: len(self.oracle.erased) == 0)
    @rule()
    def erase_zoe(self) -> None:
        self.do(self._erase(ZOE))

    async def _erase(self, person: int) -> None:
        await self.world.press(person, self.posts[person], EraseMe(True).pack())
        self.oracle.erased.add(person)
        self.oracle.note_wish(person)
        self.oracle.follows.discard(person)
        self.oracle.erased_tokens |= {
            token for k in self.oracle.known.values() if k.author == person for token in k.tokens
        }
        await self.world.settle()
        await self.world.db.checkpoint()
        self.oracle.check_erased(self.path)
