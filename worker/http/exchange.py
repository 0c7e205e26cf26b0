"""One GET over aiohttp's connector and parser, without its session: what that does beside (cookies, proxies, redirects,
credentials, traces) is what we do not want done, and costs three times what asking for an unchanged feed costs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict, CIMultiDictProxy

if TYPE_CHECKING:
    from aiohttp.connector import Connection
    from yarl import URL

    from worker.http.wire import MeteredConnection

#: of one header, name and value; content security policies of real sites pass 8 KiB
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 256
ORIGINS_KEPT = 4096


class Answer(NamedTuple):
    url: URL
    status: int
    headers: CIMultiDictProxy[str]
    content: aiohttp.StreamReader

    @property
    def announced_bytes(self) -> int | None:
        announced = self.headers.get("Content-Length", "")
        return int(announced) if announced.isdecimal() else None


class Exchange:
    """`connector` hands out MeteredConnections."""

    def __init__(self, connector: aiohttp.TCPConnector, timeout: aiohttp.ClientTimeout) -> None:
        self._connector, self._timeout = connector, timeout
        #: what the connector wants to know of an origin
        self._origin = lru_cache(ORIGINS_KEPT)(lambda url: aiohttp.ClientRequest("GET", url))

    async def close(self) -> None:
        await self._connector.close()

    async def get(self, url: URL, headers: Mapping[str, str]) -> tuple[Connection, Answer]:
        """Raises what aiohttp raises, and ValueError. When the answer was read, its reader releases the connection,
        which is kept if that was to the end; else it closes it."""
        head = request_head(url, headers)
        origin = self._origin(url.origin())
        while True:
            try:
                connection = await self._connector.connect(origin, [], self._timeout)
            except TimeoutError as reason:
                raise aiohttp.ConnectionTimeoutError(f"Connection timeout to host {url}") from reason
            protocol: MeteredConnection = connection.protocol  # type: ignore[assignment]  # from its factory
            kept = protocol.was_asked
            try:
                return connection, await self._ask(protocol, url, head)
            except (aiohttp.ClientConnectionError, ConnectionError) as reason:
                connection.close()
                # a kept connection that the server has closed meanwhile (RFC 9112, 9.3.1)
                if not kept or isinstance(reason, TimeoutError):
                    raise
            except BaseException:
                connection.close()
                raise

    async def _ask(self, protocol: MeteredConnection, url: URL, head: bytes) -> Answer:
        protocol.set_response_params(
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=self._timeout.sock_read,
            timeout_ceil_threshold=self._timeout.ceil_threshold,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        if protocol.transport is None or protocol.transport.is_closing():
            raise aiohttp.ClientConnectionResetError("Cannot write to closing transport")
        protocol.transport.write(head)
        protocol.start_timeout()
        while True:
            try:
                message, content = await protocol.read()
            except HttpProcessingError as reason:
                about = aiohttp.RequestInfo(url, "GET", CIMultiDictProxy(CIMultiDict()), url)
                raise aiohttp.ClientResponseError(
                    about, (), status=reason.code, message=reason.message, headers=reason.headers
                ) from reason
            if not 100 <= message.code < 200 or message.code == 101:
                return Answer(url, message.code, message.headers, content)


def request_head(url: URL, headers: Mapping[str, str]) -> bytes:
    """Raises ValueError where a value would end its line."""
    lines = [f"GET {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""])
    if not head.count("\r") == head.count("\n") == len(lines) + 1 or "\0" in head:
        raise ValueError("a line break in a header")
    return head.encode()
