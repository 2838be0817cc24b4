"""Readers of a running site who ask for summaries of its sample articles."""

from dataclasses import replace

from sandbox.newsroom.articles import load_samples

ENGLISH, FRENCH = "ferries-get-5g", "cinq-g-vallee-lescure"


def sample(name, article_id, **fields):
    """Give a sample article under another id, with a tag of its own."""
    article = next(each for each in load_samples() if each.id == name)
    fields = {
        "title": f"{article.title} ({article_id})",
        "tags": (f"about {article_id}",),
        **fields,
    }
    return replace(article, id=article_id, published=None, **fields)


async def post_of(site, person, article):
    """Publish an article that a person follows, and give its post."""
    await site.ask(person, f"/follow {article.tags[0]}")
    if not site.newsroom.knows(article.id):
        site.newsroom.publish(article)
    await site.until(lambda: site.posts_of(person, article.id))
    await site.until_quiet()  # the bot has noted which message carries the article
    return site.posts_of(person, article.id)[0]


async def summary_below(site, person, post):
    """Press Summary under a post and give the first message that answers it."""
    await site.press(person, post, next(x for x in post.labels if x in ("Summary", "Résumé")))
    return await answer_below(site, post)


async def answer_below(site, message):
    """Wait for a finished answer to a message."""

    def answers():
        return [
            each
            for each in message.chat.messages
            if each.is_from_bot and each.reply_to is message and not each.text.startswith("📖")
        ]

    await site.until(answers)
    await site.until_quiet()  # the bot has noted which message answers
    return answers()[0]


def sentences_of(article, message):
    """List the sentences of an article's body that a message quotes, in the message's order."""
    sentences = [
        sentence.strip(" .") for text in article.body for sentence in text.split(". ") if sentence
    ]
    found = [sentence for sentence in sentences if sentence in message.text]
    return sorted(found, key=message.text.index), found
