"""Buttons are data that anybody can send: whose they are is checked, not where they were seen."""

from handlers.messages import Features
from handlers.turn import Setup
from tests.support.database import make_article
from tests.support.ownership import everything_of, everything_of_operators
from tests.support.workbench import workbench

OPERATOR, MODERATION = 9001, -1_001_000_000_001
SETUP = Setup(
    "relais_bot",
    admin_ids=frozenset({OPERATOR}),
    moderation_chat_id=MODERATION,
    features=Features(summaries=True, comments=True),
    relay_undo_seconds=0,
)


def buttons_in(chat):
    """List what the buttons of a chat carry."""
    return {
        button["callback_data"]
        for message in chat.from_bot()
        for row in message.keyboard
        for button in row
        if "callback_data" in button
    }


async def let_all_buttons_appear(bench, victim, moderator, room):
    """Let a reader write a comment and moderators open every menu; gives all payloads seen."""
    async with bench.db.transaction() as tx:
        await make_article(tx, backlog=True)
    seen = set()
    victim.say("/follow 5G, Cuisine")
    for said in ("/settings", "/latest", "/following", "/tags"):
        victim.say(said)
        await bench.settle()
    receipt = victim.chat.from_bot()[-1]
    press = {"text": "x", "callback_data": "com:1"}
    bench.telegram.world.press(victim, receipt, press)
    await bench.settle()
    victim.say("Une remarque que je ne laisserai pas retirer.", reply_to=victim.chat.from_bot()[-1])
    await bench.settle()
    moderator.say("/queue", room)
    await bench.settle()
    seen |= buttons_in(victim.chat) | buttons_in(room)
    card = next(m for m in room.from_bot() if any("Approve" in label for label in m.labels))
    for label in ("Reject", "Return", "Ban", "More"):
        found = [one for one in card.labels if label in one]
        if found:
            moderator.press(card, found[0])
            await bench.settle()
            seen |= buttons_in(room)
            moderator.press(card, next((x for x in card.labels if "‹" in x), card.labels[-1]))
            await bench.settle()
    return seen


async def test_another_readers_and_the_moderators_buttons_do_nothing_for_a_stranger(tmp_path):
    async with workbench(tmp_path, SETUP) as bench:
        victim = bench.telegram.person("Ada", "en")
        attacker = bench.telegram.person("Mallory", "en")
        moderator = bench.telegram.person("Mo", "en")
        room = bench.telegram.group("Moderators", [moderator], "supergroup")
        assert room.id == MODERATION
        attacker.say("/start")
        payloads = await let_all_buttons_appear(bench, victim, moderator, room)
        assert len({payload.partition(":")[0] for payload in payloads}) >= 10, payloads
        before = await everything_of(bench, victim), await everything_of_operators(bench)
        shown = [(m.message_id, m.text) for m in victim.chat.from_bot()]
        message = attacker.chat.from_bot()[-1]
        for payload in sorted(payloads):
            press = {"text": "x", "callback_data": payload}
            bench.telegram.world.press(attacker, message, press)
            await bench.settle()
        assert (await everything_of(bench, victim), await everything_of_operators(bench)) == before
        assert [(m.message_id, m.text) for m in victim.chat.from_bot()] == shown
        assert bench.parked == []
