"""The rendered texts of wordings, which all copies of a variant share."""

from storage.database import Transaction


async def find_body(tx: Transaction, comment_id: int, revision: int, variant: str) -> int | None:
    """Give the body that holds a wording in a variant, if it was rendered already."""
    value = await tx.value(
        "SELECT b.id FROM comment_bodies cb JOIN bodies b ON b.id = cb.body_id"
        " WHERE cb.comment_id = ? AND cb.revision = ? AND cb.variant = ?",
        (comment_id, revision, variant),
    )
    return None if value is None else int(value)


async def note_body(
    tx: Transaction, comment_id: int, revision: int, variant: str, body_id: int
) -> None:
    """Note a body just rendered."""
    await tx.run(
        "INSERT OR REPLACE INTO comment_bodies (comment_id, revision, variant, body_id)"
        " VALUES (?, ?, ?, ?)",
        (comment_id, revision, variant, body_id),
    )
