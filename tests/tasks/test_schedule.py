"""When a feed is asked again: in its rhythm, later after failures, never never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.feeds import Feed
from tasks.reasons import REASONS, Failed
from tasks.schedule import LONGEST_SECONDS, after_failure, after_success, must_read_whole

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAP = 21_600.0


def feed(every: float = 900, id_: str = "paper") -> Feed:
    return Feed.model_validate({"id": id_, "url": "https://paper.test/feed", "every": every})


def wait(next_due: datetime) -> float:
    return (next_due - NOW).total_seconds()


def failures(reason: str, count: int, every: float = 900, **more) -> list[float]:
    return [wait(after_failure(feed(every), NOW, Failed(reason, **more), before, CAP)) for before in range(count)]


def test_a_feed_is_asked_in_its_own_rhythm_give_or_take_a_tenth():
    assert 810 <= wait(after_success(feed(), NOW)) <= 990


def test_feeds_that_were_added_together_drift_apart():
    waits = {wait(after_success(feed(id_=f"feed-{number}"), NOW)) for number in range(20)}

    assert len(waits) == 20
    assert max(waits) - min(waits) > 60


def test_the_jitter_favours_neither_side():
    waits = [wait(after_success(feed(id_=f"feed-{number}"), NOW)) for number in range(300)]

    assert 880 < sum(waits) / len(waits) < 920


@pytest.mark.parametrize(("ttl_seconds", "every"), [(None, 900), (60, 900), (1800, 1800), (7 * 86_400, 3600)])
def test_a_time_to_live_is_heeded_where_it_is_sensible(ttl_seconds, every):
    assert 0.9 * every <= wait(after_success(feed(), NOW, ttl_seconds=ttl_seconds)) <= 1.1 * every


def test_a_failure_that_may_pass_is_tried_again_soon_and_then_in_the_feeds_rhythm():
    waits = failures("timeout", 8)

    assert waits[:2] == [15, 30]
    assert waits[2:5] == [900, 1800, 3600]
    assert waits[-1] <= LONGEST_SECONDS


def test_a_failure_that_cannot_pass_waits_for_the_feeds_rhythm_at_once():
    assert failures("http-client-error", 3) == [900, 1800, 3600]


def test_a_feed_that_is_asked_every_second_rests_a_minute_after_failures():
    assert failures("not-a-feed", 1, every=1) == [60]


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_waits_after_failures_only_grow_and_end_at_a_day(reason: str):
    waits = failures(reason, 40)
    rule = REASONS[reason]

    assert waits[rule.attempts :] == sorted(waits[rule.attempts :])
    assert waits[-1] == LONGEST_SECONDS
    assert min(waits) > 0


def test_an_origin_that_names_a_time_is_taken_at_its_word_up_to_a_day():
    assert failures("rate-limited", 1, retry_after_seconds=7200) == [7200]
    assert failures("rate-limited", 1, retry_after_seconds=10 * 86_400) == [86_400]
    assert failures("http-client-error", 1, retry_after_seconds=7200) == [7200]


@given(
    reason=st.sampled_from(sorted(REASONS)),
    before=st.integers(0, 1000),
    every=st.floats(1, 30 * 86_400),
    retry_after=st.one_of(st.none(), st.floats(0, 1e9)),
    cap=st.floats(1, 1e6),
)
def test_whatever_happens_a_feed_is_asked_again_and_not_at_once(reason, before, every, retry_after, cap):
    failed = Failed(reason, retry_after_seconds=retry_after)

    assert 0 < wait(after_failure(feed(every), NOW, failed, before, cap)) <= LONGEST_SECONDS


def test_a_feed_never_read_whole_is_read_whole():
    assert must_read_whole(datetime(1970, 1, 1, tzinfo=UTC), NOW)
    assert must_read_whole(NOW - timedelta(days=2), NOW)
    assert not must_read_whole(NOW - timedelta(days=1), NOW)
