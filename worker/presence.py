"""When the service was up: spans of time, kept so that a hole in the news can be told from a quiet hour."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from worker.ledger import milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from redis.asyncio import Redis

#: told every half minute; four missed and the service was away
APART = timedelta(minutes=2)
KEPT = timedelta(days=30)
KEY = "up"


class Span(NamedTuple):
    start_ms: int
    end_ms: int


async def tell_presence(redis: Redis, prefix: str, now: datetime) -> None:
    """Two that tell it at once may begin the same span twice; `spans_of` makes one of them."""
    key, now_ms = f"{prefix}:{KEY}", milliseconds(now)
    newest: Any = await redis.zrevrange(key, 0, 0, withscores=True)
    start = str(now_ms).encode()
    for member, end_ms in newest:
        if now_ms - end_ms < APART / timedelta(milliseconds=1):
            start = member
    await redis.zadd(key, {start: now_ms}, gt=True)
    await redis.zremrangebyscore(key, "-inf", milliseconds(now - KEPT))


def spans_of(kept: Iterable[tuple[bytes, float]]) -> tuple[Span, ...]:
    """Members and scores as stored → spans in order, those that touch joined."""
    joined: list[Span] = []
    for start_ms, end_ms in sorted((int(member), int(score)) for member, score in kept):
        if joined and start_ms - joined[-1].end_ms < APART / timedelta(milliseconds=1):
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, end_ms))
        else:
            joined.append(Span(start_ms, end_ms))
    return tuple(joined)


def gaps(spans: Sequence[Span], start_ms: int, end_ms: int) -> list[Span]:
    """When the service was down between these times. Before it was first up is no gap, and a gap may still go on."""
    found = [Span(before.end_ms, after.start_ms) for before, after in pairwise(spans)]
    if spans and end_ms - spans[-1].end_ms >= APART / timedelta(milliseconds=1):
        found.append(Span(spans[-1].end_ms, end_ms))
    cut = (Span(max(gap.start_ms, start_ms), min(gap.end_ms, end_ms)) for gap in found)
    return [gap for gap in cut if gap.start_ms < gap.end_ms]
