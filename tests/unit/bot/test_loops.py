"""The loops: watched, and stopped one after the other."""

import asyncio

from bot.loops import Loops


async def forever():
    await asyncio.Event().wait()


async def test_a_loop_that_fails_ends_the_wait_and_is_kept():
    async def fail():
        raise RuntimeError("broken")

    loops = Loops()
    loops.start("steady", forever)
    loops.start("failing", fail)
    await asyncio.wait_for(loops.wait(asyncio.Event()), 5)
    await loops.cancel_all_but()
    assert isinstance(loops.failure, RuntimeError)


async def test_the_cause_inside_a_task_group_is_what_is_kept():
    async def fail():
        async with asyncio.TaskGroup() as group:
            group.create_task(forever())
            raise KeyError("inner")

    loops = Loops()
    loops.start("failing", fail)
    await asyncio.wait_for(loops.wait(asyncio.Event()), 5)
    await loops.cancel_all_but()
    assert isinstance(loops.failure, KeyError)


async def test_a_stop_is_no_failure_and_a_loop_may_finish():
    stop, told, ended = asyncio.Event(), asyncio.Event(), []

    async def finishing():
        await told.wait()
        ended.append("well")

    loops = Loops()
    loops.start("sender", finishing)
    loops.start("other", forever)
    stop.set()
    await asyncio.wait_for(loops.wait(stop), 5)
    await loops.cancel_all_but("sender")
    told.set()
    await loops.finish("sender", 5)
    assert ended == ["well"]
    assert loops.failure is None


async def test_a_loop_that_does_not_finish_is_cancelled():
    loops = Loops()
    loops.start("stuck", forever)
    await asyncio.wait_for(loops.finish("stuck", 0.01), 5)
    assert loops.failure is None
