"""What the reader of a feed document hands over, and what is kept of it until the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tasks.records import FeedDocument

#: kept of 10,000 feeds with 80 items each
MAX_KEPT_BYTES = 32 << 20


class ReadDocument(FeedDocument):
    #: entries that stand in it as they stood in the document before; they are not among `entries`
    unchanged: int = 0
    #: hex of tasks.poll.changes, for the reader of the next document; "" where that must be read whole
    remembered: str = ""


class _SharedDate(NamedTuple):
    #: of each article
    dates: Mapping[str, datetime]
    is_clock: bool


class KeptDocuments:
    """In this process alone. A document is known by its feed and the hash that the ledger stored with its entries, so
    that one which others read meanwhile, or whose entries were not taken in, is compared with nothing."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self._max_bytes, self._bytes = max_bytes, 0
        #: feed → (hash, remembered), in the order in which they were read
        self._kept: dict[str, tuple[str, bytes]] = {}
        #: feed → by name
        self._shared_dates: dict[str, dict[str, _SharedDate]] = {}

    def of(self, feed: str, body_hash: str | None) -> str:
        known_hash, remembered = self._kept.get(feed, ("", b""))
        return remembered.hex() if known_hash == body_hash else ""

    def keep(self, feed: str, body_hash: str, remembered: str) -> None:
        self._forget(feed)
        if remembered:
            self._kept[feed] = (body_hash, bytes.fromhex(remembered))
            self._bytes += len(remembered) // 2
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def clocks(self, feed: str, shared: Mapping[str, Mapping[str, datetime]]) -> tuple[str, ...]:
        """Which dates are those of the document: they are shared by all its entries, and those that stood in the one
        before all had another. `shared`: by name, of each article."""
        before = self._shared_dates.pop(feed, {})
        found = {name: _SharedDate(dates, _is_clock(before.get(name), dates)) for name, dates in shared.items()}
        if found:
            self._shared_dates[feed] = found
        return tuple(name for name, date in found.items() if date.is_clock)

    def _forget(self, feed: str) -> None:
        _, remembered = self._kept.pop(feed, ("", b""))
        self._bytes -= len(remembered)


def _is_clock(before: _SharedDate | None, dates: Mapping[str, datetime]) -> bool:
    if before is None:
        return False
    still_there = before.dates.keys() & dates.keys()
    return before.is_clock or (bool(still_there) and all(dates[id_] != before.dates[id_] for id_ in still_there))
