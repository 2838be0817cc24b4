"""How often the operator's summary model was asked on a day (UTC): by everybody, by each reader.

Kept so that a restart begins no new day. An erased reader's uses still count for everybody.
"""

from storage.database import Transaction

_EVERYBODY = 0  # no person's id


async def take_use(
    tx: Transaction, person_id: int, *, day: int, daily: int, reader_daily: int
) -> bool:
    """Count one use, unless everybody's or the reader's cap is reached; says whether it may be."""
    if await count_uses(tx, day=day) >= daily:
        return False
    if await _count(tx, person_id, day) >= reader_daily:
        return False
    for counted in (_EVERYBODY, person_id):
        await tx.run(
            "INSERT INTO model_uses (person_id, day, uses) VALUES (?, ?, 1)"
            " ON CONFLICT (person_id, day) DO UPDATE SET uses = uses + 1",
            (counted, day),
        )
    return True


async def count_uses(tx: Transaction, *, day: int) -> int:
    """Count everybody's uses of a day."""
    return await _count(tx, _EVERYBODY, day)


async def _count(tx: Transaction, person_id: int, day: int) -> int:
    sql = "SELECT uses FROM model_uses WHERE person_id = ? AND day = ?"
    return int(await tx.value(sql, (person_id, day)) or 0)
