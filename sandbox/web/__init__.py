"""The page on this machine through which one person plays every part of the demo."""

from sandbox.web.seats import Role, Seat
from sandbox.web.server import WebPage

__all__ = ["Role", "Seat", "WebPage"]
