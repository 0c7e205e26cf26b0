"""A host that is down, and a network that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.network import HOSTS_AT_LEAST, KNOWN_HOSTS, LATEST, SILENCE, SOONEST, TELLS_NOTHING, NetworkWatch
from tasks.reasons import REASONS
from worker.service import HORIZON_SECONDS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTS = ["a.test", "b.test", "c.test", "d.test"]


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(watch: NetworkWatch, hosts: list[str], reason: str | None, at: float, *, took: float = 0) -> NetworkWatch:
    for host in hosts:
        watch.heard(host, reason, began=after(at - took), now=after(at))
    return watch


def test_three_hosts_that_fall_silent_together_are_no_accident():
    watch = told(NetworkWatch(), HOSTS, None, 0)

    assert not told(watch, HOSTS[:2], "connect", 60).down
    assert told(watch, HOSTS[2:3], "dns", 61).down


def test_one_host_that_fails_again_and_again_is_down_itself():
    assert not told(told(NetworkWatch(), HOSTS, None, 0), HOSTS[:1] * 9, "connect", 60).down


def test_hosts_that_never_answered_are_no_witnesses_once_another_has():
    watch = told(NetworkWatch(), ["up.test"], None, 0)

    assert not told(watch, HOSTS, "dns", 60).down


def test_at_the_start_every_host_is_a_witness():
    assert told(NetworkWatch(), HOSTS[:3], "dns", 0).down


@pytest.mark.parametrize("answer", [None, "http-server-error", "gone", "not-a-feed", "too-large"])
def test_one_answer_of_any_kind_says_that_the_network_is_up(answer):
    watch = told(NetworkWatch(), HOSTS, "connect", 0)
    assert watch.down

    assert not told(watch, ["a.test"], answer, 10).down


def test_what_was_begun_before_the_last_answer_says_nothing_of_the_time_since():
    watch = told(NetworkWatch(), HOSTS, None, 0)

    assert not told(watch, HOSTS[:3], "connect", 20, took=21).down
    assert told(watch, HOSTS[:3], "connect", 50, took=20).down


@pytest.mark.parametrize("reason", sorted(TELLS_NOTHING))
def test_what_was_never_asked_says_nothing(reason):
    watch = told(NetworkWatch(), HOSTS, "connect", 0)

    assert told(watch, HOSTS, reason, 1).down
    assert not told(NetworkWatch(), HOSTS, reason, 0).down


def test_the_longer_it_lasts_the_later_the_next_try_within_bounds():
    watch = told(NetworkWatch(), HOSTS, "connect", 0)
    waits = [watch.retry_at(after(at)) - after(at) for at in (0, 60, 1000, 2000, 90_000)]

    assert waits == [SOONEST, SOONEST, timedelta(seconds=250), timedelta(seconds=500), LATEST]


def test_a_run_that_ends_by_itself_does_not_wait_for_the_network():
    assert SOONEST.total_seconds() > HORIZON_SECONDS


def test_hosts_are_remembered_within_bounds_those_that_answered_last():
    watch = told(NetworkWatch(), [*HOSTS, *(f"h{number}.test" for number in range(KNOWN_HOSTS))], None, 0)

    assert not told(watch, HOSTS, "connect", 1).down
    assert told(watch, [f"h{number}.test" for number in range(3)], "connect", 2).down


@given(st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from([None, *REASONS]))))
def test_it_is_down_only_after_silence_of_several_hosts_and_no_answer_since(ends):
    watch, silent = NetworkWatch(), set()
    for number, (host, reason) in enumerate(ends):
        told(watch, [host], reason, number)
        if reason in SILENCE:
            silent.add(host)
        elif reason not in TELLS_NOTHING:
            silent.clear()
        assert not watch.down or len(silent) >= HOSTS_AT_LEAST


def test_every_reason_it_names_is_one():
    assert REASONS.keys() >= SILENCE | TELLS_NOTHING
