"""Log lines: fields readable, secrets gone from everything."""

import json
import logging
import sys

import pytest

from bot.ops.logs import SecretFormatter

TOKEN = "123456:very-secret_token"


def record(message, *args, error=None, **fields):
    made = logging.LogRecord("bot.x", logging.WARNING, __file__, 1, message, args, error)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize("as_json", [True, False])
def test_the_token_is_taken_out_of_texts_fields_and_tracebacks(as_json):
    formatter = SecretFormatter([TOKEN], as_json=as_json)
    try:
        raise ValueError(f"https://host/bot{TOKEN}/getMe")
    except ValueError:
        line = formatter.format(
            record("asked %s", f"bot{TOKEN}", error=sys.exc_info(), url=f"/bot{TOKEN}/getMe")
        )
    assert "secret" not in line
    assert "ValueError" in line


def test_text_lines_are_event_and_fields():
    line = SecretFormatter([], as_json=False).format(record("polled", feed=3, reason="two words"))
    assert line.endswith('warning polled feed=3 reason="two words"')


def test_json_lines_hold_the_fields():
    line = SecretFormatter([], as_json=True).format(record("polled", feed=3))
    entry = json.loads(line)
    assert entry["event"] == "polled"
    assert entry["feed"] == 3
    assert entry["level"] == "warning"


def test_a_field_cannot_forge_a_second_line():
    line = SecretFormatter([], as_json=False).format(record("polled", title="a\nerror forged"))
    assert "\n" not in line
