"""Fetches what feeds and entries name, and nothing else, within the limits that docs/security.md gives reasons for."""

from __future__ import annotations

import asyncio
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache, lru_cache, partial
from types import TracebackType
from typing import Literal, NamedTuple, Self

import aiohttp
from yarl import URL

from config.origins import parse_origin
from config.settings import Settings
from tasks.ports import Heed, Validators
from tasks.reasons import Failed
from tasks.records import Page
from worker import clock
from worker.http import answers, urls
from worker.http.addresses import Guard, Hop, current_hop
from worker.http.exchange import Answer, Exchange
from worker.http.failures import failed
from worker.http.inflation import Inflation
from worker.http.resolver import BoundedResolver, Lookup
from worker.http.wire import MeteredConnection, WireLimit

#: awaited before every request of a fetch that the caller did not announce: each hop of a redirect
Gate = Callable[[str], Awaitable[None]]
#: awaited before a redirect's request to a further host; what it gives is awaited when all is over
Place = Callable[[str], Awaitable[Callable[[], Awaitable[None]]]]
Kind = Literal["feed", "page", "robots"]

#: RFC 9309 asks for 500 KiB at least; what stands behind is not read
MAX_ROBOTS_BYTES = 512 * 1024
#: idle time after which a kept connection is closed; the next request to a host comes within seconds or not for minutes
KEEPALIVE_SECONDS = 10.0
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


#: reading the system's certificates takes tens of milliseconds, and the outcome is never changed
_trusting_the_system = cache(ssl.create_default_context)


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
        self._lookup = lookup
        self._tls = tls
        self._now = now
        self._guard = Guard([parse_origin(origin) for origin in settings.allow_origins])
        self._limits: dict[Kind, _Limit] = {
            "feed": _Limit(settings.feed_timeout_seconds, settings.max_feed_bytes),
            "page": _Limit(settings.page_timeout_seconds, settings.max_page_bytes),
            "robots": _Limit(settings.page_timeout_seconds, MAX_ROBOTS_BYTES),
        }
        self._allowed = lru_cache(URLS_KEPT)(partial(urls.allowed, guard=self._guard))
        self._exchange: Exchange | None = None

    async def __aenter__(self) -> Self:
        self._exchange = self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._exchange is not None:
            await self._exchange.close()
            self._exchange = None

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
        seconds = timeout_seconds or self._limits[kind].seconds
        passage = _Passage(self._gate, self._place, heed)
        try:
            async with asyncio.timeout(seconds) as deadline:
                return await self._follow(url, kind, validators, passage, deadline)
        except TimeoutError as reason:
            raise Failed("timeout", str(reason) or f"no full answer within {seconds:g} s") from None
        finally:
            await passage.leave()

    def _open(self) -> Exchange:
        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=self._tls or _trusting_the_system(),
            resolver=BoundedResolver(self._lookup),
            use_dns_cache=False,
            keepalive_timeout=KEEPALIVE_SECONDS,
            socket_factory=self._guard,
        )
        # no public way to name the protocol of a connection; tests hold that the meter is in place
        metered = partial(MeteredConnection, loop=asyncio.get_running_loop())
        connector._factory = metered  # type: ignore[assignment]  # noqa: SLF001  # see above
        timeout = aiohttp.ClientTimeout(
            total=None,
            connect=self._settings.connect_timeout_seconds,
            sock_connect=self._settings.connect_timeout_seconds,
            sock_read=self._settings.read_timeout_seconds,
            # the limits are kept to the millisecond, not rounded up to the second
            ceil_threshold=float("inf"),
        )
        return Exchange(connector, timeout)

    async def _follow(
        self, text: str, kind: Kind, validators: Validators, passage: _Passage, deadline: asyncio.Timeout
    ) -> Page:
        first = self._allowed(text) if kind == "feed" else urls.allowed(text, self._guard)
        url, seen, permanent = first, {str(first)}, True
        passage.hosts.add(first.raw_host or "")
        while True:
            answer = await self._ask(url, kind, validators)
            if isinstance(answer, Page):
                moved = permanent and len(seen) > 1 and not (first.scheme == "https" and url.scheme == "http")
                if not moved and text == answer.url:
                    return answer
                return answer.model_copy(update={"url": text, "moved_to": str(url) if moved else None})
            url = urls.allowed(urls.location(answer.location), self._guard, base=url)
            permanent = permanent and answer.status in answers.PERMANENT_REDIRECTS
            if str(url) in seen or len(seen) > self._settings.max_redirects:
                raise Failed("too-many-redirects", f"hop {len(seen)} leads to {str(url)[:200]}")
            seen.add(str(url))
            await passage.to(url, deadline)

    async def _ask(self, url: URL, kind: Kind, validators: Validators) -> Page | _Redirect:
        if self._exchange is None:
            self._exchange = self._open()
        hop = Hop()
        before = current_hop.set(hop)
        try:
            connection, response = await self._exchange.get(url, self._headers(kind, validators))
            try:
                page = await self._read(response, kind, conditional=bool(validators.etag or validators.last_modified))
            except BaseException:
                connection.close()
                raise
            connection.release()
        except (aiohttp.ClientError, OSError, WireLimit, ValueError) as error:
            raise failed(error, hop, url.raw_host or "") from error
        finally:
            current_hop.reset(before)
        return page

    def _headers(self, kind: Kind, validators: Validators) -> dict[str, str]:
        headers = {
            "User-Agent": self._settings.user_agent,
            "Accept": _ACCEPT[kind],
            "Accept-Encoding": "identity" if kind == "robots" else "gzip, deflate",
        }
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        return headers

    async def _read(self, response: Answer, kind: Kind, *, conditional: bool) -> Page | _Redirect:
        headers, status = response.headers, response.status
        if status in answers.REDIRECTS:
            # the body of a redirect is never read: leaving the response closes what is still to come
            return _Redirect(status, _one_location(headers.getall("Location", ())))
        unchanged = status == 304 and (conditional or kind == "feed")
        tells_robots = kind == "robots" and 200 <= status < 500 and status != 429
        if not unchanged and not tells_robots:
            answered_at = answers.http_date(headers.get("Date")) or self._now()
            answers.check_status(status, response.url.raw_host or "", headers.get("Retry-After"), answered_at)
        has_body = not unchanged and 200 <= status < 300
        coding = answers.content_encoding(headers.getall("Content-Encoding", ())) if has_body else ""
        body = await self._body(response, kind, coding) if has_body else b""
        url = str(response.url)
        return Page(
            url=url,
            final_url=url,
            status=status,
            content_type=answers.kept(headers.get("Content-Type")),
            content_encoding="" if kind == "robots" else coding,
            etag=answers.validator(headers.get("ETag")),
            last_modified=answers.validator(headers.get("Last-Modified")),
            fetched_at=self._now(),
            body=body,
        )

    async def _body(self, response: Answer, kind: Kind, coding: str) -> bytes:
        limit = self._limits[kind].max_bytes
        if kind == "robots":
            return await _robots_body(response, coding, limit)
        announced = response.announced_bytes
        if announced is not None and announced > limit:
            raise Failed("too-large", f"{announced} bytes announced; the limit is {limit}")
        trial = Inflation(coding, limit) if coding else None
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise Failed("too-large", f"more than {limit} bytes on the wire")
            if trial is not None:
                trial.feed(chunk)
        if trial is not None:
            trial.finish()
        return bytes(body)


class _Passage:
    """What stands between one hop and the next."""

    def __init__(self, gate: Gate | None, place: Place | None, heed: Heed | None) -> None:
        self._gate, self._place, self._heed = gate, place, heed
        #: those at which this fetch has a place
        self.hosts: set[str] = set()
        self._leaving: list[Callable[[], Awaitable[None]]] = []

    async def to(self, url: URL, deadline: asyncio.Timeout) -> None:
        """Waiting for one's turn is ours, not the server's: it does not count against the limit of the fetch."""
        loop, host = asyncio.get_running_loop(), url.raw_host or ""
        left = (deadline.when() or loop.time()) - loop.time()
        deadline.reschedule(loop.time() + MAX_GATE_SECONDS)
        if self._place is not None and host not in self.hosts:
            self._leaving.append(await self._place(host))
            self.hosts.add(host)
        if self._gate is not None:
            await self._gate(host)
        if self._heed is not None:
            await self._heed(str(url))
        deadline.reschedule(loop.time() + left)

    async def leave(self) -> None:
        for leave in self._leaving:
            await leave()


class _Redirect(NamedTuple):
    status: int
    location: str


def _one_location(headers: Sequence[str]) -> str:
    if len(set(headers)) > 1:
        raise Failed("bad-redirect", "two Locations")
    if not headers or not headers[0].strip():
        raise Failed("bad-redirect", "no Location")
    return headers[0]


async def _robots_body(response: Answer, coding: str, limit: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) >= limit:
            break
    if not coding:
        return bytes(body[:limit])
    try:
        return zlib.decompressobj(zlib.MAX_WBITS + 32).decompress(bytes(body), limit)
    except zlib.error as reason:
        raise Failed("encoding", f"robots.txt is not {coding}: {reason}") from None
