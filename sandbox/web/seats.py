"""The parts that the page can play: who sits where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.telegram import Chat, Message, Person

Role = Literal["reader", "operator", "moderator"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A person in a chat: what is said from the seat is said by that person, in that chat."""

    key: str
    person: Person
    role: Role
    chat: Chat

    def find(self, message_id: int) -> Message:
        """Return a message of the chat that is still there; LookupError otherwise."""
        message = self.chat.find(message_id)
        if message is None:
            raise LookupError(f"no message {message_id} in this chat")
        return message


def chats_of(seats: Iterable[Seat]) -> dict[int, Chat]:
    """The chats that the seats look at, by id, each once."""
    return {seat.chat.id: seat.chat for seat in seats}
