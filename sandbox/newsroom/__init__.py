"""A small newsroom on this machine: feeds and article pages that change while running.

Invariant: what the feeds and pages show is always the current state; nothing is cached here.
"""

from sandbox.newsroom.articles import Article, Publication, load_publications, load_samples
from sandbox.newsroom.faults import Fault
from sandbox.newsroom.server import Newsroom, Preview, Request

__all__ = [
    "Article",
    "Fault",
    "Newsroom",
    "Preview",
    "Publication",
    "Request",
    "load_publications",
    "load_samples",
]
