"""Roles are started, started again when they exit, and stopped within bounds, with all that they started."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.processes import left, runs
from worker.supervisor import RESTART_FIRST_SECONDS, STOP_SECONDS, Supervisor

PYTHON = (sys.executable, "-S", "-E", "-c")
STAYS = "import time; time.sleep(600)"
SAYS = "import os, time; open(os.environ['WHERE'], 'a').write(f'{os.getpid()}\\n'); "
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "


class Watched:
    """A supervisor with roles that are short programs, and what it told."""

    def __init__(self, folder: Path, **roles: str) -> None:
        self.where = folder / "said"
        self.exits: list[tuple[str, int]] = []
        self.supervisor = Supervisor(
            {name: [program] for name, program in roles.items()},
            {"WHERE": str(self.where)},
            lambda name, pid: self.exits.append((name, pid)),
            command=PYTHON,
        )

    def said(self) -> list[str]:
        return self.where.read_text().split() if self.where.exists() else []

    def run(self, until, seconds: float = 60.0) -> int:
        deadline = time.monotonic() + seconds

        def step() -> bool:
            assert time.monotonic() < deadline, "it did not happen"
            return bool(until())

        return self.supervisor.run(step)


@pytest.fixture
def watched(tmp_path):
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    made: list[Watched] = []

    def make(**roles: str) -> Watched:
        made.append(Watched(tmp_path, **roles))
        return made[-1]

    yield make
    for one in made:
        one.supervisor.stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def test_all_roles_run_until_all_is_done_and_none_is_left(watched):
    service = watched(one=SAYS + STAYS, two=SAYS + STAYS)

    code = service.run(lambda: len(service.said()) == 2)

    assert code == 0
    assert service.exits == []
    assert not any(runs(pid) for pid in service.said())


@pytest.mark.slow
def test_a_role_that_exits_is_told_of_and_started_again(watched):
    service = watched(frail=SAYS + "raise SystemExit(1)", firm=SAYS + STAYS)

    service.run(lambda: len(service.said()) >= 4)

    assert {name for name, _ in service.exits} == {"frail"}
    assert {str(pid) for _, pid in service.exits} < set(service.said())


def test_the_end_of_a_role_and_a_signal_to_stop_are_heard_at_once_however_seldom_it_looks(watched):
    service = watched(frail=SAYS + "time.sleep(0.1); raise SystemExit(1)")
    started = time.monotonic()

    def until_started_again() -> bool:
        if len(service.said()) >= 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    assert service.supervisor.run(until_started_again, every_seconds=30.0) == 0

    assert time.monotonic() - started < 25
    assert [name for name, _ in service.exits][:2] == ["frail", "frail"]


@pytest.mark.slow
def test_a_role_that_exits_at_once_is_started_less_and_less_often(watched):
    service = watched(frail=SAYS + "raise SystemExit(1)")
    started = time.monotonic()

    service.run(lambda: time.monotonic() - started > 1.2 and len(service.said()) > 2)

    pauses = [RESTART_FIRST_SECONDS * 2**number for number in range(len(service.said()) - 1)]
    assert sum(pauses) < time.monotonic() - started


def test_a_role_with_bad_configuration_ends_the_service_with_its_code(watched):
    service = watched(wrong="raise SystemExit(78)", firm=SAYS + STAYS)

    assert service.run(lambda: False) == 78
    assert not any(runs(pid) for pid in service.said())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_service(watched, number):
    service = watched(one=SAYS + STAYS)
    told = []

    def once_up() -> bool:
        if service.said() and not told:
            told.append(number)
            os.kill(os.getpid(), number)
        return False

    assert service.run(once_up) == 0
    assert not any(runs(pid) for pid in service.said())


@pytest.mark.slow
def test_what_a_role_has_started_ends_with_it(watched):
    # the child does not heed SIGTERM; its parent does
    child_is_deaf = "import os, signal; os.fork() or signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    service = watched(parent=child_is_deaf + SAYS + STAYS)

    service.run(lambda: len(service.said()) == 2)

    assert left(service.said()) == []


def test_roles_get_their_environment_and_nothing_from_the_terminal(watched):
    asserts = "import os, sys; assert sys.stdin.read() == ''; assert 'HOME' not in os.environ; "
    service = watched(one=asserts + SAYS + STAYS)

    service.run(service.said)

    assert service.exits == []


def test_a_role_that_is_of_no_use_is_started_anew(watched):
    service = watched(deaf=SAYS + STAYS)
    restarted = []

    def once_up() -> bool:
        if service.said() and not restarted:
            assert service.supervisor.seconds_up("deaf") > 0
            service.supervisor.restart("deaf")
            assert service.supervisor.seconds_up("deaf") == 0
            restarted.append(True)
        return len(service.said()) == 2

    service.run(once_up)

    assert len(service.exits) == 1


@pytest.mark.slow
def test_a_role_that_does_not_heed_is_killed_in_time(watched):
    service = watched(deaf=DEAF + SAYS + STAYS)
    started: list[float] = []

    service.run(lambda: service.said() and (started.append(time.monotonic()) or True))

    assert STOP_SECONDS - 0.5 <= time.monotonic() - started[0] < 60
    assert not runs(service.said()[0])
