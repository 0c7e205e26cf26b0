"""A crew does every job once and in order, whatever a job does to the process that works on it."""

from __future__ import annotations

import os
import re
import time
from itertools import islice

import pytest

from tasks.reasons import Failed
from tests.processes import left
from worker.crew import Crew

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def work(job: str) -> str:
    kind, _, rest = job.partition(" ")
    return {
        "say": lambda: rest,
        "exit": lambda: os._exit(int(rest)),
        "hang": lambda: str(re.fullmatch(r"(a+)+b", "a" * 64)),
        "grow": grow,
        "fail": lambda: _raise(Failed("no-content", rest)),
        "break": lambda: _raise(ValueError(rest)),
        "pid": lambda: str(os.getpid()),
        "big": lambda: "x" * (5 << 20),
    }[kind]()


def grow() -> str:
    kept = bytearray(b"\1") * (300 << 20)
    time.sleep(300)
    return str(len(kept))


def _raise(error: Exception) -> str:
    raise error


def done(jobs, **options):
    return list(Crew(work, **{"members": 2, "seconds": 100.0, **options}).results(jobs))


def test_results_come_in_the_order_of_the_jobs():
    jobs = [f"say {number}" for number in range(300)]

    assert done(jobs) == [(job, job.removeprefix("say ")) for job in jobs]


def test_a_job_that_cannot_be_done_says_why_and_the_rest_goes_on():
    (_, failed), (_, fault), (_, said) = done(["fail nothing there", "break it", "say on"])

    assert (failed.reason, failed.detail) == ("no-content", "nothing there")
    assert (fault.reason, fault.detail) == ("error", "ValueError: it")
    assert said == "on"


def test_a_job_that_ends_its_process_is_told_of_and_costs_no_other():
    results = done(["say a", "exit 3", "say b", "exit 0", "say c"])

    assert [result for _, result in results if isinstance(result, str)] == ["a", "b", "c"]
    assert results[1][1].reason == "crashed"
    assert "(3)" in results[1][1].detail


def test_a_job_that_hangs_in_a_c_call_is_ended():
    (_, hung), *others = done(["hang", "say a", "say b"], seconds=1.0)

    assert hung.reason == "resource-limit"
    assert re.fullmatch(r"ended after \d+\.\d s", hung.detail)
    assert [result for _, result in others] == ["a", "b"]


def test_a_job_that_takes_too_much_memory_is_ended():
    (_, grown), (_, other) = done(["grow", "say a"], memory_bytes=200 << 20)

    assert grown.reason == "resource-limit"
    assert grown.detail.endswith("MiB")
    assert other == "a"


def test_a_large_result_comes_whole():
    ((_, result),) = done(["big"])

    assert len(result) == 5 << 20


def test_jobs_are_taken_as_they_are_needed_and_no_process_is_left():
    taken = []

    def endless():
        number = 0
        while True:
            taken.append(number)
            yield "pid"
            number += 1

    results = Crew(work, members=2, seconds=100.0).results(endless())
    pids = {pid for _, pid in islice(results, 5)}
    results.close()

    assert len(taken) < 500
    assert left(pids) == []


def test_a_process_that_died_while_it_waited_is_replaced():
    def jobs():
        yield "pid"
        yield "say a"

    results = Crew(work, members=1, seconds=100.0).results(jobs())
    _, pid = next(results)
    os.kill(int(pid), 9)
    assert left([pid]) == []

    assert next(results)[1] == "a"
    results.close()


def test_a_process_is_replaced_after_its_share_of_jobs():
    pids = [pid for _, pid in done(["pid"] * 7, members=1, jobs_each=3)]

    assert [len({*pids[:3]}), len({*pids[3:6]}), len({*pids})] == [1, 1, 3]


def test_no_jobs_are_no_results():
    assert done([]) == []
