"""Which article prints another one's text: told by the words themselves, among those that were published before it.

A text is known by the smallest hashes of its runs of words: of two texts, they agree in as many as the texts have in
common (bottom-k sketches, Broder 1997), however long they are and whatever stands around them. The ledger keeps them
for a while; what it keeps is packed and read here alone. docs/decisions/0013-copies-in-the-ledger.md says why so.
"""

from __future__ import annotations

import struct
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

import courlan
import numpy as np

from tasks.record import Cluster
from tasks.tellings import Known, Telling

if TYPE_CHECKING:
    import numpy.typing as npt

    from tasks.record import Record

RUN_WORDS = 5
#: of a text; a tenth of its runs or more
KEPT_RUNS = 28
#: of 28. In simulations of 4,000 to 20,000 pairs, texts with .9 of their runs in common are told 998 times in 1,000,
#: with .8 five times in six, with .5 once in 700, with .4 once in 4,000
SHARED_AT_LEAST = 20
#: a later version of a copy that has less than half of the original's words left is a text of its own
STILL_SHARED = 14
#: by these alone the ledger looks for a text: of 1,000 pairs with 20 in common, one or none has none of these in common
ASKED_RUNS = 5
#: an agency's text is told from its beginning, and a long one need not be read to the end
READ_WORDS = 400
READ_CHARS = 6_400
#: shorter ones (teasers, notices) are alike without being copies
FEWEST_WORDS = 60
#: what is no article's text, or another one every hour
NOT_COMPARED = frozenset({"teaser", "consent_wall", "bot_wall", "live_blog", "video", "empty", "omitted"})

_BLANKED = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
_MARKS = [mark.encode() for mark in "‘’“”–—…«»\u00a0"]
_EPOCH = date(1970, 1, 1)
#: odd, without a pattern: digits of the golden ratio, and those of splitmix64 and xxHash
_PLACES = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype="<u8"
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_HALF = np.uint64(33)
_FIRST = np.array([True])

_RUNS = struct.Struct(">H")
#: day of the first telling (since 1970), tellings so far, outlet, two bytes of each run
_ORIGINAL = struct.Struct(f">HH4s{2 * KEPT_RUNS}s")
#: raw id of the original, its day, tellings when this was one, runs shared
_COPY = struct.Struct(">12sHHB")


class Sketch(NamedTuple):
    #: two bytes of each of the runs kept; b"" for what is not compared
    runs: bytes
    #: four bytes of the first of them
    asked: bytes
    #: None for a text too short
    simhash: str | None


NO_SKETCH = Sketch(b"", b"", None)
NOTHING = Known()


class Place(NamedTuple):
    """Where an article stands among the tellings of its text."""

    cluster: Cluster
    duplicate_of: str | None
    telling: Telling


class _Original(NamedTuple):
    id: str
    day: int
    size: int
    outlet: bytes
    runs: bytes

    def packed(self) -> tuple[str, bytes]:
        return self.id, _ORIGINAL.pack(self.day, min(self.size, 0xFFFF), self.outlet, self.runs)


def sketch(text: str, body_status: str = "full") -> Sketch:
    """The same in every process and on every machine."""
    words = _words(text)
    if len(words) < FEWEST_WORDS:
        return NO_SKETCH
    numbers = np.fromiter(map(crc32, words), dtype="<u8", count=len(words))
    places = len(numbers) - RUN_WORDS + 1
    runs = numbers[:places] * _PLACES[0]
    for n in range(1, RUN_WORDS):
        runs += numbers[n : n + places] * _PLACES[n]
    runs ^= runs >> _HALF
    runs *= _MIX
    runs ^= runs >> _HALF
    simhash = f"sim64:{_simhash(runs)}"
    runs.sort()
    runs = runs[np.concatenate((_FIRST, runs[1:] != runs[:-1]))]
    if len(runs) < KEPT_RUNS or body_status in NOT_COMPARED:
        return Sketch(b"", b"", simhash)
    return Sketch(runs[:KEPT_RUNS].astype(">u2").tobytes(), runs[:ASKED_RUNS].astype(">u4").tobytes(), simhash)


def _words(text: str) -> list[bytes]:
    """Small letters, where they are of A to Z; without the marks that each outlet sets in its own way."""
    raw = text[:READ_CHARS].encode(errors="replace").lower()
    for mark in () if raw.isascii() else _MARKS:
        raw = raw.replace(mark, b" ")
    return raw.translate(_BLANKED).split(maxsplit=READ_WORDS)[:READ_WORDS]


def sketch_of(record: Record) -> Sketch:
    return sketch(record.body or "", record.body_status)


def _simhash(runs: npt.NDArray[np.uint64]) -> str:
    """Charikar 2002: each bit as in most of the runs."""
    bits = np.unpackbits(runs.view("u1").reshape(-1, 8), axis=1)
    return np.packbits(np.add.reduce(bits, axis=0, dtype=np.uint16) * 2 > len(runs)).tobytes().hex()


def shared(one: bytes, other: bytes) -> int:
    """Runs in common. Two of one text may be alike in their two bytes, so they are counted."""
    return (Counter(_RUNS.iter_unpack(one)) & Counter(_RUNS.iter_unpack(other))).total()


def outlet_of(record: Record) -> bytes:
    """Of two texts of one outlet, half of this is the same: two bytes of its feed, two of its site."""
    return _two_bytes(record.source.id) + site_of(record)


def site_of(record: Record) -> bytes:
    return _site_of(record.source.domain)


@lru_cache(4096)
def _site_of(domain: str) -> bytes:
    return _two_bytes(courlan.extract_domain(f"http://{domain}/", fast=True) or domain)


def _two_bytes(name: str) -> bytes:
    return (crc32(name.encode(errors="replace")) & 0xFFFF).to_bytes(2)


def place(record: Record, text: Sketch, known: Known = NOTHING, *, outlet: bytes = b"") -> Place:
    """Once said of an article, it holds for its later versions, too: unless a copy's text becomes its own, by half.

    `outlet`: instead of outlet_of, where all come by one feed."""
    others = [_Original(id_, *_ORIGINAL.unpack(kept)) for id_, kept in known.others]
    telling = Telling(known.token, text.asked)
    day = max(0, min((record.published_at.date() - _EPOCH).days, 0xFFFF))
    own = _Original(record.id, day, 1, outlet or outlet_of(record), text.runs)
    if len(known.own) == _ORIGINAL.size:
        before = _Original(record.id, *_ORIGINAL.unpack(known.own))
        return _first(before._replace(runs=text.runs or before.runs), telling)
    if known.own:
        return _again(own, known.own, others, telling)
    if record.version == 1 and (found := _likest(own, others)):
        original, has = found
        grown = original._replace(size=original.size + 1)
        copy = _copy(record.id, grown, has, telling)
        return copy._replace(telling=telling._replace(kept=(*copy.telling.kept, grown.packed())))
    return _first(own, telling)


def _again(own: _Original, before: bytes, others: list[_Original], telling: Telling) -> Place:
    """A later version of a copy."""
    raw, day, size, has = _COPY.unpack(before)
    original = _Original(f"art_{raw.hex()}", day, size, b"", b"")
    for other in others:
        if other.id == original.id:
            original, has = other, shared(own.runs, other.runs) if own.runs else has
    return _copy(own.id, original, has, telling) if has >= STILL_SHARED else _first(own, telling)


def _likest(own: _Original, others: list[_Original]) -> tuple[_Original, int] | None:
    if not own.runs:
        return None
    feed, site = own.outlet[:2], own.outlet[2:]
    # an outlet that prints its own words again (the weather, a series) does not copy
    strangers = [other for other in others if other.outlet[:2] != feed and other.outlet[2:] != site]
    alike = [(shared(own.runs, other.runs), other) for other in strangers]
    has, likest = max(alike, key=lambda pair: (pair[0], pair[1].size, pair[1].id), default=(0, None))
    return (likest, has) if likest is not None and has >= SHARED_AT_LEAST else None


def _first(one: _Original, telling: Telling) -> Place:
    kept = (one.packed(),) if one.runs else ()
    cluster = Cluster(id=_name(one), size=one.size, first=one.id, similarity=1.0)
    return Place(cluster, None, telling._replace(found=True, kept=kept))


def _copy(id_: str, first: _Original, runs: int, telling: Telling) -> Place:
    kept = _COPY.pack(bytes.fromhex(first.id[4:]), first.day, min(first.size, 0xFFFF), runs)
    cluster = Cluster(id=_name(first), size=first.size, first=first.id, similarity=round(runs / KEPT_RUNS, 2))
    return Place(cluster, first.id, telling._replace(kept=((id_, kept),)))


def _name(first: _Original) -> str:
    return f"clu_{_EPOCH + timedelta(days=first.day)}_{first.id[4:12]}"
