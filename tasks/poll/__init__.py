"""Feed document → entries. One reader a dialect; whatever the dialect, the same clean, bounded entries come out."""

from __future__ import annotations

from datetime import datetime

from tasks.clean import clean_line, strip_html
from tasks.poll.charset import decoded_text
from tasks.poll.dates import read_date
from tasks.poll.draft import (
    MAX_TITLE_CHARS,
    Document,
    Draft,
    absolute_url,
    finished,
    language,
    without_one_clock,
    without_shared_guids,
)
from tasks.poll.jsonfeed import read_json
from tasks.poll.prolog import declared_entities, described, is_html, not_text, opening, wellformed_text
from tasks.poll.sitemap import read_sitemap
from tasks.poll.xml import read_xml
from tasks.reasons import Failed
from tasks.records import FeedDocument

MAX_ENTRIES = 500
#: so many times the entries that are wanted are looked at, since some documents begin with the oldest
READ_AHEAD = 4
_XML_ROOTS = frozenset(("rss", "rdf", "feed", "channel", "urlset"))
_OTHER_ROOTS = {
    "opml": "an OPML list of feeds; import it",
    "sitemapindex": "an index of sitemaps; name one of its news sitemaps",
}

__all__ = ["MAX_ENTRIES", "read_feed"]


def read_feed(
    document: bytes,
    *,
    feed: str,
    url: str,
    content_type: str = "",
    now: datetime,
    max_entries: int = MAX_ENTRIES,
) -> FeedDocument:
    """`feed` is the feed's id, `url` where the document came from: relative links hang on it.

    Raises Failed: `not-a-feed` (with what it is instead) or `parse-error`."""
    what = not_text(document)
    if what:
        raise Failed("not-a-feed", what)
    text, forgiven = decoded_text(document, content_type)
    read = _read(text, url, max_entries * READ_AHEAD)
    drafts = _newest(read.drafts, max_entries, now)
    cut = (f"{len(read.drafts)} entries or more, {max_entries} taken",) if len(drafts) < len(read.drafts) else ()
    lang = language(read.lang)
    # a saved document whose address is not known: its own link is the next best place for relative ones to hang on
    base = url or read.link
    entries = [finished(draft, feed=feed, base=base, lang=lang, now=now) for draft in drafts]
    return FeedDocument(
        format=read.format,
        title=clean_line(strip_html(read.title, MAX_TITLE_CHARS), MAX_TITLE_CHARS),
        link=absolute_url(read.link, base),
        lang=lang,
        entries=without_shared_guids(without_one_clock(entries)),
        ttl_seconds=read.ttl_seconds,
        warnings=tuple(clean_line(warning, 200) for warning in (*forgiven, *read.warnings, *cut)),
    )


def _newest(drafts: list[Draft], max_entries: int, now: datetime) -> list[Draft]:
    """As many as are wanted, from the end at which the newest stand; without dates, from the beginning."""
    if len(drafts) <= max_entries:
        return drafts
    first, last = (read_date(draft.published or draft.updated, now) for draft in (drafts[0], drafts[-1]))
    return drafts[-max_entries:] if first and last and last > first else drafts[:max_entries]


def _read(text: str, url: str, max_entries: int) -> Document:
    if text.lstrip("\ufeff\x00 \t\r\n")[:1] in ("{", "["):
        return read_json(text.strip("\ufeff\x00 \t\r\n"), max_entries=max_entries)
    start = opening(text)
    what = _OTHER_ROOTS.get(start.root)
    if what is None and start.root not in _XML_ROOTS and (not start.root or is_html(text, start)):
        what = described(text, start)
    if what:
        raise Failed("not-a-feed", what)
    body = wellformed_text(start.body, declared_entities(start.doctype))
    if start.root == "urlset":
        return read_sitemap(body, max_entries=max_entries)
    is_netscape = "netscape" in start.doctype.lower()
    read = read_xml(body, start.root, base=url, is_netscape=is_netscape, max_entries=max_entries)
    if start.root not in _XML_ROOTS and not read.drafts:
        raise Failed("not-a-feed", described(text, start))
    return read
