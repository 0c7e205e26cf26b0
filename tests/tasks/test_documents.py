"""What is kept of documents, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime

from tasks.documents import KeptDocuments

MORNING, NOON, EVENING = ({"published": datetime(2026, 11, 20, hour, tzinfo=UTC)} for hour in (8, 12, 20))


def test_a_document_is_known_by_its_feed_and_its_hash():
    kept = KeptDocuments()
    kept.keep("paper", "h1", "00ff")

    assert kept.of("paper", "h1") == "00ff"
    assert [kept.of("paper", "h2"), kept.of("paper", None), kept.of("other", "h1")] == ["", "", ""]


def test_of_a_feed_the_last_one_is_kept():
    kept = KeptDocuments()
    kept.keep("paper", "h1", "00ff")
    kept.keep("paper", "h2", "")

    assert [kept.of("paper", "h1"), kept.of("paper", "h2")] == ["", ""]


def test_those_read_longest_ago_make_room():
    kept = KeptDocuments(max_bytes=5)
    for feed in ("a", "b", "a", "c"):
        kept.keep(feed, "h", "00ff")

    assert [kept.of(feed, "h") for feed in "abc"] == ["00ff", "", "00ff"]


def test_a_date_that_entries_share_is_a_clock_once_they_shared_another():
    kept = KeptDocuments()
    told = [kept.is_clock("paper", dates, "abc") for dates in (MORNING, MORNING, NOON, NOON, EVENING)]

    assert told == [False, False, True, True, True]
    assert not kept.is_clock("other", NOON, "abc")


def test_one_burst_after_another_is_no_clock():
    kept = KeptDocuments()

    assert [kept.is_clock("paper", MORNING, "abc"), kept.is_clock("paper", NOON, "def")] == [False, False]


def test_a_document_with_dates_of_its_own_ends_the_suspicion():
    kept = KeptDocuments()
    told = [kept.is_clock("paper", dates, "abc") for dates in (MORNING, {}, NOON)]

    assert told == [False, False, False]
