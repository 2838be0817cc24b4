"""Takes docs/demo.png anew: plays a scene on the demo's page and keeps the picture.

Needs Debian's chromium; fonts such as fonts-inter and fonts-sil-charis make it look its best.
"""

import asyncio
import re
import shutil
import signal
import sys
from pathlib import Path

from playwright.async_api import Page, ViewportSize, async_playwright

TARGET = Path(__file__).with_name("demo.png")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
SIZE = ViewportSize(width=1440, height=1270)
COMMENT = (
    "My aunt watches birds and drops phones. Can she order two cameras and one of everything else?"
)


async def take() -> None:
    """Start the demo, play, take the picture, end the demo."""
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    try:
        async for line in demo.stdout:
            if match := re.search(r"http://127\S+/", line.decode()):
                await _play(match[0])
                break
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.communicate()


async def _play(url: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        page = await browser.new_page(viewport=SIZE, device_scale_factor=1.5, locale="en-GB")
        page.set_default_timeout(30_000)
        await page.goto(url)
        # Right after a sample has come there is time until the next.
        await page.locator("#articles .arrived").wait_for()
        await page.get_by_role("button", name="Publish", exact=True).click()
        await _talk(page)
        await page.mouse.move(0, 0)
        await page.evaluate("document.activeElement.blur()")
        await page.wait_for_timeout(2500)  # The last highlight fades.
        await page.screenshot(path=TARGET)
        await browser.close()


async def _talk(page: Page) -> None:
    """Jonah follows and sums up, Amélie comments, Sacha approves, the comment reaches Jonah."""
    await _sit(page, "jonah")
    post = page.locator(".theirs", has_text="Kestrel Mobile").last
    await post.get_by_role("button", name="Follow discussion").click()
    await post.get_by_role("button", name="Unfollow discussion").wait_for()
    await post.get_by_role("button", name="Summary").click()
    await page.get_by_role("button", name="Key points").wait_for()
    await _sit(page, "amelie")
    post = page.locator(".theirs", has_text="Kestrel Mobile").last
    await post.get_by_role("button", name="Commenter").click()
    await page.locator("#context").wait_for()
    await page.fill("#text", COMMENT)
    await page.press("#text", "Enter")
    await _sit(page, "moderators")
    await page.get_by_role("button", name="Approve").click()
    await _sit(page, "jonah")
    await page.locator(".theirs", has_text=COMMENT).wait_for()
    post = page.locator(".theirs.carded", has_text="Kestrel Mobile").last
    await post.evaluate("post => { post.closest('#log').scrollTop = post.offsetTop - 84; }")


async def _sit(page: Page, seat: str) -> None:
    await page.locator(f'[data-seat="{seat}"]').click()


if __name__ == "__main__":
    asyncio.run(take())
