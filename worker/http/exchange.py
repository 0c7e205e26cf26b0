"""One GET: over a connection that was kept, or over a new one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from yarl import URL

from tasks.reasons import Failed
from worker.http.connection import Connection
from worker.http.dialling import Dialler
from worker.http.incoming import Dropped, Receive

#: idle time after which a kept connection is closed; the next request to a host comes within seconds or not for minutes
KEPT_SECONDS = 10.0

#: scheme, host and port
_Origin = tuple[str, str | None, int | None]


class Exchange:
    def __init__(self, dialler: Dialler, *, read_seconds: float) -> None:
        self._dialler, self._read_seconds = dialler, read_seconds
        #: those that wait for the next request; the newest one last
        self._kept: dict[_Origin, list[Connection]] = {}

    def close(self) -> None:
        for connection in [one for kept in self._kept.values() for one in kept]:
            connection.close()

    async def get(self, url: URL, headers: Mapping[str, str], receive: Receive, deadline: float) -> None:
        """Until the answer has ended; `deadline`, of the loop's clock, when it must have. Raises Failed."""
        request, origin = request_head(url, headers), (url.scheme, url.raw_host, url.port)
        while True:
            connection = self._kept_to(origin) or await self._dialler.dial(url, partial(self._made, origin), deadline)
            was_kept = connection.was_asked
            try:
                await connection.ask(request, receive, deadline)
            except Dropped:
                if not was_kept:
                    raise
            else:
                if connection.is_open:
                    self._kept.setdefault(origin, []).append(connection)
                return

    def _kept_to(self, origin: _Origin) -> Connection | None:
        kept = self._kept.get(origin)
        if not kept:
            return None
        connection = kept.pop()
        if not kept:
            del self._kept[origin]
        return connection

    def _made(self, origin: _Origin) -> Connection:
        return Connection(
            read_seconds=self._read_seconds, kept_seconds=KEPT_SECONDS, gone=partial(self._forget, origin)
        )

    def _forget(self, origin: _Origin, connection: Connection) -> None:
        kept = self._kept.get(origin, [])
        if connection in kept:
            kept.remove(connection)
            if not kept:
                del self._kept[origin]


def request_head(url: URL, headers: Mapping[str, str]) -> bytes:
    """Raises Failed where a value, which a server once sent, would end its line."""
    lines = [f"GET {url.raw_path_qs} HTTP/1.1", f"Host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""])
    if not head.count("\r") == head.count("\n") == len(lines) + 1 or "\0" in head:
        raise Failed("protocol-error", "a line break in a header")
    return head.encode()
