"""Kill -9 of the whole tree, and a start right after it: nothing lost, nothing left, and soon back at work."""

from __future__ import annotations

import pytest

from tests.chaos.restart import measure
from tests.chaos.storm import faults

pytestmark = pytest.mark.slow

#: Of the supervisor and the role that loads the model, until the next record; 3.1 where it was measured, and more where
#: a processor is shared or slow.
MOST_CPU_SECONDS = 15.0


def test_a_start_right_after_a_kill_of_everything_loses_nothing_and_costs_little_before_the_next_record():
    report = measure(kills=2, entries=90, seed=1)

    assert faults(report) == [], report
    assert (report["seen_twice_live"], report["sockets_left"]) == (0, []), report
    assert report["critical_cpu_seconds_median"] < MOST_CPU_SECONDS
