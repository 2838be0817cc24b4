"""Which entities may lie in which: the rules that hold in every message Telegram shows."""

from __future__ import annotations

from itertools import pairwise

from sandbox.telegram.html import Entity

_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler"})
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_CODE = frozenset({"code", "pre"})


def nest(entities: list[Entity], found: list[Entity]) -> list[Entity]:
    """Join given entities with automatic ones.

    Links, mentions and code exclude each other, the first and given one wins; styles of one type
    merge, stop at code, and are split where they would cross a link.
    """
    quotes = _apart([e for e in entities if e.kind in _QUOTES])
    solid = _apart([e for e in entities if e.kind not in _QUOTES and e.kind not in _STYLES])
    solid += [e for e in found if not any(_overlap(e, s) for s in solid)]
    styles = [e for e in entities if e.kind in _STYLES]
    if styles:
        code = [e for e in solid if e.kind in _CODE]
        styles = [piece for style in _merged(styles) for piece in _without(style, code)]
        styles = [piece for style in styles for piece in _split(style, solid + quotes)]
    return quotes + solid + styles


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.end and other.offset < one.end


def _apart(entities: list[Entity]) -> list[Entity]:
    """Drop entities that overlap an earlier one."""
    kept: list[Entity] = []
    for entity in entities:
        if not any(_overlap(entity, k) for k in kept):
            kept.append(entity)
    return kept


def _merged(styles: list[Entity]) -> list[Entity]:
    """Merge styles of one type that overlap or touch."""
    merged: list[Entity] = []
    last: dict[str, Entity] = {}
    for style in sorted(styles, key=lambda s: s.offset):
        before = last.get(style.kind)
        if before is not None and style.offset <= before.end:
            before.length = max(before.end, style.end) - before.offset
            continue
        last[style.kind] = style
        merged.append(style)
    return merged


def _without(style: Entity, code: list[Entity]) -> list[Entity]:
    """Cut code out of a style."""
    pieces = [style]
    for block in code:
        pieces = [
            Entity(piece.kind, start, end - start)
            for piece in pieces
            for start, end in (
                (piece.offset, min(piece.end, block.offset)),
                (max(piece.offset, block.end), piece.end),
            )
            if start < end
        ] if _overlap(style, block) else pieces  # fmt: skip
    return pieces


def _split(style: Entity, others: list[Entity]) -> list[Entity]:
    """Split a style at the edges of what it would cross."""
    edges = {
        edge
        for other in others
        for edge in (other.offset, other.end)
        if style.offset < edge < style.end
        and not (style.offset <= other.offset and other.end <= style.end)
    }
    if not edges:
        return [style]
    bounds = [style.offset, *sorted(edges), style.end]
    return [Entity(style.kind, start, end - start) for start, end in pairwise(bounds)]
