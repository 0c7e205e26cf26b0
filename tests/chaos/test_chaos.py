"""A minute of storm; `make chaos` has longer ones, other servers and power cuts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.storm import Plan, Storm
from tests.valkey import short_folder

pytestmark = pytest.mark.slow

#: A death before and after every script that the service calls in ordinary work, in whatever process calls it. Claims
#: come twenty times a second: a process must live long enough to get anything done between two deaths.
FAIL_POINTS = ",".join(
    f"{script}:{when}:{count}"
    for script, count in (
        ("claim_polls", 150), ("admit", 9), ("claim_fetch", 150), ("advance", 29), ("claim_enrich", 90),
        ("publish", 31),
    )
    for when in ("before", "after")
)  # fmt: skip


def _storm(plan: Plan) -> dict:
    with short_folder() as folder:
        return Storm(plan, Path(folder)).run()


def _nothing_lost_and_nothing_twice(report: dict) -> None:
    assert report["settled"], report
    assert (report["lost"], report["duplicated"], report["balance"], report["dead"]) == (0, 0, 0, {}), report
    assert report["left_over_keys"] == 0, report
    assert report["published"] == report["seen"] == report["entries"], report


def test_random_kills_of_everything_lose_and_double_nothing():
    report = _storm(Plan(entries=200, kills=12, seed=20, seconds=600))

    _nothing_lost_and_nothing_twice(report)
    assert report["killed"] == 12


def test_after_power_cuts_a_live_reader_is_given_the_last_two_seconds_again_and_nothing_else():
    report = _storm(Plan(entries=100, kills=3, seed=4, seconds=600, victims={"supervisor": 1}, power_cuts=True))

    _nothing_lost_and_nothing_twice(report)
    assert report["power_cuts"] == 3
    assert (report["read_live"], report["seen_live_only"], report["repeats_too_old"]) == (100, 0, 0), report


def test_a_server_that_waits_for_the_disk_repeats_nothing_after_a_power_cut():
    plan = Plan(entries=60, kills=2, seed=5, seconds=600, server="valkey", victims={"server": 1}, power_cuts=True)
    report = _storm(plan._replace(appendfsync="always"))

    _nothing_lost_and_nothing_twice(report)
    assert (report["power_cuts"], report["seen_twice_live"], report["seen_live_only"]) == (2, 0, 0), report


def test_a_death_before_and_after_every_script_loses_and_doubles_nothing():
    # feeds that were read are not due again at once: else they, being unchanged, would always be done before the death
    # and fewer fetches stand before the same point at once than it takes to die there
    settings = {"fail_point": FAIL_POINTS, "fetch_concurrency": "8"}
    plan = Plan(entries=120, kills=0, seconds=600, settings=settings, poll_every="1m")
    report = _storm(plan)

    _nothing_lost_and_nothing_twice(report)
