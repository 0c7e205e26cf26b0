"""When a story was published and last changed, of all that page, feed and address say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import htmldate
from lxml.html import HtmlElement

from tasks.extract import dates, structured
from tasks.extract.dates import Written
from tasks.extract.page import Facts
from tasks.records import Entry, PublishedFrom

_PUBLISHED_METAS = """
article:published_time article:published datepublished og:published_time og:article:published_time publishdate
publish-date publish_date pubdate published_time published-date dc.date.issued dcterms.issued dcterms.created
dc.date.created parsely-pub-date sailthru.date article.published cxenseparse:recs:publishtime
cxenseparse:publishtime date.issued originalpublicationdate rnews:datepublished dc.date dcterms.date
article_date_original citation_publication_date citation_date bt:pubdate date
""".split()
_MODIFIED_METAS = """
article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified article:modified
cxenseparse:recs:updatetime
""".split()
_IN_URL = re.compile(r"/(?P<y>(?:19|20)\d{2})[/-]?(?P<m>0[1-9]|1[0-2])[/-]?(?P<d>0[1-9]|[12]\d|3[01])(?=\D)")


class Dated(NamedTuple):
    at: datetime
    kind: PublishedFrom
    source: str
    #: the day as its source writes it
    day: str
    modified: datetime | None


def _metas(facts: Facts, names: list[str], now: datetime, *, month_first: bool) -> Written | None:
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
    """Of the elements that are marked as the date of publication."""
    return _first((time for time in facts.times if time[2]), now)


def _shown(facts: Facts, now: datetime) -> Written | None:
    """The first time element of the page: right on 61 of 66 pages that state no date (docs/extraction.md)."""
    return _first(facts.times, now)


def _first(found: Iterable[tuple[str, str, bool]], now: datetime) -> Written | None:
    for text, attribute, _ in found:
        if written := dates.parse(attribute, now=now) or dates.parse(text, now=now):
            return written
    return None


def from_url(url: str, now: datetime) -> Written | None:
    found = _IN_URL.search(url)
    return dates.parse("-".join(found.group("y", "m", "d")), now=now) if found else None


def _searched(tree: HtmlElement, facts: Facts, now: datetime) -> Written | None:
    try:
        found: str | None = htmldate.find_date(  # the library has types for Python only in part
            tree, url=facts.url, original_date=True, max_date=now.date().isoformat()
        )
    except Exception:  # noqa: BLE001 - a page that the search cannot read has no date for us
        return None
    # the first of January is what the search makes of a year in a copyright line
    return dates.parse(found, now=now) if found and not found.endswith("-01-01") else None


def _stated(facts: Facts, now: datetime, *, month_first: bool) -> tuple[str, Written] | None:
    """The earlier of JSON-LD and meta tags: publishers put the last change into one of them, rarely an earlier date."""
    given = [
        ("json-ld", _data(facts, "datePublished", now)),
        ("meta", _metas(facts, _PUBLISHED_METAS, now, month_first=month_first)),
    ]
    return min(((source, one) for source, one in given if one), key=lambda pair: pair[1].moment, default=None)


def _seen(facts: Facts, tree: HtmlElement, now: datetime) -> tuple[str, Written] | None:
    """Where the page states no date: what it shows, what its address says, and the search over all its text."""
    ways: tuple[tuple[str, Callable[[], Written | None]], ...] = (
        ("itemprop", lambda: _marked(facts, now)),
        ("time", lambda: _shown(facts, now)),
        ("url", lambda: from_url(facts.url, now)),
        ("search", lambda: _searched(tree, facts, now)),
    )
    for source, way in ways:
        if written := way():
            return source, written
    return None


def published(facts: Facts, tree: HtmlElement, *, now: datetime, entry: Entry | None) -> Dated:
    month_first = facts.lang.lower().endswith("us") or facts.meta("og:locale").lower().endswith("us")
    best = _stated(facts, now, month_first=month_first)
    modified = _data(facts, "dateModified", now) or _metas(facts, _MODIFIED_METAS, now, month_first=month_first)
    fed = entry.published if entry else None
    if fed and fed.year >= dates.FIRST_YEAR and fed <= now + dates.AHEAD and _agrees(fed, best):
        return Dated(fed, "feed", "feed", fed.date().isoformat(), _later(modified, fed))
    best = best or _seen(facts, tree, now)
    if best is None:
        return Dated(now.astimezone(UTC), "fetch", "fetch", "", None)
    source, written = best
    return Dated(
        written.moment, "url" if source == "url" else "html", source, written.day, _later(modified, written.moment)
    )


def of_entry(entry: Entry, now: datetime) -> Dated:
    for moment in (entry.published, entry.updated):
        if moment and moment.year >= dates.FIRST_YEAR and moment <= now + dates.AHEAD:
            modified = entry.updated if entry.updated and moment < entry.updated <= now + dates.AHEAD else None
            return Dated(moment, "feed", "feed", moment.date().isoformat(), modified)
    return Dated(now.astimezone(UTC), "fetch", "fetch", "", None)


def _agrees(feed: datetime, best: tuple[str, Written] | None) -> bool:
    """A feed's date is taken unless the page's own, exact one is older: feeds show the last change, too."""
    return best is None or not best[1].has_time or feed <= best[1].moment + timedelta(hours=26)


def _later(modified: Written | None, published_at: datetime) -> datetime | None:
    return modified.moment if modified and modified.moment > published_at else None
