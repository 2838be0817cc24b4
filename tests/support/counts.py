"""What tests ask of the database and the product never does: how much waits, who decided what."""

from storage.comment_audit import each_decision
from storage.comment_model import Decision
from storage.database import Transaction
from storage.model import OutboxState


async def count_updates(tx: Transaction) -> tuple[int, int]:
    """Count waiting and parked updates."""
    row = await tx.one("SELECT sum(state = 0), sum(state = 2) FROM inbox WHERE state <> 1")
    return (0, 0) if row is None else (int(row[0] or 0), int(row[1] or 0))


async def count_messages(tx: Transaction) -> dict[OutboxState, int]:
    """Count the messages in each state."""
    rows = await tx.all("SELECT state, count(*) FROM outbox GROUP BY state")
    return dict.fromkeys(OutboxState, 0) | {OutboxState(row[0]): row[1] for row in rows}


async def list_decisions(tx: Transaction, comment_id: int) -> list[Decision]:
    """Give all that happened to a comment, oldest first."""
    return [decision async for decision in each_decision(tx) if decision.comment_id == comment_id]
