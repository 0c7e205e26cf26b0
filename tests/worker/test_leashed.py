"""A role ends with its supervisor, also where the kernel does not see to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.processes import left, runs

pytestmark = pytest.mark.slow

#: Says its number and that of a child, which stands for a process of a pool.
ROLE = """
import os, time
from worker.leashed import hold
hold()
child = os.fork()
if child:
    print(os.getpid(), child, flush=True)
time.sleep(600)
"""
SUPERVISOR = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], start_new_session=True)"


def test_a_role_and_its_pool_end_when_the_supervisor_is_killed():
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISOR, ROLE], stdout=subprocess.PIPE, text=True)
    below = [int(pid) for pid in supervisor.stdout.readline().split()]
    assert len(below) == 2
    assert all(map(runs, below))
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()

    still_there = left(below)
    for pid in still_there:
        os.kill(pid, signal.SIGKILL)

    assert still_there == []
