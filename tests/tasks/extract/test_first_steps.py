from datetime import UTC, datetime

import pytest

from tasks.extract import extract, from_feed, warm
from tasks.reasons import Failed
from tasks.records import Entry

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "The town council of Harrow Bay voted on Monday to close the old ferry landing after a survey found rot. " * 4
PAGE = f"""<html lang="en"><head><title>Ferry landing to close - Harrow Bay Post</title>
<meta property="og:site_name" content="Harrow Bay Post"><meta property="og:title" content="Ferry landing to close">
<meta property="article:published_time" content="2026-03-01T09:30:00+02:00"></head>
<body><article><h1>Ferry landing to close</h1><p>{TEXT}</p><p>{TEXT}</p></article></body></html>"""


def test_a_plain_page_is_read():
    article = extract(PAGE, url="https://harrow.example/ferry", now=NOW)
    assert article.title == "Ferry landing to close"
    assert article.published_at == datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    assert article.body.startswith("The town council")
    assert article.lang == "en"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7 ...", b"\x89PNG\r\n", b"PK\x03\x04zip", b"\x1f\x8b\x08", b"<?xml version='1.0'?><rss></rss>"]
)
def test_bytes_that_are_not_html_are_refused(data):
    with pytest.raises(Failed) as failed:
        extract(data, url="https://harrow.example/ferry", now=NOW)
    assert failed.value.reason == "unsupported-type"


def test_an_entry_without_a_page_gives_the_feeds_text():
    entry = Entry(feed="harrow", guid="1", url=None, title="Ferry", content=f"<p>{TEXT}</p><p>Second.</p>")
    article = from_feed(entry, url="https://harrow.example/ferry", now=NOW)
    assert article.body_status == "feed_only"
    assert "<p>" not in article.body


def test_warming_reads_a_page():
    warm()
