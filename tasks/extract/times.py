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
publish-date publish_date pubdate published_time published-date dc.date.issued dcterms.issued parsely-pub-date
sailthru.date article.published cxenseparse:recs:publishtime
cxenseparse:publishtime date.issued originalpublicationdate rnews:datepublished article_date_original
citation_publication_date citation_date bt:pubdate
""".split()
# these say when the page was made or changed as often as when it was published: what it shows readers goes first
_UNSURE_METAS = "dcterms.created dc.date.created dc.date dcterms.date date".split()
_MODIFIED_METAS = """
article:modified_time og:updated_time datemodified lastmod last-modified dcterms.modified article:modified
cxenseparse:recs:updatetime
""".split()
_IN_URL = re.compile(r"/(?P<y>(?:19|20)\d{2})[/-]?(?P<m>0[1-9]|1[0-2])[/-]?(?P<d>0[1-9]|[12]\d|3[01])(?=\D)")


_UNSEEN = ("script", "style", "noscript", "template", "option")
# how far from the headline a date may stand, and how long its line may be
MAX_BESIDE_CHARS = 1500
MAX_LINES_BEFORE = 20
MAX_DATE_LINE_CHARS = 80


_CHANGED = re.compile(
    r"amend|correct|korrig|berichtig|corrig|corregi|rectif|sprostow|исправл|виправл|updat|modif|aktualis|geändert|"
    r"mis à jour|actualiz|aggiorna|atualiza|bijgewerkt|oppdater|uppdater|opdater|обновл|онов|更新|업데이트|güncel|"
    r"aktualiz|تحديث",
    re.IGNORECASE,
)
_APART = re.compile(
    r"\s*[|•·;()]\s*|\s[–—-]\s|(?=\b(?:publi|posted|veröffentlicht|erstellt|gepostet|опубл))", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d{2}")
# how far the press is from UTC: a day told is believed only where such a zone explains it
_WESTMOST = timedelta(hours=-10)
_EASTMOST = timedelta(hours=13)
_SAME = timedelta(minutes=1)


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


def _dated(lines: Iterable[str], now: datetime, *, month_first: bool) -> Written | None:
    return next((one for text in lines if (one := dates.parse(text, now=now, month_first=month_first))), None)


def _headline_lines(tree: HtmlElement) -> list[str]:
    """Short lines with a number: those behind the headline, then, nearest first, those before it."""
    before, after = _around_headline(tree)
    return [
        text
        for text in (*after, *reversed(before[-MAX_LINES_BEFORE:]))
        if 5 < len(text.strip()) <= MAX_DATE_LINE_CHARS and any(map(str.isdigit, text))
    ]


def _pieces(text: str) -> list[str]:
    """Of a line that tells of a change, what stands apart from it: "Updated 8 May 2026 | Published 6 May 2026"."""
    return [piece for piece in _APART.split(text) if _YEAR.search(piece) and not _CHANGED.search(piece)]


def _around_headline(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """The pieces of text before and behind the first h1."""
    before: list[str] = []
    after: list[str] = []
    h1 = next(tree.iter("h1"), None)
    inside = set() if h1 is None else set(h1.iterdescendants())
    lines, chars = before, 0
    for element in () if h1 is None else tree.iter("*"):
        if element in inside:
            continue
        if element is h1:
            lines = after
        elif element.text and element.tag not in _UNSEEN:
            lines.append(element.text)
        if element.tail:
            lines.append(element.tail)
        if lines is after:
            chars += len(element.text or "") + len(element.tail or "")
            if chars > MAX_BESIDE_CHARS:
                break
    return before, after


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
    found = [(source, one) for source, one in given if one]
    if not found:
        return None
    source, best = min(found, key=lambda pair: pair[1].moment)
    if best.has_time and best.day == best.moment.date().isoformat():
        unsure = _metas(facts, _UNSURE_METAS, now, month_first=month_first)
        told = [one for one in (*(one for _, one in found), unsure) if one and one.day != best.day]
        days = [one.day for one in told if abs(one.moment - best.moment) < _SAME]
        best = best._replace(day=next(iter(days), "") or _day_of_url(best, facts.url, now))
    return source, best


def _day_of_url(best: Written, url: str, now: datetime) -> str:
    """A stamp in UTC hides the publisher's own day: the address may tell it, where some zone explains both."""
    told = from_url(url, now)
    if told is not None and told.day != best.day:
        day = datetime.fromisoformat(told.day).replace(tzinfo=UTC)
        west, east = day + timedelta(days=1) - best.moment, day - best.moment
        if _WESTMOST < west <= timedelta() or timedelta() < east <= _EASTMOST:
            return told.day
    return best.day


def _seen(facts: Facts, tree: HtmlElement, now: datetime, *, month_first: bool) -> tuple[str, Written] | None:
    """Where the page states no date: what it shows, what its address says, and the search over all its text."""
    lines = _headline_lines(tree)
    changed = [text for text in lines if _CHANGED.search(text)]
    fresh = [text for text in lines if text not in changed] + [piece for text in changed for piece in _pieces(text)]
    ways: tuple[tuple[str, Callable[[], Written | None]], ...] = (
        ("beside-headline", lambda: _dated(fresh, now, month_first=month_first)),
        ("itemprop", lambda: _marked(facts, now)),
        ("url", lambda: from_url(facts.url, now)),
        ("meta", lambda: _metas(facts, _UNSURE_METAS, now, month_first=month_first)),
        ("time", lambda: _shown(facts, now)),
        ("beside-headline", lambda: _dated(changed, now, month_first=month_first)),
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
        same = best is not None and abs(best[1].moment - fed) < _SAME
        day = best[1].day if best and same else fed.date().isoformat()
        return Dated(fed, "feed", "feed", day, _later(modified, fed))
    best = best or _seen(facts, tree, now, month_first=month_first)
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
