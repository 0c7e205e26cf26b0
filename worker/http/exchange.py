"""One GET: over a connection that was kept, or over a new one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from yarl import URL

from tasks.reasons import Failed
from worker.http.connection import Connection
from worker.http.dialling import Dialler
from worker.http.incoming import Dropped, Receive

#: idle time after which a kept connection is closed; most servers close it themselves after 5 to 75 s
KEPT_SECONDS = 60.0
#: kept at once; of TLS fewer, since asyncio holds 256 KiB of buffer for each
MOST_KEPT = {"http": 2000, "https": 250}

#: scheme, host and port
_Origin = tuple[str, str | None, int | None]


class Exchange:
    def __init__(self, dialler: Dialler, *, read_seconds: float) -> None:
        self._dialler, self._read_seconds = dialler, read_seconds
        self._kept = {scheme: Kept(most) for scheme, most in MOST_KEPT.items()}

    def close(self) -> None:
        for kept in self._kept.values():
            kept.close()

    async def get(self, url: URL, lines: str, receive: Receive, deadline: float) -> None:
        """`lines`: of `header_lines`. Until the answer has ended; `deadline`, of the loop's clock, when it must have.
        Raises Failed."""
        request, origin, kept = request_head(url, lines), (url.scheme, url.raw_host, url.port), self._kept[url.scheme]
        while True:
            connection = kept.take(origin) or await self._dialler.dial(url, partial(self._made, kept), deadline)
            was_kept = connection.was_asked
            try:
                await connection.ask(request, receive, deadline)
            except Dropped:
                if not was_kept:
                    raise
            else:
                if connection.is_open:
                    kept.put(origin, connection)
                return

    def _made(self, kept: Kept) -> Connection:
        return Connection(read_seconds=self._read_seconds, kept_seconds=KEPT_SECONDS, gone=kept.forget)


class Kept:
    """Connections that wait for the next request. Of too many, the one that has waited longest is closed."""

    def __init__(self, most: int) -> None:
        self._most = most
        #: in the order in which they began to wait
        self._origins: dict[Connection, _Origin] = {}
        self._waiting: dict[_Origin, list[Connection]] = {}

    def take(self, origin: _Origin) -> Connection | None:
        """The newest one to that origin."""
        waiting = self._waiting.get(origin)
        if not waiting:
            return None
        self.forget(connection := waiting[-1])
        return connection

    def put(self, origin: _Origin, connection: Connection) -> None:
        self._origins[connection] = origin
        self._waiting.setdefault(origin, []).append(connection)
        if len(self._origins) > self._most:
            next(iter(self._origins)).close()

    def forget(self, connection: Connection) -> None:
        origin = self._origins.pop(connection, None)
        if origin is not None:
            self._waiting[origin].remove(connection)
            if not self._waiting[origin]:
                del self._waiting[origin]

    def close(self) -> None:
        for connection in list(self._origins):
            connection.close()


def header_lines(headers: Mapping[str, str]) -> str:
    """Raises Failed where a value, which a server once sent, would end its line."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    if not lines.count("\r") == lines.count("\n") == len(headers) or "\0" in lines:
        raise Failed("protocol-error", "a line break in a header")
    return lines


def request_head(url: URL, lines: str) -> bytes:
    return f"GET {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\n{lines}\r\n".encode()
