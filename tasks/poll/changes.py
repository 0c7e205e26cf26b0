"""What a document says that the one before did not: an item that stands in it letter for letter as it did is not read
again. Reading is nearly all that a poll costs, and most documents change by one item, or by the date in their head.

The entries that are read are those that reading the whole document gives. Where that is in doubt, it is read whole."""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from tasks.identity import article_id, told_dates
from tasks.poll.prolog import Opening
from tasks.poll.xml import MAX_ELEMENTS
from tasks.records import Entry

#: what begins or ends an item, and what may hold such words without meaning them
_MARK = re.compile(r"<!\[CDATA\[|<!--|<\?|<(?P<ends>/?)(?:item|entry)(?=[\s>/])")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
#: an item that _MARK does not find, as feedparser takes it
_OTHER_ITEM = re.compile(r"<(?:[\w.-]{1,64}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
#: tags that may say something about what stands below them
_FRAME = re.compile(r"<(?:rss|rdf:RDF|RDF|feed|channel)\b[^<>]*>|<[^<>]*?\sxml[^<>]*>", re.IGNORECASE)
_ROOTS = frozenset(("rss", "rdf", "feed"))

_DIGEST_BYTES = 8
#: of one item: its text, its entry's guid and article, when that was updated and published
_RECORD = struct.Struct(">8s8s8sdd")
_NEVER = -1.0


class Item(NamedTuple):
    text: bytes
    guid: bytes
    article: bytes
    updated: float
    published: float


class Cut(NamedTuple):
    """A document's text parted into its items and what stands around them."""

    body: str
    spans: tuple[tuple[int, int], ...]
    #: of each item's text
    digests: tuple[bytes, ...]
    frame: str

    def without(self, known: Collection[bytes]) -> str:
        parts, last = [], 0
        for (start, end), digest in zip(self.spans, self.digests, strict=True):
            if digest in known:
                parts.append(self.body[last:start])
                last = end
        return "".join((*parts, self.body[last:]))


def cut(start: Opening, *, most: int) -> Cut | None:
    """None where the items cannot be told apart for certain, or where there are more than `most`."""
    body = start.body
    if start.root not in _ROOTS or start.doctype or body.count("<") > MAX_ELEMENTS:
        return None
    spans = _spans(body)
    if not spans or len(spans) > most:
        return None
    edges = [0, *(edge for span in spans for edge in span), len(body)]
    around = [body[edges[n] : edges[n + 1]] for n in range(0, len(edges), 2)]
    if any(_OTHER_ITEM.search(part) for part in around):
        return None
    digests = tuple(_digest(body[first:last]) for first, last in spans)
    return Cut(body, tuple(spans), digests, "".join(tag for part in around for tag in _FRAME.findall(part)))


def _spans(body: str) -> list[tuple[int, int]]:
    """None at all where items are nested, empty or broken off. Each character is looked at a few times at most."""
    spans: list[tuple[int, int]] = []
    position, begun = 0, -1
    while mark := _MARK.search(body, position):
        end = body.find(_ENDS.get(mark[0], ">"), mark.end())
        if end < 0 or mark[0] == "<?":
            return []
        position = end + 1
        if mark["ends"] is None:
            continue
        is_end = mark["ends"] == "/"
        if is_end != (begun >= 0) or body[end - 1] == "/":
            return []
        if is_end:
            spans.append((begun, position))
        begun = -1 if is_end else mark.start()
    return [] if begun >= 0 else spans


class Before(NamedTuple):
    """The document before, as `remembered` wrote it down."""

    surroundings: bytes
    items: Mapping[bytes, Item]


def before(remembered: bytes) -> Before | None:
    if (len(remembered) - _DIGEST_BYTES) % _RECORD.size or len(remembered) <= _DIGEST_BYTES:
        return None
    items = [Item(*fields) for fields in _RECORD.iter_unpack(remembered[_DIGEST_BYTES:])]
    return Before(remembered[:_DIGEST_BYTES], {item.text: item for item in items})


def surroundings(parted: Cut, url: str, lang: str | None) -> bytes:
    """What an entry depends on beside its own item."""
    return _digest("\n".join((parted.frame, url, lang or "")))


def items(digests: Sequence[bytes], entries: Sequence[Entry]) -> list[Item]:
    found = []
    for digest, entry in zip(digests, entries, strict=True):
        published, updated = told_dates(entry)
        names = _digest(entry.guid or ""), _digest(article_id(entry))
        found.append(Item(digest, *names, _at(updated), _at(published)))
    return found


def stand_alone(found: Sequence[Item]) -> bool:
    """Whether each entry of a document is what it would be without the others: see tasks.poll.draft's `without_...`."""
    guids = [item.guid for item in found if item.guid != _NO_GUID]
    alone = len(set(guids)) == len(guids) and len({item.article for item in found}) == len(found)
    return alone and len({item.text for item in found}) == len(found) and not _one_clock(found)


def _one_clock(found: Sequence[Item]) -> bool:
    updates = {item.updated for item in found}
    return len(updates) == 1 and updates != {_NEVER}


def remembered(about: bytes, found: Sequence[Item]) -> str:
    return (about + b"".join(_RECORD.pack(*item) for item in found)).hex()


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()


def _at(moment: datetime | None) -> float:
    return _NEVER if moment is None else moment.timestamp()


_NO_GUID = _digest("")
