"""What each answer of Telegram means, by table."""

import pytest

from bot.delivery.outcomes import Delivered, Gone, Moved, Outcome, Probed, Refused, Unknown, Wait
from bot.delivery.verdicts import Answer, Remedy, Silence, judge, probed, remedy
from storage.errors import TokenRefused

BAD = "Bad Request: "
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
)


def bad(text: str, **parameters: object) -> Answer:
    return Answer(400, BAD + text, parameters=parameters)


@pytest.mark.parametrize(
    ("method", "answer", "outcome"),
    [
        ("sendMessage", Answer(200, result={"message_id": 5, "text": "x"}), Delivered(5)),
        ("editMessageText", Answer(200, result={"message_id": 5}), Delivered(None)),
        ("deleteMessage", Answer(200, result=True), Delivered(None)),
        ("sendMediaGroup", Answer(200, result=[{"message_id": 5}]), Delivered(None)),
        ("editMessageText", bad(NOT_MODIFIED), Delivered(None)),
        ("editMessageText", bad("message to edit not found"), Delivered(None)),
        ("deleteMessage", bad("message to delete not found"), Delivered(None)),
        (
            "deleteMessage",
            bad("message can't be deleted"),
            Refused(f"400 {BAD}message can't be deleted"),
        ),
        (
            "answerCallbackQuery",
            bad("query is too old and response timeout expired or query ID is invalid"),
            Delivered(None),
        ),
        ("answerCallbackQuery", Answer(403, "Forbidden: user is deactivated"), Delivered(None)),
        (
            "sendMessage",
            Answer(403, "Forbidden: bot was blocked by the user"),
            Gone("Forbidden: bot was blocked by the user"),
        ),
        (
            "sendMessage",
            bad("have no write access to the chat"),
            Gone(BAD + "have no write access to the chat"),
        ),
        (
            "sendMessage",
            bad("not enough rights to send text messages to the chat"),
            Gone(BAD + "not enough rights to send text messages to the chat"),
        ),
        ("sendMessage", bad("chat not found"), Wait(30.0, "chat")),
        (
            "sendMessage",
            bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009),
            Moved(-1009),
        ),
        ("sendMessage", bad("message is too long"), Refused(f"400 {BAD}message is too long")),
        ("sendMessage", Answer(409, "Conflict"), Refused("409 Conflict")),
        (
            "sendVideo",
            Answer(404, "Not Found: method not found"),
            Refused("404 Not Found: method not found"),
        ),
        (
            "sendMessage",
            Answer(429, "Too Many Requests", parameters={"retry_after": 7}),
            Wait(7.0, "flood"),
        ),
        ("sendMessage", Answer(429, "Too Many Requests"), Wait(1.0, "flood")),
        ("sendMessage", Answer(502, "Bad Gateway"), Unknown("502 Bad Gateway")),
        ("editMessageText", Answer(502, "Bad Gateway"), Wait(2.0, "server")),
        ("sendMessage", Silence("ClientOSError", left=True), Unknown("ClientOSError")),
        ("deleteMessage", Silence("ClientOSError", left=True), Wait(2.0, "server")),
        ("sendMessage", Silence("no connection", left=False), Wait(0.0, "network")),
        ("answerCallbackQuery", Silence("no connection", left=False), Wait(0.0, "network")),
    ],
)
def test_each_answer_has_its_outcome(
    method: str, answer: Answer | Silence, outcome: Outcome
) -> None:
    assert judge(method, answer) == outcome


@pytest.mark.parametrize(
    "answer", [Answer(401, "Unauthorized"), Answer(404, "Not Found")], ids=["revoked", "malformed"]
)
def test_a_refused_token_is_no_outcome(answer: Answer) -> None:
    with pytest.raises(TokenRefused):
        judge("sendMessage", answer)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (bad("can't parse entities: Unclosed start tag"), Remedy.FORMATTING),
        (bad("message thread not found"), Remedy.THREAD),
        (bad("message to be replied not found"), Remedy.REPLY),
        (bad("message is too long"), None),
        (Answer(500, "can't parse entities"), None),
        (Silence("lost", left=True), None),
    ],
)
def test_what_can_be_left_out_is_known(answer: Answer | Silence, found: Remedy | None) -> None:
    assert remedy(answer) is found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(200, result={"message_id": 5}), Probed.CHANGED),
        (bad(NOT_MODIFIED), Probed.SAME),
        (bad("message to edit not found"), Probed.ABSENT),
        (bad("MESSAGE_ID_INVALID"), Probed.ABSENT),
        (bad("there is no text in the message to edit"), Probed.ABSENT),
        (bad("message can't be edited"), Probed.FIXED),
        (Answer(429, "", parameters={"retry_after": 2}), Wait(2.0, "flood")),
        (Answer(500, "Internal Server Error"), Wait(2.0, "server")),
        (Silence("lost", left=True), Wait(2.0, "server")),
        (
            Answer(403, "Forbidden: bot was blocked by the user"),
            Gone("Forbidden: bot was blocked by the user"),
        ),
        (bad("chat not found"), Wait(30.0, "chat")),
    ],
)
def test_an_edit_tells_what_is_there(answer: Answer | Silence, found: Probed | Outcome) -> None:
    assert probed(answer) == found
