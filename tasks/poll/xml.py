"""RSS, RDF and Atom: feedparser's handlers, with bounds on what a document can make them do.

`feedparser.parse` is not called: it guesses the charset by rules that raise, looks at the beginning with patterns of
quadratic cost, and its handlers hold no bounds (an author of 100 KB: 26 s, a tag of 200,000 attributes: minutes)."""

from __future__ import annotations

import contextlib
import xml.sax
from typing import Any

from feedparser.api import LooseFeedParser, StrictFeedParser

from tasks.poll.draft import Document, Draft, paragraphs, with_scheme
from tasks.reasons import Failed

#: deeper than that, elements were not closed
MAX_DEPTH = 500
#: 4 s of CPU; the fullest of 79 real feeds has 1,250, and 88 for an entry
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 200
MAX_NAMESPACES = 100
MAX_TAGS_SEEN = 64
MAX_AUTHOR_CHARS = 300

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml", "html", "xhtml"))
_SUMMARIES = ("summary", "itunes_summary", "media_description", "subtitle")
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
MAX_TTL_SECONDS = 86_400
_FORMATS = {"rss": "rss", "rdf": "rdf", "feed": "atom", "channel": "cdf"}
_HANDLER_FAULTS = (LookupError, TypeError, ValueError, AttributeError, AssertionError)


class _EnoughError(Exception):
    """The document holds more than is read; what was read so far stays."""


class _Bounded:
    """Stands before feedparser's own handlers in the order of classes."""

    #: a guid stays as it is: made absolute it would change with the address of the document
    can_be_relative_uri = StrictFeedParser.can_be_relative_uri - {"id"}
    max_entries = 0
    open_items = 0
    depth = 0
    elements = 0

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise _EnoughError
        # an element where feedparser does not expect it: that element is lost, not the document
        with contextlib.suppress(*_HANDLER_FAULTS):
            super().unknown_starttag(tag, attrs[:MAX_ATTRIBUTES])  # type: ignore[misc]

    def unknown_endtag(self, tag: str) -> None:
        depth = self.depth
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except _HANDLER_FAULTS:
            self.depth = depth - 1

    def resolve_uri(self, uri: str) -> Any:
        return super().resolve_uri(with_scheme(uri.strip(), self.baseuri or ""))  # type: ignore[misc,attr-defined]

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        if len(self.namespaces_in_use) < MAX_NAMESPACES:  # type: ignore[attr-defined]
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        pieces = self.elementstack[-1][2] if self.elementstack else ()  # type: ignore[attr-defined]
        if isinstance(pieces, list):
            # feedparser takes blank pieces off one by one, each time moving all the others
            del pieces[: next((number for number, piece in enumerate(pieces) if piece.strip()), len(pieces))]
        return super().pop(element, strip_whitespace)  # type: ignore[misc]

    def _start_item(self, attrs: dict[str, str]) -> None:
        if len(self.entries) >= self.max_entries:  # type: ignore[attr-defined]
            raise _EnoughError
        self.open_items += 1
        super()._start_item(attrs)  # type: ignore[misc]

    def _end_item(self) -> None:
        super()._end_item()  # type: ignore[misc]
        self.open_items -= 1
        if self.open_items > 0 and not self.entries[-1]:  # type: ignore[attr-defined]
            # an empty item inside another one is no item, and the outer one goes on
            self.entries.pop()  # type: ignore[attr-defined]
            self.inentry = 1

    _start_entry = _start_item
    _end_entry = _end_item

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if len(self._get_context().get("tags", ())) < MAX_TAGS_SEEN:  # type: ignore[attr-defined]
            super()._add_tag(term, scheme, label)  # type: ignore[misc]

    def _sync_author_detail(self, key: str = "author") -> None:
        """Feedparser's own looks for e-mail addresses, at quadratic cost and none in a new top-level domain."""
        context = self._get_context()  # type: ignore[attr-defined]
        people, author = context.get(f"{key}s"), context.get(key)
        if people and not people[-1] and isinstance(author, str):
            people[-1]["name"] = author[:MAX_AUTHOR_CHARS]

    # a picture's caption and a podcast's blurb, not a second description that makes the first one "content"

    def _start_media_description(self, _attrs: dict[str, str]) -> None:
        self.push("media_description", 1)  # type: ignore[attr-defined]

    def _end_media_description(self) -> None:
        self.pop("media_description")

    def _start_itunes_summary(self, _attrs: dict[str, str]) -> None:
        self.push("itunes_summary", 1)  # type: ignore[attr-defined]

    def _end_itunes_summary(self) -> None:
        self.pop("itunes_summary")


class _Strict(_Bounded, StrictFeedParser):  # type: ignore[misc]
    def __init__(self, base: str) -> None:
        super().__init__(base, None, "utf-8")
        self._text: list[str] = []

    def characters(self, text: str) -> None:
        # expat hands over line by line; what stands between two tags is one piece
        self._text.append(text)

    def _flush(self) -> None:
        if self._text:
            self.handle_data("".join(self._text))
            self._text.clear()

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802 - the name is xml.sax's
        self._flush()
        super().endElementNS(name, qname)

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802 - the name is xml.sax's
        self._flush()
        if len(attrs) > MAX_ATTRIBUTES:  # xml.sax looks every one up in a list of all
            raise Failed("parse-error", f"an element with {len(attrs)} attributes")
        if self.depth > MAX_DEPTH:
            raise xml.sax.SAXException(f"elements nested more than {MAX_DEPTH} deep")
        super().startElementNS(name, qname, attrs)


class _Loose(_Bounded, LooseFeedParser):  # type: ignore[misc]
    pass


def read_xml(body: str, root: str, *, base: str, is_netscape: bool, max_entries: int) -> Document:
    """`body` begins with its first element and has no DOCTYPE. Raises Failed('parse-error')."""
    parser, warning = _strict(body, base, max_entries)
    if warning:
        loose = _loose(body, base, max_entries)
        # junk after the last entry, or a document cut short: what was read well stays
        parser = loose if len(loose.entries) >= len(parser.entries) else parser
    version = "rss091n" if is_netscape else parser.version or _FORMATS.get(root, root)
    feed = parser.feeddata
    stopped = f"read no further than {MAX_ELEMENTS} elements" if parser.elements > MAX_ELEMENTS else ""
    return Document(
        format=version,
        drafts=[_draft(entry, is_atom=version.startswith("atom")) for entry in parser.entries],
        title=_text(feed, "title"),
        link=_text(feed, "link"),
        lang=_text(feed, "language"),
        ttl_seconds=_ttl_seconds(feed),
        warnings=tuple(filter(None, (warning, stopped))),
    )


def _strict(body: str, base: str, max_entries: int) -> tuple[Any, str]:
    parser = _Strict(base)
    _prepare(parser, max_entries)
    reader = xml.sax.make_parser()  # noqa: S317 - the DOCTYPE is gone, so there are no entities to blow up or to fetch
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setFeature(xml.sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    try:
        # in one piece: expat starts a token again with every piece it gets
        reader.feed(body.encode("utf-8", "replace"))  # type: ignore[attr-defined]
        reader.close()  # type: ignore[attr-defined]
    except _EnoughError:
        pass
    except (xml.sax.SAXException, *_HANDLER_FAULTS) as reason:
        return parser, f"not well-formed: {reason}"
    return parser, ""


def _loose(body: str, base: str, max_entries: int) -> Any:
    parser = _Loose(base, None, "utf-8", {})
    _prepare(parser, max_entries)
    try:
        parser.feed(body)
    except _EnoughError:
        pass
    except (RecursionError, *_HANDLER_FAULTS) as reason:
        if not parser.entries:
            raise Failed("parse-error", f"{type(reason).__name__}: {reason}") from reason
    return parser


def _prepare(parser: Any, max_entries: int) -> None:
    parser.max_entries = max_entries
    # all of it is stripped to text; feedparser's cleaner is 200 times as slow and has holes of its own
    parser.sanitize_html = False
    parser.resolve_relative_uris = False


def _draft(entry: dict[str, Any], *, is_atom: bool) -> Draft:
    content = _content(entry)
    summary = next((text for key in _SUMMARIES if (text := _text(entry, key).strip())), "")
    published = _text(entry, "published") or _text(entry, "created")
    updated = _text(entry, "updated") if "updated" in entry else ""
    if not is_atom and not published:  # dc:date is when the item came out
        published, updated = updated, ""
    links = _links(entry)
    credit = entry.get("source") or {}
    return Draft(
        guid=_text(entry, "id"),
        links=links,
        stated_link=_stated_link(entry),
        title=_text(entry, "title"),
        published=published,
        updated=updated,
        authors=tuple(_text(author, "name") for author in entry.get("authors", ())) or (_text(entry, "author"),),
        summary="" if summary == content[1].strip() else summary,
        content=content[0],
        tags=tuple(_text(tag, "label") or _text(tag, "term") for tag in entry.get("tags", ())),
        lang=_lang(entry),
        image=_image(entry),
        source_name=_text(credit, "title"),
        source_url=_text(credit, "href") or _text(credit, "link"),
    )


def _text(holder: Any, key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _links(entry: dict[str, Any]) -> tuple[str, ...]:
    # RFC 4287: a relation may be written as its whole IRI
    alternates = [link for link in entry.get("links", ()) if _text(link, "rel").lower().endswith("alternate")]
    guid, stated = _text(entry, "id"), _stated_link(entry)
    pages = [_text(link, "href") for link in alternates if link.get("type") in _HTML_TYPES]
    others = [_text(link, "href") for link in alternates if link.get("type") not in _HTML_TYPES]
    sources = [_text(part, "src") for part in entry.get("content", ())]
    return (_text(entry, "feedburner_origlink"), *pages, stated, guid if _is_http(guid) else "", *others, *sources)


def _stated_link(entry: dict[str, Any]) -> str:
    """A guid is a link unless it says that it is none; but most that do not say so are no links either."""
    link = _text(entry, "link")
    return "" if link == _text(entry, "id") and not _is_http(link) else link


def _is_http(link: str) -> bool:
    return link.lower().startswith(("http://", "https://"))


def _content(entry: dict[str, Any]) -> tuple[str, str]:
    """The longest full text as HTML, and as it stood."""
    parts = [part for part in entry.get("content", ()) if _text(part, "value").strip()]
    texts = [part for part in parts if part.get("type") in _HTML_TYPES or part.get("type") == "text/plain"]
    best = max(texts, key=lambda part: len(part["value"]), default=None)
    if best is None:
        return "", ""
    value: str = best["value"]
    return (value if best.get("type") in _HTML_TYPES else paragraphs(value)), value


def _lang(entry: dict[str, Any]) -> str:
    details = [*entry.get("content", ()), entry.get("summary_detail"), entry.get("title_detail")]
    return next((_text(detail, "language") for detail in details if detail and _text(detail, "language")), "")


def _image(entry: dict[str, Any]) -> str:
    media = [item for item in entry.get("media_content", ()) if _is_image(item)]
    widest: dict[str, Any] = max(media, key=lambda item: _number(_text(item, "width")), default={})
    thumbnails = [(item, "url") for item in entry.get("media_thumbnail", ())]
    links = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure" and _is_image(link)]
    places = [(widest, "url"), *thumbnails, *((link, "href") for link in links), (entry.get("image") or {}, "href")]
    return next((url for item, key in places if (url := _text(item, key))), "")


def _is_image(item: dict[str, Any]) -> bool:
    return item.get("medium") == "image" or _text(item, "type").startswith("image/")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _ttl_seconds(feed: dict[str, Any]) -> int | None:
    minutes, times = (_number(_text(feed, key).strip()) for key in ("ttl", "sy_updatefrequency"))
    seconds = minutes * 60 or _PERIODS.get(_text(feed, "sy_updateperiod").strip().lower(), 0) // (times or 1)
    return min(seconds, MAX_TTL_SECONDS) if seconds else None
