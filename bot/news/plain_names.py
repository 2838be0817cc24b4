"""What the elements of plain RSS 2.0 and Atom feeds mean, by their names as feedparser has them.

Invariant: a name that is in none of these tables is not plain; feedparser decides what it means.
"""

from feedparser.mixin import _FeedParserMixin

# What feedparser calls a namespace, by its address in lower case; "" for those of feeds themselves.
PREFIXES: dict[str, str] = {
    address.lower(): prefix.lower() for address, prefix in _FeedParserMixin.namespaces.items()
}
# The one default namespace of single elements that is met with: WordPress.com's.
ADDITIONS = "com-wordpress:feed-additions:1"
PREFIXES[ADDITIONS] = ""
KNOWN_PREFIXES = frozenset(PREFIXES.values())
ATOM = "http://www.w3.org/2005/atom"
# Of other formats, and those that change what other elements mean.
ODD_NAMESPACES = frozenset(
    {
        "http://backend.userland.com/rss",
        "http://backend.userland.com/rss2",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://www.w3.org/1999/xlink",
    }
)
# A prefix of the publisher's own that would make a name of feedparser's: "title" and "_detail".
# Nothing hangs on "thr", which Atom and RSS have for different namespaces.
ODD_PREFIXES = (KNOWN_PREFIXES - {"thr"}) | {
    "title",
    "summary",
    "published",
    "updated",
    "created",
    "expired",
}
# Attributes that feedparser would also take from a namespace that it does not know.
ATTRIBUTES = frozenset(
    "base lang href url uri rel type term scheme domain label text version ispermalink mode "
    "lastmod width height medium".split()
)

CONTENTS = {  # name: what feedparser does with it
    "title": "title",
    "dc:title": "title",
    "media:title": "title",
    "description": "description",
    "dc:description": "description",
    "media:description": "description",
    "summary": "summary",
    "itunes:summary": "summary",
    "content": "content",
    "content:encoded": "encoded",
}
DATES = {
    "published": "published",
    "pubdate": "published",
    "issued": "published",
    "dcterms:issued": "published",
    "updated": "updated",
    "modified": "updated",
    "lastbuilddate": "updated",
    "dc:date": "updated",
    "dcterms:modified": "updated",
    "created": "created",
    "dcterms:created": "created",
    "expirationdate": "expired",
}
AUTHORS = frozenset({"author", "managingeditor", "dc:author", "dc:creator", "itunes:author"})
CATEGORIES = frozenset({"category", "keywords", "dc:subject", "media:category", "itunes:category"})
KEYWORDS = {"media:keywords": None, "itunes:keywords": "http://www.itunes.com/"}
# Kept as they are, under the name with "_" for ":".
TEXTS = frozenset(
    {
        "language",
        "dc:language",
        "ttl",
        "sy:updateperiod",
        "sy:updatefrequency",
        "feedburner:origlink",
        "prism:section",
    }
)
# No part of an article: read over, where nothing is inside.
SKIPPED = frozenset(
    "cloud comments copyright docs generator icon logo post-id rating rights site subtitle "
    "tagline webmaster dc:rights dc:publisher itunes:subtitle".split()
)
# Whose elements carry nothing that is read, but for those above.
SKIPPED_PREFIXES = frozenset(
    "itunes dc dcterms slash wfw thr feedburner sy trackback pingback admin creativecommons "
    "cc geo georss media".split()
)
NOT_SKIPPED = frozenset({"georss:where", "dcterms:valid"})
_PERSON = frozenset({"name", "uri", "url", "homepage", "email"})
# What may be inside what, beside the parts of a feed and of an entry.
INSIDES: dict[str, frozenset[str]] = {
    "root": frozenset({"channel"}),
    "author": _PERSON,
    "contributor": _PERSON,
    "image": frozenset({"title", "link", "description", "url", "href", "width", "height"}),
    "source": frozenset(
        {"title", "link", "id", "updated", "subtitle", "rights", "generator", "icon", "logo"}
    ),
    "itunes:category": frozenset({"itunes:category"}),
    "itunes:owner": frozenset({"itunes:name", "itunes:email"}),
    "skiphours": frozenset({"hour"}),
    "skipdays": frozenset({"day"}),
}
NOT_IN = {
    "source": "channel",
    "image": "entry",
    "item": "entry",
    "entry": "entry",
    "channel": "channel",
}
_TEXT_ONLY = CATEGORIES | KEYWORDS.keys() | CONTENTS.keys() | {"media:thumbnail"}


def inside_of(name: str, parent: str) -> str:
    """Give what may be inside an element of a feed or entry: "" for text only."""
    if name == "itunes:category" and parent == "entry":
        return ""  # those inside others would be tags of the entry too
    if name in ("item", "entry"):
        return "entry"
    if name.startswith("media:") and name not in _TEXT_ONLY:
        return "media"
    return name if name in INSIDES else ""
