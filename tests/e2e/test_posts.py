"""From feed to chat: what comes out goes once to those who follow it, and to nobody else."""

from datetime import UTC, datetime

from tests.support.site import site_in


async def test_the_first_poll_is_backlog_and_what_comes_later_is_sent(tmp_path):
    async with site_in(tmp_path) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        site.publish("old", title="Written long ago")
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("new", title="Written today")
        await site.until(lambda: site.posts_of(reader, "new"))
        await site.until_quiet()
        assert not site.posts_of(reader, "old")
        answer = await site.ask(reader, "/latest")
        assert "Written long ago" in answer.text


async def test_a_new_article_reaches_each_follower_once_in_their_language(tmp_path):
    async with site_in(tmp_path) as site:
        lea, tom, ida, zoe = (
            site.telegram.person(name, language)
            for name, language in (("Léa", "fr"), ("Tom", "en"), ("Ida", "en"), ("Zoé", "fr"))
        )
        await site.enrol([lea], "Réseaux")
        await site.enrol([tom], "5G", "Réseaux")  # by two tags: once all the same
        await site.enrol([ida], "Cuisine")
        await site.relais.start()
        zoe.say("/start")
        zoe.say("/follow #5g")
        await site.until_quiet()
        site.publish("mast", title="Une antenne au phare", lead="Enfin.", tags=("5G", "Réseaux"))
        await site.until(
            lambda: all(site.posts_of(person, "mast") for person in (lea, tom, zoe)), 30
        )
        await site.until_polled("courrier", times=2)
        await site.until_quiet()
        posts = {person.name: site.posts_of(person, "mast") for person in (lea, tom, ida, zoe)}
        assert {name: len(found) for name, found in posts.items()} == {
            "Léa": 1,
            "Tom": 1,
            "Ida": 0,
            "Zoé": 1,
        }
        for name in ("Léa", "Tom", "Zoé"):
            (post,) = posts[name]
            assert post.text.startswith("Une antenne au phare\n\nEnfin.")
            assert "Le Courrier des Ondes · Solène Marquevert" in post.text
            assert post.parts("hashtag") == ["#Smartphones", "#5G", "#Réseaux"]
            assert post.link_preview_options["show_above_text"]
        dates = {name: found[0].text.splitlines()[-2] for name, found in posts.items() if found}
        assert dates["Léa"] == dates["Zoé"] != dates["Tom"]


async def test_a_correction_is_no_second_post(tmp_path):
    async with site_in(tmp_path) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("mast", title="A mast for the harbor")
        await site.until(lambda: site.posts_of(reader, "mast"))
        site.newsroom.correct("mast", title="A mast for the harbour")
        await site.until_polled("courrier", times=2)
        await site.until_quiet()
        sends = [s for s in site.telegram.sent if s.kind == "send" and s.chat_id == reader.id]
        assert len(sends) == len(site.posts_of(reader, "mast")) == 1
        assert await site.value("SELECT corrections FROM articles") == 1
        answer = await site.ask(reader, "/latest")
        assert "A mast for the harbour" in answer.text


async def test_articles_of_one_poll_arrive_in_the_order_they_came_out(tmp_path):
    async with site_in(tmp_path) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        await site.relais.start()
        await site.until_polled("courrier")
        names = ["morning", "noon", "evening"]
        for hour, name in zip((6, 12, 18), names, strict=True):
            published = datetime(2026, 1, 1, hour, tzinfo=UTC)
            site.publish(name, title=name.capitalize(), published=published)
        await site.until(lambda: all(site.posts_of(reader, name) for name in names))
        posts = [post for post in reader.chat.from_bot() if post.keyboard]
        assert [post.text.split("\n")[0].casefold() for post in posts] == names


async def test_one_story_of_two_feeds_reaches_a_reader_once(tmp_path):
    async with site_in(tmp_path, papers=("courrier", "vauclaire")) as site:
        both, one = site.people(2)
        await site.enrol([both], "5G", "Vallée")
        await site.enrol([one], "Vallée")
        await site.relais.start()
        await site.until_polled("courrier", "vauclaire")
        site.publish("first", title="Le phare rallumé", tags=("5G",))
        await site.until(lambda: site.posts_of(both, "first"))
        site.publish("second", publication="vauclaire", title="Le phare rallumé", tags=("Vallée",))
        await site.until(lambda: site.posts_of(one, "second"))
        await site.until_polled("courrier", "vauclaire", times=2)
        await site.until_quiet()
        assert len(site.posts_of(both, "first")) == 1
        assert not site.posts_of(both, "second")
        assert not site.posts_of(one, "first")


async def test_a_feed_that_moves_sends_nothing_again(tmp_path):
    async with site_in(tmp_path) as site:
        (reader,) = site.people(1)
        await site.enrol([reader], "5G")
        await site.relais.start()
        await site.until_polled("courrier")
        site.publish("mast", title="A mast for the harbour")
        await site.until(lambda: site.posts_of(reader, "mast"))
        site.newsroom.move_feed("courrier", "/courrier/feed2/")
        await site.until_polled("courrier", times=3)
        await site.until_quiet()
        assert len(site.posts_of(reader, "mast")) == 1
