"""Processes forked from one warm parent that do one job after the other; a job that hangs or kills one is told of."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, NamedTuple

from tasks.reasons import Failed
from worker.leashed import die_with_parent
from worker.warden import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_FORK = multiprocessing.get_context("fork")
LOOK_SECONDS = 0.25
#: Jobs handed to one member before it is replaced, so that what libraries leak stays bounded.
JOBS_EACH = 5000


class _Member(NamedTuple):
    process: Any
    pipe: Connection
    #: jobs that it was given
    given: list[int]


class _Busy(NamedTuple):
    number: int
    job: Any
    member: _Member
    started: float


class Crew:
    """`work` runs in the members and may raise Failed; everything it needs is there before they are forked."""

    def __init__(
        self,
        work: Callable[[Any], Any],
        *,
        members: int,
        seconds: float,
        memory_bytes: int | None = None,
        jobs_each: int = JOBS_EACH,
    ) -> None:
        self._work, self._members, self._jobs_each = work, members, jobs_each
        self._seconds, self._memory_bytes = seconds, memory_bytes

    def results(self, jobs: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        """(job, result or Failed) in the order of the jobs; what takes more time or memory than allowed is ended."""
        ready: dict[int, tuple[Any, Any]] = {}
        idle = [self._hire() for _ in range(self._members)]
        busy: dict[Connection, _Busy] = {}
        queue, handed_out, given_back, more = iter(jobs), 0, 0, True
        try:
            while more or busy:
                while more and idle and handed_out - given_back < 64 * self._members:
                    try:
                        job = next(queue)
                    except StopIteration:
                        more = False
                        break
                    member = self._given(job, idle.pop())
                    busy[member.pipe] = _Busy(handed_out, job, member, time.monotonic())
                    handed_out += 1
                for pipe, result in self._finished(busy):
                    number, job, member, _ = busy.pop(pipe)
                    ready[number] = (job, result)
                    idle.append(member)
                while given_back in ready:
                    yield ready.pop(given_back)
                    given_back += 1
        finally:
            for member in [*idle, *(one.member for one in busy.values())]:
                _dismiss(member)

    def _given(self, job: Any, member: _Member) -> _Member:
        """Whoever has the job now: one that died while it waited, or has done its share, is replaced."""
        if member.given[0] < self._jobs_each and member.process.is_alive():
            try:
                member.pipe.send(job)
            except OSError:
                pass
            else:
                member.given[0] += 1
                return member
        _dismiss(member)
        return self._given(job, self._hire())

    def _finished(self, busy: dict[Connection, _Busy]) -> Iterator[tuple[Connection, Any]]:
        ready = set(wait(list(busy), timeout=LOOK_SECONDS))
        done = [pipe for pipe in busy if pipe in ready]
        for pipe in done:
            try:
                yield pipe, pipe.recv()
            except (EOFError, OSError):
                member = busy[pipe].member
                _dismiss(member)
                yield pipe, Failed("crashed", f"the process reading it died ({member.process.exitcode})")
        now = time.monotonic()
        for pipe, one in list(busy.items()):
            if pipe not in done and (over := self._over(one, now)):
                _dismiss(one.member)
                yield pipe, Failed("resource-limit", f"ended after {over}")

    def _over(self, one: _Busy, now: float) -> str:
        if now - one.started > self._seconds:
            return f"{now - one.started:.1f} s"
        memory = resident_bytes(one.member.process.pid) if self._memory_bytes else 0
        return f"{memory >> 20} MiB" if memory > (self._memory_bytes or 0) else ""

    def _hire(self) -> _Member:
        ours, theirs = _FORK.Pipe()
        process = _FORK.Process(target=_serve, args=(self._work, theirs, os.getpid()), daemon=True)
        process.start()
        theirs.close()
        return _Member(process, ours, [0])


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
    """May be called twice."""
    member.pipe.close()
    member.process.kill()
    member.process.join()
