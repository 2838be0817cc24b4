"""What authors do to their own comments: write, edit, appeal, withdraw."""

import json

from storage.comment_audit import NewDecision, record_decision
from storage.comment_decisions import approval_sets
from storage.comment_model import (
    Action,
    Comment,
    Hold,
    NewComment,
    Revision,
    State,
    Wording,
)
from storage.comments import (
    Change,
    find_comment,
    transition,
)
from storage.database import Transaction

# Once approved, a wording stays after a while, and as soon as somebody has answered it.
_STILL_OWN = (
    "(state <> 'approved' OR verdict_at >= :since AND NOT EXISTS"
    " (SELECT 1 FROM comments a WHERE a.parent_id = comments.id AND a.shown IS NOT NULL))"
)


async def submit(tx: Transaction, new: NewComment, *, now_ms: int) -> Comment:
    """Store a comment that passed the rules; it waits for a moderator."""
    now = now_ms // 1000
    comment_id = await tx.insert(
        "INSERT INTO comments (article_id, author_id, parent_id, held, source_id, created_at,"
        " state_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            new.article_id,
            new.author_id,
            new.parent_id,
            _held(new.held),
            new.source_id,
            now,
            now,
        ),
    )
    await _add_revision(tx, Revision(comment_id, 1, new.wording, now))
    await record_decision(
        tx,
        NewDecision(
            Action.SUBMIT,
            "author",
            new.author_id,
            comment_id=comment_id,
            revision=1,
            to_state=State.PENDING,
        ),
        now_ms=now_ms,
    )
    comment = await find_comment(tx, comment_id)
    assert comment is not None
    return comment


async def approve_by_rules(
    tx: Transaction, comment: Comment, *, due_ms: int, now_ms: int
) -> Change | None:
    """Approve a trusted author's newest wording; moderators can undo it until `due_ms`."""
    return await transition(
        tx,
        comment.id,
        comment.version,
        NewDecision(Action.APPROVE, "rules"),
        from_states=[State.PENDING],
        sets=approval_sets(None, now_ms),
        facts={"due": due_ms},
        guard="hidden = 0",
        now_ms=now_ms,
    )


async def is_editable(tx: Transaction, comment_id: int, *, approved_since: int) -> bool:
    """Say whether a comment that waits or is approved may still get another wording."""
    return bool(
        await tx.value(
            f"SELECT 1 FROM comments WHERE id = :comment AND {_STILL_OWN}",
            {"comment": comment_id, "since": approved_since},
        )
    )


async def edit(
    tx: Transaction,
    comment: Comment,
    wording: Wording,
    held: tuple[Hold, ...],
    *,
    approved_since: int,
    now_ms: int,
) -> Change | None:
    """Add a wording, which waits for a moderator; readers keep the approved one.

    None when it is too late: decided against, approved before `approved_since`, or answered.
    """
    change = await transition(
        tx,
        comment.id,
        None,
        NewDecision(Action.EDIT, "author", comment.author_id, revision=comment.revision + 1),
        from_states=[State.PENDING, State.RETURNED, State.APPROVED],
        sets={
            "state": State.PENDING,
            "revision": comment.revision + 1,
            "held": _held(held),
            "reason_code": None,
            "reason_text": None,
        },
        guard=f"author_id = :author AND revision = :revision AND {_STILL_OWN}",
        facts={
            "author": comment.author_id,
            "revision": comment.revision,
            "since": approved_since,
        },
        now_ms=now_ms,
    )
    if change is not None:
        await _add_revision(tx, Revision(comment.id, comment.revision + 1, wording, now_ms // 1000))
    return change


async def withdraw(
    tx: Transaction, comment_id: int, author_id: int, *, now_ms: int
) -> Change | None:
    """Take an own comment back for good; None when it is somebody else's or closed already."""
    return await transition(
        tx,
        comment_id,
        None,
        NewDecision(Action.WITHDRAW, "author", author_id),
        from_states=[
            State.PENDING,
            State.RETURNED,
            State.APPROVED,
            State.REJECTED,
            State.APPEALED,
        ],
        sets={"state": State.WITHDRAWN, "published": None, "hidden": 0, "undo": None},
        guard="author_id = :author",
        facts={"author": author_id},
        now_ms=now_ms,
    )


async def appeal(
    tx: Transaction,
    comment_id: int,
    author_id: int,
    text: str,
    *,
    rejected_since: int,
    now_ms: int,
) -> Change | None:
    """Ask for a second look at a rejection, once, if it is not older than `rejected_since`."""
    return await transition(
        tx,
        comment_id,
        None,
        NewDecision(Action.APPEAL, "author", author_id),
        from_states=[State.REJECTED],
        sets={"state": State.APPEALED, "appeal": text},
        guard="author_id = :author AND appeal IS NULL AND reason_code <> 'banned'"
        " AND verdict_at >= :since AND NOT EXISTS (SELECT 1 FROM comment_people"
        "  WHERE user_id = :author AND banned_until > :at)",
        facts={"author": author_id, "since": rejected_since, "at": now_ms // 1000},
        now_ms=now_ms,
    )


async def _add_revision(tx: Transaction, revision: Revision) -> None:
    wording = revision.wording
    entities = [[e.kind, e.offset, e.length] for e in wording.entities]
    await tx.run(
        "INSERT INTO comment_revisions (comment_id, number, name, text, entities, text_key,"
        " created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            revision.comment_id,
            revision.number,
            wording.name,
            wording.text,
            json.dumps(entities),
            wording.text_key,
            revision.created_at,
        ),
    )


def _held(held: tuple[Hold, ...]) -> str:
    return json.dumps([[hold.code, hold.match] for hold in held], ensure_ascii=False)
