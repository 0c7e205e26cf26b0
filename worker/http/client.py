"""Fetches what feeds and entries name, and nothing else, within the limits that docs/security.md gives reasons for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import lru_cache, partial
from types import TracebackType
from typing import NamedTuple, Self

from yarl import URL

from config.origins import parse_origin
from config.settings import Settings
from tasks.ports import Heed, Validators
from tasks.reasons import Failed
from tasks.records import Page
from worker import clock
from worker.http import answers, urls
from worker.http.addresses import Guard
from worker.http.dialling import Dialler
from worker.http.exchange import Exchange, header_lines
from worker.http.reception import Kind, Reception
from worker.http.resolver import Lookup

#: awaited before every request of a fetch that the caller did not announce: each hop of a redirect
Gate = Callable[[str], Awaitable[None]]
#: awaited before a redirect's request to a further host; what it gives is awaited when all is over
Place = Callable[[str], Awaitable[Callable[[], Awaitable[None]]]]

#: RFC 9309 asks for 500 KiB at least; what stands behind is not read
MAX_ROBOTS_BYTES = 512 * 1024
#: longest wait of a gate that is not counted against the limit of the fetch
MAX_GATE_SECONDS = 60.0
#: feeds come again, pages do not
URLS_KEPT = 20_000

NO_VALIDATORS = Validators()

_ACCEPT: dict[Kind, str] = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, */*;q=0.5",
    "page": "text/html, application/xhtml+xml, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}


class _Limit(NamedTuple):
    seconds: float
    max_bytes: int


class Client:
    """`tasks.ports.Fetcher`, one for each event loop. Raises Failed, and nothing else, for whatever a server does."""

    def __init__(
        self,
        settings: Settings,
        *,
        gate: Gate | None = None,
        place: Place | None = None,
        lookup: Lookup = socket.getaddrinfo,
        tls: ssl.SSLContext | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._settings = settings
        self._gate, self._place = gate, place
        self._now = now
        guard = Guard([parse_origin(origin) for origin in settings.allow_origins])
        self._limits: dict[Kind, _Limit] = {
            "feed": _Limit(settings.feed_timeout_seconds, settings.max_feed_bytes),
            "page": _Limit(settings.page_timeout_seconds, settings.max_page_bytes),
            "robots": _Limit(settings.page_timeout_seconds, MAX_ROBOTS_BYTES),
        }
        self._lines = {kind: _lines(settings.user_agent, kind) for kind in self._limits}
        self._allowed = partial(urls.allowed, guard=guard)
        self._allowed_again = lru_cache(URLS_KEPT)(self._allowed)
        dialler = Dialler(guard, lookup=lookup, tls=tls, connect_seconds=settings.connect_timeout_seconds)
        self._exchange = Exchange(dialler, read_seconds=settings.read_timeout_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Of the connections that wait for a next request; it can go on asking."""
        self._exchange.close()
        # a transport lets go of its socket in the next turn of the loop
        await asyncio.sleep(0)

    async def fetch(
        self,
        url: str,
        *,
        kind: Kind,
        validators: Validators = NO_VALIDATORS,
        timeout_seconds: float | None = None,
        heed: Heed | None = None,
    ) -> Page:
        """A 304 comes back as a Page. For `robots`, so do 4xx except 429, and the body is decoded and cut.
        What `heed` raises comes out as it is."""
        first = self._allowed_again(url) if kind == "feed" else self._allowed(url)
        deadline = asyncio.get_running_loop().time() + (timeout_seconds or self._limits[kind].seconds)
        answer = await self._ask(first, kind, validators, deadline)
        if answer.location is None:
            return answer.page(url)
        passage = _Passage(self._gate, self._place, heed, deadline, first.raw_host or "")
        try:
            return await self._follow(url, first, answer, validators, passage)
        finally:
            await passage.leave()

    async def _follow(
        self, text: str, first: URL, answer: Reception, validators: Validators, passage: _Passage
    ) -> Page:
        url, seen, permanent = first, {str(first)}, True
        while answer.location is not None:
            url = self._allowed(urls.location(answer.location), base=url)
            permanent = permanent and answer.status in answers.PERMANENT_REDIRECTS
            if str(url) in seen or len(seen) > self._settings.max_redirects:
                raise Failed("too-many-redirects", f"hop {len(seen)} leads to {str(url)[:200]}")
            seen.add(str(url))
            await passage.to(url)
            answer = await self._ask(url, answer.kind, validators, passage.deadline)
        page = answer.page(text)
        moved = permanent and not (first.scheme == "https" and url.scheme == "http")
        return page.model_copy(update={"moved_to": str(url)}) if moved else page

    async def _ask(self, url: URL, kind: Kind, validators: Validators, deadline: float) -> Reception:
        conditional = bool(validators.etag or validators.last_modified)
        limit = self._limits[kind].max_bytes
        reception = Reception(url, kind, conditional=conditional, max_bytes=limit, now=self._now)
        try:
            await self._exchange.get(url, self._lines[kind] + _conditions(validators), reception, deadline)
        except Failed as failed:
            words = answers.kept(f"{url.raw_host}: {failed.detail}")
            raise Failed(failed.reason, words, retry_after_seconds=failed.retry_after_seconds) from failed
        return reception


def _lines(user_agent: str, kind: Kind) -> str:
    coding = "identity" if kind == "robots" else "gzip, deflate"
    return header_lines({"User-Agent": user_agent, "Accept": _ACCEPT[kind], "Accept-Encoding": coding})


def _conditions(validators: Validators) -> str:
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return header_lines({name: value for name, value in conditions.items() if value})


class _Passage:
    """What stands between one hop and the next."""

    def __init__(
        self, gate: Gate | None, place: Place | None, heed: Heed | None, deadline: float, first_host: str
    ) -> None:
        self._gate, self._place, self._heed = gate, place, heed
        #: of the loop's clock: when the fetch must have ended
        self.deadline = deadline
        #: those at which this fetch has a place
        self._hosts = {first_host}
        self._leaving: list[Callable[[], Awaitable[None]]] = []

    async def to(self, url: URL) -> None:
        """Waiting for one's turn is ours, not the server's: it does not count against the limit of the fetch."""
        loop, host = asyncio.get_running_loop(), url.raw_host or ""
        began = loop.time()
        try:
            async with asyncio.timeout(MAX_GATE_SECONDS):
                await self._wait_for_turn(host)
                if self._heed is not None:
                    await self._heed(str(url))
        except TimeoutError:
            raise Failed("timeout", f"no turn at {host} within {MAX_GATE_SECONDS:g} s") from None
        self.deadline += loop.time() - began

    async def _wait_for_turn(self, host: str) -> None:
        if self._place is not None and host not in self._hosts:
            self._leaving.append(await self._place(host))
            self._hosts.add(host)
        if self._gate is not None:
            await self._gate(host)

    async def leave(self) -> None:
        for leave in self._leaving:
            await leave()
