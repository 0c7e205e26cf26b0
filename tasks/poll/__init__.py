"""Feed document → entries. One reader a dialect; whatever the dialect, the same clean, bounded entries come out."""

from __future__ import annotations

from datetime import datetime

from tasks.clean import clean_line, strip_html
from tasks.decode import decoded
from tasks.documents import ReadDocument
from tasks.poll import changes
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
from tasks.poll.prolog import Opening, declared_entities, described, is_html, not_text, opening, wellformed_text
from tasks.poll.sitemap import read_sitemap
from tasks.poll.xml import read_xml
from tasks.reasons import Failed
from tasks.records import Entry

MAX_ENTRIES = 500
#: of a document that is a gzip file; the protocol for sitemaps allows 50 MB, what is news in them takes a hundredth
MAX_UNPACKED_BYTES = 10 << 20
#: so many times the entries that are wanted are looked at, since some documents begin with the oldest
READ_AHEAD = 4
_BLANKS = "\ufeff\x00 \t\r\n"
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
    before: str = "",
) -> ReadDocument:
    """`feed` is the feed's id, `url` where the document came from: relative links hang on it. `before`: `remembered` of
    the document before; what stands in this one as it stood there is counted, not read.

    Raises Failed: `not-a-feed` (with what it is instead) or `parse-error`."""
    document = _unpacked(document)
    what = not_text(document)
    if what:
        raise Failed("not-a-feed", what)
    text, forgiven = decoded_text(document, content_type)
    if text.lstrip(_BLANKS)[:1] in ("{", "["):
        read = read_json(text.strip(_BLANKS), max_entries=max_entries * READ_AHEAD)
        return _whole(read, forgiven, None, feed=feed, url=url, now=now, max_entries=max_entries)
    start = opening(text)
    parted = changes.cut(start, most=max_entries) if url else None
    known = changes.before(bytes.fromhex(before)) if parted and before else None
    if parted and known:
        found = _changed(start, parted, known, forgiven, feed=feed, url=url, now=now)
        if found is not None:
            return found
    read = _read(text, start, url, max_entries * READ_AHEAD)
    return _whole(read, forgiven, parted, feed=feed, url=url, now=now, max_entries=max_entries)


def _unpacked(document: bytes) -> bytes:
    """Sitemaps are often published as gzip files. One that is broken or too large stays what it is."""
    if not document.startswith(b"\x1f\x8b"):
        return document
    try:
        return decoded(document, "gzip", MAX_UNPACKED_BYTES)
    except Failed:
        return document


def _changed(
    start: Opening,
    parted: changes.Cut,
    known: changes.Before,
    forgiven: tuple[str, ...],
    *,
    feed: str,
    url: str,
    now: datetime,
) -> ReadDocument | None:
    """The document with those of its entries that were not in the one before; None: it must be read whole."""
    new = [digest for digest in parted.digests if digest not in known.items]
    if len(new) == len(parted.digests):
        return None
    body = wellformed_text(parted.without(known.items), {})
    read = read_xml(body, start.root, base=url, is_netscape=False, max_entries=len(new))
    about = changes.surroundings(parted, url, language(read.lang))
    if read.warnings or len(read.drafts) != len(new) or about != known.surroundings:
        return None
    entries = [finished(draft, feed=feed, base=url, lang=language(read.lang), now=now) for draft in read.drafts]
    items = {**known.items, **{item.text: item for item in changes.items(new, entries)}}
    all_items = [items[digest] for digest in parted.digests]
    if not changes.stand_alone(all_items):
        return None
    remembered = changes.remembered(about, all_items)
    return _document(read, forgiven, tuple(entries), url).model_copy(
        update={"unchanged": len(all_items) - len(entries), "remembered": remembered}
    )


def _whole(
    read: Document,
    forgiven: tuple[str, ...],
    parted: changes.Cut | None,
    *,
    feed: str,
    url: str,
    now: datetime,
    max_entries: int,
) -> ReadDocument:
    drafts = _newest(read.drafts, max_entries, now)
    cut = (f"{len(read.drafts)} entries or more, {max_entries} taken",) if len(drafts) < len(read.drafts) else ()
    lang = language(read.lang)
    # a saved document whose address is not known: its own link is the next best place for relative ones to hang on
    base = url or read.link
    entries = [finished(draft, feed=feed, base=base, lang=lang, now=now) for draft in drafts]
    remembered = ""
    if parted and not read.warnings and len(entries) == len(parted.digests):
        items = changes.items(parted.digests, entries)
        if changes.stand_alone(items):
            remembered = changes.remembered(changes.surroundings(parted, url, lang), items)
    found = _document(read, (*forgiven, *read.warnings, *cut), without_shared_guids(without_one_clock(entries)), base)
    return found.model_copy(update={"remembered": remembered})


def _document(read: Document, warnings: tuple[str, ...], entries: tuple[Entry, ...], base: str) -> ReadDocument:
    return ReadDocument(
        format=read.format,
        title=clean_line(strip_html(read.title, MAX_TITLE_CHARS), MAX_TITLE_CHARS),
        link=absolute_url(read.link, base),
        lang=language(read.lang),
        entries=entries,
        ttl_seconds=read.ttl_seconds,
        warnings=tuple(clean_line(warning, 200) for warning in warnings),
    )


def _newest(drafts: list[Draft], max_entries: int, now: datetime) -> list[Draft]:
    """As many as are wanted, from the end at which the newest stand; without dates, from the beginning."""
    if len(drafts) <= max_entries:
        return drafts
    first, last = (read_date(draft.published or draft.updated, now) for draft in (drafts[0], drafts[-1]))
    return drafts[-max_entries:] if first and last and last > first else drafts[:max_entries]


def _read(text: str, start: Opening, url: str, max_entries: int) -> Document:
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
