"""Tags as buttons: their marks, and the same keyboard drawn again after a press."""

from collections.abc import Callable, Iterable, Sequence

from handlers.callbacks import DropTag, Kept, NotOurs, Payload, ToggleTag
from handlers.events import PressedButton
from handlers.messages import Button
from handlers.messages.message import Rows
from handlers.turn import Turn
from storage.model import Tag
from storage.subscribers import find_marks
from storage.tags import find_tag_by_id

FOLLOWED, MUTED, OTHER = "✓", "🔇", "+"


def tag_label(tag: Tag, marks: dict[int, bool]) -> str:
    """Give a tag's label behind the mark that says whether the chat follows or mutes it."""
    muted = marks.get(tag.id)
    mark = OTHER if muted is None else MUTED if muted else FOLLOWED
    return f"{mark} {tag.label}"


async def tag_buttons(
    turn: Turn, tags: Iterable[Tag], press: Callable[[int], Payload]
) -> list[Button]:
    """Give a marked button for each tag."""
    tags = list(tags)
    marks = await find_marks(turn.tx, turn.chat_id, [tag.id for tag in tags])
    return [Button(tag_label(tag, marks), press(tag.id)) for tag in tags]


async def redraw(turn: Turn, keyboard: Sequence[Sequence[PressedButton]]) -> Rows:
    """Give the pressed keyboard with its tags marked as they are now; other buttons stay."""
    found: dict[str, Tag] = {}
    for button in (button for row in keyboard for button in row):
        tag_id = _tag_of(button)
        tag = None if tag_id is None else await find_tag_by_id(turn.tx, tag_id)
        if tag is not None:
            found[button.data] = tag
    marks = await find_marks(turn.tx, turn.chat_id, [tag.id for tag in found.values()])

    def shown(button: PressedButton) -> Button:
        tag = found.get(button.data)
        label = button.label if tag is None else tag_label(tag, marks)
        return Button(label, Kept(button.data), button.url)

    return tuple(tuple(shown(button) for button in row) for row in keyboard)


def _tag_of(button: PressedButton) -> int | None:
    """Give the tag that a button of a list toggles."""
    for kind in (ToggleTag, DropTag):
        try:
            return kind.parse(button.data).tag_id
        except NotOurs:
            continue
    return None


def pack_ids(tags: Iterable[Tag]) -> str:
    """Write the ids of tags for a button, in base 36."""
    return ",".join(_base36(tag.id) for tag in tags)


def unpack_ids(text: str) -> list[int]:
    """Read what `pack_ids` wrote."""
    try:
        ids = [int(part, 36) for part in text.split(",")]
    except ValueError:
        raise NotOurs(text) from None
    if not all(0 < tag_id < 2**63 for tag_id in ids):
        raise NotOurs(text)
    return ids


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    written = ""
    while number:
        number, digit = divmod(number, 36)
        written = digits[digit] + written
    return written or "0"
