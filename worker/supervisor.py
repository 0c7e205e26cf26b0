"""Keeps the roles of one machine running: starts them, restarts what exits, stops them all within bounds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from worker.leashed import die_with_parent
from worker.stops import deaf_to_stops, on_stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

log = structlog.get_logger("wirebeat")

#: A role's arguments come after it. Where the kernel does not end it with its parent, it looks after that itself.
COMMAND = (sys.executable, "-m", "worker.cli" if sys.platform == "linux" else "worker.leashed")

RESTART_FIRST_SECONDS = 0.1
RESTART_MOST_SECONDS = 5.0
#: A role that ran this long before it exited starts again without delay.
STEADY_SECONDS = 10.0
#: From SIGTERM to SIGKILL. What is still held then comes back when its lease is freed.
STOP_SECONDS = 8.0
LOOK_SECONDS = 0.2
#: Exit codes that a restart cannot mend: bad configuration.
FATAL = frozenset({78})


@dataclass
class Role:
    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    start_at: float = 0.0

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """`exited(role name, pid)` is told of every exit that was not asked for."""

    def __init__(
        self,
        roles: Mapping[str, list[str]],
        environment: Mapping[str, str],
        exited: Callable[[str, int], None],
        *,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._command = list(command)
        self._roles = [Role(name, arguments) for name, arguments in roles.items()]
        self._environment = dict(environment)
        self._exited = exited
        self.stopping = False

    def run(self, step: Callable[[], bool], *, every_seconds: float = LOOK_SECONDS) -> int:
        """Until a signal, or until `step`, called so often, says that all is done. Returns an exit code."""
        on_stop(self._asked_to_stop)
        code = 0
        try:
            with _woken_by_signals() as woken:
                while not self.stopping:
                    for role in self._roles:
                        code = self._look_after(role) or code
                    if code or step():
                        break
                    _sleep(woken, min(every_seconds, self._next_start_seconds()))
        finally:
            self.stop()
            deaf_to_stops()
        return code

    def _next_start_seconds(self) -> float:
        now = time.monotonic()
        return min((max(role.start_at - now, 0.0) for role in self._roles if role.process is None), default=1e9)

    def seconds_up(self, name: str) -> float:
        """0.0 for a role that is not running."""
        role = next((role for role in self._roles if role.name == name and role.running), None)
        return time.monotonic() - role.started if role else 0.0

    def restart(self, name: str) -> None:
        """Ends a role that is of no use any more; it is started again as if it had exited by itself."""
        for role in self._roles:
            if role.name == name and role.process is not None:
                _end_group(role.process)

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _look_after(self, role: Role) -> int:
        now = time.monotonic()
        if role.process is None:
            if now >= role.start_at:
                self._start(role)
            return 0
        code = role.process.poll()
        if code is None:
            return 0
        log.warning("role-exited", exited=role.name, code=code, pid=role.process.pid)
        self._exited(role.name, role.process.pid)
        if code in FATAL:
            return code
        role.failures = 0 if now - role.started > STEADY_SECONDS else role.failures + 1
        wait = min(RESTART_FIRST_SECONDS * 2**role.failures, RESTART_MOST_SECONDS) if role.failures else 0.0
        role.process, role.start_at = None, now + wait
        return 0

    def _start(self, role: Role) -> None:
        role.started = time.monotonic()
        role.process = subprocess.Popen(
            [*self._command, *role.arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # data is on stdout, and a role has none
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops the roles in order
            preexec_fn=die_with_parent,  # noqa: PLW1509  (one call of libc)
        )
        log.info("role-started", started=role.name, pid=role.process.pid)

    def stop(self) -> None:
        started = time.monotonic()
        for role in self._roles:
            if role.process is not None and role.running:
                role.process.terminate()
        while any(role.running for role in self._roles) and time.monotonic() - started < STOP_SECONDS:
            time.sleep(0.05)
        for role in self._roles:
            if role.process is not None:
                _end_group(role.process)
        log.info("stopped", seconds=round(time.monotonic() - started, 2))


@contextlib.contextmanager
def _woken_by_signals() -> Iterator[int]:
    """A pipe that can be read when a signal came, a child's end among them: nobody has to look whether it did."""
    woken, waking = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(waking, False)
    former, former_handler = signal.set_wakeup_fd(waking), signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        yield woken
    finally:
        signal.signal(signal.SIGCHLD, former_handler)
        signal.set_wakeup_fd(former)
        os.close(woken)
        os.close(waking)


def _sleep(woken: int, seconds: float) -> None:
    if select.select([woken], [], [], seconds)[0]:
        os.read(woken, 4096)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """The role and what it started: each role leads a session of its own, so its group holds them all."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
