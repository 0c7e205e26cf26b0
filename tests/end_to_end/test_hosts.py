"""Hosts that share a server: one joins under load, one is killed with all its processes; nothing is lost or twice."""

from __future__ import annotations

import pytest

from benchmarks.hosts import changed_under_load


@pytest.mark.slow
def test_a_host_that_joins_and_one_that_is_killed_under_load_lose_and_repeat_nothing():
    change = changed_under_load(36, seed=1, rate=3.0)

    assert len(change.ends.written) + change.ends.dead == change.expected
    assert change.ends.dead == 0
    assert change.ends.twice == 0
    assert change.polls_too_many == 0
    assert change.balance == 0
