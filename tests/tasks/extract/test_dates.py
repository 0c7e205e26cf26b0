from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract import dates

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-28T10:15:00Z", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026-02-28T10:15:00+02:00", datetime(2026, 2, 28, 8, 15, tzinfo=UTC)),
        ("2026-02-28T10:15:00.123-0500", datetime(2026, 2, 28, 15, 15, tzinfo=UTC)),
        ("2026-02-28 10:15:00 EST", datetime(2026, 2, 28, 15, 15, tzinfo=UTC)),
        ("2026-02-28 10:15 CET", datetime(2026, 2, 28, 9, 15, tzinfo=UTC)),
        ("2026-02-28 10:15 IST", datetime(2026, 2, 28, 4, 45, tzinfo=UTC)),
        ("2026-02-28 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("20260228", datetime(2026, 2, 28, tzinfo=UTC)),
        ("2026/02/28", datetime(2026, 2, 28, tzinfo=UTC)),
        ("Sat, 28 Feb 2026 10:15:00 GMT", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("Sat Feb 28 10:15:00 UTC 2026", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("February 28, 2026 at 3:05 p.m.", datetime(2026, 2, 28, 15, 5, tzinfo=UTC)),
        ("Feb. 28, 2026 12:05 am", datetime(2026, 2, 28, 0, 5, tzinfo=UTC)),
        ("28. Februar 2026, 10:15 Uhr", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28 février 2026 à 10h15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28 de febrero de 2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 lutego 2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 февраля 2026, 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026年2月28日 10時15分", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026년 2월 28일 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026/2/28 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026. 2. 28. 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026. február 28. 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("2026 m. vasario 28 d.", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 Φεβρουαρίου 2026, 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28 ΦΕΒΡΟΥΑΡΙΟΥ 2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 בפברואר 2026, בשעה 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("٢٨ فبراير ٢٠٢٦", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 فبراير/شباط 2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 फ़रवरी 2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28 februarie 2026, ora 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28. února 2026 v 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28. helmikuuta 2026 klo 10.15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28 февраля 2026 в 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("28.02.2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("28/02/2026 10:15", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("02/28/2026", datetime(2026, 2, 28, tzinfo=UTC)),
        ("1772273700", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
        ("1772273700000", datetime(2026, 2, 28, 10, 15, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_pages_write_them(text, moment):
    written = dates.parse(text, now=NOW)
    assert written is not None
    assert written.moment == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "0000-00-00T00:00:00", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "0",  # noqa: E501  (a page on a line)
        "2026-13-45", "2026-02-30",
        "2026/2/27-28", "version 2026.2.28.4", "2027-01-01T00:00:00Z",
        "2026-03-02T12:11:00Z", "9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_what_is_no_date_or_no_likely_one_is_none(text):
    assert dates.parse(text, now=NOW) is None


def test_a_clock_that_runs_ten_minutes_fast_is_believed():
    written = dates.parse("2026-03-02T12:09:00Z", now=NOW)
    assert written is not None
    assert written.moment == NOW + timedelta(minutes=9)


def test_a_day_without_a_zone_that_is_ahead_is_not_in_the_future():
    written = dates.parse("2026-03-03 01:00", now=NOW)
    assert written is not None
    assert written.moment <= NOW
    assert written.day == "2026-03-03"


@pytest.mark.parametrize(("month_first", "day"), [(True, "2026-02-01"), (False, "2026-01-02")])
def test_the_order_of_day_and_month_follows_the_page(month_first, day):
    written = dates.parse("02/01/2026", now=NOW, month_first=month_first)
    assert written is not None
    assert written.day == day


@pytest.mark.parametrize(("zone", "day"), [("ET", "2026-02-01"), ("PST", "2026-02-01"), ("IST", "2026-01-02")])
def test_an_american_zone_tells_that_the_month_stands_first(zone, day):
    written = dates.parse(f"02/01/2026 4:05 p.m. {zone}", now=NOW)
    assert written is not None
    assert written.day == day


def test_dots_are_day_first_everywhere():
    written = dates.parse("02.01.2026", now=NOW, month_first=True)
    assert written is not None
    assert written.day == "2026-01-02"


@given(st.text(max_size=60))
def test_any_text_gives_a_sane_date_or_none(text):
    written = dates.parse(text, now=NOW)
    assert written is None or datetime(1989, 12, 31, tzinfo=UTC) < written.moment <= NOW + timedelta(hours=14)


@given(st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2026, 1, 1)), st.integers(-12, 12))  # noqa: DTZ001  (the offset is put on below)
def test_an_iso_date_with_an_offset_comes_back_as_the_same_moment(naive, hours):
    naive = naive.replace(microsecond=0)
    written = dates.parse(f"{naive.isoformat()}{hours:+03d}:00", now=NOW)
    assert written is not None
    assert written.moment == naive.replace(tzinfo=UTC) - timedelta(hours=hours)
