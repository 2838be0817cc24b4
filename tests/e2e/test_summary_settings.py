"""Summaries where the operator settled otherwise: no private address, a model that writes."""

from contextlib import asynccontextmanager

from aiohttp import web

from tests.support.site import site_in
from tests.support.summary_asking import ENGLISH, answer_below, post_of, sample, summary_below


async def test_a_private_address_is_refused(tmp_path):
    async with site_in(tmp_path, ALLOW_PRIVATE_NETWORKS="false") as site:
        await site.relais.start()
        reader = site.telegram.person("Ada", "en")
        url = site.newsroom.front_url("signal")
        said = reader.say(f"/summary {url}")
        assert "not a public one" in (await answer_below(site, said)).text
        assert site.newsroom.requests_to(url) == []


@asynccontextmanager
async def model_answering(*answers):
    """Run a chat endpoint that gives these answers in turn; gives its address."""
    waiting = list(answers)

    async def complete(_):
        message = {"role": "assistant", "content": waiting.pop(0)}
        return web.json_response({"choices": [{"message": message}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def test_a_model_writes_in_the_readers_language_or_the_extract_serves(tmp_path):
    good = "Les neuf ferries ont la 5G. La traversée dure 35 minutes."
    invented = "Les ferries ont coûté 987 millions d’euros. Gustave Eiffel les a bénis."
    async with model_answering(good, invented, invented) as url:
        settings = {"SUMMARY_API_URL": url, "SUMMARY_MODEL": "petit-modele"}
        async with site_in(tmp_path, papers=("signal",), **settings) as site:
            await site.relais.start()
            unread = "SELECT count(*) FROM feeds WHERE backlog_at IS NULL"
            await site.until_value(unread, lambda count: count == 0)
            lecteur = site.telegram.person("Léo", "fr")
            assert "modèle de langage" in (await site.ask(lecteur, "/help")).text
            article = sample(ENGLISH, "written")
            answer = await summary_below(site, lecteur, await post_of(site, lecteur, article))
            assert good in answer.text
            assert "petit-modele" in answer.text
            article = sample(ENGLISH, "invented")
            answer = await summary_below(site, lecteur, await post_of(site, lecteur, article))
            assert "987" not in answer.text
            assert "Phrases tirées de l’article" in answer.text
