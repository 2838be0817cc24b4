"""Due times that a wrong clock put too far ahead: nothing may wait for a time that never was."""

from storage.database import Transaction

HOUR = 3600
LONGEST_CLAIM = HOUR
LONGEST_JOB = HOUR
LONGEST_UNDO = HOUR
LONGEST_MESSAGE = 24 * HOUR


async def bring_forward(tx: Transaction, *, now: int, seconds: int) -> int:
    """Take `seconds` off what was put off while the clock was so far ahead of `now`.

    Gives the number of rows. What was written under that clock is due at `now + seconds` or
    later; an hour's margin is for the time that passed since it was set right.
    """
    least = max(now, now + seconds - HOUR)
    span = {"now": now, "now_ms": now * 1000, "back": seconds, "back_ms": seconds * 1000}
    span |= {"least": least, "least_ms": least * 1000}
    later_ms = "max(:now_ms, {0} - :back_ms) WHERE {0} > :least_ms"
    return sum(
        [
            await tx.run(
                "UPDATE feeds SET next_poll_at = max(:now, next_poll_at - :back)"
                " WHERE next_poll_at > :least",
                span,
            ),
            await tx.run("UPDATE feeds SET claimed_until = 0 WHERE claimed_until > :least", span),
            await tx.run("UPDATE feeds SET full_poll_at = :now WHERE full_poll_at > :now", span),
            await tx.run(f"UPDATE jobs SET due_ms = {later_ms.format('due_ms')}", span),
            await tx.run(
                f"UPDATE comments SET relay_due_ms = {later_ms.format('relay_due_ms')}", span
            ),
            await tx.run(
                f"UPDATE outbox SET due_ms = {later_ms.format('due_ms')} AND state = 0", span
            ),
        ]
    )


async def pull_in(tx: Transaction, *, now: int) -> int:
    """Make due what an earlier process put off by an unknown wrong clock; gives the rows.

    Only what lies beyond every wait that we give is touched, so calling it at any time is safe. A
    feed that was polled or added in the future is due now; publishers may ask for days, so its
    next poll alone tells nothing.
    """
    now_ms = now * 1000
    return sum(
        [
            await tx.run(
                "UPDATE feeds SET next_poll_at = min(next_poll_at, ?1), claimed_until = 0,"
                " full_poll_at = min(full_poll_at, ?1)"
                " WHERE coalesce(last_polled_at, added_at) > ?1 OR claimed_until > ?1 + ?2",
                (now, LONGEST_CLAIM),
            ),
            await tx.run(
                "UPDATE jobs SET due_ms = ?1 WHERE state = 0 AND due_ms > ?1 + ?2",
                (now_ms, LONGEST_JOB * 1000),
            ),
            await tx.run(
                "UPDATE comments SET relay_due_ms = ?1 WHERE relay_due_ms > ?1 + ?2",
                (now_ms, LONGEST_UNDO * 1000),
            ),
            await tx.run(
                "UPDATE outbox SET due_ms = ?1 WHERE state = 0 AND due_ms > ?1 + ?2",
                (now_ms, LONGEST_MESSAGE * 1000),
            ),
        ]
    )
