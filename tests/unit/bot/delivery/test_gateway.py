"""The gateway's parameters and second tries, with a transport that only notes them."""

import json
from typing import Any

import pytest
from pydantic import SecretStr
from telegram.error import NetworkError, TimedOut

from bot.delivery.gateway import Gateway
from bot.delivery.outcomes import Delivered, Gone, Probed, Refused, Unknown, Wait
from bot.delivery.transport import NotSent
from storage.model import Lane, OutboxRow, OutboxState

TOKEN = "123456:TEST-secret"


class Noted:
    """Gives the answers that it was given, and keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def post_json(self, url: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        self.calls.append((url, parameters))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            return 200, answer
        return answer.get("error_code", 200), json.dumps(answer).encode()

    async def post_file(
        self, url: str, parameters: dict[str, Any], name: str, file: tuple[str, bytes]
    ) -> tuple[int, bytes]:
        return await self.post_json(url, parameters | {name: file})


OK = {"ok": True, "result": {"message_id": 9}}


def refusal(text: str, code: int = 400, **parameters: Any) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": text, "parameters": parameters}


def gateway(*answers: Any, paid: bool = False) -> tuple[Gateway, Noted]:
    noted = Noted(*answers)
    return Gateway(noted, api_url="http://api", token=SecretStr(TOKEN), paid=paid), noted


def row(method: str = "sendMessage", lane: Lane = Lane.POST, **payload: Any) -> OutboxRow:
    return OutboxRow(
        1, 77, lane, method, payload, None, None, None, False, OutboxState.SENDING, 0, 0, None
    )


async def test_a_send_is_html_to_the_chat_of_its_row() -> None:
    carrier, noted = gateway(OK)
    assert await carrier.attempt(row(text="<b>x</b>")) == Delivered(9)
    assert noted.calls == [
        (
            f"http://api/bot{TOKEN}/sendMessage",
            {"chat_id": 77, "text": "<b>x</b>", "parse_mode": "HTML"},
        )
    ]


async def test_an_answer_to_a_press_names_no_chat() -> None:
    carrier, noted = gateway({"ok": True, "result": True})
    await carrier.attempt(row("answerCallbackQuery", Lane.ANSWER, callback_query_id="1"))
    assert noted.calls[0][1] == {"callback_query_id": "1"}


@pytest.mark.parametrize(
    ("paid", "lane", "method", "is_paid"),
    [
        (True, Lane.POST, "sendMessage", True),
        (True, Lane.REPLY, "sendMessage", False),
        (True, Lane.RELAY, "editMessageText", False),
        (False, Lane.POST, "sendMessage", False),
    ],
)
async def test_only_paid_posts_ask_for_the_paid_lane(
    paid: bool, lane: Lane, method: str, is_paid: bool
) -> None:
    carrier, noted = gateway(OK, paid=paid)
    await carrier.attempt(row(method, lane, text="x"))
    assert noted.calls[0][1].get("allow_paid_broadcast", False) is is_paid


async def test_the_shared_body_of_a_fan_out_is_not_changed() -> None:
    shared = {"text": "x", "reply_parameters": {"message_id": 3}}
    one = row()
    object.__setattr__(one, "payload", shared)
    carrier, noted = gateway(OK)
    await carrier.attempt(one)
    assert shared == {"text": "x", "reply_parameters": {"message_id": 3}}
    assert noted.calls[0][1]["reply_parameters"]["allow_sending_without_reply"] is True


async def test_refused_markup_goes_again_as_plain_words_once() -> None:
    carrier, noted = gateway(refusal("Bad Request: can't parse entities: x"), OK)
    assert await carrier.attempt(row(text="<b>a &amp; b</b> <br>", entities=[])) == Delivered(9)
    assert noted.calls[1][1] == {"chat_id": 77, "text": "a & b "}
    never = refusal("Bad Request: can't parse entities: x")
    carrier, noted = gateway(never, never, never, never)
    assert isinstance(await carrier.attempt(row(text="<b>")), Refused)


async def test_a_topic_and_a_message_that_are_gone_are_left_out() -> None:
    carrier, noted = gateway(
        refusal("Bad Request: message thread not found"),
        refusal("Bad Request: message to be replied not found"),
        OK,
    )
    sent = row(text="x", message_thread_id=4, reply_parameters={"message_id": 3})
    assert await carrier.attempt(sent) == Delivered(9)
    assert noted.calls[2][1] == {"chat_id": 77, "text": "x", "parse_mode": "HTML"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (NotSent("no route"), Wait(0.0, "network")),
        (TimedOut("SocketTimeoutError"), Unknown("TimedOut (SocketTimeoutError)")),
        (NetworkError("ClientOSError"), Unknown("NetworkError (ClientOSError)")),
        (b"<html>Sign in</html>", Unknown("HTTP 200 without an answer of Telegram")),
        (b"[]", Unknown("HTTP 200 without an answer of Telegram")),
    ],
)
async def test_a_lost_answer_is_told_from_a_lost_request(answer: Any, outcome: Any) -> None:
    carrier, _ = gateway(answer)
    assert await carrier.attempt(row(text="x")) == outcome


async def test_a_chat_that_is_missing_twice_is_gone() -> None:
    missing = refusal("Bad Request: chat not found")
    carrier, _ = gateway(missing, OK, missing, missing)
    outcomes = [await carrier.attempt(row(text="x")) for _ in range(4)]
    assert outcomes == [
        Wait(30.0, "chat"),
        Delivered(9),
        Wait(30.0, "chat"),
        Gone("chat not found"),
    ]


async def test_a_probe_is_the_edit_that_changes_nothing() -> None:
    carrier, noted = gateway(refusal("Bad Request: message is not modified: x"))
    markup = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
    preview = {"is_disabled": True}
    sent = row(
        text="<b>x</b>",
        reply_markup=markup,
        link_preview_options=preview,
        disable_notification=True,
        reply_parameters={"message_id": 3},
    )
    assert await carrier.probe(sent, 12) is Probed.SAME
    url, parameters = noted.calls[0]
    assert url.endswith("/editMessageText")
    assert parameters == {
        "chat_id": 77,
        "message_id": 12,
        "text": "<b>x</b>",
        "parse_mode": "HTML",
        "reply_markup": markup,
        "link_preview_options": preview,
    }


async def test_a_message_whose_text_was_erased_is_looked_for_by_its_buttons() -> None:
    carrier, noted = gateway(OK)
    assert await carrier.probe(row(reply_parameters={"message_id": 3}), 12) is Probed.CHANGED
    url, parameters = noted.calls[0]
    assert url.endswith("/editMessageReplyMarkup")
    assert parameters == {
        "chat_id": 77,
        "message_id": 12,
        "reply_markup": {"inline_keyboard": []},
    }


async def test_a_document_is_looked_for_by_its_caption() -> None:
    carrier, noted = gateway(refusal("Bad Request: message to edit not found"))
    assert await carrier.probe(row("sendDocument", caption="x"), 12) is Probed.ABSENT
    assert noted.calls[0][0].endswith("/editMessageCaption")


async def test_a_prompt_is_looked_for_without_its_keyboard() -> None:
    carrier, noted = gateway(refusal("Bad Request: message can't be edited"))
    asked = row(text="x", reply_markup={"force_reply": True})
    assert await carrier.probe(asked, 12) is Probed.FIXED
    assert "reply_markup" not in noted.calls[0][1]


async def test_what_cannot_be_looked_for_is_said_to_be_so() -> None:
    carrier, _ = gateway()
    assert await carrier.probe(row("sendMediaGroup"), 12) is Probed.IMPOSSIBLE


def test_the_token_is_in_no_representation() -> None:
    carrier, _ = gateway()
    assert TOKEN not in repr(carrier)
