"""What the operators' buttons carry: feeds, what was given up on, tags made one."""

from dataclasses import dataclass

from handlers.callbacks import Payload

# ---------------------------------------------------------------- feeds


@dataclass(frozen=True, slots=True)
class ShowFeeds(Payload):
    """Show a page of the feeds and how they fare."""

    code = "fe"
    page: int = 0


@dataclass(frozen=True, slots=True)
class AskRemoval(Payload):
    """Ask whether a feed is really to be removed."""

    code = "fr"
    feed_id: int
    page: int = 0


@dataclass(frozen=True, slots=True)
class RemoveFeed(Payload):
    """Remove a feed."""

    code = "fx"
    feed_id: int


@dataclass(frozen=True, slots=True)
class ProbeOffer(Payload):
    """Look at one of several feeds that a site names."""

    code = "fp"
    offer_id: int


@dataclass(frozen=True, slots=True)
class AddOffer(Payload):
    """Add a feed that was looked at."""

    code = "fo"
    offer_id: int


@dataclass(frozen=True, slots=True)
class DropOffer(Payload):
    """Add nothing after all."""

    code = "fn"


# ---------------------------------------------------------------- what was given up on


@dataclass(frozen=True, slots=True)
class ShowParked(Payload):
    """Show a page of what was given up on."""

    code = "pk"
    page: int = 0


@dataclass(frozen=True, slots=True)
class RetryParked(Payload):
    """Try one thing again; the list stays at its page."""

    code = "pr"
    item_id: int
    page: int
    kind: str


@dataclass(frozen=True, slots=True)
class RetryAllParked(Payload):
    """Try again whatever can be."""

    code = "px"


# ---------------------------------------------------------------- tags


@dataclass(frozen=True, slots=True)
class MergeTags(Payload):
    """Make one tag another name for a second, or leave them as they are."""

    code = "al"
    alias_id: int
    tag_id: int
    sure: bool
