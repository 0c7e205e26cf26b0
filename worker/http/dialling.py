"""From a URL to an open connection: look up, check each address where its socket is made, connect, shake hands."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from functools import cache, partial

from aiohappyeyeballs import start_connection
from yarl import URL

from tasks.reasons import Failed
from worker.http.addresses import AddressInfo, Guard, Hop
from worker.http.connection import Connection, in_words
from worker.http.resolver import BoundedResolver, Lookup

#: RFC 8305, 8: before the next address is tried beside one that has not answered
NEXT_ADDRESS_SECONDS = 0.25

#: reading the system's certificates takes tens of milliseconds, and the outcome is never changed
_trusting_the_system = cache(ssl.create_default_context)


class Dialler:
    def __init__(self, guard: Guard, *, lookup: Lookup, tls: ssl.SSLContext | None, connect_seconds: float) -> None:
        self._guard, self._tls, self._seconds = guard, tls or _trusting_the_system(), connect_seconds
        self._resolver = BoundedResolver(lookup)

    async def dial(self, url: URL, make: Callable[[], Connection], deadline: float) -> Connection:
        """`deadline`: of the loop's clock. Raises Failed."""
        try:
            async with asyncio.timeout_at(min(asyncio.get_running_loop().time() + self._seconds, deadline)):
                reached = await self._reach(url)
                return await self._shake_hands(reached, url, make)
        except TimeoutError:
            raise Failed("timeout", "not connected in time") from None

    async def _reach(self, url: URL) -> socket.socket:
        hop, infos = Hop(), await self._addresses(url)
        try:
            return await start_connection(
                infos,
                happy_eyeballs_delay=NEXT_ADDRESS_SECONDS,
                interleave=1,
                socket_factory=partial(self._guard.socket, hop),
            )
        except TimeoutError:
            # of the system's, before ours
            raise
        except OSError as error:
            if hop.blocked:
                raise Failed("blocked-address", f"it stands for {hop.refused}") from None
            raise Failed("connect", in_words(error)) from None

    async def _addresses(self, url: URL) -> list[AddressInfo]:
        host, port = url.raw_host or "", url.port or 0
        try:
            literal = ipaddress.ip_address(host)
        except ValueError:
            try:
                return await self._resolver.resolve(host, port)
            except OSError as error:
                raise Failed("dns", in_words(error)) from None
        family = socket.AF_INET if literal.version == 4 else socket.AF_INET6
        sockaddr = (host, port) if literal.version == 4 else (host, port, 0, 0)
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", sockaddr)]

    async def _shake_hands(self, reached: socket.socket, url: URL, make: Callable[[], Connection]) -> Connection:
        secure = url.scheme == "https"
        named = (url.raw_host or "").rstrip(".")
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                make, sock=reached, ssl=self._tls if secure else None, server_hostname=named if secure else None
            )
        except TimeoutError:
            raise
        except OSError as error:
            # the system names every failure of TCP by number; one without a number came from the handshake
            of_tls = isinstance(error, ssl.SSLError) or error.errno is None
            raise Failed("tls" if of_tls else "connect", in_words(error)) from None
        return connection
