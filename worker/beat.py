"""Celery's clock, asleep until something is due."""

from __future__ import annotations

from typing import Any

from celery.beat import Scheduler


class SleepingScheduler(Scheduler):
    def adjust(self, n: Any, drift: float = 0.001) -> Any:
        """Celery wakes 10 ms early and then asks again and again whether it is time: most of what beat costs."""
        return super().adjust(n, drift)
