"""How long polls, fetches and articles take: counted in each process, handed to the store every few seconds."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from typing import Any

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
        #: (stage, index of the bound) → how many
        self._counts: Counter[tuple[str, int]] = Counter()
        self._seconds: Counter[str] = Counter()
        self._told_at = time.monotonic()

    def of(self, stage: str) -> _Span:
        """Counts the time until the block ends, however it ends."""
        return _Span(self, stage)

    def add(self, stage: str, seconds: float) -> None:
        self._counts[stage, bisect_left(_BOUNDS, seconds)] += 1
        self._seconds[stage] += seconds  # type: ignore[assignment]  # a Counter adds up floats as well

    @property
    def due(self) -> bool:
        return bool(self._counts) and time.monotonic() - self._told_at >= TOLD_EVERY_SECONDS

    def hand_to(self, pipe: Any, prefix: str) -> bool:
        """Puts what was counted since the last time into a pipeline of either kind; False where there is nothing."""
        counts, seconds = self._counts, self._seconds
        self._counts, self._seconds, self._told_at = Counter(), Counter(), time.monotonic()
        for (stage, bound), count in counts.items():
            pipe.hincrby(f"{prefix}:{KEY}", f"{stage}:{_NAMES[bound]}", count)
        for stage, spent in seconds.items():
            pipe.hincrby(f"{prefix}:{KEY}", f"{stage}:{SUM}", round(spent * 1_000_000))
        return bool(counts)


class _Span:
    """A generator with contextlib's decorator would do the same, and take three times as long: 2 % of a poll."""

    def __init__(self, times: StageTimes, stage: str) -> None:
        self._times, self._stage = times, stage

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._times.add(self._stage, time.monotonic() - self._began)
