"""Feed documents of our own writing, and the reader pointed at them."""

from datetime import UTC, datetime

import pytest

from tasks.poll import read_feed
from tasks.reasons import Failed

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
URL = "https://harbour.example/news/feed.xml"


def rss(items, channel="<title>Harbour Post</title><link>https://harbour.example/</link>", namespaces="", prolog=""):
    head = f'<?xml version="1.0" encoding="utf-8"?>{prolog}<rss version="2.0" {namespaces}>'
    return f"{head}<channel>{channel}{items}</channel></rss>".encode("utf-8", "surrogatepass")


def item(more="", title="Talks resume", link="https://harbour.example/a/1"):
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def atom(entries, feed="<title>Harbour Post</title>", namespaces=""):
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" {namespaces}>'
        f"{feed}{entries}</feed>"
    ).encode()


@pytest.fixture(name="read")
def reader():
    def read(document, **given):
        return read_feed(document, **{"feed": "harbour-post", "url": URL, "now": NOW, **given})

    return read


@pytest.fixture
def only(read):
    """The one entry of a document."""

    def entry(document, **given):
        [found] = read(document, **given).entries
        return found

    return entry


@pytest.fixture
def refusal(read):
    """(reason, detail) of a document that cannot be read, None for one that can."""

    def reason_of(document, **given):
        try:
            read(document, **given)
        except Failed as failed:
            return failed.reason, failed.detail
        return None

    return reason_of


@pytest.fixture(name="rss")
def make_rss():
    return rss


@pytest.fixture(name="item")
def make_item():
    return item


@pytest.fixture(name="atom")
def make_atom():
    return atom
