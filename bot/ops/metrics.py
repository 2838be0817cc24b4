"""What the process counts and measures, for /metrics (Prometheus text format)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """One registry for one process; labels are words of ours, never ids or texts of people."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter(
            "relais_updates_total", "Updates committed to the inbox", registry=self.registry
        )
        self.sends = Counter(
            "relais_sends_total",
            "Attempts to send, by lane and outcome",
            ("lane", "outcome"),
            registry=self.registry,
        )
        self.send_seconds = Histogram(
            "relais_send_seconds",
            "Time from the request to Telegram's answer",
            registry=self.registry,
            buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
        )
        self.polls = Counter(
            "relais_polls_total", "Polls of feeds, by result", ("result",), registry=self.registry
        )
        self.articles = Counter(
            "relais_articles_total", "New articles stored", registry=self.registry
        )
        self.queue = Gauge(
            "relais_outbox_rows", "Rows in the outbox, by state", ("state",), registry=self.registry
        )
        self.inbox = Gauge(
            "relais_inbox_rows", "Rows in the inbox, by state", ("state",), registry=self.registry
        )
        self.subscribers = Gauge(
            "relais_subscribers", "Subscribers, by state", ("state",), registry=self.registry
        )
