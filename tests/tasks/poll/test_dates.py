from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.poll.dates import date_or_ahead, read_date

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 20 Nov 2026 09:30:00 +0100", utc(2026, 11, 20, 8, 30)),
        ("Fri, 20 Nov 2026 09:30:00 GMT", utc(2026, 11, 20, 9, 30)),
        ("Fri, 20 Nov 26 09:30 EST", utc(2026, 11, 20, 14, 30)),
        ("20 Nov 2026 09:30:00 CEST", utc(2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 09:30:00 MSK", utc(2026, 11, 20, 6, 30)),
        ("Fri, 20 Nov 2026 09:30:00 EET", utc(2026, 11, 20, 7, 30)),
        ("Fri, 20 Nov 2026 09:30:00 GMT+02:00", utc(2026, 11, 20, 7, 30)),
        ("Fri,20 Nov 2026 09:30", utc(2026, 11, 20, 9, 30)),
        ("Friday, 20-Nov-26 09:30:00 UTC", utc(2026, 11, 20, 9, 30)),
        ("Fri Nov 20 09:30:00 2026", utc(2026, 11, 20, 9, 30)),
        ("Fri Nov 20 09:30:00 PST 2026", utc(2026, 11, 20, 17, 30)),
        ("Fri, 20 Nov 2026 24:00:00 GMT", utc(2026, 11, 21)),
        ("Fri, 20 Nov 2026 23:59:60 GMT", utc(2026, 11, 20, 23, 59, 59)),
        ("Nov 20, 2026 5:30 pm", utc(2026, 11, 20, 17, 30)),
        ("November 20th, 2026", utc(2026, 11, 20)),
        ("Sept 20 2026", utc(2026, 9, 20)),
        ("12:30 AM is no date", None),
        ("2026-11-20T09:30:00Z", utc(2026, 11, 20, 9, 30)),
        ("2026-11-20T09:30:00.123+01:00", utc(2026, 11, 20, 8, 30)),
        ("2026-11-20T09:30:00+0530", utc(2026, 11, 20, 4, 0)),
        ("2026-11-20T09:30-05", utc(2026, 11, 20, 14, 30)),
        ("2026-11-20 09:30:00 -0500", utc(2026, 11, 20, 14, 30)),
        ("2026-11-20", utc(2026, 11, 20)),
        ("2026-11", utc(2026, 11, 1)),
        ("20261120T093000Z", utc(2026, 11, 20, 9, 30)),
        ("20261120", utc(2026, 11, 20)),
        ("2026/11/20 09:30", utc(2026, 11, 20, 9, 30)),
        ("2026-033", utc(2026, 2, 2)),
        ("1795177800", utc(2026, 11, 20, 12, 30)),
        ("1795177800000", utc(2026, 11, 20, 12, 30)),
        ("20. November 2026, 09:30", utc(2026, 11, 20, 9, 30)),
        ("ven., 20 nov. 2026 09:30:00 +0100", utc(2026, 11, 20, 8, 30)),
        ("20 août 2026 à 09:30", utc(2026, 8, 20, 9, 30)),
        ("20 de junio de 2026", utc(2026, 6, 20)),
        ("20 фев 2026 09:30:00 +0300", utc(2026, 2, 20, 6, 30)),
        ("20 березня 2026", utc(2026, 3, 20)),
        ("Παρ, 20 Φεβ 2026 09:30:00 +0200", utc(2026, 2, 20, 7, 30)),
        ("2026年11月20日 09:30", utc(2026, 11, 20, 9, 30)),
        ("2026년 11월 20일", utc(2026, 11, 20)),
        ("٢٠/١١/٢٠٢٦", utc(2026, 11, 20)),
        ("20.11.2026 09:30", utc(2026, 11, 20, 9, 30)),
        ("20/11/2026", utc(2026, 11, 20)),
        ("11/20/2026", utc(2026, 11, 20)),
    ],
)
def test_dates_as_people_write_them(text, moment):
    assert read_date(text, NOW) == moment


def test_a_slash_leaves_day_and_month_open_and_the_nearer_reading_is_taken():
    assert read_date("10/11/2026", NOW) == utc(2026, 11, 10)
    assert read_date("11/10/2026", NOW) == utc(2026, 11, 10)
    assert read_date("11.10.2026", NOW) == utc(2026, 10, 11)


NO_DATES = """
yesterday|Thu, 01 Jan 1970 00:00:00 GMT|1969-12-31|0000-00-00 00:00:00|9999-12-31T23:59:59-23:59|31 Feb 2026|0
Fri, 31 Dec 9999 23:59:59 -1400|2027-01-01|2026-11-23T08:10:01Z|2026-13-45|999999999999999|2026-11-20T99:99:99Z
Mon, 30 Nov -0001 00:00:00 +0000|0001-01-01T00:00:00Z|١٢/١٢/٢٠٢٦
"""


@pytest.mark.parametrize("text", ["", "1 " * 5000, *NO_DATES.replace("\n", "|").strip("|").split("|")])
def test_what_is_no_sane_date_is_none(text):
    assert read_date(text, NOW) is None


def test_clocks_may_run_ahead_by_ten_minutes():
    assert read_date("2026-11-23T08:10:00Z", NOW) == utc(2026, 11, 23, 8, 10)


@pytest.mark.parametrize(
    ("text", "date", "ahead"),
    [
        ("2026-11-23T08:10:00Z", utc(2026, 11, 23, 8, 10), None),
        ("Mon, 23 Nov 2026 10:00:00 GMT", None, utc(2026, 11, 23, 10)),
        ("2026-11-24T05:00:00Z", None, utc(2026, 11, 24, 5)),
        ("2026-11-24T06:00:00Z", None, None),
        ("", None, None),
    ],
)
def test_a_date_of_the_hours_to_come_is_kept_apart(text, date, ahead):
    assert date_or_ahead(text, NOW) == (date, ahead)


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 22)),  # noqa: DTZ001  (the zone is drawn beside it)
    st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_what_libraries_write_is_read_back(naive, zone):
    moment = naive.replace(microsecond=0, tzinfo=zone)
    assert read_date(format_datetime(moment), NOW) == moment
    assert read_date(moment.isoformat(), NOW) == moment


PARTS = "Fri , 20 Nov 2026 T Z + - : . / 09 30 60 99 GMT EST am pm 0 jan 31 ago ' ١"
PIECES = st.sampled_from(list(PARTS.split(" ")))


@given(
    st.one_of(
        st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES, max_size=12).map("".join)
    )
)
def test_any_text_is_a_date_within_bounds_or_none(text):
    moment = read_date(text, NOW)
    assert moment is None or utc(1990, 1, 1) <= moment <= NOW + timedelta(minutes=10)
