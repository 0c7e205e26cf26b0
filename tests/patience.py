"""How long a test waits for what is to happen."""

import time

#: Leaves room for a machine that is busy with other things.
PATIENCE_SECONDS = 60.0


def until(condition, what: str, seconds: float = PATIENCE_SECONDS, *, pause_seconds: float = 0.01) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {seconds:.0f} s"
        time.sleep(pause_seconds)
