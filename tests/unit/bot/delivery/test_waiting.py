"""What may leave next, without any I/O."""

from dataclasses import replace

from bot.delivery.pacing import Pacing, Rates
from bot.delivery.waiting import FULL_CHAT, Waiting
from storage.model import Lane, OutboxRow, OutboxState

FREE = Rates.unlimited()


def row(
    row_id: int, chat_id: int = 1, lane: Lane = Lane.POST, method: str = "sendMessage"
) -> OutboxRow:
    return OutboxRow(
        row_id, chat_id, lane, method, {}, None, None, None, False, OutboxState.WAITING, 0, 0, None
    )


def take_all(waiting: Waiting, now: float = 0.0) -> list[int]:
    taken = []
    while (one := waiting.take(now, posts=True)) is not None:
        taken.append(one.id)
    return taken


def test_one_message_of_a_chat_is_under_way() -> None:
    waiting = Waiting(Pacing(FREE))
    first, second, other = row(1), row(2), row(3, chat_id=2)
    waiting.add([first, second, other], 0.0)
    assert take_all(waiting) == [1, 3]
    waiting.finish(first, 0.0)
    assert take_all(waiting) == [2]
    assert waiting.known_ids == {2, 3}


def test_the_lane_decides_then_the_id() -> None:
    waiting = Waiting(Pacing(FREE))
    lanes = [Lane.POST, Lane.RELAY, Lane.REPLY, Lane.RETRACTION, Lane.MODERATION]
    waiting.add([row(n, chat_id=n, lane=lane) for n, lane in enumerate(lanes)], 0.0)
    waiting.add([row(9, chat_id=9, lane=Lane.REPLY)], 0.0)
    assert take_all(waiting) == [2, 9, 4, 3, 1, 0]


def test_an_answer_to_a_chat_comes_before_its_posts() -> None:
    waiting = Waiting(Pacing(replace(FREE, private_gap=1.0, quick_burst=2)))
    first = row(1)
    waiting.add([first, row(2)], 0.0)
    assert take_all(waiting) == [1]
    waiting.finish(first, 0.0)
    assert take_all(waiting, 0.5) == []
    waiting.add([row(3, lane=Lane.REPLY)], 0.5)
    assert take_all(waiting, 0.5) == [3]


def test_what_telegram_does_not_limit_passes_by() -> None:
    waiting = Waiting(Pacing(Rates(overall=1.0, burst=1)))
    waiting.add([row(1), row(2)], 0.0)
    assert take_all(waiting) == [1]
    waiting.add([row(3, lane=Lane.ANSWER, method="answerCallbackQuery")], 0.0)
    waiting.add([row(4, lane=Lane.RETRACTION, method="deleteMessage")], 0.0)
    assert take_all(waiting) == [3, 4]


def test_posts_can_be_left_out() -> None:
    waiting = Waiting(Pacing(FREE))
    waiting.add([row(1), row(2, chat_id=2, lane=Lane.REPLY)], 0.0)
    taken = waiting.take(0.0, posts=False)
    assert taken is not None
    assert taken.id == 2
    assert waiting.take(0.0, posts=False) is None
    assert waiting.next_at(posts=False) is None
    assert waiting.next_at(posts=True) is not None


def test_a_row_put_back_goes_first_and_keeps_its_chat_until_then() -> None:
    waiting = Waiting(Pacing(FREE))
    first = row(1)
    waiting.add([first, row(2), row(3, chat_id=2)], 0.0)
    take_all(waiting)
    waiting.put_back(first, 0.0, at=5.0)
    assert take_all(waiting, 4.9) == []
    assert waiting.next_at(posts=True) == 5.0
    assert take_all(waiting, 5.0) == [1]


def test_an_unlimited_row_put_back_waits_alone() -> None:
    waiting = Waiting(Pacing(FREE))
    delete = row(1, method="deleteMessage")
    waiting.add([delete, row(2)], 0.0)
    take_all(waiting)
    waiting.put_back(delete, 0.0, at=5.0)
    waiting.finish(row(2), 0.0)
    waiting.add([row(4)], 0.0)
    assert take_all(waiting, 1.0) == [4]
    assert take_all(waiting, 5.0) == [1]


def test_a_held_chat_sends_answers_only() -> None:
    waiting = Waiting(Pacing(FREE))
    waiting.add([row(1)], 0.0)
    waiting.hold(1, 0.0)
    waiting.add([row(2), row(3, lane=Lane.REPLY)], 0.0)
    assert take_all(waiting) == [3]
    waiting.finish(row(3, lane=Lane.REPLY), 0.0)
    assert take_all(waiting) == []
    waiting.release(1, 0.0)
    assert take_all(waiting) == [1]


def test_an_occupied_chat_sends_nothing() -> None:
    waiting = Waiting(Pacing(FREE))
    assert waiting.occupy(1)
    assert not waiting.occupy(1)
    waiting.add([row(1, lane=Lane.REPLY)], 0.0)
    assert take_all(waiting) == []
    waiting.vacate(1, 0.0)
    assert take_all(waiting) == [1]
    assert not waiting.occupy(1)


def test_a_forgotten_chat_keeps_only_what_is_under_way() -> None:
    waiting = Waiting(Pacing(FREE))
    waiting.add([row(1), row(2), row(3, chat_id=2)], 0.0)
    waiting.take(0.0, posts=True)
    waiting.forget_chat(1)
    assert waiting.known_ids == {1, 3}
    assert take_all(waiting) == [3]


def test_a_full_chat_says_so_and_tells_when_it_has_room() -> None:
    waiting = Waiting(Pacing(FREE))
    rows = [row(n) for n in range(FULL_CHAT)]
    waiting.add(rows, 0.0)
    assert waiting.full_chats == [1]
    for one in rows[: FULL_CHAT // 2]:
        assert not waiting.has_drained
        assert take_all(waiting) == [one.id]
        waiting.finish(one, 0.0)
    assert waiting.has_drained
    assert waiting.full_chats == []


def test_nothing_stays_in_memory_of_what_is_done() -> None:
    waiting = Waiting(Pacing(FREE))
    rows = [row(n, chat_id=n) for n in range(1, 50)]
    waiting.add(rows, 0.0)
    waiting.add(rows, 0.0)  # loaded twice: stays as it is
    assert take_all(waiting) == [one.id for one in rows]
    for one in rows:
        waiting.finish(one, 0.0)
    assert len(waiting) == 0
    assert waiting._chats == {}
    assert waiting.next_at(posts=True) is None
