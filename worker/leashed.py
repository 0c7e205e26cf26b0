"""Processes that end with their parent, however it ends: on Linux by the kernel, elsewhere by looking for it.

`python -m worker.leashed ROLE ...` is a role that does, as the supervisor starts it on macOS.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

LOOK_SECONDS = 0.5
PR_SET_PDEATHSIG = 1
#: Looked up here: after a fork of a process with threads, the loader's lock may be held by one that is not there.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """In the child, as `preexec_fn` or after a fork: on Linux it gets this signal when the parent dies."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def hold() -> None:
    """From now on this process, and its group with it, dies when its parent does. It must lead a group of its own."""
    threading.Thread(target=_watch, args=(os.getppid(),), name="leash", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    from worker.cli import main

    hold()
    main()
