"""Faults put into the product on purpose, each of which the test of discussions must catch.

Each changes this process for good: apply one in a process of its own. A patch that finds nothing to
change raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.fault_patches import Act, always, around, put, replace_in_sql
from bot.delivery import recording
from handlers import (
    comment_desk,
    comment_effects,
    comment_own,
    comment_reading,
    comment_relay,
    comments,
    moderation,
    moderation_cards,
    moderation_people,
)
from storage import (
    comment_copies,
    comment_decisions,
    comment_writing,
    outbox_claims,
)
from storage import comments as stored
from storage.comment_model import State

# ---------------------------------------------------------------- decisions


def skip_the_version_check() -> None:
    """A decision counts whatever the card showed: the last writer wins."""

    def wrap(original: Act) -> Act:
        async def transition(tx: Any, comment_id: int, _: Any, *args: Any, **more: Any) -> Any:
            return await original(tx, comment_id, None, *args, **more)

        return transition

    around(comment_decisions, "transition", wrap)


def forget_to_bump_the_version() -> None:
    """A change leaves the version as it was, so that old cards go on deciding."""
    replace_in_sql("version = version + 1", "version = version")


def let_authors_decide() -> None:
    """Somebody decides on an own comment."""
    replace_in_sql("author_id IS NOT :moderator", "1")


def let_leavers_decide() -> None:
    """A press counts after its moderator left the chat."""
    replace_in_sql("user_id = :moderator AND left_at IS NOT NULL", "0")
    around(moderation, "see_moderator", always(True))


def decide_from_anywhere() -> None:
    """A press counts wherever it comes from."""

    def wrap(_: Act) -> Act:
        async def enter(turn: Any) -> int:
            return int(turn.event.person.id)

        return enter

    for module in (moderation, moderation_people):
        around(module, "enter", wrap)


def revive_what_is_final() -> None:
    """An edit brings a withdrawn comment back."""

    def wrap(original: Act) -> Act:
        async def transition(*args: Any, from_states: Any, **more: Any) -> Any:
            return await original(*args, from_states=[*from_states, State.WITHDRAWN], **more)

        return transition

    around(comment_writing, "transition", wrap)


def keep_a_banned_queue() -> None:
    """A ban leaves what waits in the queue."""
    around(moderation_people, "reject_all_of", always([]))


def let_the_banned_appeal() -> None:
    """A banned author asks for a second look."""
    replace_in_sql("WHERE user_id = :author AND banned_until > :at", "WHERE 0 AND :at")


# ---------------------------------------------------------------- what readers see


def publish_an_edit_at_once() -> None:
    """Readers see an edit before a moderator."""

    def wrap(original: Act) -> Act:
        async def edit(tx: Any, comment: Any, *args: Any, **more: Any) -> Any:
            change = await original(tx, comment, *args, **more)
            if change is not None and comment.published is not None:
                await tx.run("UPDATE comments SET published = revision WHERE id = ?", (comment.id,))
                await stored.refresh_shown(
                    tx, comment.id, was_shown=comment.shown, now_ms=more["now_ms"]
                )
            return change

        return edit

    around(comment_own, "edit", wrap)


def leak_before_approval() -> None:
    """A comment goes out as soon as it is written."""

    def wrap(original: Act) -> Act:
        async def submit(tx: Any, new: Any, *, now_ms: int) -> Any:
            comment = await original(tx, new, now_ms=now_ms)
            await tx.run("UPDATE comments SET published = 1 WHERE id = ?", (comment.id,))
            await stored.refresh_shown(tx, comment.id, was_shown=None, now_ms=now_ms)
            return await stored.find_comment(tx, comment.id)

        return submit

    around(comments, "submit", wrap)


def relay_without_waiting() -> None:
    """An approval goes out while it can still be undone."""

    def undo_until_ms(self: Any) -> int:
        return int(self.now_ms)

    put(comment_desk.Desk, "undo_until_ms", property(undo_until_ms))


def show_answers_alone() -> None:
    """An answer is shown though what it answers is not."""
    replace_in_sql("WHEN c.parent_id IS NOT NULL AND p.shown IS NULL THEN NULL", "")


def count_reports_twice() -> None:
    """An account's second report weighs again."""

    def wrap(original: Act) -> Act:
        async def add_report(
            tx: Any, comment: Any, user_id: int, reason: str, weight: float, *, now: int
        ) -> bool:
            if await original(tx, comment, user_id, reason, weight, now=now):
                return True
            await tx.run(
                "UPDATE comment_reports SET weight = weight + ?, outcome = NULL"
                " WHERE comment_id = ? AND user_id = ?",
                (weight, comment.id, user_id),
            )
            return True

        return add_report

    around(comment_reading, "add_report", wrap)


# ---------------------------------------------------------------- copies


def forget_a_copy() -> None:
    """One chat's copy is not taken back."""

    def wrap(original: Act) -> Act:
        async def list_wrong_copies(*args: Any, **more: Any) -> Any:
            wrong = await original(*args, **more)
            return [placed for placed in wrong if placed.copy.chat_id != 1004]

        return list_wrong_copies

    around(comment_relay, "list_wrong_copies", wrap)


def place_copies_unnoted() -> None:
    """A copy goes out and is not remembered."""
    around(comment_relay, "place_copy", always(None))


def let_a_fan_out_run_on() -> None:
    """A withdrawal drops nothing of what waits to be sent."""
    around(stored, "stop_relay", always(0))


def forget_what_is_under_way() -> None:
    """A withdrawal stops what waits, and lets go on what is being sent or edited."""
    around(comment_copies, "delete_copy", always(None))


def send_again_after_a_time_out() -> None:
    """What may have arrived is sent once more."""

    def wrap(_: Act) -> Act:
        async def record_unknown(tx: Any, row_id: int, **_: Any) -> None:
            await tx.run("UPDATE outbox SET state = 0 WHERE id = ?", (row_id,))

        return record_unknown

    around(recording, "record_unknown", wrap)


def send_again_after_a_crash() -> None:
    """What was being sent when the process died is sent once more."""
    from tests.support import discussion

    def wrap(original: Act) -> Act:
        async def recover_sending(tx: Any, _: Any) -> Any:
            return await original(tx, lambda _: True)

        return recover_sending

    around(discussion, "recover_sending", wrap)
    around(outbox_claims, "recover_sending", wrap)


def swallow_a_failed_deletion() -> None:
    """A deletion that Telegram refuses counts as done, and the 48 hours are ignored."""
    put(comment_relay, "DELETABLE_MS", 10**15)

    def wrap(original: Act) -> Act:
        async def list_finished_changes(*args: Any, **more: Any) -> Any:
            finished = await original(*args, **more)
            return [type(one)(one.copy, "done") for one in finished]

        return list_finished_changes

    around(comment_relay, "list_finished_changes", wrap)


def bring_old_words_back() -> None:
    """A retried edit comes after the notice that replaced its words."""
    around(recording, "is_overtaken", always(False))
    around(outbox_claims, "drop_rows", always(None))


def relay_to_the_author() -> None:
    """Authors receive their own comments."""
    replace_in_sql("AND f.chat_id <> c.author_id", "")


def relay_to_those_who_muted() -> None:
    """A muted person's comments still come."""
    replace_in_sql("WHERE m.chat_id = f.chat_id AND m.author_id = c.author_id", "WHERE 0")


# ---------------------------------------------------------------- people


def sign_with_the_first_name() -> None:
    """Comments carry the account's name instead of the pseudonym."""

    def pseudonym(turn: Any) -> str:
        return str(turn.event.person.first_name)

    put(comments, "_pseudonym", pseudonym)


def tell_nobody() -> None:
    """Authors are not told of decisions."""
    around(comment_effects, "notify_author", always(None))


def tell_twice() -> None:
    """Authors are told of each decision twice."""

    def wrap(original: Act) -> Act:
        async def notify_author(*args: Any, **more: Any) -> None:
            await original(*args, **more)
            await original(*args, **more)

        return notify_author

    around(comment_effects, "notify_author", wrap)


def leave_cards_as_they_are() -> None:
    """Cards are not redrawn after a decision."""
    for module in (comment_effects, comment_reading, moderation_people):
        around(module, "redraw_card", always(None))


def take_refused_deletions_for_done() -> None:
    """The message for cards not sent stays as it is where Telegram does not delete it."""
    put(moderation_cards, "DELETABLE_MS", 10**15)
    around(moderation_cards, "list_refused_deletions", always([]))


def keep_history_at_erasure() -> None:
    """Erasure blanks only the newest wording."""
    replace_in_sql(
        "text_key = '' WHERE comment_id", "text_key = '' WHERE number > 1 AND comment_id"
    )


FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault
    for fault in (
        skip_the_version_check,
        forget_to_bump_the_version,
        let_authors_decide,
        let_leavers_decide,
        decide_from_anywhere,
        revive_what_is_final,
        keep_a_banned_queue,
        let_the_banned_appeal,
        publish_an_edit_at_once,
        leak_before_approval,
        relay_without_waiting,
        show_answers_alone,
        count_reports_twice,
        forget_a_copy,
        place_copies_unnoted,
        let_a_fan_out_run_on,
        forget_what_is_under_way,
        send_again_after_a_time_out,
        send_again_after_a_crash,
        swallow_a_failed_deletion,
        bring_old_words_back,
        relay_to_the_author,
        relay_to_those_who_muted,
        sign_with_the_first_name,
        tell_nobody,
        tell_twice,
        leave_cards_as_they_are,
        take_refused_deletions_for_done,
        keep_history_at_erasure,
    )
}
