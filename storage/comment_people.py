"""How authors stand, who moderates, and whom a reader does not want to read."""

from storage.comment_audit import NewDecision, record_decision
from storage.comment_model import FOR_GOOD, Action, Standing, Trust
from storage.database import Transaction

RECENT = 20  # how many of the latest decided comments tell how somebody behaves lately


async def get_standing(tx: Transaction, user_id: int) -> Standing:
    """Give an author's standing; whoever is unknown is an ordinary reader."""
    person = await tx.one("SELECT * FROM comment_people WHERE user_id = ?", (user_id,))
    history = await tx.one(
        "SELECT sum(verdict = 'approved') AS approved, sum(verdict = 'rejected') AS rejected,"
        " sum(verdict = 'approved' AND place <= :recent) AS recent_approved,"
        " sum(verdict = 'rejected' AND place <= :recent) AS recent_rejected"
        " FROM (SELECT verdict, row_number() OVER (ORDER BY verdict_at DESC, id DESC) AS place"
        "  FROM comments WHERE author_id = :user AND verdict IS NOT NULL)",
        {"user": user_id, "recent": RECENT},
    )
    reports = await tx.one(
        "SELECT sum(outcome = 'upheld'), sum(outcome = 'dismissed') FROM comment_reports"
        " WHERE user_id = ? AND outcome IS NOT NULL",
        (user_id,),
    )
    assert history is not None
    assert reports is not None
    return Standing(
        user_id,
        banned_until=person["banned_until"] if person else 0,
        trust=person["trust"] if person else "earned",
        **{name: history[name] or 0 for name in history.keys()},  # noqa: SIM118  a Row, no dict
        reports_upheld=reports[0] or 0,
        reports_dismissed=reports[1] or 0,
    )


async def count_reports_upheld_against(tx: Transaction, author_id: int) -> int:
    """Count the reports that moderators agreed with, over all of an author's comments."""
    return int(
        await tx.value(
            "SELECT count(*) FROM comments c JOIN comment_reports r ON r.comment_id = c.id"
            " WHERE c.author_id = ? AND r.outcome = 'upheld'",
            (author_id,),
        )
    )


async def ban(
    tx: Transaction, user_id: int, moderator_id: int, *, until_at: int = FOR_GOOD, now_ms: int
) -> bool:
    """Ban somebody until then; False for the moderator's own person or a standing ban alike."""
    if user_id == moderator_id:
        return False
    changed = await tx.run(
        "INSERT INTO comment_people (user_id, banned_until) VALUES (:user, :until)"
        " ON CONFLICT (user_id) DO UPDATE SET banned_until = :until WHERE banned_until <> :until",
        {"user": user_id, "until": until_at},
    )
    if changed:
        decision = NewDecision(
            Action.BAN, "moderator", moderator_id, person_id=user_id, until_at=until_at
        )
        await record_decision(tx, decision, now_ms=now_ms)
    return changed == 1


async def unban(tx: Transaction, user_id: int, moderator_id: int, *, now_ms: int) -> bool:
    """Lift a ban; False where there is none, or for the moderator's own person."""
    changed = await tx.run(
        "UPDATE comment_people SET banned_until = 0"
        " WHERE user_id = ? AND banned_until > ? AND user_id <> ?",
        (user_id, now_ms // 1000, moderator_id),
    )
    if changed:
        decision = NewDecision(Action.UNBAN, "moderator", moderator_id, person_id=user_id)
        await record_decision(tx, decision, now_ms=now_ms)
    return changed == 1


async def list_banned(tx: Transaction, *, now: int, limit: int = 20) -> list[tuple[int, int]]:
    """Give (user id, until when) of who is banned, the latest end first."""
    rows = await tx.all(
        "SELECT user_id, banned_until FROM comment_people WHERE banned_until > ?"
        " ORDER BY banned_until DESC, user_id LIMIT ?",
        (now, limit),
    )
    return [(row["user_id"], row["banned_until"]) for row in rows]


async def find_latest_comment_of(tx: Transaction, author_id: int) -> int | None:
    """Give the id of an author's newest comment, by which moderators name the author."""
    value = await tx.value(
        "SELECT id FROM comments WHERE author_id = ? ORDER BY created_at DESC, id DESC LIMIT 1",
        (author_id,),
    )
    return None if value is None else int(value)


async def set_trust(
    tx: Transaction, user_id: int, trust: Trust, moderator_id: int, *, now_ms: int
) -> bool:
    """Grant or refuse trust; False where it stood like that, or for the moderator's own person."""
    if user_id == moderator_id:
        return False
    changed = await tx.run(
        "INSERT INTO comment_people (user_id, trust) VALUES (:user, :trust)"
        " ON CONFLICT (user_id) DO UPDATE SET trust = :trust WHERE trust <> :trust",
        {"user": user_id, "trust": trust},
    )
    if changed:
        action = Action.TRUST if trust == "granted" else Action.DISTRUST
        decision = NewDecision(action, "moderator", moderator_id, person_id=user_id)
        await record_decision(tx, decision, now_ms=now_ms)
    return changed == 1


async def see_moderator(tx: Transaction, user_id: int, name: str, *, now: int) -> bool:
    """Note who acts in the moderation chat; False when that person was seen to leave it."""
    left = await tx.value("SELECT left_at FROM moderators WHERE user_id = ?", (user_id,))
    if left is not None:
        return False
    await tx.run(
        "INSERT INTO moderators (user_id, name, seen_at) VALUES (:user, :name, :now)"
        " ON CONFLICT (user_id) DO UPDATE SET name = :name, seen_at = :now",
        {"user": user_id, "name": name, "now": now},
    )
    return True


async def join_moderators(tx: Transaction, user_id: int, name: str, *, now: int) -> None:
    """Note that somebody is in the moderation chat, again or for the first time."""
    await tx.run(
        "INSERT INTO moderators (user_id, name, seen_at) VALUES (:user, :name, :now)"
        " ON CONFLICT (user_id) DO UPDATE SET name = :name, seen_at = :now, left_at = NULL",
        {"user": user_id, "name": name, "now": now},
    )


async def leave_moderators(tx: Transaction, user_id: int, *, now: int) -> None:
    """Note that somebody left the moderation chat, known before or not."""
    await tx.run(
        "INSERT INTO moderators (user_id, name, seen_at, left_at) VALUES (:user, '', :now, :now)"
        " ON CONFLICT (user_id) DO UPDATE SET left_at = coalesce(left_at, :now)",
        {"user": user_id, "now": now},
    )


async def find_moderator_name(tx: Transaction, user_id: int) -> str | None:
    """Give the name of somebody seen in the moderation chat."""
    name = await tx.value("SELECT name FROM moderators WHERE user_id = ?", (user_id,))
    return str(name) if name else None


async def mute_person(tx: Transaction, chat_id: int, author_id: int) -> bool:
    """Keep a person's comments away from a chat; False when they were."""
    return (
        await tx.run(
            "INSERT OR IGNORE INTO comment_mutes (chat_id, author_id) VALUES (?, ?)",
            (chat_id, author_id),
        )
        == 1
    )


async def unmute_person(tx: Transaction, chat_id: int, author_id: int) -> bool:
    """Let a person's comments come again; False when nothing kept them away."""
    return (
        await tx.run(
            "DELETE FROM comment_mutes WHERE chat_id = ? AND author_id = ?", (chat_id, author_id)
        )
        == 1
    )


async def unmute_everybody(tx: Transaction, chat_id: int) -> int:
    """Let everybody's comments come again to a chat; gives how many people were muted."""
    return await tx.run("DELETE FROM comment_mutes WHERE chat_id = ?", (chat_id,))


async def is_muted(tx: Transaction, chat_id: int, author_id: int) -> bool:
    """Say whether a chat does not want a person's comments."""
    return bool(
        await tx.value(
            "SELECT 1 FROM comment_mutes WHERE chat_id = ? AND author_id = ?", (chat_id, author_id)
        )
    )
