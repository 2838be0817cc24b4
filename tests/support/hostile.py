"""Texts that try to break whatever shows them; all of them are our own."""

import random

_SNIPPETS = (
    "<b>gras</b>",
    "<script>alert(1)</script>",
    "</a></b></i></pre>",
    '"><img src=x onerror=alert(1)>',
    "<a href='javascript:x'>",
    "a < b && c > d",
    "&lt;deux fois&gt; &amp;amp; &#60; &#x3c; &nbsp; &eacute; &bogus;",
    "]]> <![CDATA[",
    "*bold* _it_ `code` [x](http://a.b) ~s~ ||spoiler||",
    "{title} {0} {{}} %s %(n)d %n",
    "\\ \\n \\u0000 \\",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇫🇷",
    "مرحبا بالعالم",
    "שלום \u202e עולם \u202c",
    "\u200f\u200e\u2066\u2069",
    "e\u0301\u0333\u033f\u030a" * 8,
    "ﬁn œuvre Ǆ ß İ ı",
    "日本語のタグ",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u0001\u0002\u0008\u000b\u000c\u001f",
    "\u007f\u0085\u009f",
    "\ufeff\ufffe\uffff",
    "\u2028ligne\u2029paragraphe",
    "tab\ttab\r\nnouvelle\n\n\nligne",
    "\u00a0\u202f\u3000\u200b",
    "@relais_bot /stop #tag $CASH https://example.org/?a=1&b=2 tel:+33123456789",
    "'; DROP TABLE articles; --",
    'NEAR("a" OR) * : ^',
    "../../etc/passwd",
    "#",
    "##",
    "_",
    "0",
    "…",
)


def make_text(rng: random.Random) -> str:
    """Make a hostile text: nothing, blanks, one snippet, some joined, or 5,000 characters."""
    kind = rng.randrange(10)
    if kind == 0:
        return rng.choice(("", " ", "\u00a0", "\n"))
    if kind == 1:
        return (rng.choice(_SNIPPETS) + rng.choice(("", " "))) * rng.randint(1000, 5000)
    if kind == 2:
        return "".join(chr(_code_point(rng)) for _ in range(rng.randint(1, 60)))
    return rng.choice(("", " ", "-")).join(rng.choices(_SNIPPETS, k=rng.randint(1, 4)))


def _code_point(rng: random.Random) -> int:
    """Draw any code point that UTF-8 can carry."""
    while True:
        point = rng.choice((rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0x110000)))
        if not 0xD800 <= point <= 0xDFFF:
            return point
