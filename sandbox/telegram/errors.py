"""What the server answers when it refuses a call: status, exact description, parameters.

Descriptions are normalised here as the real server does, so callers write TDLib's wording.
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal that becomes the error envelope of the answer."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(message: str, **parameters: Any) -> ApiError:
    """Build a 400 with the prefix and the lower-cased first letter of the real server."""
    return ApiError(400, f"Bad Request: {_lower_first(message)}", **parameters)


def forbidden(message: str) -> ApiError:
    """Build a 403 with its prefix."""
    return ApiError(403, f"Forbidden: {_lower_first(message)}")


def conflict(message: str) -> ApiError:
    """Build a 409 with its prefix."""
    return ApiError(409, f"Conflict: {message}")


def too_many_requests(seconds: int) -> ApiError:
    """Build a 429 that asks the bot to come back after `seconds`."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _lower_first(message: str) -> str:
    """Lower-case the first letter unless it begins a code such as BUTTON_DATA_INVALID."""
    if len(message) > 1 and (message[1] == "_" or "A" <= message[1] <= "Z"):
        return message
    return message[:1].lower() + message[1:]
