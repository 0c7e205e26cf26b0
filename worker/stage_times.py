"""How long polls, fetches and articles take: counted in each process, handed to the store every few seconds."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "stage_times"
#: upper bounds in seconds; what takes longer is counted under `+Inf`
BOUNDS = ("0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "20")
LAST = "+Inf"
SUM = "sum_us"
TOLD_EVERY_SECONDS = 5.0

_BOUNDS = [float(bound) for bound in BOUNDS]
_NAMES = (*BOUNDS, LAST)


class StageTimes:
    """For one thread. What was not told yet when the process is killed is not counted: these are no accounts."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._told_at = time.monotonic()

    @contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Counts the time until the block ends, however it ends."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add(stage, time.monotonic() - began)

    def add(self, stage: str, seconds: float) -> None:
        self._counts[f"{stage}:{_NAMES[bisect_left(_BOUNDS, seconds)]}"] += 1
        self._counts[f"{stage}:{SUM}"] += round(seconds * 1_000_000)

    @property
    def due(self) -> bool:
        return bool(self._counts) and time.monotonic() - self._told_at >= TOLD_EVERY_SECONDS

    def hand_to(self, pipe: Any, prefix: str) -> bool:
        """Puts what was counted since the last time into a pipeline of either kind; False where there is nothing."""
        counts, self._counts = self._counts, Counter()
        self._told_at = time.monotonic()
        for field, count in counts.items():
            pipe.hincrby(f"{prefix}:{KEY}", field, count)
        return bool(counts)
