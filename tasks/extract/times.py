"""When a story was published and last changed, of all that page, feed and address say."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import htmldate
from lxml.html import HtmlElement

from tasks.extract import dates, structured
from tasks.extract.dates import Written
from tasks.extract.page import Facts
from tasks.records import Entry, PublishedFrom

_PUBLISHED_METAS = (
    "article:published_time", "article:published", "datepublished", "og:published_time", "og:article:published_time", "publishdate", "publish-date", "publish_date",
    "pubdate", "published_time", "published-date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "parsely-pub-date", "sailthru.date", "article.published",
    "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "date.issued", "originalpublicationdate", "rnews:datepublished", "dc.date", "dcterms.date", "article_date_original", "citation_publication_date", "citation_date", "bt:pubdate", "date",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "article:modified",
    "cxenseparse:recs:updatetime",
)
_IN_URL = re.compile(r"/(?P<y>(?:19|20)\d{2})[/-]?(?P<m>0[1-9]|1[0-2])[/-]?(?P<d>0[1-9]|[12]\d|3[01])(?=\D)")


class Dated(NamedTuple):
    at: datetime
    kind: PublishedFrom
    source: str
    #: the day as its source writes it
    day: str
    modified: datetime | None


def _metas(facts: Facts, names: tuple[str, ...], now: datetime, *, month_first: bool) -> Written | None:
    for name in names:
        for value in facts.metas.get(name, ()):
            if written := dates.parse(value, now=now, month_first=month_first):
                return written
    return None


def _data(facts: Facts, key: str, now: datetime) -> Written | None:
    for node in facts.data.articles:
        if written := dates.parse(structured.text_value(node.get(key)), now=now):
            return written
    return None


def _marked(facts: Facts, now: datetime) -> Written | None:
    for text, attribute, marked in facts.times:
        if marked and (written := dates.parse(attribute, now=now) or dates.parse(text, now=now)):
            return written
    return None


def from_url(url: str, now: datetime) -> Written | None:
    found = _IN_URL.search(url)
    return dates.parse("-".join(found.group("y", "m", "d")), now=now) if found else None


def _searched(tree: HtmlElement, facts: Facts, now: datetime) -> Written | None:
    try:
        found = htmldate.find_date(tree, url=facts.url, original_date=True, max_date=now.date().isoformat())
    except Exception:  # noqa: BLE001 - a page that the search cannot read has no date for us
        return None
    return dates.parse(found, now=now) if found else None


def published(facts: Facts, tree: HtmlElement, *, now: datetime, entry: Entry | None) -> Dated:
    month_first = "us" in facts.lang.lower() or facts.meta("og:locale").lower().endswith("us")
    stated = [
        ("json-ld", _data(facts, "datePublished", now)),
        ("meta", _metas(facts, _PUBLISHED_METAS, now, month_first=month_first)),
    ]
    given = [(source, written) for source, written in stated if written]
    best = min(given, key=lambda one: one[1].moment, default=None)
    modified = _data(facts, "dateModified", now) or _metas(facts, _MODIFIED_METAS, now, month_first=month_first)
    if best is None and (written := _marked(facts, now)):
        best = ("itemprop", written)
    if entry is not None and entry.published is not None and _agrees(entry.published, best):
        return Dated(
            entry.published, "feed", "feed", entry.published.date().isoformat(), _later(modified, entry.published)
        )
    if best is None:
        written = _searched(tree, facts, now)
        best = ("search", written) if written else None
    if best is None:
        written = from_url(facts.url, now)
        if written:
            return Dated(written.moment, "url", "url", written.day, None)
        return Dated(now.astimezone(UTC), "fetch", "fetch", "", None)
    return Dated(best[1].moment, "html", best[0], best[1].day, _later(modified, best[1].moment))


def _agrees(feed: datetime, best: tuple[str, Written] | None) -> bool:
    """A feed's date is taken unless the page's own, exact one is older: feeds show the last change, too."""
    return best is None or not best[1].has_time or feed <= best[1].moment + timedelta(hours=26)


def _later(modified: Written | None, published_at: datetime) -> datetime | None:
    return modified.moment if modified and modified.moment > published_at else None
