"""Is it they or is it us? When hosts that used to answer fall silent together, our own network is down."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from tasks.reasons import Failed

T = TypeVar("T")

#: Failures without a word from the other side.
SILENCE = frozenset({"dns", "connect"})
#: These come before anything is asked, or from what stands between us and the host; they tell nothing. A time-out may
#: be a site that accepts and never answers, of which a list can have several; without a network, names fail first.
TELLS_NOTHING = frozenset({"timeout", "blocked-url", "blocked-address", "no-url", "robots", "tls", "error"})
#: Two hosts may go down in the same minute, or be behind the same wire.
HOSTS_AT_LEAST = 3
KNOWN_HOSTS = 5000
#: whose host is kept in mind: of all feeds, for each is asked again
URLS_KEPT = 20_000
#: What fails while the network is down is tried again after a quarter of the time it has been down, within these:
#: longer than a run that ends by itself waits for, and no longer than feeds are polled anyway.
SOONEST = timedelta(seconds=150)
LATEST = timedelta(seconds=900)


class NetworkWatch:
    """Told of the end of every request of one process. A host that never answered is a witness only while none has."""

    def __init__(self) -> None:
        #: in the order of their last answers
        self._known: dict[str, None] = {}
        self._silent: set[str] = set()
        self._silent_since: datetime | None = None
        self._answered_at: datetime | None = None

    async def hear(self, url: str, answer: Awaitable[T], now: Callable[[], datetime]) -> T:
        """Waits for the answer of `url`, and takes note of how it ended."""
        host, began = _host(url), now()
        try:
            got = await answer
        except Failed as failed:
            self.heard(host, failed.reason, began=began, now=now())
            raise
        self.heard(host, None, began=began, now=now())
        return got

    def heard(self, host: str, reason: str | None, *, began: datetime, now: datetime) -> None:
        """`reason`: with which the request failed, a key of REASONS; None for an answer."""
        if reason in SILENCE:
            # a slow host runs into its limit while others answer
            overtaken = self._answered_at is not None and began < self._answered_at
            if not overtaken and (host in self._known or not self._known):
                self._silent_since = self._silent_since or began
                self._silent.add(host)
        elif reason not in TELLS_NOTHING:
            self._known.pop(host, None)
            self._known[host] = None
            if len(self._known) > KNOWN_HOSTS:
                del self._known[next(iter(self._known))]
            self._silent.clear()
            self._silent_since, self._answered_at = None, now

    @property
    def down(self) -> bool:
        return len(self._silent) >= HOSTS_AT_LEAST

    def excuses(self, failed: Failed) -> bool:
        """It was no fault of the host's, so nothing that counts against it."""
        return self.down and failed.reason in SILENCE

    def retry_at(self, now: datetime) -> datetime:
        for_now = now - (self._silent_since or now)
        return now + min(max(for_now / 4, SOONEST), LATEST)


@lru_cache(URLS_KEPT)
def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
