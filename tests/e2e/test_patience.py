"""What a site asks for is owed by all of the product: feeds and pages share one time per host."""

from sandbox.newsroom import Fault
from tests.support.site import site_in


async def test_a_site_whose_feed_asks_for_patience_is_asked_for_no_page(tmp_path):
    async with site_in(tmp_path, papers=("signal",)) as site:
        await site.relais.start()
        await site.until_polled("signal")
        site.publish("mast", publication="signal")
        url = site.newsroom.article_url("mast")
        site.newsroom.set_fault(site.newsroom.feed_url("signal"), Fault.too_many(3600))
        failed = "SELECT count(*) FROM feeds WHERE error_code = 'http_429'"
        await site.until_value(failed, lambda count: count == 1)
        reader = site.telegram.person("Ada", "en")
        said = reader.say(f"/summary {url}")
        await site.answer_to(said)
        await site.until_quiet()
        assert site.newsroom.requests_to(url) == []
