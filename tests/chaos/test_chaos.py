"""A minute of storm; `make chaos` has longer ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import Plan, Storm
from tests.valkey import short_folder

pytestmark = pytest.mark.slow

#: A death before and after every script that the service calls in ordinary work, in whatever process calls it.
FAIL_POINTS = ",".join(
    f"{script}:{when}:{count}"
    for script, count in (
        ("claim_polls", 9), ("admit", 7), ("claim_fetch", 8), ("advance", 11), ("claim_enrich", 9), ("publish", 13),
    )
    for when in ("before", "after")
)  # fmt: skip


def _storm(plan: Plan) -> dict:
    with short_folder() as folder:
        return Storm(plan, Path(folder)).run()


def _nothing_lost_and_nothing_twice(report: dict) -> None:
    assert report["settled"], report
    assert (report["lost"], report["duplicated"], report["balance"]) == (0, 0, 0), report
    assert report["dead"] == {}, report
    assert report["left_over_keys"] == 0, report
    assert report["published"] == report["seen"] == report["entries"], report


def test_random_kills_of_everything_lose_and_double_nothing():
    report = _storm(Plan(entries=200, kills=12, seed=20, seconds=240))

    _nothing_lost_and_nothing_twice(report)
    assert report["killed"] == 12


def test_a_death_before_and_after_every_script_loses_and_doubles_nothing():
    report = _storm(Plan(entries=120, kills=0, seed=1, seconds=240, settings={"fail_point": FAIL_POINTS}))

    _nothing_lost_and_nothing_twice(report)


def test_power_cuts_of_a_server_beside_leave_the_stream_exact():
    plan = Plan(entries=120, kills=3, seed=3, server="valkey", seconds=240, victims={"server": 1}, power_cuts=True)

    _nothing_lost_and_nothing_twice(_storm(plan))
