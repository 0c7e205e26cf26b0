"""Counting over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests import newsroom
from worker.web import series
from worker.web.rows import Names, row_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
HOUR = 3_600_000
RECORD = next(newsroom.records(1, now=NOW))
ROW = row_of(b"1-0", {k.encode(): v.encode() for k, v in newsroom.stream_fields(RECORD).items()}, Names({}, {}, {}))


def rows_at(*times):
    return [replace(ROW, published_ms=time, entry=(time, 0)) for time in times]


def count(rows, **more):
    asked = {"by": "published", "bucket_ms": None, "start_ms": None, "end_ms": None, "now_ms": NOW_MS} | more
    return series.volume(rows, **asked)


@given(st.lists(st.integers(min_value=0, max_value=NOW_MS + HOUR), max_size=60), st.integers(1, 30 * 24))
def test_every_article_is_in_a_bucket_or_before_the_first_or_in_the_future(times, hours):
    counted = count(rows_at(*times), start_ms=NOW_MS - hours * HOUR)
    assert sum(counted["all"]) + counted["before_start"] == sum(time <= NOW_MS for time in times)
    assert len(counted["times"]) == len(counted["all"]) <= series.HARD_MOST_BUCKETS
    assert all(len(places) == len(counted["times"]) for places in counted["topics"].values())


@given(st.lists(st.integers(min_value=NOW_MS - 10**10, max_value=NOW_MS), min_size=1, max_size=60))
def test_buckets_begin_at_round_times_and_the_last_holds_now(times):
    counted = count(rows_at(*times))
    assert all(time % counted["bucket_ms"] == 0 for time in counted["times"])
    assert counted["times"][-1] <= NOW_MS < counted["times"][-1] + counted["bucket_ms"]


def test_one_reprint_from_years_ago_does_not_flatten_the_rest():
    times = [NOW_MS - HOUR * n // 10 for n in range(100)]
    counted = count(rows_at(0, *times))
    assert counted["bucket_ms"] <= HOUR
    assert counted["before_start"] >= 1


def test_a_span_asked_for_in_too_narrow_buckets_is_cut_at_its_start():
    counted = count(rows_at(NOW_MS), bucket_ms=60_000, start_ms=0)
    assert len(counted["times"]) == series.HARD_MOST_BUCKETS
    assert sum(counted["all"]) == 1


def test_the_bar_that_is_still_growing_is_marked():
    assert count(rows_at(NOW_MS))["unfinished"]
    assert not count(rows_at(NOW_MS - HOUR), start_ms=NOW_MS - 5 * HOUR, end_ms=NOW_MS - HOUR, bucket_ms=HOUR)[
        "unfinished"
    ]


def test_few_articles_get_few_buckets():
    times = [NOW_MS - HOUR * n for n in range(24)]
    assert len(count(rows_at(*times))["times"]) <= series.FEWEST_BUCKETS + 1


def test_no_articles_are_counted_as_none():
    counted = count([])
    assert sum(counted["all"]) == 0
    assert counted["topics"] == {}


def test_a_story_is_named_after_its_first_article_and_needs_two():
    told = [replace(row, id=f"art_{n}", cluster="clu_1") for n, row in enumerate(rows_at(3, 2, 1))]
    alone = replace(ROW, id="art_9", cluster="clu_9")
    (story,) = series.stories([*told, alone], 5)
    assert (story["articles"], story["first"]) == (3, "art_2")


def test_a_quantile_of_nothing_is_none():
    assert series.quantile([], 0.5) is None
    assert [series.quantile(range(100), part) for part in (0.0, 0.5, 0.95)] == [0, 50, 95]
