"""Processes forked from one warm parent that do one job after the other; a job that hangs or kills one is told of."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.reasons import Failed
from worker.embedded import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FORK = multiprocessing.get_context("fork")
LOOK_SECONDS = 0.25
#: Jobs handed to one member before it is replaced, so that what libraries leak stays bounded.
JOBS_EACH = 5000


class _Member(NamedTuple):
    process: Any
    pipe: Connection


class Crew:
    """`work` runs in the members and may raise Failed; everything it needs is there before they are forked."""

    def __init__(self, work: Callable[[Any], Any], *, members: int, seconds: float) -> None:
        self._work, self._members, self._seconds = work, members, seconds

    def results(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """(job, result or Failed) in the order of the jobs; each ended after `seconds` at the latest."""
        ready: dict[int, tuple[Any, Any]] = {}
        idle = [self._hire() for _ in range(self._members)]
        busy: dict[Connection, tuple[int, Any, _Member, float]] = {}
        queue, handed_out, given_back, more = iter(jobs), 0, 0, True
        try:
            while more or busy:
                while more and idle and handed_out - given_back < 64 * self._members:
                    try:
                        job = next(queue)
                    except StopIteration:
                        more = False
                        break
                    member = idle.pop()
                    member.pipe.send(job)
                    busy[member.pipe] = (handed_out, job, member, time.monotonic())
                    handed_out += 1
                for pipe, result in self._finished(busy):
                    number, job, member, _ = busy.pop(pipe)
                    ready[number] = (job, result)
                    idle.append(member if member.process.is_alive() else self._hire())
                while given_back in ready:
                    yield ready.pop(given_back)
                    given_back += 1
        finally:
            for member in [*idle, *(entry[2] for entry in busy.values())]:
                _dismiss(member)

    def _finished(self, busy: dict[Connection, tuple[int, Any, _Member, float]]) -> Iterator[tuple[Connection, Any]]:
        ready = set(wait(list(busy), timeout=LOOK_SECONDS))
        done = [pipe for pipe in busy if pipe in ready]
        for pipe in done:
            try:
                yield pipe, pipe.recv()
            except EOFError:
                member = busy[pipe][2]
                _dismiss(member)
                yield pipe, Failed("crashed", f"the process reading it died ({member.process.exitcode})")
        now = time.monotonic()
        for pipe, (_, _, member, started) in list(busy.items()):
            if pipe not in done and now - started > self._seconds:
                _dismiss(member)
                yield pipe, Failed("resource-limit", f"ended after {now - started:.1f} s")

    def _hire(self) -> _Member:
        ours, theirs = _FORK.Pipe()
        process = _FORK.Process(target=_serve, args=(self._work, theirs, os.getpid()), daemon=True)
        process.start()
        theirs.close()
        return _Member(process, ours)


def _serve(work: Callable[[Any], Any], pipe: Connection, parent: int) -> None:
    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.getppid() == parent:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            result = work(job)
        except Failed as failed:
            result = failed
        except Exception as fault:  # noqa: BLE001  (a bad row is told of, and the rest goes on)
            result = Failed("error", f"{type(fault).__name__}: {fault}")
        pipe.send(result)


def _dismiss(member: _Member) -> None:
    member.pipe.close()
    member.process.kill()
    member.process.join()
