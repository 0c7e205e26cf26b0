"""`python -m worker.leashed ROLE ...`: a role that ends with its supervisor where no kernel sees to it, as on macOS."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_SECONDS = 0.5


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
