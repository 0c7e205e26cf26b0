"""What is kept of documents, and for how long."""

from __future__ import annotations

from tasks.documents import KeptDocuments


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
