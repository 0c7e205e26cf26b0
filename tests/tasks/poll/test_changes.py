"""Items that stand in a document as they stood in the one before are not read again; all else comes out as ever."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tasks.poll import changes, read_feed
from tasks.poll.prolog import opening

NOW = datetime(2026, 3, 2, tzinfo=UTC)
URL = "https://paper.test/feed"
RSS = '<?xml version="1.0"?><rss version="2.0"{root}><channel><title>Paper</title>{head}{items}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{root}><title>Paper</title>{head}{items}</feed>'


def read(document: str, before: str = ""):
    return read_feed(document.encode(), feed="paper", url=URL, now=NOW, before=before)


def rss_item(number: int, words: str = "The quay is open.", more: str = "") -> str:
    return (
        f"<item><title>Item {number}</title><link>/a/{number}</link><guid>g{number}</guid>"
        f"<pubDate>Mon, 02 Mar 2026 0{number % 10}:30:00 GMT</pubDate><description>{words}</description>{more}</item>"
    )


def atom_entry(number: int, words: str = "The quay is open.", more: str = "") -> str:
    return (
        f"<entry><title>Item {number}</title><link href='/a/{number}'/><id>g{number}</id>"
        f"<updated>2026-03-01T0{number % 10}:00:00Z</updated><summary>{words}</summary>{more}</entry>"
    )


def rss(*items: str, head: str = "", root: str = "") -> str:
    return RSS.format(items="\n".join(items), head=head, root=root)


def atom(*items: str, head: str = "", root: str = "") -> str:
    return ATOM.format(items="\n".join(items), head=head, root=root)


def after(before: str, now: str):
    return read(now, read(before).remembered)


@pytest.mark.parametrize(("feed", "item"), [(rss, rss_item), (atom, atom_entry)])
def test_of_one_new_item_among_known_ones_one_is_read(feed, item):
    before, now = feed(*map(item, range(1, 6))), feed(*map(item, range(6)))

    found = after(before, now)

    assert found.unchanged == 5
    assert found.entries == read(now).entries[:1]
    assert found.remembered == read(now).remembered


def test_an_item_whose_words_changed_is_read():
    found = after(rss(rss_item(1), rss_item(2)), rss(rss_item(1), rss_item(2, "The quay is closed.")))

    assert [entry.summary for entry in found.entries] == ["The quay is closed."]


def test_another_date_in_the_head_is_read_without_any_item():
    before = rss(rss_item(1), rss_item(2), head="<lastBuildDate>Mon, 02 Mar 2026 09:30:00 GMT</lastBuildDate>")
    now = rss(rss_item(1), rss_item(2), head="<title>Other</title><ttl>30</ttl>")

    found = after(before, now)

    assert (found.entries, found.unchanged) == ((), 2)
    assert (found.title, found.ttl_seconds) == (read(now).title, 1800)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(rss(rss_item(1), rss_item(2), head="<language>fr</language>"), id="another language"),
        pytest.param(rss(rss_item(1), rss_item(2), root=' xml:base="https://other.test/"'), id="another base"),
        pytest.param(rss(rss_item(1), rss_item(2)) + "<junk>", id="not well-formed"),
        pytest.param(rss(rss_item(1), rss_item(2), rss_item(2, "Again.")), id="two of one guid"),
        pytest.param(rss(rss_item(1), rss_item(2, more=rss_item(3))), id="an item in an item"),
        pytest.param(rss(rss_item(1), rss_item(2), "<ITEM><title>Loud</title></ITEM>"), id="an item in capitals"),
        pytest.param("<!DOCTYPE rss>" + rss(rss_item(1), rss_item(2)), id="a doctype"),
    ],
)
def test_where_an_entry_may_have_another_meaning_the_document_is_read_whole(now):
    found = after(rss(rss_item(1), rss_item(2)), now)

    assert found.unchanged == 0
    assert found.entries == read(now).entries


def test_words_about_items_are_no_items():
    hidden = "<![CDATA[</item><item>]]><!-- </item><item><title>No</title></item> -->"
    before, now = rss(rss_item(1, hidden)), rss(rss_item(2, hidden), rss_item(1, hidden))

    found = after(before, now)

    assert found.unchanged == 1
    assert found.entries == read(now).entries[:1]


def test_what_was_remembered_of_another_address_does_not_count():
    remembered = read(rss(rss_item(1), rss_item(2))).remembered
    elsewhere = read_feed(
        rss(rss_item(1), rss_item(2)).encode(), feed="paper", url="https://b.test/", now=NOW, before=remembered
    )

    assert elsewhere.unchanged == 0


@pytest.mark.parametrize("before", ["00", "ab" * 8, "ab" * 48, "ab" * 49])
def test_what_makes_no_sense_is_not_believed(before):
    assert read(rss(rss_item(1)), before).entries == read(rss(rss_item(1))).entries


PIECES = ("<item>", "<![CDATA[", "<!--", "</item>", "<item ", "<a:item", "<x xml", "<x ", "<item></item>")


@pytest.mark.parametrize("piece", PIECES)
def test_no_document_takes_long_to_be_parted(piece):
    start = opening(rss(rss_item(1), piece * 100_000))._replace(doctype="")
    began = time.thread_time()

    changes.cut(start, most=500)

    assert time.thread_time() - began < 10.0


_WORDS = st.text(st.sampled_from("ab <>&;]!-/[CDATA item entry\"'é"), max_size=30).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
)
_CDATA = st.text(st.sampled_from("ab<>&;!-/[item entry"), max_size=30).map(lambda text: f"<![CDATA[{text}]]>")
_NUMBERS = st.lists(st.integers(0, 30), unique=True, max_size=8)


@settings(max_examples=60)
@given(
    st.sampled_from([(rss, rss_item), (atom, atom_entry)]),
    _NUMBERS,
    _NUMBERS,
    st.dictionaries(st.integers(0, 30), _WORDS | _CDATA),
    st.dictionaries(st.integers(0, 30), _WORDS | _CDATA),
    _WORDS,
)
def test_what_is_read_of_a_changed_document_is_what_changed_in_it(made, old, new, old_words, new_words, subtitle):
    feed, item = made
    before = feed(*(item(number, old_words.get(number, "Same.")) for number in old))
    now = feed(
        *(item(number, (old_words | new_words).get(number, "Same.")) for number in new),
        head=f"<description>{subtitle}</description>" if feed is rss else "",
    )
    first, whole = read(before), read(now)
    found = read(now, first.remembered)

    assume(found.unchanged)
    known = set(first.entries)
    assert found.remembered == whole.remembered
    assert found.unchanged + len(found.entries) == len(whole.entries)
    assert [entry for entry in whole.entries if entry not in known] == [e for e in found.entries if e not in known]
    assert set(found.entries) <= set(whole.entries)
