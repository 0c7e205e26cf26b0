"""A dashboard that follows the stream live while the service is killed: what was it given twice, how late?"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from itertools import pairwise
from typing import Any

import redis

#: The most that a server with `appendfsync everysec` may forget.
REPEATED_SECONDS = 2.0
#: Between the server's sending and the reader's looking at its clock.
READ_SECONDS = 0.25


class LiveReader(threading.Thread):
    """Goes on after the last entry it was given, from whichever server answers."""

    def __init__(self, url: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self._url, self._stop_asked = url, threading.Event()
        #: (id, version) → when it was given, by time.monotonic()
        self._given: defaultdict[tuple[str, str], list[float]] = defaultdict(list)

    def run(self) -> None:
        last = "0"
        while not self._stop_asked.is_set():
            try:
                with redis.Redis.from_url(self._url(), decode_responses=True, socket_timeout=5, retry=None) as client:
                    while not self._stop_asked.is_set():
                        entries = client.xrange("news:articles", f"({last}", count=100)
                        for _, fields in entries:
                            self._given[fields["id"], fields["version"]].append(time.monotonic())
                        last = entries[-1][0] if entries else last
                        time.sleep(0.02)
            except (redis.exceptions.RedisError, OSError):
                time.sleep(0.1)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(10)

    def repeats(self, cuts: Collection[float], kept: Collection[tuple[str, str]]) -> dict[str, Any]:
        """`kept`: what the stream holds in the end. A repeat's age: from its first reading to the cut that undid it."""
        ages = [
            min((cut - first for cut in cuts if first - READ_SECONDS <= cut <= second), default=float("inf"))
            for times in self._given.values()
            for first, second in pairwise(times)
        ]
        return {
            "read_live": len(self._given),
            "seen_twice_live": len(ages),
            "oldest_repeat_seconds": round(max(ages, default=0.0), 2),
            "repeats_too_old": sum(age > REPEATED_SECONDS + READ_SECONDS for age in ages),
            "seen_live_only": len(self._given.keys() - set(kept)),
            "power_cuts": len(cuts),
        }
