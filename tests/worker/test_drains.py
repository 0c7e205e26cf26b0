"""Drains take what is due, as much at once as they may, and end by themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from tests.patience import PATIENCE_SECONDS
from worker.drains import LINGER_SECONDS, NAP_SECONDS, Abreast, Batch, one_by_one


class Queue:
    """What there is to claim; `trouble`: raised instead, once each."""

    def __init__(self, *jobs, due: float | None = None) -> None:
        self.jobs, self.due = list(jobs), due
        self.trouble: list[Exception] = []
        self.asked: list[int] = []

    def take(self, count: int) -> Batch:
        self.asked.append(count)
        if self.trouble:
            raise self.trouble.pop()
        taken, self.jobs = self.jobs[:count], self.jobs[count:]
        return Batch(taken, self.due if not taken else None)

    async def claim(self, count: int) -> Batch:
        return self.take(count)


#: Nothing here takes a second, but on a machine that is busy with other things.


def abreast(queue: Queue, work, *, slots: int = 4, stopping=lambda: False, linger_seconds: float = 0.05) -> float:
    started = time.monotonic()
    drain = Abreast(queue.claim, work, slots=slots, stopping=stopping, linger_seconds=linger_seconds)
    asyncio.run(asyncio.wait_for(drain.run(), PATIENCE_SECONDS))
    return time.monotonic() - started


def test_everything_due_is_worked_on_and_then_the_drain_ends():
    done = []

    async def work(job):
        done.append(job)

    spent = abreast(Queue(*range(20)), work, linger_seconds=LINGER_SECONDS)

    assert sorted(done) == list(range(20))
    assert spent >= LINGER_SECONDS


def test_no_more_is_under_way_than_there_are_slots():
    at_once, most = 0, 0

    async def work(job):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1

    queue = Queue(*range(20))
    abreast(queue, work, slots=3)

    assert most == 3
    assert max(queue.asked) == 3


def test_a_slow_piece_of_work_keeps_no_other_waiting():
    done, others = [], asyncio.Event()

    async def work(job):
        if job == 0:
            await others.wait()
        done.append(job)
        if len(done) == 9:
            others.set()

    abreast(Queue(*range(10)), work, slots=2)

    assert done[-1] == 0


def test_what_is_due_soon_is_waited_for():
    queue = Queue(due=0.2)
    done = []

    async def work(job):
        done.append(job)

    async def later():
        await asyncio.sleep(0.2)
        queue.jobs, queue.due = ["late"], None

    async def both():
        await asyncio.gather(later(), Abreast(queue.claim, work, slots=2, stopping=lambda: False).run())

    asyncio.run(both())

    assert done == ["late"]


def test_what_is_due_much_later_is_not_waited_for():
    async def work(job):
        raise AssertionError

    assert abreast(Queue(due=300.0), work) < PATIENCE_SECONDS


def test_a_fault_in_one_piece_of_work_ends_no_other():
    done = []

    async def work(job):
        if job == 3:
            raise ValueError(job)
        done.append(job)

    abreast(Queue(*range(8)), work)

    assert sorted(done) == [0, 1, 2, 4, 5, 6, 7]


def test_a_stop_cancels_what_is_under_way_and_waits_for_its_farewell():
    farewells, begun = [], []
    stop, all_begun = asyncio.Event(), asyncio.Event()

    async def work(job):
        begun.append(job)
        if len(begun) == 16:
            all_begun.set()
        try:
            await asyncio.sleep(300)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            farewells.append(job)
            raise

    async def both():
        drain = asyncio.create_task(Abreast(Queue(*range(16)).claim, work, slots=16, stopping=stop.is_set).run())
        await all_begun.wait()
        stop.set()
        await asyncio.wait_for(drain, PATIENCE_SECONDS)

    asyncio.run(both())

    assert sorted(farewells) == list(range(16))


def test_a_store_that_goes_away_ends_the_drain_only_after_what_is_under_way():
    queue = Queue(1)
    done = []

    async def work(job):
        queue.trouble = [ConnectionError("away")]
        await asyncio.sleep(0.2)
        done.append(job)

    with pytest.raises(ConnectionError):
        abreast(queue, work)
    assert done == [1]


def test_a_drain_can_be_run_again_after_the_store_came_back():
    queue = Queue(1)
    queue.trouble = [ConnectionError("away")]
    done = []

    async def work(job):
        done.append(job)

    with pytest.raises(ConnectionError):
        abreast(queue, work)
    abreast(queue, work)

    assert done == [1]


# one after the other


def drain(queue: Queue, work, *, seconds: float = 10.0, stopping=lambda: False, size: int = 3) -> list[Sequence]:
    given_back: list[Sequence] = []
    one_by_one(lambda: queue.take(size), work, given_back.append, seconds=seconds, stopping=stopping)
    return given_back


def test_each_piece_of_work_is_told_what_follows_it_in_its_batch():
    seen = []

    drain(Queue(*"abcde"), lambda job, following: seen.append((job, following)))

    assert seen == [("a", "b"), ("b", "c"), ("c", None), ("d", "e"), ("e", None)]


def test_a_stop_gives_back_what_was_not_begun():
    done = []

    given_back = drain(Queue(*"abcde"), lambda job, _: done.append(job), stopping=lambda: len(done) == 2)

    assert done == ["a", "b"]
    assert given_back == [["c"]]


def test_when_work_cannot_go_on_it_is_given_back_with_what_follows():
    def work(job, following):
        if job == "b":
            raise ConnectionError

    queue, given_back = Queue(*"abcde"), []
    with pytest.raises(ConnectionError):
        one_by_one(lambda: queue.take(3), work, given_back.append, seconds=5, stopping=lambda: False)

    assert given_back == [["b", "c"]]


def test_a_drain_ends_when_its_time_is_up_but_never_within_a_batch():
    done = []

    def work(job, _):
        time.sleep(0.6 if job == 0 else 0)
        done.append(job)

    assert drain(Queue(*range(100)), work, seconds=0.5) == []
    assert done == [0, 1, 2]


def test_a_drain_with_nothing_to_do_ends_soon():
    started = time.monotonic()

    drain(Queue(), lambda *_: None, seconds=300)

    assert LINGER_SECONDS <= time.monotonic() - started < PATIENCE_SECONDS


def test_a_paced_drain_claims_no_oftener_than_it_may_and_does_all_the_same():
    queue, done = Queue(*range(40)), []

    async def work(job):
        done.append(job)

    drain = Abreast(queue.claim, work, slots=4, stopping=lambda: False, pace_seconds=0.03, linger_seconds=0.0)
    started = time.monotonic()
    asyncio.run(asyncio.wait_for(drain.run(), PATIENCE_SECONDS))

    assert sorted(done) == list(range(40))
    assert (len(queue.asked) - 1) * 0.03 <= time.monotonic() - started


def test_while_all_of_its_slots_are_filled_a_paced_drain_hurries():
    queue = Queue(*range(40))

    async def work(job):
        pass

    drain = Abreast(
        queue.claim, work, slots=4, stopping=lambda: False, pace_seconds=30.0, hurried_seconds=0.001, linger_seconds=0.0
    )

    async def until_empty():
        running = asyncio.create_task(drain.run())
        while queue.jobs:  # noqa: ASYNC110  (a plain list)
            await asyncio.sleep(0.001)
        running.cancel()

    asyncio.run(asyncio.wait_for(until_empty(), PATIENCE_SECONDS))

    assert not queue.jobs


def test_a_drain_that_waits_sees_at_once_what_it_is_poked_for():
    queue, done = Queue(due=10.0), []
    stop = asyncio.Event()

    async def work(job):
        done.append(job)
        stop.set()

    async def both():
        abreast = Abreast(queue.claim, work, slots=4, stopping=stop.is_set)
        drain = asyncio.create_task(abreast.run())
        await asyncio.sleep(0.01)
        assert queue.asked == [4]
        queue.jobs.append("new")
        abreast.poke()
        await asyncio.wait_for(drain, NAP_SECONDS - 0.5)

    asyncio.run(both())
    assert done == ["new"]


def test_a_drain_without_a_free_slot_still_shows_that_it_is_there():
    queue = Queue(1, 2)

    async def work(_job):
        await asyncio.sleep(0.4)

    drain = Abreast(queue.claim, work, slots=1, stopping=lambda: False, sign_seconds=0.1, linger_seconds=0.0)
    asyncio.run(asyncio.wait_for(drain.run(), PATIENCE_SECONDS))

    assert 0 in queue.asked


@pytest.mark.parametrize(("seconds", "each_takes", "more"), [(0.5, 0.3, True), (60.0, 0.0, False)])
def test_it_says_whether_it_ended_for_want_of_time_or_of_work(seconds, each_takes, more):
    queue, done = Queue(*"abcdef"), []

    def work(job, _):
        time.sleep(each_takes)
        done.append(job)

    ended_early = one_by_one(lambda: queue.take(2), work, print, seconds=seconds, stopping=lambda: False)

    assert (ended_early, len(done) < 6) == (more, more)
