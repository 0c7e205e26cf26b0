"""What a process does when it is told to stop."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def on_stop(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handler)


def deaf_to_stops() -> None:
    """For the end of a process, when all is done: the interpreter then takes its handlers away, and being told a second
    time would make a clean stop a death by signal."""
    on_stop(signal.SIG_IGN)
