"""Whatever people do and whatever is pressed or forged: no crash, no refusal, nothing parked."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers import callbacks
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
    features=Features(summaries=False, comments=True),
    relay_undo_seconds=0,
)
EXAMPLES = settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
COMMANDS = (
    "start help follow unfollow following tags latest search summary comment settings stop mydata"
    " forgetme addfeed feeds removefeed stats nonsense"
).split()
CODES = sorted(
    {kind.code for kind in callbacks.Payload.__subclasses__() if getattr(kind, "code", "")}
)

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).filter(
    lambda text: any(not c.isspace() and c.isprintable() for c in text)
)
words = st.one_of(
    texts,
    st.sampled_from(["", "5G", "#5G #xiaomi", "a, b", "tag_5g", "tag_", "0", "-1", "http://x.y/z"]),
    st.from_regex(r"#?\w{1,70}(, ?#?\w{1,20}){0,30}", fullmatch=True),
)
commands = st.builds("/{} {}".format, st.sampled_from(COMMANDS), words).map(str.strip)
numbers = st.integers(-(2**70), 2**70).map(str)
payloads = st.one_of(
    st.builds(
        lambda code, parts: ":".join([code, *parts])[:64],
        st.sampled_from(CODES),
        st.lists(
            st.one_of(numbers, st.sampled_from(["1", "0", "fr", "1,2", "é"]), texts), max_size=5
        ),
    ),
    texts.map(lambda text: text[:16]),
)
actions = st.one_of(
    st.tuples(st.just("say"), st.one_of(texts, commands)),
    st.tuples(st.just("reply"), st.one_of(texts, commands)),
    st.tuples(st.just("edit"), texts),
    st.tuples(st.just("press"), st.integers(0, 50)),
    st.tuples(st.just("forge"), payloads),
    st.tuples(st.just("photo"), st.none() | texts),
    st.tuples(st.just("forward"), texts),
    st.tuples(st.just("group"), st.one_of(texts, commands)),
    st.tuples(
        st.sampled_from(["block", "unblock", "react", "join", "leave", "migrate"]), st.none()
    ),
)
people = st.integers(0, 3)
conversations = st.lists(st.tuples(people, actions), min_size=1, max_size=25)


class Crowd:
    """Four people (an operator and a moderator among them), and what they can do."""

    def __init__(self, telegram):
        self.people = [
            telegram.person("Ada", "en"),
            telegram.person("Léo", "fr"),
            telegram.person("Olga", None, user_id=OPERATOR),
            telegram.person("Mo", "de"),
        ]
        self.moderation = telegram.group("Moderators", [self.people[3]], "supergroup")
        assert self.moderation.id == MODERATION
        self.group = telegram.group("Club", self.people[:2], "group")
        self.world = telegram.world

    def act(self, who, name, argument):
        """Let somebody do something, where their client would let them."""
        person = self.people[who]
        try:
            getattr(self, f"_{name}")(person, argument)
        except (LookupError, RuntimeError, ValueError):
            pass  # nothing to press, blocked, not a member, a text that is none

    def _say(self, person, text):
        person.say(text)

    def _reply(self, person, text):
        person.say(text, reply_to=person.chat.from_bot()[-1])

    def _edit(self, person, text):
        mine = [m for m in person.chat.visible() if not m.is_from_bot and m.text]
        person.edit(mine[-1], text)

    def _press(self, person, number):
        chat = self.moderation if person is self.people[3] else person.chat
        buttons = [(m, b) for m in chat.from_bot() for row in m.keyboard for b in row]
        if buttons:
            self.world.press(person, *buttons[-1 - number % len(buttons)])

    def _forge(self, person, data):
        message = person.chat.from_bot()[-1]
        self.world.press(person, message, {"text": "x", "callback_data": data})

    def _photo(self, person, caption):
        person.send_photo(caption)

    def _forward(self, person, text):
        person.say(text, forward_from="Somebody")

    def _group(self, person, text):
        person.say(text, self.group)

    def _block(self, person, _):
        person.block()

    def _unblock(self, person, _):
        person.unblock()

    def _react(self, person, _):
        person.react(person.chat.from_bot()[-1], "👍")

    def _join(self, person, _):
        person.join(self.group)

    def _leave(self, person, _):
        person.leave(self.group)

    def _migrate(self, _person, _argument):
        self.group = self.group.migrate()


@EXAMPLES
@given(conversations)
async def test_nothing_that_people_do_is_parked_or_refused(conversation):
    with tempfile.TemporaryDirectory() as folder:
        async with workbench(Path(folder), SETUP) as bench:
            async with bench.db.transaction() as tx:
                await make_article(tx, backlog=True)
            crowd = Crowd(bench.telegram)
            for person in crowd.people:
                person.say("/latest")
            await bench.settle()
            for who, (name, argument) in conversation:
                crowd.act(who, name, argument)
                await bench.settle()
            assert bench.parked == []
            assert [(c.method, c.description, c.params) for c in bench.refused()] == []
            parked = await bench.rows("SELECT method, error FROM outbox WHERE state = 4")
            assert parked == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
FIELDS = (
    "chat from message date text message_id id type data entities reply_to_message new_chat_member"
    " old_chat_member user status chat_instance photo caption first_name is_bot migrate_to_chat_id"
).split()
KINDS = (
    "message edited_message channel_post edited_channel_post callback_query my_chat_member"
    " chat_member inline_query poll message_reaction purchased_paid_media unheard_of"
).split()
broken = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=8)
nested = st.dictionaries(st.sampled_from(FIELDS), st.one_of(broken, json_values), max_size=8)
malformed = st.dictionaries(st.sampled_from(KINDS), st.one_of(nested, json_values), max_size=2)


@EXAMPLES
@given(st.lists(malformed, min_size=1, max_size=8))
async def test_malformed_updates_stop_nothing(updates):
    with tempfile.TemporaryDirectory() as folder:
        async with workbench(Path(folder), SETUP) as bench:
            for update in updates:
                bench.telegram.push_update(json.loads(json.dumps(update)))
            await bench.settle()
            ada = bench.telegram.person("Ada", "en")
            ada.say("/start")
            await bench.settle()
            assert len(ada.chat.from_bot()) == 1


@EXAMPLES
@given(st.lists(payloads, min_size=1, max_size=10))
async def test_forged_buttons_change_nothing_of_anybody_else(forged):
    with tempfile.TemporaryDirectory() as folder:
        async with workbench(Path(folder), SETUP) as bench:
            async with bench.db.transaction() as tx:
                await make_article(tx, backlog=True)
            crowd = Crowd(bench.telegram)
            victim, attacker = crowd.people[0], crowd.people[1]
            victim.say("/follow 5G, Cuisine")
            attacker.say("/start")
            await bench.settle()
            before = await everything_of(bench, victim), await everything_of_operators(bench)
            message = attacker.chat.from_bot()[-1]
            for data in forged:
                press = {"text": "x", "callback_data": data}
                bench.telegram.world.press(attacker, message, press)
                await bench.settle()
            after = await everything_of(bench, victim), await everything_of_operators(bench)
            assert after == before
            assert len(victim.chat.from_bot()) == 1
            assert bench.parked == []
