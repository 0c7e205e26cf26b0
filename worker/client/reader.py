"""Plain reading: needs no right but to read, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterator

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


class Reader:
    """Every record from `since` on, then what comes, through quiet hours and lost connections.

    `since`: `0` all that is kept, `$` only what is new, milliseconds or a time, or the id of the last entry handled.
    `follow=False` ends the iteration where the stream ends.
    """

    def __init__(self, url: str, stream: str = "news:articles", *, since: Since = "$", follow: bool = True) -> None:
        self.stream = stream
        self.follow = follow
        #: the entry handed out last: hand it in as `since` to go on from here another time
        self.last_id = start_id(since)
        #: entries that were trimmed away before they were read, as far as they can be counted
        self.lost = 0
        #: the stream no longer reached back to where reading began: what lay between is gone, uncounted
        self.truncated = False
        self._db = connect(url)
        self._seen = Seen()
        self._rank: int | None = None
        self._anchored = False

    def __iter__(self) -> Iterator[StreamEntry]:
        patience = Patience()
        while True:
            try:
                if not self._anchored:
                    self._anchor()
                entries = self._next_batch()
                patience.relieved()
            except UNAVAILABLE:
                patience.wait()
                continue
            if not entries and not self.follow:
                return
            for entry_id, fields in entries:
                self.last_id = entry_id
                self._rank = None if self._rank is None else self._rank + 1
                entry = StreamEntry(entry_id, fields)
                if entry.key not in self._seen:
                    self._seen.add(entry.key)
                    yield entry

    def close(self) -> None:
        self._db.close()

    def _state(self) -> StreamState | None:
        try:
            return StreamState.of(self._db.xinfo_stream(self.stream))
        except redis.ResponseError:
            return None  # no such stream yet

    def _anchor(self) -> None:
        """Turns `$` into an id, so that a lost connection cannot skip what came meanwhile, and finds our place."""
        state = self._state()
        if self.last_id == "$":
            self.last_id = state.last_id if state else "0-0"
        if state is None or order(self.last_id) >= order(state.last_id):
            self._rank = state.added if state else 0
        elif order(self.last_id) < order(state.first_id):
            self._rank = state.trimmed
            self.truncated = state.trimmed > 0 and order(self.last_id) > (0, 0)
        self._anchored = True

    def _next_batch(self) -> Pairs:
        block = BLOCK_MS if self.follow else None
        entries = entries_of(self._db.xread({self.stream: self.last_id}, count=BATCH, block=block))
        if entries:
            self._count(entries)
        return entries

    def _count(self, entries: Pairs) -> None:
        """Ranks count every entry ever added; ours is that of the last entry handed out. A trim between two looks at
        the stream shows at the latest when we have caught up, where the newest entry's rank is known."""
        state = self._state()
        if state is None:
            return
        if entries[-1][0] == state.last_id:
            before = state.added - len(entries)
        elif self._rank is None:
            self.truncated |= order(state.first_id) > order(entries[-1][0])
            return
        else:
            # what follows these entries is gone already
            before = max(self._rank, state.trimmed - len(entries))
        self.lost += 0 if self._rank is None else max(0, before - self._rank)
        self._rank = before
