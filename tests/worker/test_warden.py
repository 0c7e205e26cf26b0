"""The warden ends what hangs or grows, blames nobody else, and tells the ledger what a dead process held."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from typing import NamedTuple

import pytest

from tasks.ports import Call
from tests.patience import until
from worker.warden import Held, Patient, Slots, Warden

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")]
_FORK = multiprocessing.get_context("fork")


class Told:
    """What the warden told the ledger."""

    def __init__(self) -> None:
        self.buried: list[tuple[Held, str]] = []
        self.orphaned: list[str] = []


class Article(NamedTuple):
    id: str
    token: str


ARTICLE = Article("art_" + "0" * 24, "17")


@pytest.fixture
def slots():
    slots = Slots(4)
    yield slots
    slots.stop()


def watch(slots: Slots, *, seconds: float = 60.0, memory_bytes: int = 1 << 40) -> Told:
    told = Told()
    Warden(
        slots,
        seconds=seconds,
        memory_bytes=memory_bytes,
        bury=lambda held, detail: told.buried.append((held, detail)),
        orphaned=told.orphaned.append,
    ).start()
    return told


def process(slots: Slots, work, *, by: str = "host/1/2/ab"):
    """A process of the pool that takes a slot and then does `work`."""

    def run() -> None:
        slots.take(by)
        work()

    started = _FORK.Process(target=run, daemon=True)
    started.start()
    return started


def catastrophic() -> None:
    import re  # noqa: PLC0415  (within the forked process)

    re.fullmatch(r"(a+)+b", "a" * 64)  # never gives the interpreter back, so no signal handler runs


def hog() -> None:
    _kept = bytearray(os.urandom(1)) * (256 << 20)
    time.sleep(600)


def test_an_article_that_hangs_in_a_c_call_is_ended_and_buried(slots: Slots):
    told = watch(slots, seconds=0.3)

    hung = process(slots, lambda: (slots.working_on(ARTICLE), catastrophic()))
    hung.join(60)

    assert hung.exitcode == -9
    until(lambda: told.orphaned, "word of the death")
    ((held, detail),) = told.buried
    assert held == (ARTICLE.id, ARTICLE.token)
    assert detail.startswith("ended after ")
    assert detail.endswith(" s")
    assert told.orphaned == ["host/1/2/ab"]


def test_an_article_that_had_no_processor_is_given_three_times_as_long(slots: Slots):
    told = watch(slots, seconds=0.2)
    started = time.monotonic()

    idle = process(slots, lambda: (slots.working_on(ARTICLE), time.sleep(600)))
    idle.join(60)

    assert idle.exitcode == -9
    assert time.monotonic() - started > 0.6
    until(lambda: told.orphaned, "word of the death")
    assert len(told.buried) == 1


def test_an_article_that_takes_too_much_memory_is_ended_and_buried(slots: Slots):
    told = watch(slots, memory_bytes=200 << 20)

    grown = process(slots, lambda: (slots.working_on(ARTICLE), hog()))
    grown.join(60)

    assert grown.exitcode == -9
    until(lambda: told.orphaned, "word of the death")
    assert told.buried[0][1].endswith("MiB")


def test_a_process_that_ends_itself_is_told_of_once_and_nothing_is_buried(slots: Slots):
    told = watch(slots)

    process(slots, lambda: (slots.working_on(ARTICLE), os._exit(3))).join(60)

    until(lambda: told.orphaned, "word of the death")
    time.sleep(0.3)
    assert told.orphaned == ["host/1/2/ab"]
    assert told.buried == []
    assert all(slot.pid == 0 for slot in slots)


def test_a_process_that_leaves_as_it_should_is_not_told_of(slots: Slots):
    told = watch(slots)

    process(slots, slots.leave).join(60)
    time.sleep(0.3)

    assert told.orphaned == []


def test_a_warden_that_rests_is_woken_by_the_next_article():
    slots = Slots(4, rest_seconds=60.0)
    resting = threading.Thread(target=slots.wait, daemon=True)
    resting.start()
    resting.join(0.2)
    assert resting.is_alive()

    working = process(slots, lambda: (slots.working_on(ARTICLE), time.sleep(600)))
    resting.join(60)

    assert not resting.is_alive()
    working.kill()


def test_a_process_that_dies_between_two_articles_is_told_of(slots: Slots):
    told = watch(slots)

    process(slots, lambda: os._exit(3)).join(60)

    until(lambda: told.orphaned == ["host/1/2/ab"], "word of the death")
    assert told.buried == []


def test_between_two_articles_no_clock_runs(slots: Slots):
    told = watch(slots, seconds=0.1)

    idle = process(slots, lambda: (slots.working_on(ARTICLE), slots.working_on(None), time.sleep(600)))
    idle.join(0.5)

    assert idle.exitcode is None
    assert told.buried == []
    idle.kill()


class AwayFor(NamedTuple):
    """A store that does not answer for a while."""

    seconds: float

    def do(self, call):
        time.sleep(self.seconds)
        return call.read(None)


def test_waiting_for_the_store_is_not_counted_against_the_article(slots: Slots):
    def clock(_answer=None) -> float:
        return next(slot.started for slot in slots if slot.pid)

    slots.take("host/1/2/ab")
    slots.working_on(ARTICLE)
    before = clock()

    while_it_waited = Patient(AwayFor(0.05), slots).do(Call("publish", (), clock))

    assert before > 0.0
    assert while_it_waited == 0.0
    assert clock() - before > 0.04


def test_the_clock_goes_on_where_it_stood_when_the_store_answers(slots: Slots):
    told = watch(slots, seconds=0.2)

    def work() -> None:
        slots.working_on(ARTICLE)
        Patient(AwayFor(0.3), slots).do(Call("publish", (), lambda _: None))
        time.sleep(600)

    hung = process(slots, work)
    hung.join(60)

    assert hung.exitcode == -9
    until(lambda: told.buried, "burial")


def test_a_ledger_that_cannot_be_told_is_told_later(slots: Slots):
    tries = []

    def orphaned(by: str) -> None:
        tries.append(by)
        if len(tries) < 3:
            raise ConnectionError

    Warden(slots, seconds=60, memory_bytes=1 << 40, bury=lambda *_: None, orphaned=orphaned).start()
    process(slots, lambda: os._exit(1)).join(60)

    until(lambda: len(tries) == 3, "third try")
    until(lambda: all(slot.pid == 0 for slot in slots), "free slot")


def test_processes_that_start_at_once_get_a_slot_each():
    slots = Slots(16)
    go = _FORK.Event()

    def run(number: int) -> None:
        go.wait(60)
        slots.take(f"host/1/{number}")
        slots.working_on(Article(f"art_{number:024}", str(number)))
        time.sleep(600)

    started = [_FORK.Process(target=run, args=(number,), daemon=True) for number in range(8)]
    for one in started:
        one.start()
    go.set()
    until(lambda: sum(slot.started > 0 for slot in slots) == 8, "slot for each")

    found = {slot.pid: (slot.by.decode(), slot.token.decode()) for slot in slots if slot.pid}
    expected = {one.pid: (f"host/1/{number}", str(number)) for number, one in enumerate(started)}
    for one in started:
        one.kill()
        one.join()
    assert found == expected


def test_a_process_without_a_slot_works_all_the_same():
    slots = Slots(0)
    slots.take("host/1/1")

    slots.working_on(ARTICLE)
    assert Patient(AwayFor(0), slots).do(Call("publish", (), lambda _: "done")) == "done"
    slots.leave()
