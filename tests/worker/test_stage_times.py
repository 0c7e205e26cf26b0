"""Times of stages, counted and told."""

from __future__ import annotations

import pytest

from worker.stage_times import BOUNDS, StageTimes


def told(times, db):
    pipe = db.pipeline(transaction=False)
    handed = times.hand_to(pipe, "news")
    pipe.execute()
    return handed, {name: int(count) for name, count in db.hgetall("news:stage_times").items()}


def test_a_time_is_counted_once_under_the_first_bound_that_holds_it(db):
    times = StageTimes()
    for seconds in (0.01, 0.0101, 19.0, 21.0):
        times.add("fetch", seconds)

    handed, counts = told(times, db)

    assert handed
    assert counts == {
        "fetch:0.01": 1, "fetch:0.025": 1, "fetch:20": 1, "fetch:+Inf": 1, "fetch:sum_us": 40_020_100,
    }  # fmt: skip


def test_what_was_told_is_not_told_again(db):
    times = StageTimes()
    times.add("poll", 0.3)
    told(times, db)

    assert told(times, db) == (False, {"poll:0.5": 1, "poll:sum_us": 300_000})


def test_two_processes_add_up(db):
    for seconds in (0.3, 0.4):
        times = StageTimes()
        times.add("poll", seconds)
        _, counts = told(times, db)

    assert counts == {"poll:0.5": 2, "poll:sum_us": 700_000}


def test_work_that_fails_is_counted_too(db):
    times = StageTimes()
    with pytest.raises(ValueError, match="broken"), times.of("enrich"):
        raise ValueError("broken")

    _, counts = told(times, db)

    assert sum(count for name, count in counts.items() if not name.endswith("sum_us")) == 1


def test_bounds_grow():
    assert [float(bound) for bound in BOUNDS] == sorted({float(bound) for bound in BOUNDS})
