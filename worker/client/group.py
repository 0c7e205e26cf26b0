"""Reading as a consumer group: the user needs, besides reading, the commands of groups."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import redis

from .entries import (
    BATCH,
    BLOCK_MS,
    UNAVAILABLE,
    Pairs,
    Patience,
    Seen,
    Since,
    StreamEntry,
    StreamState,
    connect,
    entries_of,
    order,
    start_id,
)


class GroupReader:
    """Each record at least once, shared among the consumers of a group.

    First what this consumer left unacknowledged, then what consumers silent for `idle_seconds` left, then what is new.
    An entry is acknowledged when the loop asks for the next one, so an exception in the loop leaves it pending; after
    `max_deliveries` tries it is poison: handed to `on_poison`, acknowledged and counted. `since` matters only where
    the group does not exist yet.
    """

    def __init__(  # noqa: PLR0913  (each names one habit of the group)
        self,
        url: str,
        stream: str = "news:articles",
        *,
        group: str,
        consumer: str,
        since: Since = "0",
        max_deliveries: int = 5,
        idle_seconds: float = 60.0,
        on_poison: Callable[[StreamEntry], None] = lambda _entry: None,
        follow: bool = True,
    ) -> None:
        self.stream, self.group, self.consumer, self.follow = stream, group, consumer, follow
        self.max_deliveries = max_deliveries
        self.idle_seconds = idle_seconds
        self.on_poison = on_poison
        #: entries that were trimmed away before this reader could hand them out
        self.lost = 0
        self.poisoned = 0
        self._since = start_id(since)
        self._db = connect(url)
        self._seen = Seen()
        # how far the server's count of entries read stays behind after a gap; Valkey mends it, Redis 7.0 does not
        self._drift = 0
        self._own_cursor = "0-0"
        self._rescue_cursor = "0-0"
        self._rescue_at = 0.0

    def __iter__(self) -> Iterator[StreamEntry]:
        patience = Patience()
        source = self._begin
        while True:
            try:
                entries = source()
                patience.relieved()
            except UNAVAILABLE:
                patience.wait()
                continue
            except redis.ResponseError as problem:
                if "NOGROUP" not in str(problem):
                    raise
                source = self._begin
                continue
            if entries:
                yield from self._handed_out(entries)
            elif source == self._begin:
                source = self._own_pending
            elif source == self._own_pending:
                source = self._rescued_or_new
            elif not self.follow:
                return

    def ack(self, entry: StreamEntry) -> None:
        """Only needed to acknowledge before the loop goes on. Waits for a server that is away."""
        patience = Patience()
        while True:
            try:
                self._db.xack(self.stream, self.group, entry.id)
            except UNAVAILABLE:
                patience.wait()
            else:
                return

    def close(self) -> None:
        self._db.close()

    def _handed_out(self, entries: Pairs) -> Iterator[StreamEntry]:
        for entry_id, fields in entries:
            entry = StreamEntry(entry_id, fields)
            if entry.key not in self._seen:
                yield entry
                self._seen.add(entry.key)
            self.ack(entry)

    def _begin(self) -> Pairs:
        self._own_cursor = "0-0"
        try:
            state = StreamState.of(self._db.xinfo_stream(self.stream))
        except redis.ResponseError:
            state = None  # no such stream yet
        # the server counts what a group has read only when told where it begins
        read: int | None = None
        if self._since == "$":
            read = state.added if state else 0
        elif state is None or order(self._since) < order(state.first_id):
            read = state.trimmed if state else 0
        try:
            self._db.xgroup_create(self.stream, self.group, id=self._since, mkstream=True, entries_read=read)
        except redis.ResponseError as problem:
            if "BUSYGROUP" not in str(problem):
                raise
        return []

    def _own_pending(self) -> Pairs:
        """One at a time: reading counts as a try, and neighbours of a poisonous entry are not to be tried with it."""
        while True:
            entries = entries_of(
                self._db.xreadgroup(self.group, self.consumer, {self.stream: self._own_cursor}, count=1)
            )
            if not entries:
                return []
            self._own_cursor = entries[-1][0]
            if fit := self._fit(*entries[-1]):
                return fit

    def _rescued_or_new(self) -> Pairs:
        if time.monotonic() >= self._rescue_at:
            rescued = self._rescued()
            if rescued:
                return rescued
            self._rescue_at = time.monotonic() + self.idle_seconds
        return self._new()

    def _rescued(self) -> Pairs:
        idle_ms = int(self.idle_seconds * 1000)
        while True:
            reply = self._db.xautoclaim(self.stream, self.group, self.consumer, idle_ms, self._rescue_cursor, count=1)
            self._rescue_cursor, entries, deleted = cast("tuple[str, Pairs, list[str]]", reply)
            self.lost += len(deleted)
            for entry_id, fields in entries:
                if fit := self._fit(entry_id, fields):
                    return fit
            if order(self._rescue_cursor) == (0, 0):
                return []

    def _fit(self, entry_id: str, fields: dict[str, str]) -> Pairs:
        """The pending entry, or nothing where it was trimmed away or tried too often."""
        if not fields:
            self.lost += 1
            self._db.xack(self.stream, self.group, entry_id)
            return []
        rows = cast(
            "list[dict[str, Any]]",
            self._db.xpending_range(self.stream, self.group, entry_id, entry_id, 1, consumername=self.consumer),
        )
        if not rows or rows[0]["times_delivered"] <= self.max_deliveries:
            return [(entry_id, fields)]
        self.on_poison(StreamEntry(entry_id, fields))
        self._db.xack(self.stream, self.group, entry_id)
        self.poisoned += 1
        return []

    def _new(self) -> Pairs:
        """One round trip reads, and sees what the stream had lost up to then; a blocking read would come too late.

        Servers carry out what comes in one piece in one go, so that this needs no right to MULTI.
        """
        pipe = self._db.pipeline(transaction=False)
        pipe.xinfo_stream(self.stream)
        pipe.xinfo_groups(self.stream)
        pipe.xreadgroup(self.group, self.consumer, {self.stream: ">"}, count=BATCH)
        pipe.xinfo_groups(self.stream)
        info, before, reply, after = pipe.execute()
        entries = entries_of(reply)
        if entries:
            self._count_gap(StreamState.of(info), self._read_of(before), self._read_of(after), len(entries))
        elif self.follow:
            self._db.xread({self.stream: info["last-generated-id"]}, count=1, block=BLOCK_MS)
        return entries

    def _read_of(self, groups: list[dict[str, Any]]) -> int | None:
        return next((group["entries-read"] for group in groups if group["name"] == self.group), None)

    def _count_gap(self, state: StreamState, before: int | None, after: int | None, handed_out: int) -> None:
        if before is None or after is None:
            return
        gap = state.trimmed - (before + self._drift)
        if gap > 0:
            self.lost += gap
            self._drift = state.trimmed + handed_out - after
