"""What is kept of documents, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime

from tasks.documents import KeptDocuments

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


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


def shared(kept: KeptDocuments, *hours: int | None, ids: str = "abc") -> list[tuple[str, ...]]:
    """What one document after the other says, whose entries share an hour of publication, or no date."""
    days = [{} if hour is None else {"published": dict.fromkeys(ids, NOON.replace(hour=hour))} for hour in hours]
    return [kept.clocks("paper", day) for day in days]


def test_a_date_that_entries_share_is_a_clock_once_they_all_shared_another():
    assert shared(KeptDocuments(), 8, 8, 12, 12, 20) == [(), (), ("published",), ("published",), ("published",)]


def test_one_burst_after_another_is_no_clock():
    kept = KeptDocuments()

    assert shared(kept, 8) + shared(kept, 12, ids="def") == [(), ()]


def test_a_burst_that_goes_on_is_no_clock():
    first = {id_: NOON.replace(second=second) for second, id_ in enumerate("abc")}
    then = {id_: NOON.replace(second=second) for second, id_ in enumerate("abcd")}
    kept = KeptDocuments()

    assert [kept.clocks("paper", {"published": dates}) for dates in (first, then)] == [(), ()]


def test_a_date_that_the_document_before_did_not_share_is_no_clock():
    dates = dict.fromkeys("abc", NOON)
    kept = KeptDocuments()

    assert [kept.clocks("paper", shared) for shared in ({"published": dates}, {"updated": dates})] == [(), ()]


def test_a_document_with_dates_of_its_own_ends_the_suspicion():
    assert shared(KeptDocuments(), 8, None, 12) == [(), (), ()]
