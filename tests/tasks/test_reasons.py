"""Every reason means something, and whether trying again can help follows from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.reasons import DROPPED, REASONS, RETRY_AFTER_CAP_SECONDS, Failed, backoff_seconds

ROOT = Path(__file__).parents[2]


def test_reasons_read_as_words_and_say_what_they_mean():
    for name, meaning in [*((name, reason.meaning) for name, reason in REASONS.items()), *DROPPED.items()]:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert meaning, name


def test_no_reason_is_both_an_end_and_a_failure():
    assert not REASONS.keys() & DROPPED.keys()


def test_every_reason_that_the_code_names_is_there():
    named = set()
    for package in ("tasks", "worker"):
        for file in (ROOT / package).rglob("*.py"):
            named |= set(re.findall(r'Failed\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))

    assert len(named) > 10
    assert named <= REASONS.keys()


def test_what_is_tried_again_waits_before_it():
    assert all(reason.backoff_seconds > 0 for reason in REASONS.values() if reason.attempts > 1)


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_reason_is_tried_as_often_as_it_says(name: str):
    attempts = REASONS[name].attempts

    waits = [backoff_seconds(name, attempt) for attempt in range(1, attempts + 2)]

    assert [wait is None for wait in waits] == [False] * (attempts - 1) + [True, True]


def test_waits_double():
    assert [backoff_seconds("http-server-error", attempt) for attempt in range(1, 6)] == [15, 30, 60, 120, 240]


@given(
    name=st.sampled_from(sorted(REASONS)),
    attempt=st.integers(1, 100),
    retry_after=st.one_of(st.none(), st.floats(0, 1e12)),
)
def test_a_wait_has_bounds(name, attempt, retry_after):
    wait = backoff_seconds(name, attempt, retry_after)

    assert wait is None or 1 <= wait <= RETRY_AFTER_CAP_SECONDS


def test_a_failure_reads_as_its_reason_and_its_detail_and_is_cut():
    failed = Failed("dns", "x" * 1000)

    assert str(failed).startswith("dns: x")
    assert len(failed.detail) == 300
    assert str(Failed("dns")) == "dns"
