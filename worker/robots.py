"""robots.txt of every origin, asked for once a day and shared by all processes through the store."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tasks.ports import Validators
from tasks.reasons import Failed
from tasks.robots import RobotsRules

if TYPE_CHECKING:
    from worker.http import Client
    from worker.ledger import AsyncStore

#: RFC 9309 2.4: not used for longer than a day.
KEPT_SECONDS = 86_400
#: In this process, to spare a look into the store for each page.
CACHED_SECONDS = 300.0
CACHED_ORIGINS = 2000


class SharedRobots:
    """tasks.ports.Robots."""

    def __init__(self, store: AsyncStore, client: Client, user_agent: str) -> None:
        self._store, self._client, self._user_agent = store, client, user_agent
        self._cache: dict[str, tuple[float, RobotsRules]] = {}

    async def rules(self, url: str) -> RobotsRules | None:
        origin = _origin(url)
        until, rules = self._cache.get(origin, (0.0, None))
        if rules is not None and until > time.monotonic():
            return rules
        stored = await self._store.redis.get(self._key(origin))
        return None if stored is None else self._remember(origin, RobotsRules.loads(stored.decode()))

    async def learn(self, url: str) -> None:
        """An origin that cannot say now is asked again with the next try: until then nothing of it is fetched."""
        origin = _origin(url)
        try:
            page = await self._client.fetch(f"{origin}/robots.txt", kind="robots", validators=Validators())
            rules = RobotsRules.read(page.status, page.body, self._user_agent)
        except Failed as failed:
            rules = RobotsRules.after_failure(failed.reason)
            if rules.unreachable:
                raise
        await self._store.redis.set(self._key(origin), rules.dumps(), ex=KEPT_SECONDS)
        host = f"{self._store.prefix}:host:{urlsplit(origin).hostname}"
        if delay := rules.crawl_delay_seconds(self._user_agent):
            await self._store.redis.hset(host, "crawl_ms", str(round(delay * 1000)))
            await self._put_off(host, delay)
            await self._store.redis.expire(host, KEPT_SECONDS)  # as long as the rules themselves
        else:
            await self._store.redis.hdel(host, "crawl_ms")

    async def _put_off(self, host: str, delay_seconds: float) -> None:
        """The request for robots.txt is one that the delay follows, too; its own claim did not know of it."""
        seconds, micros = await self._store.redis.time()
        until = round((seconds + micros / 1_000_000 + delay_seconds) * 1000)
        known = await self._store.redis.hget(host, "next")
        if known is None or float(known) < until:
            await self._store.redis.hset(host, "next", str(until))

    def _remember(self, origin: str, rules: RobotsRules) -> RobotsRules:
        if len(self._cache) >= CACHED_ORIGINS:
            self._cache.clear()
        self._cache[origin] = (time.monotonic() + CACHED_SECONDS, rules)
        return rules

    def _key(self, origin: str) -> str:
        return f"{self._store.prefix}:robots:{origin}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
