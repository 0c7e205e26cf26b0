"""RSS, RDF and Atom: feedparser's handlers, with bounds on what a document can make them do.

`feedparser.parse` is not called: it guesses the charset by rules that raise, looks at the beginning with patterns of
quadratic cost, and its handlers hold no bounds (an author of 100 KB: 26 s, a tag of 200,000 attributes: minutes)."""

from __future__ import annotations

import contextlib
import xml.sax
from typing import Any

from feedparser.api import LooseFeedParser, StrictFeedParser

from tasks.poll.draft import Document, with_scheme
from tasks.poll.parsed import draft_of, text_of, ttl_seconds
from tasks.reasons import Failed

#: deeper than that, elements were not closed
MAX_DEPTH = 500
#: 4 s of CPU; the fullest of 79 real feeds has 1,250, and 88 for an entry
MAX_ELEMENTS = 200_000
MAX_ATTRIBUTES = 200
MAX_NAMESPACES = 100
MAX_TAGS_SEEN = 64
MAX_AUTHOR_CHARS = 300

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

    # not the same as `dc:date`, which feedparser keeps under the same name

    def _start_dcterms_modified(self, _attrs: dict[str, str]) -> None:
        self.push("dcterms_modified", 1)  # type: ignore[attr-defined]

    def _end_dcterms_modified(self) -> None:
        self.pop("dcterms_modified")

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
        drafts=[draft_of(entry, is_atom=version.startswith("atom")) for entry in parser.entries],
        title=text_of(feed, "title"),
        link=text_of(feed, "link"),
        lang=text_of(feed, "language"),
        ttl_seconds=ttl_seconds(feed),
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
