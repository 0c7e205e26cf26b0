"""One task follows the stream and fills the index; whoever waits for news waits here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import structlog
from redis.exceptions import RedisError, ResponseError

from worker.web.index import Index
from worker.web.rows import EntryId, Fields, Row, entry_id_of, row_of

if TYPE_CHECKING:
    from redis.asyncio import Redis

BLOCK_MS = 2000
BATCH = 100
LONGEST_WAIT_SECONDS = 5.0
RECENT_BYTES = 32 * 1024 * 1024
RECENT_AT_START = 500

log = structlog.get_logger("wirebeat")

RawEntries = list[tuple[bytes, Fields]]


class Recent:
    """The newest records as they came, up to RECENT_BYTES: what is asked for most need not be fetched again."""

    def __init__(self) -> None:
        self._bytes = 0
        self._records: dict[EntryId, bytes] = {}

    def __contains__(self, entry: EntryId) -> bool:
        return entry in self._records

    def get(self, entry: EntryId) -> bytes | None:
        return self._records.get(entry)

    def add(self, entry: EntryId, data: bytes) -> None:
        self._records[entry] = data
        self._bytes += len(data)
        while self._bytes > RECENT_BYTES:
            oldest = next(iter(self._records))
            self._bytes -= len(self._records.pop(oldest))


class Follower:
    """`redis` gives bytes. Readable while it runs: `index`, `loaded`, `connected`."""

    def __init__(self, redis: Redis, stream: str, index: Index) -> None:
        self._redis = redis
        self.stream = stream
        self.index = index
        #: the index has caught up with the stream once
        self.loaded = False
        self.connected = False
        #: entries that held no readable record
        self.unreadable = 0
        self.closing = False
        self._recent = Recent()
        self._last = b"0-0"
        self._news = asyncio.Event()

    async def run(self) -> None:
        wait_seconds = 0.1
        while True:
            try:
                if not self.loaded:
                    await self._load()
                await self._read_on()
                wait_seconds = 0.1
            except (RedisError, OSError) as problem:
                if self.connected or not self.loaded:
                    log.warning("stream-unavailable", stream=self.stream, reason=str(problem))
                self.connected = False
                await asyncio.sleep(wait_seconds)
                wait_seconds = min(wait_seconds * 2, LONGEST_WAIT_SECONDS)

    def close(self) -> None:
        self.closing = True
        self._tell()

    async def news(self, timeout_seconds: float) -> bool:
        """True as soon as records were added, False when none came in time."""
        try:
            await asyncio.wait_for(self._news.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    async def _load(self) -> None:
        """The newest entries that the index can hold; read backwards, since the stream may hold many more."""
        rows: list[Row] = []
        recent: list[tuple[EntryId, bytes]] = []
        last, end = self._last, "+"
        while len(rows) < self.index.capacity:
            batch = cast("RawEntries", await self._redis.xrevrange(self.stream, max=end, min="-", count=BATCH))
            if not batch:
                break
            if end == "+":
                last = batch[0][0]
            end = f"({batch[-1][0].decode()}"
            for raw_id, fields in batch:
                row = self._read(raw_id, fields)
                if row is not None:
                    rows.append(row)
                    recent += [(row.entry, fields[b"data"])] if len(rows) <= RECENT_AT_START else []
            await asyncio.sleep(0)  # requests are answered in between
        for row in reversed(rows):
            self.index.add(row)
        for entry, data in reversed(recent):
            self._recent.add(entry, data)
        self._last = last
        self.loaded = self.connected = True
        self._tell()

    async def _read_on(self) -> None:
        reply = await self._redis.xread({self.stream: self._last}, count=BATCH, block=BLOCK_MS)
        self.connected = True
        if entries := _entries_of(reply):
            self._take(entries)
            await asyncio.sleep(0)

    def _take(self, entries: RawEntries) -> None:
        added = False
        for raw_id, fields in entries:
            self._last = raw_id
            row = self._read(raw_id, fields)
            if row is not None and self.index.add(row):
                self._recent.add(row.entry, fields[b"data"])
                added = True
        if added:
            self._tell()

    def _read(self, raw_id: bytes, fields: Fields) -> Row | None:
        row = row_of(raw_id, fields, self.index.names)
        self.unreadable += row is None
        return row

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def records(self, entries: list[EntryId]) -> list[bytes | None]:
        """`data` of these entries, None where one was trimmed since."""
        missing = [entry for entry in entries if entry not in self._recent]
        pipe = self._redis.pipeline(transaction=False)
        for milliseconds, number in missing:
            pipe.xrange(self.stream, f"{milliseconds}-{number}", f"{milliseconds}-{number}")
        replies: list[RawEntries] = await pipe.execute() if missing else []
        fetched = {
            entry: reply[0][1].get(b"data") if reply else None for entry, reply in zip(missing, replies, strict=True)
        }
        return [fetched[entry] if entry in fetched else self._recent.get(entry) for entry in entries]

    async def first_after_trim(self) -> EntryId | None:
        """The oldest entry that is left, None where none was ever trimmed away."""
        try:
            info = await self._redis.xinfo_stream(self.stream)
        except ResponseError:
            return None  # no such stream yet
        if info["entries-added"] == info["length"]:
            return None
        left = info["first-entry"] or [info["last-generated-id"]]
        return entry_id_of(left[0].decode())

    async def older(self, after: EntryId, before: EntryId, limit: int) -> RawEntries:
        """Entries of the stream between two places, both left out, for whom the index no longer reaches back."""
        start, end = f"({after[0]}-{after[1]}", f"({before[0]}-{before[1]}"
        return cast("RawEntries", await self._redis.xrange(self.stream, start, end, count=limit))


def _entries_of(reply: Any) -> RawEntries:
    if not reply:
        return []
    found: RawEntries = next(iter(reply.values()))[0] if isinstance(reply, dict) else reply[0][1]
    return found
