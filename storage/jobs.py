"""Work that needs the network: a handler asks for it, a worker of the process does it.

A job is done at least once: one that was under way when the process died is claimed again.
A finished job is deleted; what keeps failing is parked.
"""

import json
from collections.abc import Sequence

from storage.database import Transaction
from storage.model import Job


async def add_job(
    tx: Transaction,
    kind: str,
    payload: dict[str, object],
    *,
    now: int,
    due_ms: int | None = None,
) -> int:
    """Ask for a piece of work, now or at `due_ms`; gives its id."""
    return await tx.insert(
        "INSERT INTO jobs (kind, payload, due_ms, created_at) VALUES (?, ?, ?, ?)",
        (
            kind,
            json.dumps(payload, ensure_ascii=False),
            now * 1000 if due_ms is None else due_ms,
            now,
        ),
    )


async def claim_jobs(tx: Transaction, kind: str, *, now_ms: int, limit: int = 1) -> list[Job]:
    """Take due jobs of a kind, the longest due first; each counts as an attempt."""
    rows = await tx.all(
        "UPDATE jobs SET state = 1, attempts = attempts + 1 WHERE id IN ("
        " SELECT id FROM jobs WHERE state = 0 AND kind = ? AND due_ms <= ?"
        " ORDER BY due_ms, id LIMIT ?)"
        " RETURNING id, kind, payload, attempts, created_at, due_ms",
        (kind, now_ms, limit),
    )
    return [
        Job(row["id"], row["kind"], json.loads(row["payload"]), row["attempts"], row["created_at"])
        for row in sorted(rows, key=lambda row: (row["due_ms"], row["id"]))
    ]


async def finish_job(tx: Transaction, job_id: int) -> bool:
    """Delete a job that is done; False when it was gone already."""
    return await tx.run("DELETE FROM jobs WHERE id = ?", (job_id,)) == 1


async def retry_job(tx: Transaction, job_id: int, *, due_ms: int, error: str) -> None:
    """Let a job that failed wait until `due_ms`."""
    await tx.run(
        "UPDATE jobs SET state = 0, due_ms = ?, error = ? WHERE id = ? AND state = 1",
        (due_ms, error, job_id),
    )


async def park_job(tx: Transaction, job_id: int, error: str) -> None:
    """Give up on a job; it stays for a person to look at."""
    await tx.run("UPDATE jobs SET state = 2, error = ? WHERE id = ?", (error, job_id))


async def release_jobs(tx: Transaction) -> int:
    """Let every job wait again that a process before this one was doing; gives how many."""
    return await tx.run("UPDATE jobs SET state = 0 WHERE state = 1")


async def find_next_due(tx: Transaction, kinds: Sequence[str]) -> int | None:
    """Give when the next waiting job of these kinds is due, in milliseconds."""
    marks = ", ".join("?" * len(kinds))
    due = await tx.value(
        f"SELECT min(due_ms) FROM jobs WHERE state = 0 AND kind IN ({marks})", list(kinds)
    )
    return None if due is None else int(due)
