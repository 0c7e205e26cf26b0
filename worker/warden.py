"""Ends from outside what hangs or grows in a process that reads articles, and frees what a dead one held.

A signal or a soft time limit does not reach Python code inside a C parser; SIGKILL from the pool's parent does. Each
process of the pool writes into a slot of shared memory what it is working on; a thread of the parent watches the slots.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tasks.ports import Call, Claim, Store

T = TypeVar("T")
log = structlog.get_logger("wirebeat")
WATCH_SECONDS = 0.25
#: While nobody works on an article, between two looks whether a process died; whoever begins one wakes the warden.
REST_SECONDS = 1.0
TAKE_SECONDS = 1.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")
#: Where others keep the machine busy, or stop it, an article that had less than its seconds of processor is given time.
STARVED_FACTOR = 3.0


class _Slot(ctypes.Structure):
    _fields_ = (
        ("pid", ctypes.c_long),
        ("started", ctypes.c_double),  # 0.0: between two articles
        ("worked", ctypes.c_double),  # processor seconds of the process until then
        ("id", ctypes.c_char * 32),
        ("token", ctypes.c_char * 32),
        ("by", ctypes.c_char * 128),
    )


class Held(NamedTuple):
    """`tasks.ports.Held`, as a slot has it."""

    id: str
    token: str


class Slots:
    """Made in the parent before it forks; the same memory is seen by all."""

    def __init__(self, count: int, *, rest_seconds: float = REST_SECONDS) -> None:
        self._slots = RawArray(_Slot, count)
        self._rest_seconds = rest_seconds
        self._stop = RawArray(ctypes.c_int, 1)
        self._resting = RawArray(ctypes.c_int, 1)
        self._woken = get_context("fork").Semaphore(0)
        self._mine: _Slot | None = None
        self._taking = get_context("fork").Lock()

    # in a process of the pool

    def take(self, by: str) -> None:
        # one that dies here keeps the lock: the others wait a moment and go on without it
        locked = self._taking.acquire(timeout=TAKE_SECONDS)
        try:
            slot = next((slot for slot in self._slots if slot.pid == 0), None)
            if slot is not None:
                slot.started, slot.by, slot.pid = 0.0, by.encode(), os.getpid()
                self._mine = slot
        finally:
            if locked:
                self._taking.release()

    def leave(self) -> None:
        """This process ends as it should: nobody needs to look for what it held."""
        if self._mine is not None:
            self._mine.started, self._mine.pid = 0.0, 0
            self._mine = None

    def working_on(self, claim: Claim | None) -> None:
        if self._mine is None:
            return
        self._mine.started = 0.0
        if claim is not None:
            self._mine.id, self._mine.token = claim.id.encode(), claim.token.encode()
            self._mine.worked = time.process_time()
            self._mine.started = time.monotonic()
            if self._resting[0]:
                self._resting[0] = 0
                self._woken.release()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """The clock of the article stands still: waiting for the store is no fault of the article."""
        started = self._mine.started if self._mine is not None else 0.0
        if self._mine is None or not started:
            yield
            return
        paused_at = time.monotonic()
        self._mine.started = 0.0
        try:
            yield
        finally:
            self._mine.started = started + (time.monotonic() - paused_at)

    # in the parent

    def wait(self, *, soon: bool = False) -> None:
        """Until it is time to look: soon while an article is under way, else when one begins, or after a rest."""
        if soon or any(slot.started for slot in self._slots):
            time.sleep(WATCH_SECONDS)
            return
        self._resting[0] = 1
        self._woken.acquire(timeout=self._rest_seconds)
        self._resting[0] = 0

    def stop(self) -> None:
        self._stop[0] = 1
        self._woken.release()

    def stopping(self) -> bool:
        return bool(self._stop[0])

    def __iter__(self) -> Iterator[_Slot]:
        return iter(self._slots)


class Patient(NamedTuple):
    """tasks.ports.Store, with the article's clock stopped while the store is asked."""

    store: Store
    slots: Slots

    def do(self, call: Call[T]) -> T:
        with self.slots.paused():
            return self.store.do(call)


class Warden(threading.Thread):
    """`bury(held, detail)` and `orphaned(by)` tell the ledger; both may fail and are tried again."""

    def __init__(
        self,
        slots: Slots,
        *,
        seconds: float,
        memory_bytes: int,
        bury: Callable[[Held, str], None],
        orphaned: Callable[[str], None],
    ) -> None:
        super().__init__(name="warden", daemon=True)
        self._slots, self._seconds, self._memory_bytes = slots, seconds, memory_bytes
        self._bury, self._orphaned = bury, orphaned

    def run(self) -> None:
        trouble = False
        while not self._slots.stopping():
            self._slots.wait(soon=trouble)
            trouble = False
            for slot in self._slots:
                try:
                    self._look(slot)
                except Exception:  # the warden outlives any fault of the server
                    trouble = True
                    log.warning("warden-fault", exc_info=True)

    def _look(self, slot: _Slot) -> None:
        pid, started = slot.pid, slot.started
        if not pid:
            return
        if not _alive(pid):
            self._orphaned(slot.by.decode())
            slot.pid = 0
            return
        spent = time.monotonic() - started if started else 0.0
        memory = resident_bytes(pid)
        late = spent > self._seconds and not self._is_starved(slot, spent)
        if not late and memory <= self._memory_bytes:
            return
        what = f"{spent:.1f} s" if late else f"{memory >> 20} MiB"
        _kill(pid)
        if started and slot.started == started:  # else it had just gone on to something else: not to blame
            self._bury(Held(slot.id.decode(), slot.token.decode()), f"ended after {what}")
        self._orphaned(slot.by.decode())
        slot.pid = 0

    def _is_starved(self, slot: _Slot, spent: float) -> bool:
        worked = processor_seconds(slot.pid)
        return worked is not None and worked - slot.worked <= self._seconds and spent <= STARVED_FACTOR * self._seconds


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    for _ in range(100):  # dead before its lease is given on
        if not _alive(pid):
            return
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
    except OSError:
        return False
    else:
        return state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def processor_seconds(pid: int) -> float | None:
    """None where there is no /proc."""
    try:
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return None
    return sum(map(int, times)) / TICKS


def resident_bytes(pid: int) -> int:
    """0 where there is no /proc: macOS has no cheap way to ask for another process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0
