"""The acts of the tour: following, posts, looking around, summaries, settings, operators."""

import json
import re
from collections.abc import Awaitable, Callable

from sandbox.demo_stage import take_samples
from sandbox.newsroom import Article
from sandbox.telegram import Message
from sandbox.tour_comments import discuss, turn_down, withdraw
from sandbox.tour_script import Script

Act = Callable[[Script], Awaitable[None]]

FRENCH, ENGLISH = "cinq-g-vallee-lescure", "harbour-repair-fair"

_FRENCH_WORDS = {"vous", "les", "des", "est", "pas", "votre", "vos", "une", "sur", "pour", "suivez"}
_ENGLISH_WORDS = {"you", "the", "your", "of", "is", "and", "to", "not", "for", "it"}


def is_in(language: str, text: str) -> bool:
    """Tell whether a text has more little words of a language than of the other."""
    words = re.findall(r"\w+", text.casefold())
    french = sum(word in _FRENCH_WORDS for word in words)
    english = sum(word in _ENGLISH_WORDS for word in words)
    return french > english if language == "fr" else english > french


async def start_and_follow(script: Script) -> None:
    """Two readers say hello in their languages, and follow by button and by command."""
    script.title("Readers begin, and follow what they care about")
    stage = script.stage
    amelie, jonah = stage.amelie, stage.jonah
    said = script.say(amelie, "/start")
    hello = await script.answer(
        amelie.chat,
        "a welcome in French with tags to tap",
        lambda message: message.keyboard and is_in("fr", message.text),
        after=said,
    )
    spare = {tag for article in take_samples((FRENCH, ENGLISH)) for tag in article.tags}
    label = next(label for label in hello.labels if not any(tag in label for tag in spare))
    tap = script.press(amelie, hello, label)
    await script.toast(tap, f"an answer to the tap on “{label}”")
    said = script.say(amelie, "/follow Marché Smartphones, 5G")
    await script.answer(
        amelie.chat,
        "both tags confirmed in French",
        lambda message: (
            _mentions(message, "Marché Smartphones", "5G") and is_in("fr", message.text)
        ),
        after=said,
    )
    said = script.say(jonah, "/start")
    await script.answer(
        jonah.chat, "a welcome in English", lambda message: is_in("en", message.text), after=said
    )
    said = script.say(jonah, "/follow #xiaomi #5g")
    await script.answer(
        jonah.chat,
        "both tags confirmed in English",
        lambda message: _mentions(message, "Xiaomi", "5G"),
        after=said,
    )


async def receive_posts(script: Script) -> None:
    """An article reaches those who follow a tag of it, each in their language, and nobody else."""
    script.title("Articles reach those who follow their tags")
    amelie, jonah = script.stage.amelie, script.stage.jonah
    french, english = take_samples((FRENCH, ENGLISH))
    url = script.publish(french)
    script.kept["amelie"] = await script.answer(
        amelie.chat,
        "the article at Amélie’s, buttons in French",
        _is_post(french, url, "Commenter"),
    )
    script.kept["jonah"] = await script.answer(
        jonah.chat,
        "the same article at Jonah’s, buttons in English",
        _is_post(french, url, "Comment"),
    )
    url = script.publish(english)
    script.kept["english"] = await script.answer(
        jonah.chat, "the article on Xiaomi at Jonah’s", _is_post(english, url, "Comment")
    )
    await script.expect(
        "each post once, and the one on Xiaomi not at Amélie’s",
        lambda: (
            [_count(script, person.chat.from_bot(), french) for person in (amelie, jonah)] == [1, 1]
            and _count(script, amelie.chat.from_bot(), english) == 0
        ),
    )


async def look_around(script: Script) -> None:
    """Tags, what one follows, the latest, and a search that folds accents."""
    script.title("Looking around")
    amelie, jonah = script.stage.amelie, script.stage.jonah
    for person, text, expected, words in (
        (jonah, "/tags", "a page of tags", ("Xiaomi",)),
        (amelie, "/following", "what Amélie follows", ("Marché Smartphones", "5G")),
        (amelie, "/latest", "the latest articles", ("5G",)),
        (jonah, "/search vallee", "the article that says “vallée”", ("vallée",)),
        (amelie, "/unfollow Marché Smartphones", "the tag dropped", ("Marché Smartphones",)),
    ):
        said = script.say(person, text)
        await script.answer(person.chat, expected, _shows(*words), after=said)


async def summarise(script: Script) -> None:
    """The Summary button and /summary give sentences of the article itself."""
    script.title("A summary at the press of a button")
    jonah, amelie = script.stage.jonah, script.stage.amelie
    french, english = take_samples((FRENCH, ENGLISH))
    post = script.kept["english"]
    script.press(jonah, post, "Summary", "Tags")
    await script.answer(jonah.chat, "sentences of the article’s text", _quotes(english), after=post)
    post = script.kept["amelie"]
    said = script.say(amelie, "/summary", reply_to=post)
    await script.answer(amelie.chat, "a summary of the French article", _quotes(french), after=said)


async def correct(script: Script) -> None:
    """A corrected title is known at the next look at the feed, and sends no second post."""
    script.title("The newsroom corrects a title")
    jonah, newsroom = script.stage.jonah, script.stage.newsroom
    article = take_samples((ENGLISH,))[0]
    title = article.title.replace("outsell", "overtake")
    newsroom.correct(article.id, title=title)
    await script.until_polled(article.publication)
    said = script.say(jonah, "/search overtake")
    await script.answer(jonah.chat, "the article under its new title", _shows(title), after=said)
    await script.expect(
        "no second post of it",
        lambda: not [m for m in jonah.chat.from_bot() if m.text.startswith(title)],
    )


async def set_and_leave(script: Script) -> None:
    """Settings, the data that is kept, and its erasure."""
    script.title("Settings, and one’s own data")
    amelie, jonah = script.stage.amelie, script.stage.jonah
    said = script.say(jonah, "/settings")
    settings = await script.answer(
        jonah.chat, "the settings with languages", lambda message: message.keyboard, after=said
    )
    tap = script.press(jonah, settings, "Français")
    await script.toast(tap, "an answer to the change of language")
    await script.expect(
        "the settings themselves in French now", lambda: is_in("fr", settings.text), jonah.chat
    )
    said = script.say(amelie, "/mydata")
    data = await script.answer(
        amelie.chat, "Amélie’s data as a file", lambda message: message.document, after=said
    )
    await script.expect(
        "JSON that names what Amélie follows",
        lambda: data.document and "5G" in json.dumps(json.loads(data.document.content)),
    )
    said = script.say(jonah, "/forgetme")
    question = await script.answer(
        jonah.chat, "a question before erasing", lambda message: message.keyboard, after=said
    )
    script.press(jonah, question, "Erase everything", "Tout effacer")
    await script.expect("a farewell after erasing", lambda: not question.keyboard, jonah.chat)
    said = script.say(jonah, "/following")
    await script.answer(
        jonah.chat, "nothing that Jonah follows", lambda m: "Xiaomi" not in m.text, after=said
    )


async def operate(script: Script) -> None:
    """What operators may ask, and readers may not."""
    script.title("For operators only")
    noor, amelie = script.stage.noor, script.stage.amelie
    titles = [paper.title for paper in script.stage.newsroom.publications.values()]
    said = script.say(noor, "/feeds")
    await script.answer(noor.chat, "the health of the four feeds", _shows(*titles), after=said)
    said = script.say(noor, "/stats")
    await script.answer(
        noor.chat, "figures", lambda message: re.search(r"\d", message.text), after=said
    )
    said = script.say(amelie, "/stats")
    await script.answer(
        amelie.chat,
        "a friendly no to a reader",
        lambda message: not re.search(r"\d", message.text),
        after=said,
    )


ACTS: tuple[Act, ...] = (
    start_and_follow,
    receive_posts,
    look_around,
    summarise,
    discuss,
    withdraw,
    turn_down,
    correct,
    operate,
    set_and_leave,
)


def _mentions(message: Message, *words: str) -> bool:
    text = message.text.casefold()
    return all(word.casefold() in text for word in words)


def _shows(*words: str) -> Callable[[Message], bool]:
    """Fit a message that has all words in its text or on its buttons."""

    def fits(message: Message) -> bool:
        shown = "\n".join([message.text, *message.labels]).casefold()
        return all(word.casefold() in shown for word in words)

    return fits


def _is_post(article: Article, url: str, label: str) -> Callable[[Message], bool]:
    def fits(message: Message) -> bool:
        links = [entity.get("url") for entity in message.entities]
        has_label = re.search(rf"\b{label}\b", " ".join(message.labels))
        return article.title in message.text and url in links and has_label is not None

    return fits


def _count(script: Script, messages: list[Message], article: Article) -> int:
    """How many messages are posts of an article: those whose link to it is bold."""
    url = script.stage.newsroom.article_url(article.id)
    return sum(
        message.text.startswith(article.title) and url in str(message.entities)
        for message in messages
    )


def _quotes(article: Article) -> Callable[[Message], bool]:
    """Fit a message with at least one whole sentence of the article's body."""
    sentences = [
        sentence
        for paragraph in article.body
        for sentence in re.split(r"(?<=[.!?»”])\s+(?=[A-ZÀ-Ý«“])", paragraph)
        if len(sentence) > 30
    ]

    def fits(message: Message) -> bool:
        return any(sentence in message.text for sentence in sentences)

    return fits
