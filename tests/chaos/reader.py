"""A dashboard that follows the stream live while the service is killed: what was it given twice, how late?"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from itertools import pairwise
from typing import Any, NamedTuple

import redis

#: With `appendfsync everysec` a server puts off writing for as long while the disk is at the second before.
UNWRITTEN_SECONDS = 2.0


class Cut(NamedTuple):
    """Of the power, by time.monotonic(): what came to the file since `since` is lost, nothing older."""

    since: float
    at: float


class Given(NamedTuple):
    """When the reader asked, and when it had the answer: the server sent it between the two."""

    asked: float
    had: float


class LiveReader(threading.Thread):
    """Goes on after the last entry it was given, from whichever server answers."""

    def __init__(self, url: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self._url, self._stop_asked = url, threading.Event()
        #: (id, version) → each time that it was given
        self._given: defaultdict[tuple[str, str], list[Given]] = defaultdict(list)

    def run(self) -> None:
        last = "0"
        while not self._stop_asked.is_set():
            try:
                with redis.Redis.from_url(self._url(), decode_responses=True, socket_timeout=5, retry=None) as client:
                    while not self._stop_asked.is_set():
                        asked = time.monotonic()
                        entries = client.xrange("news:articles", f"({last}", count=100)
                        given = Given(asked, time.monotonic())
                        for _, fields in entries:
                            self._given[fields["id"], fields["version"]].append(given)
                        last = entries[-1][0] if entries else last
                        time.sleep(0.02)
            except (redis.exceptions.RedisError, OSError):
                time.sleep(0.1)

    @property
    def read(self) -> int:
        return len(self._given)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(60)

    def repeats(self, cuts: Collection[Cut], kept: Collection[tuple[str, str]]) -> dict[str, Any]:
        """`kept`: what the stream holds in the end. A repeat is too old that no cut undid: those between its two
        readings took only what was written after the first."""
        pairs = [(first, second) for times in self._given.values() for first, second in pairwise(times)]
        undone = [
            [cut for cut in cuts if first.asked <= cut.at <= second.had and first.had >= cut.since - UNWRITTEN_SECONDS]
            for first, second in pairs
        ]
        ages = [
            min((cut.at - first.had for cut in some), default=0.0)
            for (first, _), some in zip(pairs, undone, strict=True)
        ]
        return {
            "read_live": len(self._given),
            "seen_twice_live": len(ages),
            "oldest_repeat_seconds": round(max(ages, default=0.0), 2),
            "repeats_too_old": sum(not some for some in undone),
            "seen_live_only": len(self._given.keys() - set(kept)),
            "power_cuts": len(cuts),
        }
