"""/latest and /search, and posts opened from their lists."""

from __future__ import annotations

import pytest

from handlers.articles import MOST_QUERY, carried_words
from handlers.callbacks import OpenPost, ShowFound, ShowLatest
from storage.database import Database
from storage.outbox import find_row
from tests.support.turn import Desk, Reader, labels, text, with_features


async def fill(desk: Desk, count: int, tag: str = "5G", word: str = "antenna") -> list[int]:
    return [await desk.publish(f"The {word} {n:02}", tags=[tag]) for n in range(count)]


async def test_latest_shows_all_articles_to_who_follows_nothing(desk: Desk) -> None:
    await fill(desk, 3)
    (reply,) = await desk.say("/latest")
    lines = text(reply)
    assert lines.index("antenna 02") < lines.index("antenna 01") < lines.index("antenna 00")
    assert "Le Courrier" in lines
    assert labels(reply) == ["1", "2", "3", "On my tags"]


async def test_latest_shows_followed_tags_first_and_switches_to_all(desk: Desk) -> None:
    await fill(desk, 1, "Vélo", "bicycle")
    await fill(desk, 1, "5G", "antenna")
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/latest")
    assert "antenna" in text(reply)
    assert "bicycle" not in text(reply)
    edit = (await desk.press("All articles", row=reply))[0]
    assert edit.method == "editMessageText"
    assert "bicycle" in text(edit)
    edit = (await desk.press("On my tags", row=edit))[0]
    assert "bicycle" not in text(edit)


async def test_latest_turns_pages_in_place(desk: Desk) -> None:
    await fill(desk, 12)
    (reply,) = await desk.say("/latest")
    assert labels(reply) == ["1", "2", "3", "4", "5", "Next ›", "On my tags"]
    (second, answer) = await desk.press("Next ›", row=reply)
    assert answer.method == "answerCallbackQuery"
    assert labels(second)[:7] == ["6", "7", "8", "9", "10", "‹ Previous", "Next ›"]
    assert "6. " in text(second)
    third = (await desk.press("Next ›", row=second))[0]
    assert labels(third)[:3] == ["11", "12", "‹ Previous"]
    back = (await desk.press("‹ Previous", row=second))[0]
    assert text(back) == text(reply)


async def test_a_page_beyond_the_end_says_so(desk: Desk) -> None:
    await fill(desk, 1)
    edit = (await desk.press(ShowLatest(page=9)))[0]
    assert "That is all" in text(edit)
    assert labels(edit) == ["‹ Previous", "On my tags"]
    edit = (await desk.press(ShowLatest(page=-5)))[0]
    assert labels(edit)[0] == "1"
    edit = (await desk.press(ShowLatest(page=2**62)))[0]
    assert "That is all" in text(edit)


async def test_latest_of_a_tag(desk: Desk) -> None:
    await fill(desk, 7, "Vélo", "bicycle")
    await fill(desk, 1, "5G", "antenna")
    (reply,) = await desk.say("/latest velo")
    assert "The latest on Vélo" in text(reply)
    assert "antenna" not in text(reply)
    edit = (await desk.press("Next ›", row=reply))[0]
    assert labels(edit) == ["6", "7", "‹ Previous"]
    (reply,) = await desk.say("/latest <nothing>")
    assert "&lt;nothing&gt;" in text(reply)
    assert "/tags" in text(reply)


async def test_latest_without_any_article_has_a_next_step(desk: Desk) -> None:
    (reply,) = await desk.say("/latest")
    assert "/follow 5G" in text(reply)
    await desk.say("/follow 5G")
    (reply,) = await desk.say("/latest")
    assert "/tags" in text(reply)
    assert labels(reply) == ["All articles"]


async def test_search_folds_what_is_typed_and_turns_pages(desk: Desk) -> None:
    await fill(desk, 6, word="Œuvre à Évian")
    (reply,) = await desk.say("/search OEUVRE evian")
    assert "Articles with “oeuvre evian”" in text(reply)
    assert labels(reply) == ["1", "2", "3", "4", "5", "Next ›"]
    edit = (await desk.press("Next ›", row=reply))[0]
    assert labels(edit) == ["6", "‹ Previous"]


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR", "* ^", "-", "';--", "title:x"])
async def test_search_takes_any_text(desk: Desk, words: str) -> None:
    (reply,) = await desk.say(f"/search {words}")
    assert "Nothing found" in text(reply) or "letters or digits" in text(reply)


async def test_search_without_words_says_how(desk: Desk) -> None:
    (reply,) = await desk.say("/search")
    assert "/search battery" in text(reply)
    (reply,) = await desk.say("/search ?!")
    assert "letters or digits" in text(reply)


@pytest.mark.parametrize("word", ["a", "é", "字", "word"])
def test_the_words_of_a_search_fit_into_its_buttons(word: str) -> None:
    words = carried_words(" ".join(word * n for n in range(1, 30)))
    assert 0 < len(words.encode()) <= MOST_QUERY
    ShowFound(99, words).pack()
    assert carried_words(words) == words


async def test_an_article_of_a_list_opens_as_a_post(db: Database) -> None:
    desk = with_features(db, summaries=True, comments=True)
    article = await desk.publish("A new antenna", tags=["5G"], author="Léa Martin")
    post, _ = await desk.press(OpenPost(article))
    assert post.method == "sendMessage"
    assert post.article_id == article
    assert text(post).startswith('<b><a href="https://lecourrier.example/')
    assert "Le Courrier · Léa Martin · " in text(post)
    assert text(post).endswith("#5G")
    assert labels(post) == ["Summary", "Comment", "Follow discussion", "Tags"]
    french, _ = await desk.press(OpenPost(article), Reader(5, "fr"))
    assert labels(french) == ["Résumé", "Commenter", "Suivre la discussion", "Tags"]
    async with db.read() as tx:
        row = await find_row(tx, post.id)
    assert row is not None
    assert row.payload["link_preview_options"] == {
        "url": "https://lecourrier.example/1",
        "prefer_large_media": True,
        "show_above_text": True,
    }
