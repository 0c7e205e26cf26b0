"""What is read of strangers, damaged at random: each reader gives something sound or fails by name, never otherwise.

`corpus/` holds what is damaged; an input that once broke a reader is added there."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.feeds import load_feeds
from config.opml import read_opml, write_opml
from config.topics import load_topics
from config.trouble import ConfigError
from tasks.extract import dates, extract
from tasks.identity import canonical_url
from tasks.poll import discover, read_feed
from tasks.poll.dates import read_date
from tasks.reasons import Failed
from tasks.records import Article
from tasks.robots import RobotsRules
from worker.http import answers, urls
from worker.http.addresses import Guard

CORPUS = Path(__file__).parent / "corpus"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://quay.example/news/1"
AGENT = "Wirebeat/0 (+https://wirebeat.example/bot)"
OPENS_A_TAG = re.compile(r"<[a-zA-Z/!?]")
#: What parsers stumble over.
SPLINTERS = [
    b"<", b">", b"&", b"&lt;", b"&#0;", b"&#x110000;", b"&#xD800;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"</",
    b"<!DOCTYPE x [", b"<!ENTITY a '&a;'>", b"<?xml version='1.1' encoding='utf-16'?>", b"<script>", b"<base href=//>",
    b"<p " + b"a=1 " * 50, b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x1b[0m", b"\r", b"\n", b"'", b'"',
    "\u202e\u200b\u0130\ufb01".encode(), b"\\", b"{", b"[" * 30, b"]", b"}", b":", b",", b"null", b"1e999", b"-1",
    b"9" * 40, b"%", b"%00", b"#", b"*", b"(", b"|", b")", b"=", b"@",
]  # fmt: skip


def seeds(folder: str) -> list[bytes]:
    found = [file.read_bytes() for file in sorted((CORPUS / folder).iterdir())]
    assert found
    return found


@st.composite
def damaged(draw, whole: list[bytes]) -> bytes:
    """One of `whole` with up to five pieces cut out, doubled, moved in from another, or put in from SPLINTERS."""
    text = draw(st.sampled_from(whole))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(start + draw(st.integers(0, 40)), len(text))
        other = draw(st.sampled_from(whole))
        at = draw(st.integers(0, len(other)))
        put_in = draw(
            st.sampled_from([b"", text[start:end] * 3, other[at : at + 60], *SPLINTERS]) | st.binary(max_size=6)
        )
        text = text[:start] + put_in + text[end:]
    return text


def lines(folder: str) -> st.SearchStrategy[str]:
    whole = [line for seed in seeds(folder) for line in seed.splitlines()]
    return damaged(whole).map(lambda line: line.decode("utf-8", "surrogateescape"))


def texts(folder: str) -> st.SearchStrategy[str]:
    return damaged(seeds(folder)).map(lambda seed: seed.decode("utf-8", "replace"))


TYPES = st.sampled_from(
    ["", "text/html; charset=utf-16", "application/xml; charset=koi8-r", "x; charset=\ud800", "\x00"]
)


def read_of(read, *raised):
    """None where it failed as it may."""
    with suppress(*raised):
        return read()


def failing_with(read, *reasons: str):
    try:
        return read()
    except Failed as failed:
        assert failed.reason in reasons  # noqa: PT017  (it may fail, but only so)
        failed.detail.encode()


@given(damaged(seeds("feeds")), TYPES)
def test_a_damaged_feed_is_read_or_refused_and_holds_no_markup(document, content_type):
    read = failing_with(
        lambda: read_feed(document, feed="quay", url=URL, content_type=content_type, now=NOW),
        "not-a-feed",
        "parse-error",
    )
    for entry in read.entries if read else ():
        shown = [entry.title, entry.summary, *entry.authors, *entry.tags, entry.image or ""]
        assert not [text for text in shown if OPENS_A_TAG.search(text)]
    assert read is None or type(read).model_validate_json(read.model_dump_json()) == read


@given(damaged(seeds("pages")), TYPES)
def test_a_damaged_page_is_read_or_refused_and_leaves_no_markup(page, content_type):
    article = failing_with(
        lambda: extract(page, url=URL, now=NOW, content_type=content_type), "no-content", "unsupported-type"
    )
    if article is None:
        return
    assert Article.model_validate_json(article.model_dump_json()) == article
    stored = [
        article.title,
        article.summary,
        article.body,
        article.section or "",
        article.publisher or "",
        *article.tags,
    ]
    stored += [part or "" for link in article.links for part in (link.text, link.url)]
    stored += [person.name for person in article.authors] + [article.image or "", article.canonical_url or ""]
    assert not [text for text in stored if OPENS_A_TAG.search(text)]


@pytest.mark.parametrize(
    "opened",
    ["<ul><li>x", "<dl><dd>x", "<table><tr><td>x", "<blockquote>x", "<div>x", "<b>x", "<a href=x>x", "<p>x<div>"],
)
def test_a_page_of_elements_within_elements_is_read_or_refused(opened):
    page = seeds("pages")[0].replace(b"</article>", opened.encode() * 300 + b"</article>")

    failing_with(lambda: extract(page, url=URL, now=NOW), "no-content")


def test_lists_within_lists_leave_the_text_before_them_as_it_is():
    (page, *_) = seeds("pages")
    nested = page.replace(b"<footer>", b"<ul><li>x" * 2000 + b"<footer>")

    assert "beside it had been asked" in extract(nested, url=URL, now=NOW).body


@given(texts("topics"))
def test_damaged_topics_are_rules_or_a_configuration_error(text):
    rules = read_of(lambda: load_topics(text, file="topics.toml"), ConfigError)
    assert rules is None or rules.topics


@given(texts("lists"))
def test_a_damaged_feed_list_is_a_list_or_a_configuration_error(text):
    feeds = read_of(lambda: load_feeds(text, file="feeds", poll_interval_seconds=900.0), ConfigError)
    assert feeds is None or len({feed.id for feed in feeds}) == len(feeds)


@given(texts("lists"))
def test_damaged_opml_is_read_or_refused_and_written_as_it_was_read(text):
    outlines = read_of(lambda: read_opml(text, file="feeds.opml"), ConfigError)
    if outlines:
        again = read_opml(write_opml(outlines, title="Feeds"), file="feeds.opml")
        # one without a title is written with its address as title
        assert [(one.url, one.title or one.url, one.folders) for one in outlines] == [
            (one.url, one.title, one.folders) for one in again
        ]


@given(damaged(seeds("robots")), lines("urls"))
def test_a_damaged_robots_txt_gives_an_answer_for_every_address(body, url):
    rules = RobotsRules.read(200, body, AGENT)
    address = read_of(lambda: canonical_url(url), Failed)

    assert rules.allows(address or URL, AGENT) in (True, False)
    assert 0 <= (rules.crawl_delay_seconds(AGENT) or 0) <= 30
    assert RobotsRules.loads(rules.dumps()) == rules
    discover.news_sitemaps(body.decode("utf-8", "replace"), URL)


@given(lines("dates"))
def test_a_damaged_date_is_a_moment_of_our_time_or_none(text):
    moment = read_date(text, NOW)
    assert moment is None or (moment.tzinfo is not None and 1900 < moment.year <= NOW.year)
    written = dates.parse(text, now=NOW)
    assert written is None or written.moment.tzinfo is not None
    header = answers.http_date(text)
    assert header is None or header.tzinfo is not None
    assert 0 <= (answers.retry_after_seconds(text, NOW) or 0) <= 86_400


@given(lines("urls"))
def test_a_damaged_address_is_made_canonical_once_for_all_or_refused(text):
    canonical = failing_with(lambda: canonical_url(text), "blocked-url", "no-url")
    assert canonical is None or canonical_url(canonical) == canonical


@given(lines("urls"), lines("urls"))
def test_a_damaged_address_is_asked_for_only_on_the_web_and_without_a_user(text, base):
    first = failing_with(lambda: urls.allowed(base, Guard([])), "blocked-url", "blocked-address")
    for url in (
        first,
        failing_with(lambda: urls.allowed(text, Guard([]), base=first), "blocked-url", "blocked-address"),
    ):
        if url is not None:
            assert url.scheme in ("http", "https")
            assert url.raw_user is None
            assert url.port in (80, 443)
            assert str(url).isascii()


@given(damaged(seeds("pages") + seeds("feeds")))
def test_the_feeds_that_a_damaged_page_names_are_addresses(page):
    for url in discover.named_feeds(page, URL):
        assert url.startswith(("http://", "https://"))


@pytest.mark.parametrize("folder", sorted(one.name for one in CORPUS.iterdir()))
def test_each_seed_of_the_corpus_is_of_our_own_small_making(folder):
    assert sum(map(len, seeds(folder))) < 8000
