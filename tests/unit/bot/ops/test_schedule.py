"""Bells and clocks that jump: no bell stays silent, and none is rung for what was missed."""

from datetime import UTC, datetime, timedelta

from bot.ops.schedule import Bells

YEAR = timedelta(days=365)


def started(seconds):
    bells = Bells()
    bells.every(seconds, lambda: None, "bell")
    bells.start()
    return bells, bells._scheduler.get_jobs()[0]


async def test_bells_that_are_reset_count_from_now():
    bells, job = started(3600)
    job.modify(next_run_time=datetime.now(UTC) + YEAR)
    bells.reset()
    (job,) = bells._scheduler.get_jobs()
    assert job.next_run_time < datetime.now(UTC) + timedelta(seconds=3601)
    bells.stop()


async def test_a_bell_that_was_missed_for_a_year_rings_once():
    bells, job = started(1)
    now = job.next_run_time + YEAR
    assert job._get_run_times(now) == [job.next_run_time]
    assert job.trigger.get_next_fire_time(job.next_run_time, now) == now + timedelta(seconds=1)
    bells.stop()


async def test_a_bell_keeps_its_beat():
    bells, job = started(10)
    at = job.next_run_time
    late = at + timedelta(seconds=3)
    assert job.trigger.get_next_fire_time(at, late) == at + timedelta(seconds=10)
    bells.stop()
