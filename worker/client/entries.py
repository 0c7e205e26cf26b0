"""What both readers share: entries, places in the stream, and patience with a server that is away."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any, NamedTuple, Self, cast

import redis

# redis-py 8 gives up on an answer after 5 s, so a longer block would fail on a quiet stream
BLOCK_MS = 2000
BATCH = 100
REMEMBERED = 10_000
LONGEST_WAIT_SECONDS = 5.0
UNAVAILABLE = (redis.ConnectionError, redis.TimeoutError)

Fields = dict[str, str]
Pairs = list[tuple[str, Fields]]
Since = str | int | datetime


class StreamEntry(NamedTuple):
    """`id` is the stream's entry id: milliseconds of the server's clock, a dash, a number."""

    id: str
    fields: Fields

    @property
    def record(self) -> dict[str, Any]:
        return cast("dict[str, Any]", json.loads(self.fields["data"]))

    @property
    def key(self) -> tuple[str, str]:
        """What names a record: the same key twice is the same record twice."""
        return self.fields["id"], self.fields["version"]


class Seen:
    """The last keys handled, bounded."""

    def __init__(self) -> None:
        self._keys: OrderedDict[tuple[str, str], None] = OrderedDict()

    def __contains__(self, key: tuple[str, str]) -> bool:
        return key in self._keys

    def add(self, key: tuple[str, str]) -> None:
        self._keys[key] = None
        if len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)


class StreamState(NamedTuple):
    length: int
    added: int
    first_id: str
    last_id: str

    @property
    def trimmed(self) -> int:
        return self.added - self.length

    @classmethod
    def of(cls, info: dict[str, Any]) -> Self:
        first = info["first-entry"]
        last_id = info["last-generated-id"]
        return cls(info["length"], info["entries-added"], first[0] if first else last_id, last_id)


class Patience:
    """Waits out an unavailable server: 0.1 s, doubled up to 5 s, from the start again after each success."""

    def __init__(self) -> None:
        self._seconds = 0.1

    def relieved(self) -> None:
        self._seconds = 0.1

    def wait(self) -> None:
        time.sleep(self._seconds)
        self._seconds = min(self._seconds * 2, LONGEST_WAIT_SECONDS)


def order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number or 0)


def start_id(since: Since) -> str:
    """The id after which reading begins: `0`, `$`, milliseconds, an aware time, or an entry id already handled."""
    if isinstance(since, datetime):
        since = int(since.timestamp() * 1000)
    if since in {"$", "0"} or "-" in str(since):
        return str(since)
    # everything from that millisecond on: after the last possible id of the one before
    return f"{int(since) - 1}-{2**64 - 1}" if int(since) > 0 else "0"


def connect(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=10, socket_connect_timeout=5)


def entries_of(reply: Any) -> Pairs:
    """[[stream, entries]] of the old protocol, {stream: [entries]} of the new one → entries; trimmed ones are empty."""
    if not reply:
        return []
    found = next(iter(reply.values()))[0] if isinstance(reply, dict) else reply[0][1]
    return [(entry_id, fields or {}) for entry_id, fields in found]
