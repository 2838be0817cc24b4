"""Subscribers: their states, languages and what they follow."""

from storage.database import Database
from storage.dialogs import find_dialog, set_dialog
from storage.model import Dialog
from storage.subscribers import (
    add_subscriber,
    count_subscriptions,
    find_marks,
    find_subscriber,
    follow_tag,
    list_subscriptions,
    move_subscriber,
    mute_tag,
    set_language,
    set_pseudonym,
    set_subscriber_state,
    unfollow_tag,
)
from storage.tags import find_tag, set_alias
from tests.support.database import NOW, db, make_subscriber, make_tag

__all__ = ["db"]


async def test_a_chat_is_added_once(db: Database) -> None:
    async with db.transaction() as tx:
        first, new = await add_subscriber(
            tx, 7, kind="private", language="fr", name="Maëlle", now=NOW
        )
        assert new
        assert (first.state, first.language_chosen, first.state_at) == ("active", False, NOW)
        again, new = await add_subscriber(
            tx, 7, kind="private", language="en", name="Maë", now=NOW + 9
        )
        assert not new
        assert (again.language, again.name) == ("en", "Maë")
        assert (again.created_at, again.state_at) == (NOW, NOW)
        assert await find_subscriber(tx, 7) == again
        assert await find_subscriber(tx, 8) is None


async def test_start_brings_an_unreachable_chat_back(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7, follows=("5G",))
        assert await set_subscriber_state(tx, 7, "unreachable", now=NOW + 5)
        assert not await set_subscriber_state(tx, 7, "unreachable", now=NOW + 6)
        back, new = await add_subscriber(
            tx, 7, kind="private", language="fr", name=None, now=NOW + 9
        )
        assert (back.state, back.state_at, new) == ("active", NOW + 9, False)
        assert await count_subscriptions(tx, 7) == (1, 0)


async def test_a_chosen_language_wins(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7, language="fr")
        await set_language(tx, 7, "en")
        subscriber = await make_subscriber(tx, 7, language="fr")
    assert (subscriber.language, subscriber.language_chosen) == ("en", True)


async def test_a_pseudonym_can_be_set_and_taken_back(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7)
        await set_pseudonym(tx, 7, "Luciole")
        subscriber = await find_subscriber(tx, 7)
        assert subscriber is not None
        assert subscriber.pseudonym == "Luciole"
        await set_pseudonym(tx, 7, None)
        subscriber = await find_subscriber(tx, 7)
        assert subscriber is not None
        assert subscriber.pseudonym is None


async def test_following_muting_and_dropping(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7)
        tag = await make_tag(tx, "5G")
        assert await follow_tag(tx, 7, tag.id, now=NOW)
        assert not await follow_tag(tx, 7, tag.id, now=NOW + 1)
        assert await mute_tag(tx, 7, tag.id, now=NOW + 2)
        assert not await mute_tag(tx, 7, tag.id, now=NOW + 3)
        assert await find_marks(tx, 7, [tag.id, 99]) == {tag.id: True}
        assert await follow_tag(tx, 7, tag.id, now=NOW + 4)
        (subscription,) = await list_subscriptions(tx, 7)
        assert (subscription.muted, subscription.followed_at) == (False, NOW + 4)
        assert await unfollow_tag(tx, 7, tag.id)
        assert not await unfollow_tag(tx, 7, tag.id)
        assert await list_subscriptions(tx, 7) == []
        assert not await follow_tag(tx, 7, 999, now=NOW)


async def test_subscriptions_come_follows_first_by_name(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7, follows=("Vélo", "École", "5G"), mutes=("Abeilles",))
        listed = await list_subscriptions(tx, 7)
        assert [s.tag.label for s in listed] == ["5G", "École", "Vélo", "Abeilles"]
        assert await list_subscriptions(tx, 7, limit=2, offset=1) == listed[1:3]
        assert await count_subscriptions(tx, 7) == (3, 1)
        assert await count_subscriptions(tx, 8) == (0, 0)


async def test_an_alias_is_followed_as_the_tag_it_points_to(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, 7)
        alias, tag = await make_tag(tx, "IA"), await make_tag(tx, "Intelligence artificielle")
        await set_alias(tx, alias.id, tag.id)
        assert await follow_tag(tx, 7, alias.id, now=NOW)
        assert await find_marks(tx, 7, [tag.id]) == {tag.id: False}
        assert await unfollow_tag(tx, 7, alias.id)


async def test_a_group_that_became_a_supergroup_keeps_what_it_follows(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, -5, kind="group", follows=("5G",), mutes=("Vélo",))
        await set_dialog(tx, Dialog(-5, 1, "comment", {"article": 3}, NOW + 60))
        await move_subscriber(tx, -5, -1005)
        assert await find_subscriber(tx, -5) is None
        assert [s.tag.label for s in await list_subscriptions(tx, -1005)] == ["5G", "Vélo"]
        assert await find_dialog(tx, -1005, 1, now=NOW) is not None
        tag = await find_tag(tx, "5G")
        assert tag is not None
        assert tag.followers == 1


async def test_a_move_to_a_chat_that_is_there_joins_both(db: Database) -> None:
    async with db.transaction() as tx:
        await make_subscriber(tx, -5, kind="group", follows=("5G", "Vélo"))
        await make_subscriber(tx, -1005, kind="group", follows=("Vélo", "École"))
        await move_subscriber(tx, -5, -1005)
        assert [s.tag.label for s in await list_subscriptions(tx, -1005)] == ["5G", "École", "Vélo"]
        velo = await find_tag(tx, "Vélo")
        assert velo is not None
        assert velo.followers == 1
        await move_subscriber(tx, -77, -78)  # nobody: nothing happens
        await move_subscriber(tx, -1005, -1005)  # told twice: neither
        assert await find_subscriber(tx, -1005) is not None
