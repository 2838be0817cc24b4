"""Faults put into the product on purpose: each must be caught by the test of discussions.

`python -m benchmarks.seeded_faults` applies each fault in a process of its own, runs the stateful
test, and tells which invariant caught it. Exit code 1 when one survives.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from bot.delivery import recording
from handlers import (
    comment_desk,
    comment_effects,
    comment_own,
    comment_reading,
    comment_relay,
    comments,
    moderation,
    moderation_people,
)
from storage import (
    comment_decisions,
    comment_writing,
    outbox_claims,
)
from storage import comments as stored
from storage.comment_model import State
from storage.database import Transaction

ROOT = Path(__file__).resolve().parents[1]
Act = Callable[..., Awaitable[Any]]


def replace_in_sql(old: str, new: str, *modules: Any) -> None:
    """Change the words of the statements that some modules hold or send."""
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, str) and old in value:
                setattr(module, name, value.replace(old, new))
    original = Transaction.all

    async def all_(self: Transaction, sql: str, parameters: Any = ()) -> Any:
        return await original(self, sql.replace(old, new), parameters)

    setattr(Transaction, "all", all_)  # noqa: B010  the method of the real class


def around(module: Any, name: str, wrap: Callable[[Act], Act]) -> None:
    """Put something around a function where a module calls it."""
    setattr(module, name, wrap(getattr(module, name)))


def always(value: Any) -> Callable[[Act], Act]:
    """Give a function that does nothing and returns a value."""

    def wrap(_: Act) -> Act:
        async def instead(*_: Any, **__: Any) -> Any:
            return value

        return instead

    return wrap


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
    rule = comment_decisions._MAY_DECIDE
    _replace_rule(rule, rule.replace("author_id IS NOT :moderator", "1"))


def let_leavers_decide() -> None:
    """A press counts after its moderator left the chat."""
    rule = comment_decisions._MAY_DECIDE
    _replace_rule(rule, rule.replace("left_at IS NOT NULL", "0"))
    around(moderation, "see_moderator", always(True))


def _replace_rule(old: str, new: str) -> None:
    comment_decisions._MAY_DECIDE = new
    replace_in_sql(old, new)


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

    setattr(comment_desk.Desk, "undo_until_ms", property(undo_until_ms))  # noqa: B010


def show_answers_alone() -> None:
    """An answer is shown though what it answers is not."""
    replace_in_sql("WHEN c.parent_id IS NOT NULL AND p.shown IS NULL THEN NULL", "", stored)


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
    comment_relay.DELETABLE_MS = 10**15

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

    comments._pseudonym = pseudonym


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
    for module in (comment_effects, comment_reading, moderation):
        if hasattr(module, "redraw_card"):
            around(module, "redraw_card", always(None))


def keep_history_at_erasure() -> None:
    """Erasure blanks only the newest wording."""
    original = Transaction.run

    async def run(self: Transaction, sql: str, parameters: Any = ()) -> int:
        if sql.startswith("UPDATE comment_revisions SET name = ''"):
            sql += " AND number > 1"
        return await original(self, sql, parameters)

    setattr(Transaction, "run", run)  # noqa: B010


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
        publish_an_edit_at_once,
        leak_before_approval,
        relay_without_waiting,
        show_answers_alone,
        count_reports_twice,
        forget_a_copy,
        place_copies_unnoted,
        let_a_fan_out_run_on,
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
        keep_history_at_erasure,
    )
}


def run_one(name: str, examples: int) -> int:
    """Apply a fault to this process and run the test; prints what caught it."""
    from tests.property.test_comments_stateful import run_machine

    FAULTS[name]()
    with _silence() as out:
        try:
            run_machine(examples, 40, shrink=False)
        except (AssertionError, sqlite3.IntegrityError) as error:
            caught = f"{type(error).__name__}: {error}".splitlines()[0]
        else:
            caught = ""
    print(caught, file=out)
    return 0 if caught else 1


@contextlib.contextmanager
def _silence() -> Iterator[Any]:
    """Keep Hypothesis's report of the failing steps out of the table."""
    out = sys.stdout
    with Path(os.devnull).open("w") as nothing:
        sys.stdout = nothing
        try:
            yield out
        finally:
            sys.stdout = out


def _run_without_a_fault() -> None:
    """Run the test as it is: what fails by itself would seem to catch anything."""
    from tests.property.test_comments_stateful import run_machine

    run_machine(examples=5, steps=20, shrink=False)


def main() -> int:
    """Apply every fault, each in its own process, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", choices=[[], *FAULTS])
    parser.add_argument("--examples", type=int, default=300)
    parser.add_argument("--apply", help="apply one fault to this process")
    arguments = parser.parse_args()
    if arguments.apply:
        return run_one(arguments.apply, arguments.examples)
    _run_without_a_fault()
    survived = 0
    for name in arguments.faults or FAULTS:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.seeded_faults", "--apply", name,
             "--examples", str(arguments.examples)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        caught = done.stdout.strip() or f"SURVIVED {done.stderr.strip()[-200:]}"
        survived += done.returncode != 0
        print(f"{name:32} {time.monotonic() - began:6.1f} s  {caught[:150]}", flush=True)
    print(f"{len(arguments.faults or FAULTS)} faults, {survived} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
