"""Readers' reports: one account counts once for a comment, weighed by its accuracy.

Where a moderator disagreed, the same reason no longer weighs on the same wording.
"""

from typing import Literal

from storage.comment_model import Comment
from storage.database import Transaction

Outcome = Literal["upheld", "dismissed"]


async def add_report(
    tx: Transaction, comment: Comment, user_id: int, reason: str, weight: float, *, now: int
) -> bool:
    """Store a report on what readers see; False for an own comment or an account's second."""
    if comment.shown is None or comment.author_id == user_id:
        return False
    added = await tx.run(
        "INSERT OR IGNORE INTO comment_reports (comment_id, user_id, revision, reason, weight, at)"
        " SELECT :comment, :user, :revision, :reason, iif(EXISTS (SELECT 1 FROM comment_reports"
        "  WHERE comment_id = :comment AND revision = :revision AND reason = :reason"
        "  AND outcome = 'dismissed'), 0.0, :weight), :now",
        {
            "comment": comment.id,
            "user": user_id,
            "revision": comment.shown,
            "reason": reason,
            "weight": weight,
            "now": now,
        },
    )
    return added == 1


async def get_open_reports(tx: Transaction, comment_id: int) -> tuple[float, dict[str, int]]:
    """Give the weight of the undecided reports on a comment, and how many for each reason.

    Reports that no longer weigh are left out of both.
    """
    rows = await tx.all(
        "SELECT reason, sum(weight) AS weight, count(*) AS n FROM comment_reports"
        " WHERE comment_id = ? AND outcome IS NULL AND weight > 0 GROUP BY reason ORDER BY n DESC",
        (comment_id,),
    )
    return sum(row["weight"] for row in rows), {row["reason"]: row["n"] for row in rows}


async def resolve_reports(tx: Transaction, comment_id: int, outcome: Outcome) -> int:
    """Decide the open reports on a comment; gives how many there were."""
    return await tx.run(
        "UPDATE comment_reports SET outcome = ? WHERE comment_id = ? AND outcome IS NULL",
        (outcome, comment_id),
    )
