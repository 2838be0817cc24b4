"""Summaries over the wire: asked for by button, in reply and with a link; made once, given once.

One process serves the module; each test brings its own people and its own article.
"""

import asyncio
from dataclasses import replace

import pytest
import pytest_asyncio

from sandbox.newsroom import Fault
from tests.support.site import link_targets, site_in
from tests.support.summary_asking import (
    ENGLISH,
    FRENCH,
    answer_below,
    post_of,
    sample,
    sentences_of,
    summary_below,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

READERS = 50
HUGE = b"<html><body>" + b"<p>Words and words.</p>" * 1_000_000 + b"</body></html>"
WALL = b"""<!doctype html><html lang="en"><head><title>Ferries</title></head><body><article>
<h1>Ferries</h1><p>The first lines of the article are here for everybody to see.</p>
<div class="paywall">Subscribe to continue reading. Already a subscriber?</div>
</article></body></html>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory):
    """A running site whose feeds were read once; The Harbour Signal gives leads only."""
    folder = tmp_path_factory.mktemp("summaries")
    async with site_in(folder, papers=("signal", "courrier")) as site:
        await site.relais.start()
        unread = "SELECT count(*) FROM feeds WHERE backlog_at IS NULL"
        await site.until_value(unread, lambda count: count == 0)
        yield site
        refused = [call for call in site.telegram.calls if call.status not in (200, None)]
        assert [(call.method, call.description) for call in refused] == []
        for table in ("inbox WHERE state = 2", "outbox WHERE state = 4", "jobs"):
            assert await site.value(f"SELECT count(*) FROM {table}") == 0, table


@pytest.fixture
def reader(site):
    """Somebody new, who reads English."""
    return site.telegram.person("Ada", "en")


async def test_the_button_gives_sentences_of_the_page_in_order_then_points_and_link(site, reader):
    article = sample(ENGLISH, "button")
    post = await post_of(site, reader, article)
    answer = await summary_below(site, reader, post)
    shown, ordered = sentences_of(article, answer)
    assert len(shown) in (2, 3)
    assert shown == ordered
    assert "Sentences of the article itself" in answer.text
    assert article.lead not in answer.text
    assert answer.labels == ["Key points", "Read the article"]
    assert answer.keyboard[0][1]["url"] == site.newsroom.article_url("button")
    await site.press(reader, answer, "Key points")
    await site.until(lambda: answer.labels == ["Read the article"])
    assert 1 <= answer.text.count("•") <= 4
    assert all(sentence in answer.text for sentence in shown)


async def test_a_second_press_leads_back_to_the_first_answer(site, reader):
    article = sample(ENGLISH, "again")
    post = await post_of(site, reader, article)
    first = await summary_below(site, reader, post)
    await site.press(reader, post, "Summary")
    pointer = await answer_below(site, first)
    assert "above" in pointer.text
    said = reader.say("/summary", reply_to=post)
    await site.until(lambda: reader.chat.last.message_id > said.message_id)
    assert reader.chat.last.reply_to is first
    titled = [m for m in site.posts_of(reader, "again") if m is not post]
    assert titled == [first]


async def test_a_reply_gives_the_summary_below_the_post(site, reader):
    article = sample(ENGLISH, "reply")
    post = await post_of(site, reader, article)
    reader.say("/summary", reply_to=post)
    answer = await answer_below(site, post)
    assert sentences_of(article, answer)[0]


async def test_a_link_to_a_stored_article_goes_below_the_own_copy(site, reader):
    article = sample(ENGLISH, "copy")
    post = await post_of(site, reader, article)
    reader.say(f"/summary {site.newsroom.article_url('copy')}?utm_source=mail")
    said = reader.chat.last
    answer = await answer_below(site, said)
    assert sentences_of(article, answer)[0]
    reader.say(f"/summary {site.newsroom.article_url('copy')}")
    assert "above" in (await answer_below(site, answer)).text
    stranger = site.telegram.person("Noor", "en")
    said = stranger.say(f"/summary {site.newsroom.article_url('copy')}")
    answer = await answer_below(site, said)
    assert article.lead in answer.text, "who has no post gets the lead too"
    assert post is not None


async def test_a_link_to_any_page_gives_what_is_there(site, reader):
    article = sample(ENGLISH, "elsewhere", publication="northmoor")
    url = site.newsroom.publish(article)  # a paper whose feed is not read
    said = reader.say(f"/summary {url}")
    answer = await answer_below(site, said)
    assert sentences_of(article, answer)[0] or article.lead in answer.text
    assert url in link_targets(answer)
    assert await site.value("SELECT count(*) FROM articles WHERE url = ?", url) == 0


@pytest.mark.parametrize("said", ["/summary", "/summary please", "/summary ftp://x.example/y"])
async def test_anything_else_is_told_how(site, reader, said):
    assert "/summary https://" in (await site.ask(reader, said)).text


async def test_a_french_reader_is_told_that_an_english_article_stays_english(site):
    lecteur = site.telegram.person("Léo", "fr")
    article = sample(ENGLISH, "anglais")
    answer = await summary_below(site, lecteur, await post_of(site, lecteur, article))
    assert "anglais" in answer.text.splitlines()[-1]
    assert "Points clés" in answer.labels
    assert sentences_of(article, answer)[0]


async def test_a_feed_that_gives_the_whole_text_is_enough(site):
    lecteur = site.telegram.person("Léo", "fr")
    article = sample(FRENCH, "entier", publication="courrier")
    answer = await summary_below(site, lecteur, await post_of(site, lecteur, article))
    assert sentences_of(article, answer)[0]
    assert "Phrases tirées de l’article" in answer.text
    assert site.newsroom.requests_to(site.newsroom.article_url("entier")) == []


async def test_fifty_readers_at_once_make_one_summary(site):
    article = sample(ENGLISH, "crowd")
    people = site.people(READERS)
    for person in people:
        person.say(f"/follow {article.tags[0]}")
    await site.until_quiet()
    site.newsroom.publish(article)
    url = site.newsroom.article_url("crowd")
    await site.until(lambda: all(site.posts_of(person, "crowd") for person in people))
    site.newsroom.set_fault(url, Fault.slow(1.0))
    posts = [site.posts_of(person, "crowd")[0] for person in people]
    for person, post in zip(people, posts, strict=True):
        person.press(post, "Summary")
    answers = await asyncio.gather(*(answer_below(site, post) for post in posts))
    assert len({answer.text for answer in answers}) == 1
    assert len(site.newsroom.requests_to(url)) == 1
    made = "SELECT count(*) FROM summaries WHERE url = ?"
    assert await site.value(made, url) == 1


async def test_what_takes_long_is_seen_to_be_under_way(site, reader):
    article = sample(ENGLISH, "slow")
    post = await post_of(site, reader, article)
    site.newsroom.set_fault(site.newsroom.article_url("slow"), Fault.slow(2.0))
    reader.press(post, "Summary")
    await site.until(lambda: reader.chat.last.text.startswith("📖"))
    placeholder = reader.chat.last
    assert placeholder.reply_to is post
    assert any(c.method == "sendChatAction" and c.chat_id == reader.id for c in site.telegram.calls)
    await site.until(lambda: placeholder.edited)
    await site.until_quiet()
    assert sentences_of(article, placeholder)[0]
    await site.press(reader, post, "Summary")
    assert (await answer_below(site, placeholder)).text


async def test_a_correction_makes_a_new_summary(site, reader):
    article = sample(ENGLISH, "corrected")
    post = await post_of(site, reader, article)
    first = await summary_below(site, reader, post)
    title = "Nine ferries, no 5G after all"
    body = tuple(text.replace("5G", "4G").replace("six", "seven") for text in article.body)
    site.newsroom.correct("corrected", title=title, body=body)
    await site.until_value(
        f"SELECT count(*) FROM articles WHERE title = '{title}'", lambda count: count == 1
    )
    await site.press(reader, post, "Summary")
    await site.until(lambda: reader.chat.last is not first and title in reader.chat.last.text)
    second = reader.chat.last
    assert second.reply_to is post
    shown, ordered = sentences_of(replace(article, body=body), second)
    assert shown
    assert shown == ordered
    await site.press(reader, first, "Key points")
    await site.until_quiet()
    assert title not in first.text, "an old button brings no other summary"


PAGES = {
    "down": (Fault.server_error(), "does not answer as it should"),
    "gone": (Fault.gone(), "is not there"),
    "picture": (Fault.answer(b"\x89PNG....", "image/png"), "does not lead to a web page"),
    "huge": (Fault.answer(HUGE, "text/html"), "too big"),
    "walled": (Fault.answer(WALL, "text/html"), "for subscribers"),
    "empty": (Fault.answer(b"<html><body></body></html>", "text/html"), "no article"),
    "silent": (
        Fault(200, WALL, "text/html", headers={"X-Robots-Tag": "nosnippet"}),
        "allows no excerpts",
    ),
}


@pytest.mark.parametrize("name", PAGES)
async def test_where_the_page_cannot_be_had_the_feed_speaks_and_the_reason_is_said(
    site, reader, name
):
    fault, reason = PAGES[name]
    article = sample(ENGLISH, name)
    post = await post_of(site, reader, article)
    site.newsroom.set_fault(site.newsroom.article_url(name), fault)
    answer = await summary_below(site, reader, post)
    assert article.lead in answer.text
    assert reason in answer.text
    said = reader.say(f"/summary {site.newsroom.url}/northmoor/{name}/")
    site.newsroom.set_fault(f"{site.newsroom.url}/northmoor/{name}/", fault)
    answer = await answer_below(site, said)
    assert reason in answer.text


async def test_a_page_that_is_back_is_read_at_a_press_a_minute_later(site, reader):
    article = sample(ENGLISH, "back")
    post = await post_of(site, reader, article)
    url = site.newsroom.article_url("back")
    site.newsroom.set_fault(url, Fault.server_error())
    first = await summary_below(site, reader, post)
    assert "does not answer" in first.text
    site.newsroom.clear_fault(url)
    await site.press(reader, post, "Summary")
    assert "above" in (await answer_below(site, first)).text
    async with site.storage() as db, db.transaction() as tx:  # the minute passes
        await tx.run("UPDATE summary_answers SET again_at = 0 WHERE chat_id = ?", (reader.id,))
    await site.press(reader, post, "Summary")
    await site.until(lambda: sentences_of(article, reader.chat.last)[0])


async def test_tags_of_the_page_count_where_the_feed_gives_none(site, reader):
    article = sample(ENGLISH, "untagged", tags=(), section="")
    page = '<html lang="en"><head><meta charset="utf-8">'
    page += '<meta property="article:tag" content="Lighthouses"></head><body><article>'
    page += "".join(f"<p>{text}</p>" for text in article.body) + "</article></body></html>"
    fault = Fault.answer(page.encode(), "text/html")
    site.newsroom.set_fault(f"{site.newsroom.front_url('signal')}untagged/", fault)
    await site.ask(reader, "/follow Lighthouses")
    site.newsroom.publish(article)
    await site.until(lambda: site.posts_of(reader, "untagged"))
    assert "#Lighthouses" in site.posts_of(reader, "untagged")[0].text
