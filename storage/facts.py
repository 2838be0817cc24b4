"""Single facts of the process, and what its operators were told already."""

from storage.database import Transaction


async def get_fact(tx: Transaction, name: str) -> str | None:
    """Give a fact, or None where it was never set."""
    value = await tx.value("SELECT value FROM facts WHERE name = ?", (name,))
    return None if value is None else str(value)


async def set_fact(tx: Transaction, name: str, value: str) -> None:
    """Set a fact, new or not."""
    await tx.run(
        "INSERT INTO facts (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


async def record_notice(tx: Transaction, kind: str, subject: str, *, now: int) -> bool:
    """Note that operators are told of some trouble; False when they were told before."""
    added = await tx.run(
        "INSERT OR IGNORE INTO notices (kind, subject, told_at) VALUES (?, ?, ?)",
        (kind, subject, now),
    )
    return added == 1


async def clear_notice(tx: Transaction, kind: str, subject: str) -> bool:
    """Forget a notice once the trouble is over; True when there was one."""
    return await tx.run("DELETE FROM notices WHERE kind = ? AND subject = ?", (kind, subject)) == 1
