"""When the service was up, and the holes between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import redis.asyncio
from hypothesis import given
from hypothesis import strategies as st

from worker.presence import Span, gaps, spans_of, tell_presence

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = 60_000


def told(url: str, *minutes: float) -> tuple[Span, ...]:
    """Spans, in minutes after the start, when the service said at these minutes that it is up."""

    async def tell():
        db = redis.asyncio.Redis.from_url(url)
        await db.delete("test:up")
        for minute in minutes:
            await tell_presence(db, "test", START + timedelta(minutes=minute))
        kept = await db.zrange("test:up", 0, -1, withscores=True)
        await db.aclose()
        return spans_of(kept)

    began = round(START.timestamp() * 1000)
    return tuple(Span((start - began) // MINUTE, (end - began) // MINUTE) for start, end in asyncio.run(tell()))


def test_one_that_goes_on_telling_is_one_span_and_a_pause_begins_another(valkey_url):
    assert told(valkey_url, 0, 1, 2, 2.5) == (Span(0, 2),)
    assert told(valkey_url, 0, 1, 9, 10, 11) == (Span(0, 1), Span(9, 11))


def test_what_lies_more_than_a_month_back_is_forgotten(valkey_url):
    assert told(valkey_url, 0, 1, 60 * 24 * 31) == (Span(60 * 24 * 31, 60 * 24 * 31),)


def test_gaps_lie_between_spans_and_after_the_last_one_and_not_before_the_first():
    spans = (Span(10 * MINUTE, 20 * MINUTE), Span(30 * MINUTE, 40 * MINUTE))
    assert gaps(spans, 0, 41 * MINUTE) == [Span(20 * MINUTE, 30 * MINUTE)]
    assert gaps(spans, 25 * MINUTE, 60 * MINUTE) == [
        Span(25 * MINUTE, 30 * MINUTE),
        Span(40 * MINUTE, 60 * MINUTE),
    ]
    assert gaps((), 0, 60 * MINUTE) == []


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**6))))
def test_spans_come_in_order_without_touching_and_lose_nothing(kept):
    rows = [(str(start).encode(), float(start + length)) for start, length in kept]
    spans = spans_of(rows)
    assert all(later.start_ms - earlier.end_ms >= 2 * MINUTE for earlier, later in pairwise(spans))
    for start, length in kept:
        assert any(span.start_ms <= start and start + length <= span.end_ms for span in spans)
