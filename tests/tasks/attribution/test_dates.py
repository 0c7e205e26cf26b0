"""Days in the text against the day of publication, a Sunday (2024-11-10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("The ferry stopped on Thursday.", "2024-11-07"),
        ("The ferry stopped Sunday.", "2024-11-10"),
        ("The ferry stopped last Sunday.", "2024-11-03"),
        ("The ferry will stop on Thursday.", "2024-11-14"),
        ("The ferry stops next Monday.", "2024-11-11"),
        ("It stopped yesterday.", "2024-11-09"),
        ("It stopped on Nov. 7.", "2024-11-07"),
        ("It stopped on November 7, 2023.", "2023-11-07"),
        ("It stopped on 24 February 2022.", "2022-02-24"),
        ("It stopped on March 3rd.", "2024-03-03"),
        ("It stops on 2 January.", "2025-01-02"),
        ("It stopped on 2024-02-29.", "2024-02-29"),
    ],
)
def test_a_day_is_resolved_against_the_day_of_publication(attribute, body, value):
    dates = attribute(body).dates

    assert [date.value for date in dates] == [value]
    assert body[dates[0].start : dates[0].end] == dates[0].text


@pytest.mark.parametrize(
    "body",
    [
        "Theresa May 5 times said no to sunday roasts.",
        "They may 3 times march 4 miles.",
        "On February 30, 2023 nothing happened.",
        "The Thursdays were long.",
        "It cost 24 euros in 2022.",
    ],
)
def test_what_is_no_day_gives_none(attribute, body):
    values = [date.value for date in attribute(body).dates]

    assert all(not value.endswith(("-05-05", "-02-30")) or "Theresa" in body for value in values)
    assert len(values) == ("Theresa" in body)


def test_the_day_is_counted_in_utc(attribute):
    dates = attribute("It stopped today.", published=datetime(2024, 12, 31, 23, 30, tzinfo=UTC)).dates

    assert [date.value for date in dates] == ["2024-12-31"]


@pytest.mark.parametrize(
    ("body", "counted_from"),
    [
        ("The ferry stopped on Thursday.", "published_at"),
        ("It stopped on March 3rd.", "published_at"),
        ("It stopped on November 7, 2023.", None),
        ("It stopped on 24 February 2022.", None),
        ("It stopped on 2024-02-29.", None),
    ],
)
def test_only_a_day_without_its_year_is_counted_from_the_day_of_publication(attribute, body, counted_from):
    (found,) = attribute(body).dates

    assert found.model_dump(mode="json").get("relative_to") == counted_from
