"""Whether our own test article (worker.canary) still comes through."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from worker.ledger import moment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.presence import Span

#: a feed is asked up to a tenth of its interval later, so that feeds do not march in step (tasks.schedule)
JITTER = 1.1


class Canary(NamedTuple):
    every: timedelta
    limit: timedelta
    #: when the last one came through, or the service came up
    last: datetime
    #: from its feed to its stream; None: none came yet
    took: timedelta | None

    def late(self, now: datetime) -> bool:
        return now - self.last > self.every * JITTER + self.limit


def canary_of(
    meta: Mapping[str, str], newest: list[tuple[bytes, Mapping[bytes, bytes]]], up: tuple[Span, ...]
) -> Canary | None:
    """`newest`: of the canary's stream. None where there is none to wait for."""
    try:
        every, limit = float(meta.get("canary_interval", "0")), float(meta.get("canary_limit", "0"))
        arrived_ms = int(newest[0][0].partition(b"-")[0]) if newest else 0
        took_ms = float(newest[0][1].get(b"lag_ms", b"0")) if newest else 0.0
    except ValueError:
        return None
    if not every or not up:
        return None
    return Canary(
        every=timedelta(seconds=every),
        limit=timedelta(seconds=limit),
        last=moment(max(arrived_ms, up[-1].start_ms)),
        took=timedelta(milliseconds=took_ms) if newest else None,
    )
