"""The processes of a test: what runs, below whom, and that it ends. By `ps`, which Linux and macOS have."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable
from typing import NamedTuple

from tests.patience import PATIENCE_SECONDS


class Process(NamedTuple):
    parent: int
    command: str


def running() -> dict[int, Process]:
    """All but zombies, which hold nothing any more, and which no first process of a container may ask after."""
    asked = ["ps", "-e", "-ww", "-o", "pid=,ppid=,stat=,args="]
    listed = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=True).stdout
    rows = (line.split(maxsplit=3) for line in listed.splitlines())
    return {
        int(pid): Process(int(parent), " ".join(command))
        for pid, parent, state, *command in rows
        if not state.startswith("Z")
    }


def below(pid: int) -> dict[int, Process]:
    """The processes that it started, and that those started; deepest last."""
    known = running()
    found: dict[int, Process] = {}
    level = {pid}
    while level := {child for child, process in known.items() if process.parent in level}:
        found |= {child: known[child] for child in level}
    return found


def runs(pid: int | str) -> bool:
    return int(pid) in running()


def left(pids: Iterable[int | str], seconds: float = PATIENCE_SECONDS) -> list[int]:
    """Which of them have not ended within that time."""
    deadline = time.monotonic() + seconds
    wanted = {int(pid) for pid in pids}
    while (there := sorted(wanted & running().keys())) and time.monotonic() < deadline:
        time.sleep(0.05)
    return there
