from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.identity import alias, article_id, article_id_of_url, canonical_url, fingerprint, shared_dates
from tasks.reasons import Failed
from tasks.records import Entry

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)


def entry(**fields):
    given_fields = {
        "feed": "harbour-post",
        "guid": "tag:1",
        "url": "https://harbour.example/a/1",
        "title": "Talks resume",
    }
    return Entry(**{**given_fields, "published": MORNING, "summary": "Envoys met in Vienna.", **fields})


@pytest.mark.parametrize(
    ("sent", "canonical"),
    [
        ("HTTP://Harbour.EXAMPLE:80/A/../b/./c?b=2&a=1#top", "http://harbour.example/b/c?b=2&a=1"),
        ("https://harbour.example:443", "https://harbour.example/"),
        ("https://harbour.example:8443/x", "https://harbour.example:8443/x"),
        ("https://harbour.example./x", "https://harbour.example/x"),
        ("  https://harbour.example/a b\n", "https://harbour.example/a%20b"),
        ("https://bücher.example/ä?q=ü", "https://xn--bcher-kva.example/%C3%A4?q=%C3%BC"),
        ("https://harbour.example/%7euser/%c3%a4", "https://harbour.example/~user/%C3%A4"),
        ("https://harbour.example/%2e%2e/x", "https://harbour.example/x"),
        ("https://harbour.example/100%", "https://harbour.example/100%25"),
        ("https://harbour.example/x?utm_source=rss&id=7&fbclid=abc&UTM_Medium=feed", "https://harbour.example/x?id=7"),
        ("https://harbour.example/x?utm_source=rss", "https://harbour.example/x"),
        ("https://harbour.example/x;jsessionid=0A1B?id=7&PHPSESSID=99", "https://harbour.example/x?id=7"),
        ("https://harbour.example/(S(lit3py55t21z5v55vlm25s55))/a/1", "https://harbour.example/a/1"),
        ("https://harbour.example/x?ref=rss&source=feed", "https://harbour.example/x"),
        ("https://harbour.example/x?rss=1&mod=rss_World-news&wprss=rss_world", "https://harbour.example/x"),
        ("https://harbour.example/x?ocid=feed&MACA=en-rss-all&_ym_uid=7&sfmc_id=1", "https://harbour.example/x"),
        (
            "https://harbour.example/x?mod=viewthread&rss=2&tag=rss_x",
            "https://harbour.example/x?mod=viewthread&rss=2&tag=rss_x",
        ),
        ("https://harbour.example/x?ref=committee&source=12", "https://harbour.example/x?ref=committee&source=12"),
        ("https://harbour.example/x?a=1&amp;b=2", "https://harbour.example/x?a=1&b=2"),
        ("http://[2001:DB8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
    ],
)
def test_the_canonical_url_is_the_address_without_its_luggage(sent, canonical):
    assert canonical_url(sent) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "ftp://harbour.example/x",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ssh://-oProxyCommand=true/x",
        "//harbour.example/x",
        "harbour.example/x",
        "http://user:secret@harbour.example/",
        "http://user@harbour.example/",
        "http://harbour.example\\@other.example/",
        "http://har bour.example/",
        "http://harbour.example/a\tb",
        "http://harbour.example/a\r\nX-Injected: yes",
        "http://harbour.example:99999/",
        "http://harbour.example:0/",
        "http://harbour.example:port/",
        "http:///x",
        "http://[::1/",
        "http://har%62our.example/",
        "http://a..b/",
        "http://half\ud800pair.example/",
        "https://harbour.example/" + "x" * 2048,
        "https://harbour.example/" + "ü" * 1000,
    ],
)
def test_what_must_not_be_fetched_is_refused(url):
    with pytest.raises(Failed) as failed:
        canonical_url(url)
    assert failed.value.reason == "blocked-url"


def test_no_url_is_no_url():
    with pytest.raises(Failed) as failed:
        canonical_url(" \n")
    assert failed.value.reason == "no-url"


def outcome(url):
    try:
        return canonical_url(url)
    except Failed as failed:
        return failed.reason


PIECES = """% %2 %2e %41 %c3%a4 .. . / // ? & = # ; utm_source=x ref=rss a B ü ;jsessionid=1 &amp; [ ] | ' " + ~ : @
%25 %2f %3f %23"""
PATHS = st.lists(st.sampled_from([" ", *PIECES.split()]), max_size=14).map("".join)


@given(st.one_of(PATHS, st.text(max_size=60)))
def test_canonical_urls_are_stable(rest):
    once = outcome("https://harbour.example/" + rest)
    assert once == "blocked-url" or (outcome(once) == once and once.isascii() and "#" not in once)


@given(st.text(max_size=80))
def test_any_text_is_a_url_or_is_refused_by_name(text):
    assert outcome(text).startswith(("http://", "https://", "blocked-url", "no-url"))


def test_an_article_has_one_id_however_its_url_is_written():
    urls = [
        "https://www.harbour.example/a/1?x=1&y=2",
        "http://harbour.example/a/1/?y=2&x=1&utm_source=rss#comments",
        "https://harbour.example:443/a/1?x=1&y=2",
    ]
    assert len({article_id_of_url(url) for url in urls}) == 1


def test_different_articles_have_different_ids():
    urls = ["https://harbour.example/a/1", "https://harbour.example/a/2", "https://harbour.example/a?id=1"]
    assert len({article_id_of_url(url) for url in [*urls, "https://other.example/a/1"]}) == 4


def test_the_id_does_not_hang_on_the_guid_where_there_is_a_url():
    assert article_id(entry(guid="tag:1")) == article_id(entry(guid="tag:2", title="Other words", feed="other-feed"))


def test_without_a_usable_url_the_guid_names_the_entry_and_without_one_title_and_date():
    assert article_id(entry(url=None)) == article_id(entry(url="javascript:1", title="changed"))
    assert article_id(entry(url=None)) != article_id(entry(url=None, guid="tag:2"))
    assert article_id(entry(url=None, guid=None)) != article_id(entry(url=None, guid=None, title="Other"))
    assert article_id(entry(url=None, guid=None)).startswith("art_")
    assert len(article_id(entry(url=None))) == 28


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Talks broken off"},
        {"published": datetime(2026, 11, 20, 9, tzinfo=UTC)},
        {"updated": datetime(2026, 11, 20, 9, tzinfo=UTC)},
        {"summary": "Envoys left Vienna."},
        {"content": "<p>Envoys left Vienna.</p>"},
    ],
)
def test_a_fingerprint_changes_with_what_the_entry_says(change):
    assert fingerprint(entry(**change)) != fingerprint(entry())
    assert len(fingerprint(entry())) == 6


@pytest.mark.parametrize(
    "content",
    [
        "<div><b>Envoys</b> met in <i>Vienna</i>.</div>",
        '<p>Envoys met in Vienna.</p><img src="https://count.example/pixel?n=8812" width=1 height=1>',
        "<p>Envoys met in Vienna.</p>\n\n<!-- built 12:00:01 -->",
        "<p>Envoys met in Vienna.</p><p>(14 comments)</p>",
        "<p>Envoys met in Vienna.</p><p>Comments: 15</p>",
        "<p>Envoys met in Vienna.</p> 1,204 views",
        "<p>Envoys met in Vienna.</p><p>3 Kommentare</p>",
    ],
)
def test_markup_pixels_and_counters_leave_a_fingerprint_as_it_is(content):
    assert fingerprint(entry(content=content)) == fingerprint(entry(content="<p>Envoys met in Vienna.</p>"))


def test_a_counter_in_the_title_leaves_a_fingerprint_as_it_is():
    assert fingerprint(entry(title="Talks resume (3 comments)")) == fingerprint(
        entry(title="Talks resume (14 comments)")
    )


def test_an_alias_outlives_a_changing_url():
    assert alias(entry(url="https://harbour.example/a/1?visit=77")) == alias(entry())
    assert len(alias(entry())) == 8


@pytest.mark.parametrize("other", [{"guid": "tag:2"}, {"feed": "other-feed"}, {"published": None}])
def test_an_alias_is_of_feed_guid_and_date(other):
    assert alias(entry(**other)) != alias(entry())


def test_without_a_date_the_words_are_part_of_the_alias():
    assert alias(entry(published=None)) != alias(entry(published=None, title="Other"))


def test_an_entry_without_guid_has_no_alias():
    assert alias(entry(guid=None)) is None


CLOCK = datetime(2026, 11, 20, 8, 30, 7, tzinfo=UTC)


def dated(*moments):
    return [entry(published=moment) for moment in moments]


def test_dates_that_a_document_took_seconds_to_write_are_one():
    at_once = [CLOCK, CLOCK + timedelta(seconds=2), CLOCK]
    assert shared_dates(dated(*at_once)) == {"published": at_once}
    assert shared_dates([entry(published=None, ahead=(CLOCK, None))] * 3) == {"published": [CLOCK] * 3}
    assert shared_dates([entry(published=CLOCK.replace(day=n), updated=CLOCK) for n in (1, 2, 3)]) == {
        "updated": [CLOCK] * 3
    }


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(dated(CLOCK, CLOCK), id="two"),
        pytest.param(dated(CLOCK, CLOCK, CLOCK + timedelta(seconds=3)), id="some time apart"),
        pytest.param(dated(CLOCK, CLOCK, CLOCK, None), id="not all have one"),
        pytest.param(dated(None, None, None), id="none"),
        pytest.param([], id="no entries"),
    ],
)
def test_other_dates_are_those_of_the_entries(entries):
    assert shared_dates(entries) == {}


@pytest.mark.parametrize(("name", "ahead"), [("published", (CLOCK, None)), ("updated", (None, CLOCK))])
def test_a_date_that_is_no_longer_ahead_is_no_change(name, ahead):
    coming, reached = entry(**{name: None, "ahead": ahead}), entry(**{name: CLOCK})
    assert (fingerprint(coming), alias(coming)) == (fingerprint(reached), alias(reached))
    assert fingerprint(coming) != fingerprint(entry(**{name: None}))
